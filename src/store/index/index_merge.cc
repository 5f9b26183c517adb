// Segments of an index into fewer segments, and row groups out of it. The new segment is written
// while writers, flushes and searches go on; only naming it in a manifest takes turns with flushes.
// Rows deleted meanwhile are deleted in the new row groups, too: each knows where its rows came
// from. The old files go once no manifest names them; views that read them keep their bytes.

#include "base/kill_point.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/file/segment_file.h"
#include "store/group/group_merge.h"
#include "store/group/group_reader.h"
#include "store/index/index.h"
#include "store/index/merge_rules.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

metrics::Counter merges{"elkhorn_store_merges_total", "Merges of segments."};
metrics::Counter merged_bytes{"elkhorn_store_merged_bytes_total", "Bytes that merges wrote."};
metrics::Counter purged_rows{"elkhorn_store_purged_rows_total",
                             "Deleted rows that merges left behind."};

// What a row group takes while it is made anew, by its bytes in the file.
constexpr std::uint64_t decoded_factor = 8;

KillPoint deletes_written{"merge.deletes_written"};
KillPoint named{"merge.named"};
KillPoint installed{"merge.installed"};
KillPoint old_segment_removed{"merge.old_segment_removed"};

MergeRules rules_of(const Options& options) {
    MergeRules rules;
    rules.together = options.merge_segments;
    rules.largest_bytes = options.largest_segment_bytes;
    rules.group_rows = options.group_rows;
    return rules;
}

}  // namespace

/// A row group of the new segment and those it comes from.
struct Index::Merged {
    MergePiece from;  // of Merge::slots
    std::shared_ptr<Slot> slot;
};

struct Index::Merge {
    std::vector<std::shared_ptr<Slot>> slots;             // that it replaces, neighbours
    std::vector<std::shared_ptr<const Bitmap>> left_out;  // rows of each that were deleted
    bool expunge = false;
    SegmentEntry entry;  // no groups: nothing is left
    std::vector<Merged> groups;
};

std::vector<Index::SealedSegment> Index::sealed_segments() const {
    std::vector<SealedSegment> segments;
    for (const SegmentEntry& entry : manifest_.segments)
        segments.push_back({entry, {}, {entry.size_bytes, 0, 0}});
    for (const auto& slot : slots_) {
        if (slot->segment == 0) continue;
        const auto it = std::ranges::find(segments, slot->segment,
                                          [](const auto& segment) { return segment.entry.number; });
        it->slots.push_back(slot);
        it->size.rows += slot->rows();
        it->size.deleted_rows += slot->deleted_rows;
    }
    return segments;
}

Result<bool> Index::merge() {
    if (!node_.merges_allowed || !may_merge_.exchange(false)) return false;
    const std::lock_guard<std::mutex> alone(merging_);
    Merge merge;
    {
        const Lock lock(mutex_);
        const auto segments = sealed_segments();
        std::vector<MergeSize> sizes;
        for (const SealedSegment& segment : segments)
            sizes.push_back(segment.size);
        const auto run = next_merge(sizes, rules_of(*node_.options));
        if (!run || closed_) return false;
        begin_merge(std::span(segments).subspan(run->first, run->last - run->first), merge);
    }
    auto done = run_merge(merge);  // one that fails is tried again after the next flush
    if (!done && (closed_ || node_.stopping)) return false;
    if (!done && done.error().code == ErrorCode::unavailable) may_merge_ = true;  // or before it
    TRY(std::move(done));
    may_merge_ = true;
    return true;
}

Result<> Index::force_merge(const ForceMerge& request) {
    if (!node_.merges_allowed) {
        return fail(ErrorCode::overloaded,
                    "the disk is nearly full (disk.watermark.high): a merge needs room for a copy");
    }
    const std::lock_guard<std::mutex> alone(merging_);
    std::vector<std::vector<SealedSegment>> runs;
    {
        const Lock lock(mutex_);
        const auto segments = sealed_segments();
        std::vector<MergeSize> sizes;
        for (const SealedSegment& segment : segments)
            sizes.push_back(segment.size);
        const std::size_t most = request.only_expunge ? segments.size() : request.most_segments;
        for (const MergeRun& run : forced_merges(sizes, most)) {
            const auto begin = segments.begin();
            runs.emplace_back(begin + static_cast<std::ptrdiff_t>(run.first),
                              begin + static_cast<std::ptrdiff_t>(run.last));
        }
    }
    for (const auto& run : runs) {
        Merge merge;
        merge.expunge = true;
        {
            const Lock lock(mutex_);
            begin_merge(run, merge);
        }
        TRY(run_merge(merge));
    }
    return {};
}

void Index::begin_merge(std::span<const SealedSegment> segments, Merge& merge) {
    for (const SealedSegment& segment : segments) {
        for (const auto& slot : segment.slots) {
            merge.slots.push_back(slot);
            merge.left_out.push_back(deletes_of(*slot));
        }
    }
    merge.entry.number = manifest_.next_segment++;
}

Result<> Index::run_merge(Merge& merge) {
    if (auto written = write_merged(merge); !written) {
        // No manifest names it: it only takes space.
        if (auto gone = node_.folder->remove(segment_name(incarnation_, merge.entry.number)); !gone)
            log::warn("a merge that failed left a file", {{"reason", gone.error().message}});
        return written;
    }
    std::vector<std::uint64_t> old;
    for (const auto& slot : merge.slots) {
        if (old.empty() || old.back() != slot->segment) old.push_back(slot->segment);
    }
    TRY(name_merged(merge, old));
    merges.add();
    merged_bytes.add(static_cast<std::int64_t>(merge.entry.size_bytes));
    for (const std::uint64_t number : old) {
        TRY(node_.folder->remove(segment_name(incarnation_, number)));
        old_segment_removed.reached();
    }
    return {};
}

/// Writes the new segment and opens it; nobody knows of it yet.
Result<> Index::write_merged(Merge& merge) {
    std::vector<MergeSize> sizes;
    for (std::size_t i = 0; i < merge.slots.size(); ++i) {
        const RowGroup& group = *merge.slots[i]->group;
        const auto& left_out = merge.left_out[i];
        sizes.push_back(
            {group.size_bytes(), group.rows(), left_out == nullptr ? 0 : left_out->count()});
    }
    const auto pieces = merge_pieces(sizes, rules_of(*node_.options), merge.expunge);
    if (pieces.empty()) return {};
    const std::string name = segment_name(incarnation_, merge.entry.number);
    SegmentWriter writer = TRY(SegmentWriter::create(*node_.folder, name));
    for (const MergePiece& piece : pieces) {
        if (closed_ || node_.stopping)
            return fail(ErrorCode::unavailable, "a merge was ended: nobody needs it any more");
        TRY(add_piece(merge, piece, writer));
    }
    merge.entry.size_bytes = TRY(writer.finish());
    merge.entry.groups = static_cast<std::uint32_t>(pieces.size());
    const Groups opened = TRY(open_segment(*node_.folder, name, salt_, node_.cache));
    ASSERT(opened.size() == pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        auto slot = std::make_shared<Slot>();
        slot->group = opened[i];
        slot->frozen = true;
        slot->segment = merge.entry.number;
        merge.groups.push_back({pieces[i], std::move(slot)});
    }
    return {};
}

Result<> Index::add_piece(const Merge& merge, const MergePiece& piece, SegmentWriter& writer) {
    if (piece.copied) {
        const std::string_view bytes = TRY(merge.slots[piece.first]->group->bytes());
        return writer.add(bytes);
    }
    std::vector<GroupView> groups;
    std::uint64_t bytes_held = 0;  // a merge that runs beside another is not refused for it
    for (std::size_t i = piece.first; i < piece.last; ++i)
        bytes_held += merge.slots[i]->group->size_bytes() * decoded_factor;
    const auto held =
        node_.memory == nullptr ? std::nullopt : node_.memory->take(MemoryUse::merges, bytes_held);
    for (std::size_t i = piece.first; i < piece.last; ++i) {
        groups.push_back({merge.slots[i]->group, merge.left_out[i]});
        if (merge.left_out[i] != nullptr)
            purged_rows.add(static_cast<std::int64_t>(merge.left_out[i]->count()));
    }
    const std::string bytes = TRY(merge_groups(groups));
    return writer.add(bytes);
}

/// The rows of a new row group that are deleted as of now.
Bitmap Index::deleted_in(const Merge& merge, const Merged& merged) {
    Bitmap deleted(merged.slot->rows());
    std::uint32_t row = 0;
    for (std::size_t i = merged.from.first; i < merged.from.last; ++i) {
        const Slot& slot = *merge.slots[i];
        const Bitmap* left_out = merged.from.copied ? nullptr : merge.left_out[i].get();
        for (std::uint32_t old = 0; old < slot.rows(); ++old) {
            if (left_out != nullptr && left_out->test(old)) continue;
            if (slot.is_deleted(old)) deleted.set(row);
            ++row;
        }
    }
    ASSERT(row == merged.slot->rows());
    return deleted;
}

/// Takes the deletes over to the new row groups.
void Index::take_over_deletes(Merge& merge) {
    for (Merged& merged : merge.groups) {
        Slot& slot = *merged.slot;
        slot.deleted = deleted_in(merge, merged);
        slot.deleted_rows = slot.deleted.count();
        slot.shown_deleted = nullptr;
    }
}

/// Writes the manifest that names the new segment in the place of the old ones, and then reads it.
Result<> Index::name_merged(Merge& merge, std::span<const std::uint64_t> old) {
    const std::lock_guard<std::mutex> once(flushing_);
    Manifest next;
    Deletes deletes;
    Lsn covered = 0;
    {
        const Lock lock(mutex_);
        take_over_deletes(merge);
        next = manifest_;
        replace_segments(next.segments, merge.entry, old);
        deletes = deletes_after(merge);
        covered = node_.log->last_lsn();
        deletes_changed_ = false;
    }
    const std::uint64_t old_deletes = next.deletes;
    if (auto written = write_manifest_with(next, deletes, covered); !written) {
        const Lock lock(mutex_);
        deletes_changed_ = true;
        std::vector<std::string> files = {segment_name(incarnation_, merge.entry.number)};
        if (next.deletes != old_deletes && next.deletes != 0)
            files.push_back(deletes_name(incarnation_, next.deletes));
        give_up(std::move(files), may_be_named(next));
        return written;
    }
    {
        const Lock lock(mutex_);
        take_over_deletes(merge);
        install_merged(merge, next);
    }
    installed.reached();
    remove_files(strays_);
    if (old_deletes == 0) return {};
    return node_.folder->remove(deletes_name(incarnation_, old_deletes));
}

/// The deletes file as it will be when the new row groups are there.
Deletes Index::deletes_after(const Merge& merge) {
    Deletes deletes;
    const auto add = [&](Slot& slot) REQUIRES(mutex_) {
        if (slot.segment != 0 && slot.deleted_rows > 0)
            deletes.emplace_back(slot.first_seq_no(), *deletes_of(slot));
    };
    bool added = false;
    for (const auto& slot : slots_) {
        if (std::ranges::find(merge.slots, slot) == merge.slots.end()) {
            add(*slot);
            continue;
        }
        for (const Merged& merged : merge.groups) {
            if (!added) add(*merged.slot);
        }
        added = true;
    }
    return deletes;
}

void Index::replace_segments(std::vector<SegmentEntry>& segments, const SegmentEntry& by,
                             std::span<const std::uint64_t> old) {
    const auto first = std::ranges::find(segments, old.front(), &SegmentEntry::number);
    const auto at = segments.erase(first, first + static_cast<std::ptrdiff_t>(old.size()));
    if (by.groups > 0) segments.insert(at, by);
}

/// The deletes file, when there are any, and the manifest that names it.
Result<> Index::write_manifest_with(Manifest& next, const Deletes& deletes, Lsn covered) {
    // A delete made by a write that is not yet durable must not outlive it.
    TRY(node_.log->commit(covered));
    next.deletes = 0;
    if (!deletes.empty()) {
        next.deletes = ++deletes_number_;
        TRY(write_deletes_file(*node_.folder, deletes_name(incarnation_, next.deletes), deletes));
        deletes_written.reached();
    }
    TRY(write_manifest(*node_.folder, next));
    named.reached();
    return {};
}

void Index::install_merged(Merge& merge, const Manifest& next) {
    const auto first = std::ranges::find(slots_, merge.slots.front());
    auto at = slots_.erase(first, first + static_cast<std::ptrdiff_t>(merge.slots.size()));
    for (const Merged& merged : merge.groups)
        at = slots_.insert(at, merged.slot) + 1;
    manifest_.segments = next.segments;
    manifest_.deletes = next.deletes;
    // The view may be older than the deletes that the merge made good; the next one is made anew.
    view_ = nullptr;
    changed();
}

// -- retention ------------------------------------------------------------------------------------

/// As a merge of each segment that loses some, in which those groups are deleted to the last row.
Result<> Index::drop_groups(std::span<const std::int64_t> first_seq_nos) {
    const std::lock_guard<std::mutex> alone(merging_);
    std::vector<SealedSegment> segments;
    {
        const Lock lock(mutex_);
        segments = sealed_segments();
    }
    for (const SealedSegment& segment : segments) {
        const auto goes = [&](const auto& slot) {
            return std::ranges::find(first_seq_nos, slot->first_seq_no()) != first_seq_nos.end();
        };
        if (std::ranges::none_of(segment.slots, goes)) continue;
        Merge merge;
        {
            const Lock lock(mutex_);
            begin_merge(std::span(&segment, 1), merge);
        }
        for (std::size_t i = 0; i < merge.slots.size(); ++i) {
            if (goes(merge.slots[i]))
                merge.left_out[i] = std::make_shared<Bitmap>(merge.slots[i]->rows(), true);
        }
        TRY(run_merge(merge));
    }
    return {};
}

void Index::close() {
    closed_ = true;
    const std::lock_guard<std::mutex> no_merge(merging_);
    const std::lock_guard<std::mutex> no_flush(flushing_);
}

}  // namespace elkhorn::store
