// The engine's start: indices as their manifests say, then the log, entry by entry.

#include "base/bytes.h"
#include "base/kill_point.h"
#include "store/file/removed_indices.h"
#include "store/log/log_entry.h"
#include "store/node/engine.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

KillPoint delete_replayed{"recovery.index_delete"};
KillPoint recovered{"recovery.done"};

}  // namespace

Result<> Engine::open() {
    TRY(snapshots_.load());
    TRY(metadata_.load());
    TRY(open_indices());
    WriteLog::Options log_options;
    log_options.file_bytes = options_.log_file_bytes;
    log_options.frame_bytes = options_.log_frame_bytes;
    log_options.background = options_.background;
    log_options.pending_limit_bytes = options_.memory[MemoryUse::log];
    log_options.replayed = [this] {
        return orphans_.settle(*folder_);
    };
    log_ = TRY(WriteLog::open(*folder_, log_options, [this](Lsn lsn, std::string_view entry) {
        return replay(lsn, entry);
    }));
    node_.log = log_.get();
    for (const auto& index : all())
        TRY(index->encode_frozen());
    TRY(finish_removals());
    TRY(limits_->open(all()));
    recovered.reached();
    if (options_.background) {
        housekeeper_ = io::Thread("store-house", [this] { run(); }, io::Priority::background);
        merger_.start();
    }
    return {};
}

Result<> Engine::open_indices() {
    TRY(folder_->make_folder("indices"));
    TRY(folder_->sync_names(""));
    removed_ = TRY(removed_indices(*folder_));
    for (const std::uint64_t incarnation : removed_) {
        TRY(remove_index(*folder_, index_folder(incarnation)));
        delete_replayed.reached();
        const Lock lock(mutex_);
        next_incarnation_ = std::max(next_incarnation_, incarnation + 1);
    }
    for (const std::string& name : TRY(folder_->list("indices")))
        TRY(open_index(name));
    return {};
}

Result<> Engine::open_index(const std::string& name) {
    if (TRY(orphans_.take(*folder_, name))) return {};
    auto index = std::make_shared<Index>(node_, TRY(read_manifest(*folder_, "indices/" + name)));
    TRY(index->open_segments());
    const Lock lock(mutex_);
    next_incarnation_ = std::max(next_incarnation_, index->incarnation() + 1);
    add_recovered(index);
    return {};
}

/// What was marked as deleted goes into the log too, which then does without the mark.
Result<> Engine::finish_removals() {
    for (const std::uint64_t incarnation : removed_)
        leaving_.push_back({log_->append(removal_entry(incarnation)), incarnation, true});
    removed_.clear();
    if (!leaving_.empty() && !log_->full()) TRY(log_->commit(leaving_.back().logged));
    return remove_leaving();
}

/// The log may still tell the life of an index whose name has another one since, with a manifest.
void Engine::add_recovered(const std::shared_ptr<Index>& index) {
    by_incarnation_[index->incarnation()] = index;
    std::shared_ptr<Index>& named = indices_[index->name()];
    if (named == nullptr || named->incarnation() < index->incarnation()) named = index;
}

Result<> Engine::replay(Lsn lsn, std::string_view entry) {
    ByteReader reader(entry);
    const auto type = static_cast<LogEntry>(reader.number<std::uint8_t>());
    if (type == LogEntry::documents) return replay_documents(lsn, reader);
    const std::uint64_t incarnation = reader.varint();
    std::shared_ptr<Index> index;
    {
        const Lock lock(mutex_);
        next_incarnation_ = std::max(next_incarnation_, incarnation + 1);
        if (const auto it = by_incarnation_.find(incarnation); it != by_incarnation_.end())
            index = it->second;
    }
    if (removed_.contains(incarnation)) return {};
    if (type == LogEntry::create || type == LogEntry::remove) orphans_.account_for(incarnation);
    if (type == LogEntry::create) {
        if (index != nullptr) return {};  // it has a manifest
        index = std::make_shared<Index>(node_, TRY(read_creation(incarnation, reader)));
        index->set_created_at(lsn);
        const Lock lock(mutex_);
        add_recovered(index);
        return {};
    }
    if (index == nullptr) return {};  // deleted before, and its folder is gone
    if (type == LogEntry::remove) {
        TRY(remove_index(*folder_, index_folder(incarnation)));
        delete_replayed.reached();
        const Lock lock(mutex_);
        by_incarnation_.erase(incarnation);
        if (const auto it = indices_.find(index->name());
            it != indices_.end() && it->second == index) {
            indices_.erase(it);
        }
        return {};
    }
    if (type == LogEntry::deletes) return replay_deletes(lsn, *index, reader);
    if (type == LogEntry::mapping) {
        index->replay_mapping(lsn, TRY(read_mapping(reader.text())));
        return {};
    }
    return fail(ErrorCode::corruption, "an entry of unknown kind; use a newer elkhorn");
}

Result<> Engine::replay_documents(Lsn lsn, ByteReader& reader) {
    const std::uint64_t incarnation = reader.varint();
    std::shared_ptr<Index> index;
    {
        const Lock lock(mutex_);
        // A writer may have had the index while it was deleted: its number is never used again.
        next_incarnation_ = std::max(next_incarnation_, incarnation + 1);
        const auto it = by_incarnation_.find(incarnation);
        if (it == by_incarnation_.end()) return {};  // deleted since
        index = it->second;
    }
    while (!reader.at_end()) {
        const LoggedDocument document = TRY(read_document(reader));
        TRY(options_.flatten(document.source, replayed_));
        TRY(index->replay(lsn, document, replayed_));
    }
    // Row groups that fill up are encoded at once: replay needs no more memory than writing.
    TRY(index->encode_frozen());
    return {};
}

Result<> Engine::replay_deletes(Lsn lsn, Index& index, ByteReader& reader) {
    while (!reader.at_end()) {
        const LoggedDelete logged = TRY(read_delete(reader));
        TRY(index.replay(lsn, logged));
    }
    return {};
}

}  // namespace elkhorn::store
