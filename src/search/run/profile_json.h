// search/run/profile_json.h -- "profile": where the time of a search went, index by index, in the
// shape of Elasticsearch's answer, with what was left out beside it.
//
// A query's `build_scorer` is the time in which it found its rows, `score` that of its scores,
// `create_weight` its planning; what Lucene has besides is 0. Queries count all that is below them.
#pragma once

#include "json/writer.h"
#include "search/match/profile.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace elkhorn::search {

/// Of one index.
struct PartProfile {
    std::string index;
    ProfileEntry root;  // the query is below it
    std::int64_t plan_ns = 0;
    std::int64_t hits_ns = 0;  // ordering rows
    std::int64_t aggregations_ns = 0;
    std::uint64_t groups = 0;        // row groups
    std::uint64_t skipped = 0;       // that no row was looked for in
    std::uint64_t without_hits = 0;  // that cannot have one of the best hits, and were counted only
    std::uint64_t empty = 0;         // without a row that matches
};

/// Adds the time until its end to a profile's; does nothing without one.
class ProfileTimer {
public:
    ProfileTimer(PartProfile* profile, std::int64_t PartProfile::* sum, const Clock* clock)
        : profile_(profile), sum_(sum), clock_(clock) {
        if (profile_ != nullptr) began_ = clock_->steady_ns();
    }

    ProfileTimer(const ProfileTimer&) = delete;
    ProfileTimer& operator=(const ProfileTimer&) = delete;

    ~ProfileTimer() {
        if (profile_ != nullptr) profile_->*sum_ += clock_->steady_ns() - began_;
    }

private:
    PartProfile* profile_;
    std::int64_t PartProfile::* sum_;
    const Clock* clock_;
    std::int64_t began_ = 0;
};

/// {"shards":[...]}; `aggregations`: the names of those that were collected, as JSON; empty: none.
std::string profile_json(const std::vector<const PartProfile*>& parts,
                         const std::string& aggregations);

}  // namespace elkhorn::search
