// search/run/rescore.h -- "rescore": the best hits by score are scored once more by a second query,
// the windows of several ones after the other. As in Elasticsearch each index has its own windows.
#pragma once

#include "event/value.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/match/bm25.h"
#include "search/match/plan.h"
#include "search/match/query.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace elkhorn::search {

struct Candidate;

struct Rescore {
    enum class Mode : std::uint8_t { total, multiply, avg, max, min };

    std::int64_t window = 10;
    QueryPtr query;
    float query_weight = 1;
    float rescore_weight = 1;
    Mode mode = Mode::total;
};

/// One, or a list.
Answer<std::vector<Rescore>> parse_rescores(const event::Value& body);

/// Planned for one index.
struct PlannedRescore {
    Rescore rescore;
    NodePtr node;
    std::unique_ptr<Statistics> statistics;
    std::unique_ptr<RowScorer> scorer;  // null: the constant
};

Answer<std::vector<PlannedRescore>> plan_rescores(const std::vector<Rescore>& rescores,
                                                  const Scope& scope);

/// `hits` are those of one index, the best first; they are so again afterwards.
Answer<> rescore_hits(const RequestContext& request, std::vector<PlannedRescore>& rescores,
                      std::vector<Candidate>& hits);

}  // namespace elkhorn::search
