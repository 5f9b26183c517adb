// search/fetch/inner_hits.h -- which objects of a hit satisfied a nested query, as hits of their
// own below the hit: {"inner_hits":{"comments":{"hits":{"total":..,"hits":[..]}}}}.
//
// A query that asks for them leaves an InnerHits in its Scope when it is planned; once the page of
// hits is known they are looked up for its documents alone.
#pragma once

#include "event/value.h"
#include "search/fetch/page.h"
#include "search/match/bm25.h"
#include "search/match/plan.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search {

/// The body of "inner_hits".
struct InnerHitsRequest {
    std::string name;  // empty: the path
    Page page;         // size, sort, sources, fields
};

Answer<std::shared_ptr<const InnerHitsRequest>> parse_inner_hits(const event::Member& member);

/// Counts for the scores of the objects at a path, over the whole index; gathered once a request.
struct ObjectCounts {
    ObjectCounts(const RequestContext& request, const store::IndexView& index, std::string path)
        : documents(request, index), objects(documents, std::move(path)) {}

    ObjectCounts(const ObjectCounts&) = delete;
    ObjectCounts& operator=(const ObjectCounts&) = delete;

    Statistics documents;
    Statistics objects;
};

/// Planned for one index.
struct InnerHits {
    std::shared_ptr<const InnerHitsRequest> request;
    std::string path;
    NodePtr node;  // of the objects
    std::unique_ptr<ObjectCounts> counts;
    std::vector<InnerHits> below;

    const std::string& name() const { return request->name.empty() ? path : request->name; }
};

/// Which relatives of a hit satisfied a has_child or a has_parent. A search of their own finds
/// them, for they are other documents.
struct RelativeHits {
    std::string name;
    std::shared_ptr<const InnerHitsRequest> request;
    /// The relatives of the document in that row.
    std::function<Answer<QueryPtr>(const GroupContext& context, std::uint32_t row)> query_of;
};

/// Adds one; a name may be there once.
Answer<> add_inner_hits(std::vector<InnerHits>& all, InnerHits one);

/// The members of "inner_hits" with braces, for each of the rows; `rows` ascend.
Answer<std::map<std::uint32_t, std::string>> inner_hits_of(const GroupContext& context,
                                                           std::span<const std::uint32_t> rows,
                                                           const std::vector<InnerHits>& wanted);

}  // namespace elkhorn::search
