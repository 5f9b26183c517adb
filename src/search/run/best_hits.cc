#include "search/run/best_hits.h"

#include "search/run/part.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace elkhorn::search {
namespace {

std::uint64_t bytes_of_hit(const Candidate& candidate) {
    return sizeof(Candidate) + bytes_of(candidate.keys) + candidate.shared.text.size();
}

}  // namespace

HitPlace place_of(const Candidate& candidate) {
    return {candidate.keys, candidate.score, candidate.part->number, candidate.group,
            candidate.row};
}

bool HitOrder::better(const Candidate& a, const Candidate& b) const {
    if (by_score() && a.score != b.score) return a.score > b.score;
    for (std::size_t i = 0; i < a.keys.size(); ++i) {
        const int order = compare_keys(*sort_[i], a.keys[i], b.keys[i]);
        if (order != 0) return order < 0;
    }
    return std::tuple(a.part->number, a.group, a.row) < std::tuple(b.part->number, b.group, b.row);
}

bool HitOrder::is_behind(const Candidate& candidate, const HitPlace& place) const {
    if (by_score() && candidate.score != place.score) return candidate.score < place.score;
    for (std::size_t i = 0; i < candidate.keys.size(); ++i) {
        const int order = compare_keys(*sort_[i], candidate.keys[i], place.keys[i]);
        if (order != 0) return order > 0;
    }
    return std::tuple(candidate.part->number, candidate.group, candidate.row) >
           std::tuple(place.part, place.group, place.row);
}

bool HitOrder::is_after(const std::vector<SortValue>& keys,
                        const std::vector<SortValue>& after) const {
    for (std::size_t i = 0; i < after.size(); ++i) {
        const int order = compare_keys(*sort_[i], keys[i], after[i]);
        if (order != 0) return order > 0;
    }
    return false;
}

BestHits::BestHits(const HitOrder& order, std::size_t wanted, AnswerRoom* room, bool collapsed)
    : order_(order),
      wanted_(wanted),
      room_(room),
      collapsed_(collapsed),
      ordered_(Better{&order}) {}

Answer<> BestHits::take_room(const Candidate& candidate) {
    return room_ == nullptr ? Answer<>{} : room_->take(bytes_of_hit(candidate));
}

void BestHits::give_room(const Candidate& candidate) {
    if (room_ != nullptr) room_->give(bytes_of_hit(candidate));
}

Answer<> BestHits::add(Candidate candidate) {
    if (wanted_ == 0) return {};
    return collapsed_ ? add_collapsed(std::move(candidate)) : add_plain(std::move(candidate));
}

Answer<> BestHits::add_plain(Candidate candidate) {
    const Better better{&order_};
    if (heap_.size() == wanted_) {
        if (!better(candidate, heap_.front())) return {};
        std::ranges::pop_heap(heap_, better);
        give_room(heap_.back());
        ASK(take_room(candidate));
        heap_.back() = std::move(candidate);
    } else {
        ASK(take_room(candidate));
        heap_.push_back(std::move(candidate));
    }
    std::ranges::push_heap(heap_, better);
    if (heap_.size() == wanted_) worst_ = heap_.data();
    return {};
}

/// A group that was pushed out may come back with a better hit: those that pushed it out are
/// better than all that it had.
Answer<> BestHits::add_collapsed(Candidate candidate) {
    const auto there = groups_.find(candidate.shared);
    const auto remove = [&](Ordered::iterator one) {
        give_room(*one);
        ordered_.erase(one);
    };
    if (there != groups_.end()) {
        if (!order_.better(candidate, *there->second)) return {};
        remove(there->second);
        groups_.erase(there);
    } else if (ordered_.size() == wanted_) {
        const auto last = std::prev(ordered_.end());
        if (!order_.better(candidate, *last)) return {};
        groups_.erase(last->shared);
        remove(last);
    }
    ASK(take_room(candidate));
    const SortValue shared = candidate.shared;
    groups_[shared] = ordered_.insert(std::move(candidate)).first;
    worst_ = ordered_.size() == wanted_ ? &*ordered_.rbegin() : nullptr;
    return {};
}

std::vector<Candidate> BestHits::take() {
    worst_ = nullptr;
    groups_.clear();
    std::vector<Candidate> hits = std::move(heap_);
    heap_.clear();
    while (!ordered_.empty())
        hits.push_back(std::move(ordered_.extract(ordered_.begin()).value()));
    std::ranges::sort(hits, Better{&order_});
    return hits;
}

}  // namespace elkhorn::search
