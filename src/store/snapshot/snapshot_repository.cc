#include "store/snapshot/snapshot_repository.h"

#include "base/hash.h"
#include "base/log.h"
#include "store/file/deletes_file.h"
#include "store/file/sealed_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace elkhorn::store {
namespace {

constexpr std::string_view mark = "repository";
constexpr std::string_view ending = ".snap";
SealedSteps mark_steps{"repository"};
SealedSteps snapshot_steps{"snapshot"};
const SealedKind mark_kind{0x31305045'52474b45, 1, "snapshot repository",
                           mark_steps};                                              // "EKGREP01"
const SealedKind snapshot_kind{0x3130504e'53474b45, 1, "snapshot", snapshot_steps};  // "EKGSNP01"

std::string file_of(std::string_view snapshot) {
    return fmt::format("snapshots/{}{}", snapshot, ending);
}

std::string folder_of(const Manifest& manifest) {
    return "indices/" + manifest.uuid;
}

std::string segment_of(const Manifest& manifest, std::uint64_t number) {
    return fmt::format("{}/{}.seg", folder_of(manifest), number);
}

/// Through a second name, so that a file under its own name is whole.
Result<> copy(std::string_view bytes, io::Folder& to, const std::string& name) {
    const auto file = TRY(to.create(name + ".new"));
    TRY(file->append(bytes));
    TRY(file->sync());
    return to.rename(name + ".new", name);
}

}  // namespace

Result<> SnapshotRepository::claim() {
    const std::string name(mark);
    if (folder_->exists(name)) {
        TRY(read_sealed(*folder_, name, mark_kind));
        return {};
    }
    for (const std::string& other : TRY(folder_->list(""))) {
        if (other == "LOCK" || other == name + ".new") continue;
        return fail(ErrorCode::invalid,
                    fmt::format("location [{}] has other files in it ({}): give the repository an "
                                "empty folder",
                                folder_->place(), other));
    }
    // The mark comes first: folders without it would be somebody else's to the next who asks.
    TRY(write_sealed(*folder_, name, mark_kind, ""));
    TRY(folder_->make_folder("snapshots"));
    return folder_->make_folder("indices");
}

Result<std::vector<Snapshot>> SnapshotRepository::list() const {
    std::vector<Snapshot> all;
    for (const std::string& file : TRY(folder_->list("snapshots"))) {
        if (!file.ends_with(ending)) continue;
        auto found = read("snapshots/" + file);
        // Deleted since the folder was read.
        if (!found && found.error().code == ErrorCode::not_found) continue;
        if (!found) return std::unexpected(found.error());
        all.push_back(std::move(*found));
    }
    std::ranges::sort(all, {}, [](const Snapshot& snapshot) {
        return std::pair(snapshot.started_ms, std::string_view(snapshot.name));
    });
    return all;
}

Result<Snapshot> SnapshotRepository::read(const std::string& file) const {
    return parse_snapshot(file, TRY(read_sealed(*folder_, file, snapshot_kind)));
}

Result<Snapshot> SnapshotRepository::find(std::string_view name) const {
    if (!is_file_name(name))
        return fail(ErrorCode::not_found, fmt::format("no snapshot is called [{}]", name));
    return read(file_of(name));
}

/// False when it was there already.
Result<bool> SnapshotRepository::take(io::Folder& data, const PinnedSegment& segment,
                                      const std::string& to) {
    const std::string_view bytes = segment.mapped->bytes();
    if (folder_->exists(to) && TRY(folder_->map(to))->bytes().size() == bytes.size()) return false;
    // A merge may have taken the first name away; the bytes are held all the same.
    if (!folder_->exists(to) && data.link(segment.name, *folder_, to)) return true;
    TRY(copy(bytes, *folder_, to));
    return true;
}

Result<SnapshotIndex> SnapshotRepository::add_files(io::Folder& data, const PinnedIndex& pinned) {
    SnapshotIndex index;
    index.manifest = pinned.manifest;
    const std::string folder = folder_of(index.manifest);
    TRY(folder_->make_folder(folder));
    const auto count = [&](std::uint64_t bytes, bool added) {
        index.all.count += 1;
        index.all.bytes += bytes;
        index.added.count += added ? 1 : 0;
        index.added.bytes += added ? bytes : 0;
    };
    for (const PinnedSegment& segment : pinned.segments) {
        const std::string to = segment_of(index.manifest, segment.number);
        count(segment.mapped->bytes().size(), TRY(take(data, segment, to)));
    }
    if (!pinned.deletes.empty()) {
        index.deletes_file = fmt::format("{:016x}.del", hash64(deletes_bytes(pinned.deletes)));
        const std::string to = folder + "/" + index.deletes_file;
        const bool added = !folder_->exists(to);
        if (added) TRY(write_deletes_file(*folder_, to, pinned.deletes));
        count(TRY(folder_->read(to)).size(), added);
    }
    TRY(folder_->sync_names(folder));
    TRY(folder_->sync_names("indices"));
    return index;
}

Result<> SnapshotRepository::add(const Snapshot& snapshot) {
    TRY(check_snapshot_name(snapshot.name));
    const std::string file = file_of(snapshot.name);
    if (folder_->exists(file)) {
        return fail(ErrorCode::conflict,
                    fmt::format("Invalid snapshot name [{}], snapshot with the same name already "
                                "exists",
                                snapshot.name));
    }
    TRY(folder_->make_folder("snapshots"));
    TRY(folder_->sync_names(""));
    return write_sealed(*folder_, file, snapshot_kind, snapshot_bytes(snapshot));
}

Result<> SnapshotRepository::remove(std::span<const std::string> names) {
    for (const std::string& name : names) {
        if (is_file_name(name)) TRY(folder_->remove(file_of(name)));
    }
    TRY(folder_->sync_names("snapshots"));
    clean_or_tell();
    return {};
}

void SnapshotRepository::clean_or_tell() {
    if (const auto cleaned = clean(); !cleaned) {
        log::warn("a snapshot repository keeps files that nobody names",
                  {{"repository", folder_->place()}, {"reason", cleaned.error().message}});
    }
}

Result<std::set<std::string>> SnapshotRepository::named_files() const {
    std::set<std::string> named;
    for (const Snapshot& snapshot : TRY(list())) {
        for (const SnapshotIndex& index : snapshot.indices) {
            for (const SegmentEntry& entry : index.manifest.segments)
                named.insert(segment_of(index.manifest, entry.number));
            if (!index.deletes_file.empty())
                named.insert(folder_of(index.manifest) + "/" + index.deletes_file);
        }
    }
    return named;
}

Result<SnapshotFiles> SnapshotRepository::clean() {
    SnapshotFiles gone;
    const std::set<std::string> named = TRY(named_files());
    for (const std::string& uuid : TRY(folder_->list("indices"))) {
        const std::string folder = "indices/" + uuid;
        bool left = false;
        for (const std::string& file : TRY(folder_->list(folder))) {
            const std::string name = fmt::format("{}/{}", folder, file);
            const bool ours =
                file.ends_with(".seg") || file.ends_with(".del") || file.ends_with(".new");
            if (named.contains(name) || !ours) {
                left = true;
                continue;
            }
            const auto mapped = folder_->map(name);
            gone.count += 1;
            gone.bytes += mapped ? (*mapped)->bytes().size() : 0;
            TRY(folder_->remove(name));
        }
        if (!left) TRY(folder_->remove_tree(folder));
    }
    return gone;
}

Result<> SnapshotRepository::copy_out(const SnapshotIndex& index, io::Folder& data,
                                      const std::string& folder) const {
    for (const SegmentEntry& entry : index.manifest.segments) {
        const std::string from = segment_of(index.manifest, entry.number);
        const std::string to = fmt::format("{}/{}.seg", folder, entry.number);
        if (folder_->link(from, data, to)) continue;
        const auto mapped = TRY(folder_->map(from));
        TRY(copy(mapped->bytes(), data, to));
    }
    if (!index.deletes_file.empty()) {
        const std::string from = folder_of(index.manifest) + "/" + index.deletes_file;
        const std::string to = fmt::format("{}/{}.del", folder, index.manifest.deletes);
        const std::string bytes = TRY(folder_->read(from));
        TRY(copy(bytes, data, to));
    }
    return data.sync_names(folder);
}

}  // namespace elkhorn::store
