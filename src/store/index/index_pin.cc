// What a snapshot takes of an index: one moment of it. A flush freezes the rows up to a sequence
// number; which of them were deleted at that moment is noted under the same lock, for the deletes
// file of a flush may know of later deletes already, whose new documents are not in segments yet.

#include "store/index/index.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr int most_tries = 20;

/// False when one of them is gone already.
Result<bool> map_segments(const io::Folder& folder, PinnedIndex& pinned) {
    for (const SegmentEntry& entry : pinned.manifest.segments) {
        PinnedSegment segment;
        segment.number = entry.number;
        segment.name = segment_name(pinned.manifest.incarnation, entry.number);
        auto mapped = folder.map(segment.name);
        if (!mapped && mapped.error().code == ErrorCode::not_found) return false;
        if (!mapped) return std::unexpected(mapped.error());
        segment.mapped = std::move(*mapped);
        pinned.segments.push_back(std::move(segment));
    }
    return true;
}

}  // namespace

/// All rows there are, and which of them are deleted now.
void Index::note_moment(Moment& moment) {
    moment.clear();
    for (const auto& slot : slots_) {
        if (slot->rows() > 0) moment.emplace_back(slot, deletes_of(*slot));
    }
}

/// False when segments of the moment were replaced meanwhile: then there is a newer moment to take.
bool Index::manifest_of(const Moment& moment, PinnedIndex& pinned) const {
    const Lock lock(mutex_);
    for (const auto& [slot, unused] : moment) {
        if (std::ranges::find(slots_, slot) == slots_.end()) return false;
    }
    pinned.manifest = manifest_;
    return true;
}

Result<PinnedIndex> Index::pin() {
    const std::lock_guard<std::mutex> once(flushing_);
    for (int i = 0; i < most_tries; ++i) {
        Moment moment;
        Flush flush;
        flush.moment = &moment;
        TRY(run_flush(flush, FlushScope::everything));
        PinnedIndex pinned;
        if (!manifest_of(moment, pinned)) continue;
        for (const auto& [slot, deleted] : moment) {
            if (deleted != nullptr) pinned.deletes.emplace_back(slot->first_seq_no(), *deleted);
        }
        pinned.manifest.flushed_seq_no = flush.flushed_seq_no;
        pinned.manifest.deletes = pinned.deletes.empty() ? 0 : 1;
        if (TRY(map_segments(*node_.folder, pinned))) return pinned;
    }
    return fail(ErrorCode::overloaded,
                fmt::format("index [{}]: its segments were replaced {} times while a snapshot was "
                            "to be taken; try again",
                            name_, most_tries));
}

}  // namespace elkhorn::store
