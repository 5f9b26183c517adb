// The way of an index's tail to disk: segments, then the deletes file, then the manifest that
// names both.
// Until the manifest is renamed into place, recovery uses the old one and the log; what the new
// one no longer names is deleted only after.

#include "base/kill_point.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/file/index_identity.h"
#include "store/file/segment_file.h"
#include "store/index/index.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

metrics::Counter segments_written{"elkhorn_store_segments_written_total", "Segment files written."};
metrics::Counter segment_bytes{"elkhorn_store_segment_bytes_total",
                               "Bytes of the segment files written."};

KillPoint covered{"flush.log_committed"};
KillPoint folder_made{"flush.folder_made"};
KillPoint installed{"flush.installed"};
KillPoint old_deletes_removed{"flush.old_deletes_removed"};
KillPoint leftover_removed{"recovery.leftover_removed"};
KillPoint segments_opened{"recovery.segments_opened"};

}  // namespace

bool Index::wants_flush() const {
    const Lock lock(mutex_);
    const auto waiting = std::ranges::count_if(
        slots_, [](const auto& slot) { return slot->segment == 0 && slot->group != nullptr; });
    return waiting >= static_cast<std::ptrdiff_t>(node_.options->groups_per_segment);
}

std::optional<Lsn> Index::first_needed() const {
    const Lock lock(mutex_);
    std::optional<Lsn> first;
    const auto needs = [&](Lsn lsn) {
        if (lsn != 0) first = std::min(first.value_or(lsn), lsn);
    };
    needs(meta_.oldest);
    needs(logged_deletes_.oldest);
    for (const auto& slot : slots_) {
        if (slot->segment == 0) needs(slot->first_lsn);
    }
    return first;
}

Result<> Index::flush(FlushScope scope) {
    const std::lock_guard<std::mutex> once(flushing_);
    Flush flush;
    return run_flush(flush, scope);
}

Result<> Index::run_flush(Flush& flush, FlushScope scope) {
    if (!begin_flush(flush, scope)) return {};
    TRY(encode_all(flush.waiting));
    take_deletes(flush);
    if (auto written = write_files(flush); !written) {
        const Lock lock(mutex_);
        deletes_changed_ = deletes_changed_ || flush.deletes.has_value();
        give_back(flush);
        return written;
    }
    install(flush);
    installed.reached();
    remove_files(strays_);  // whatever failed before: this manifest names none of it
    if (flush.deletes && flush.old_deletes != 0) {
        TRY(node_.folder->remove(deletes_name(incarnation_, flush.old_deletes)));
        old_deletes_removed.reached();
    }
    return {};
}

/// Freezes what there is, or leaves the builder that grows to itself; false when the disk has it
/// all.
bool Index::begin_flush(Flush& flush, FlushScope scope) {
    const Lock lock(mutex_);
    const bool grows =
        !slots_.empty() && slots_.back()->builder != nullptr && slots_.back()->builder->rows() > 0;
    if (grows && scope == FlushScope::everything) slots_.back()->frozen = true;
    for (const auto& slot : slots_) {
        if (slot->segment == 0 && (slot->frozen || slot->group != nullptr))
            flush.waiting.push_back(slot);
    }
    // All rows below it are in frozen slots, and so are those that deletes below it took away. The
    // log keeps what came after it: the rows that go on growing, and what has deleted any of them.
    flush.flushed_seq_no =
        grows && !slots_.back()->frozen ? slots_.back()->first_seq_no() : next_seq_no_;
    if (flush.moment != nullptr) note_moment(*flush.moment);
    logged_deletes_.flush_begins();
    return !flush.waiting.empty() || meta_.oldest != 0 || logged_deletes_.oldest != 0 ||
           deletes_changed_;
}

/// The deletes and the log position that covers what they were made by, taken together.
void Index::take_deletes(Flush& flush) {
    const Lock lock(mutex_);
    // Numbers are never used twice: whether a flush that failed is on the disk, nobody knows.
    flush.manifest = manifest_;
    flush.first_segment = manifest_.next_segment;
    manifest_.next_segment += flush.waiting.size();
    flush.manifest.flushed_seq_no = flush.flushed_seq_no;
    flush.old_deletes = manifest_.deletes;
    flush.covered = node_.log->last_lsn();
    meta_.flush_begins();
    // Rows that were deleted while they waited are in no deletes file, whatever changed since.
    const bool deleted_while_waiting =
        std::ranges::any_of(flush.waiting, [](const auto& slot) { return slot->deleted_rows > 0; });
    if (!deletes_changed_ && !deleted_while_waiting) return;
    deletes_changed_ = false;
    ++deletes_number_;
    flush.deletes.emplace();
    for (const auto& slot : slots_) {
        const bool sealed =
            slot->segment != 0 || std::ranges::find(flush.waiting, slot) != flush.waiting.end();
        if (sealed && slot->deleted_rows > 0)
            flush.deletes->emplace_back(slot->first_seq_no(), *deletes_of(*slot));
    }
}

/// All that a flush writes, in order; the manifest last. What it names has been opened by then.
Result<> Index::write_files(Flush& flush) {
    // A delete made by a write that is not yet durable must not outlive it.
    TRY(node_.log->commit(flush.covered));
    covered.reached();
    TRY(node_.folder->make_folder(index_folder(incarnation_)));
    TRY(node_.folder->sync_names("indices"));
    folder_made.reached();
    TRY(write_segments(flush));
    if (flush.deletes) {
        flush.manifest.deletes = deletes_number_;
        TRY(write_deletes_file(*node_.folder, deletes_name(incarnation_, deletes_number_),
                               *flush.deletes));
    }
    TRY(note_identity(*node_.folder, flush.manifest));
    flush.naming = true;
    return write_manifest(*node_.folder, flush.manifest);
}

/// The room that a flush has taken before it failed: its next try takes other numbers.
void Index::give_back(const Flush& flush) {
    const std::string folder = index_folder(incarnation_);
    std::vector<std::string> files;
    for (std::uint64_t n = flush.first_segment; n < flush.manifest.next_segment; ++n)
        files.push_back(segment_name(incarnation_, n));
    if (flush.deletes) {
        files.push_back(deletes_name(incarnation_, deletes_number_));
        files.push_back(files.back() + ".new");
    }
    files.push_back(folder + "/manifest.new");
    give_up(std::move(files), flush.naming && may_be_named(flush.manifest));
}

/// Removes what a failed flush or merge has written, or keeps it for the next manifest to be in
/// place: until then the one before may be on the disk, and name files of a failure before this
/// one.
void Index::give_up(std::vector<std::string> files, bool may_be_named) {
    if (!may_be_named) remove_files(files);
    std::ranges::move(files, std::back_inserter(strays_));
}

/// Whether the disk has that manifest, or nobody can tell.
bool Index::may_be_named(const Manifest& next) const {
    const std::string folder = index_folder(incarnation_);
    if (!node_.folder->exists(folder + "/manifest")) return false;
    const auto there = read_manifest(*node_.folder, folder);
    return !there || manifest_bytes(*there) == manifest_bytes(next);
}

/// Those that cannot be removed stay in the list.
void Index::remove_files(std::vector<std::string>& files) const {
    std::erase_if(files, [this](const std::string& file) {
        const auto removed = node_.folder->remove(file);
        if (!removed)
            log::warn("a file of a flush that failed stays until the next flush",
                      {{"reason", removed.error().message}});
        return removed.has_value();
    });
}

Result<> Index::write_segments(Flush& flush) {
    const auto& slots = flush.waiting;
    for (std::size_t at = 0; at < slots.size(); at += node_.options->groups_per_segment) {
        const std::size_t n =
            std::min<std::size_t>(node_.options->groups_per_segment, slots.size() - at);
        SegmentEntry entry;
        entry.number = flush.manifest.next_segment++;
        entry.groups = static_cast<std::uint32_t>(n);
        const std::string name = segment_name(incarnation_, entry.number);
        SegmentWriter writer = TRY(SegmentWriter::create(*node_.folder, name));
        for (std::size_t i = at; i < at + n; ++i)
            TRY(writer.add(*slots[i]->bytes));
        entry.size_bytes = TRY(writer.finish());
        segments_written.add();
        segment_bytes.add(static_cast<std::int64_t>(entry.size_bytes));
        flush.manifest.segments.push_back(entry);
        flush.opened.push_back(TRY(open_segment(*node_.folder, name, salt_, node_.cache)));
        ASSERT(flush.opened.back().size() == n);
    }
    return {};
}

/// From now on the row groups are read from the files; those in memory go with the last view of
/// them.
void Index::install(Flush& flush) {
    const Lock lock(mutex_);
    auto view = view_ == nullptr ? nullptr : std::make_shared<IndexView>(*view_);
    const std::size_t first_new = flush.manifest.segments.size() - flush.opened.size();
    std::size_t at = 0;
    for (std::size_t i = 0; i < flush.opened.size(); ++i) {
        for (const auto& group : flush.opened[i]) {
            Slot& slot = *flush.waiting[at++];
            if (view != nullptr) {
                for (GroupView& shown : view->groups) {
                    if (shown.group != slot.group) continue;
                    view->memory_bytes -= std::min(view->memory_bytes, group->size_bytes());
                    shown.group = group;
                }
            }
            slot.group = group;
            slot.bytes = nullptr;
            slot.segment = flush.manifest.segments[first_new + i].number;
            slot.first_lsn = 0;
        }
    }
    if (view != nullptr) view_ = std::move(view);
    flush.manifest.mapping = std::move(manifest_.mapping);  // the newest
    flush.manifest.next_segment = manifest_.next_segment;   // a merge may have begun
    manifest_ = std::move(flush.manifest);
    may_merge_ = true;
    router_.reset();
    meta_.flushed();
    logged_deletes_.flushed();
    count_bytes();
}

Result<> Index::read_deletes() NO_THREAD_SAFETY_ANALYSIS {
    deletes_number_ = manifest_.deletes;
    if (manifest_.deletes == 0) return {};
    const std::string name = deletes_name(incarnation_, manifest_.deletes);
    auto deletes = read_deletes_file(*node_.folder, name);
    if (!deletes && deletes.error().code == ErrorCode::not_found) {
        return fail(ErrorCode::corruption,
                    fmt::format("{}: the deletes file is missing, though index {} needs it; "
                                "restore the file from a copy, or run `elkhorn repair`",
                                name, name_));
    }
    if (!deletes) return std::unexpected(deletes.error());
    for (auto& [first_seq_no, deleted] : *deletes) {
        const auto slot = std::ranges::find_if(slots_, [&, first = first_seq_no](const auto& s) {
            return s->first_seq_no() == first;
        });
        if (slot == slots_.end() || (*slot)->rows() != deleted.size())
            return fail(ErrorCode::corruption, name + ": it names row groups that are not there");
        (*slot)->deleted = std::move(deleted);
        (*slot)->deleted_rows = (*slot)->deleted.count();
    }
    return {};
}

Result<> Index::open_segments() {
    const Lock lock(mutex_);
    for (const SegmentEntry& segment : manifest_.segments) {
        const std::string name = segment_name(incarnation_, segment.number);
        auto groups = open_segment(*node_.folder, name, salt_, node_.cache);
        if (!groups && groups.error().code == ErrorCode::not_found) {
            return fail(
                ErrorCode::corruption,
                fmt::format(
                    "{}: the segment is missing, though index {} needs it; restore the file "
                    "from a copy, or run `elkhorn repair`",
                    name, name_));
        }
        if (!groups) return std::unexpected(groups.error());
        for (auto& group : *groups) {
            auto slot = std::make_shared<Slot>();
            slot->group = std::move(group);
            slot->frozen = true;
            slot->segment = segment.number;
            slots_.push_back(std::move(slot));
        }
    }
    TRY(read_deletes());
    segments_opened.reached();
    // Files of a flush that was cut off before its manifest.
    const std::string folder = index_folder(incarnation_);
    for (const std::string& file : TRY(node_.folder->list(folder))) {
        const bool known =
            file == "manifest" || file == fmt::format("{}.del", manifest_.deletes) ||
            std::ranges::any_of(manifest_.segments, [&](const SegmentEntry& segment) {
                return file == fmt::format("{}.seg", segment.number);
            });
        const bool ours =
            file.ends_with(".seg") || file.ends_with(".del") || file.ends_with(".new");
        if (known || !ours) continue;
        TRY(node_.folder->remove(fmt::format("{}/{}", folder, file)));
        leftover_removed.reached();
    }
    return {};
}

}  // namespace elkhorn::store
