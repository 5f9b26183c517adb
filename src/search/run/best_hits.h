// search/run/best_hits.h -- the hits of a search while they are found: rows with their sort keys,
// and the best of them, of which there are never more than are wanted.
//
//   BestHits best(order, wanted, room);
//   if (best.worst() == nullptr || may be better than *best.worst()) ASK(best.add(candidate));
//   const std::vector<Candidate> hits = best.take();
//
//   Memory    charged to the answer's room: what is kept, and no more.
#pragma once

#include "search/base/answer_room.h"
#include "search/base/failure.h"
#include "search/run/collapse.h"
#include "search/sort/sort.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace elkhorn::search {

struct Part;

struct Candidate {
    std::vector<SortValue> keys;
    float score = 0;
    Part* part = nullptr;
    std::size_t group = 0;
    std::uint32_t row = 0;
    SortValue shared;  // what hits are collapsed by
};

/// Where a hit stands in the order of all.
struct HitPlace {
    std::vector<SortValue> keys;
    float score = 0;
    std::size_t part = 0;  // number of the index in the request
    std::size_t group = 0;
    std::uint32_t row = 0;
};

HitPlace place_of(const Candidate& candidate);

/// By the keys, or the score where there are none; then by index and arrival.
class HitOrder {
public:
    explicit HitOrder(const SortList& sort) : sort_(sort) {}

    bool by_score() const { return sort_.empty(); }

    bool better(const Candidate& a, const Candidate& b) const;
    /// Whether the hit comes behind that place.
    bool is_behind(const Candidate& candidate, const HitPlace& place) const;
    /// Whether its keys come behind those of search_after.
    bool is_after(const std::vector<SortValue>& keys, const std::vector<SortValue>& after) const;

private:
    const SortList& sort_;  // the request's
};

class BestHits {
public:
    /// `room`: null, nobody counts. `collapsed`: of those with equal `shared` only the best.
    BestHits(const HitOrder& order, std::size_t wanted, AnswerRoom* room, bool collapsed);

    /// The one that a better one pushes out; null while there is room.
    const Candidate* worst() const { return worst_; }

    Answer<> add(Candidate candidate);
    /// The best first; then there are none.
    std::vector<Candidate> take();

private:
    struct Better {
        const HitOrder* order = nullptr;

        bool operator()(const Candidate& a, const Candidate& b) const {
            return order->better(a, b);
        }
    };

    using Ordered = std::set<Candidate, Better>;

    Answer<> add_plain(Candidate candidate);
    Answer<> add_collapsed(Candidate candidate);
    Answer<> take_room(const Candidate& candidate);
    void give_room(const Candidate& candidate);

    const HitOrder& order_;
    std::size_t wanted_;
    AnswerRoom* room_;
    bool collapsed_;
    const Candidate* worst_ = nullptr;
    std::vector<Candidate> heap_;  // the worst first
    Ordered ordered_;              // of collapsed hits
    std::map<SortValue, Ordered::iterator, KeyOrder> groups_;
};

}  // namespace elkhorn::search
