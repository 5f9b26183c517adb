// Index::sealed_groups and Index::drop_groups until merges bring their own: only segments all of
// whose row groups are named go, with them their deletes.

#include "store/document_id.h"
#include "store/index.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {

std::vector<SealedGroup> Index::sealed_groups() const {
    const Lock lock(mutex_);
    const FieldMapping* time = manifest_.mapping.find("@timestamp");
    const bool dated = time != nullptr && time->type == FieldType::date;
    std::vector<SealedGroup> sealed;
    for (const auto& slot : slots_) {
        if (slot->segment == 0) continue;
        SealedGroup group;
        group.first_seq_no = slot->first_seq_no();
        group.live_rows = slot->rows() - slot->deleted_rows;
        group.size_bytes = slot->group->size_bytes();
        const Column* times =
            dated ? slot->group->find("@timestamp", ColumnKind::integer) : nullptr;
        if (times != nullptr && times->value_count() > 0) group.newest_ms = times->max_integer();
        sealed.push_back(group);
    }
    return sealed;
}

Result<> Index::drop_groups(std::span<const std::int64_t> first_seq_nos) {
    const std::lock_guard<std::mutex> once(flushing_);
    std::vector<std::uint64_t> gone;
    Manifest manifest;
    Deletes deletes;
    std::uint64_t old_deletes = 0;
    Lsn covered = 0;
    {
        const Lock lock(mutex_);
        manifest = manifest_;
        const auto& slots = slots_;
        std::erase_if(manifest.segments, [&](const SegmentEntry& segment) {
            const bool all = std::ranges::all_of(slots, [&](const auto& slot) {
                return slot->segment != segment.number ||
                       std::ranges::find(first_seq_nos, slot->first_seq_no()) !=
                           first_seq_nos.end();
            });
            if (all) gone.push_back(segment.number);
            return all;
        });
        if (gone.empty()) return {};
        old_deletes = manifest_.deletes;
        covered = node_.log->last_lsn();
        for (const auto& slot : slots_) {
            if (slot->segment == 0 || slot->deleted_rows == 0) continue;
            if (std::ranges::find(gone, slot->segment) == gone.end())
                deletes.emplace_back(slot->first_seq_no(), *deletes_of(*slot));
        }
        manifest.deletes = deletes.empty() ? 0 : ++deletes_number_;
    }
    TRY(node_.log->commit(covered));
    const std::string folder = index_folder(incarnation_);
    if (!deletes.empty()) {
        TRY(write_deletes_file(*node_.folder, fmt::format("{}/{}.del", folder, manifest.deletes),
                               deletes));
    }
    TRY(write_manifest(*node_.folder, manifest));
    {
        const Lock lock(mutex_);
        std::erase_if(slots_, [&](const auto& slot) {
            return slot->segment != 0 && std::ranges::find(gone, slot->segment) != gone.end();
        });
        manifest.mapping = std::move(manifest_.mapping);
        manifest_ = std::move(manifest);
        view_ = nullptr;
        dirty_ = true;
    }
    for (const std::uint64_t segment : gone)
        TRY(node_.folder->remove(fmt::format("{}/{}.seg", folder, segment)));
    if (old_deletes != 0 && old_deletes != deletes_number_)
        TRY(node_.folder->remove(fmt::format("{}/{}.del", folder, old_deletes)));
    return {};
}

}  // namespace elkhorn::store
