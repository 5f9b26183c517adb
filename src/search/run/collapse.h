// search/run/collapse.h -- "collapse": of hits that share a value only the best is shown, with the
// best of the others below it where inner_hits ask for them.
//
//   {"field": "host", "inner_hits": {"name": "last", "size": 3, "sort": [...], "collapse": {...}}}
//
// What shares no value (the field is missing) is a group, too. Totals and aggregations count all.
#pragma once

#include "event/value.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/query.h"
#include "search/sort/sort.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

struct Request;

/// One of "inner_hits": a search of its own among those that share the hit's value.
struct GroupSearch {
    std::optional<std::string> name;         // without one it is refused once there is a hit
    std::shared_ptr<const Request> request;  // what it shows; its query is the hit's group
};

struct CollapseRequest {
    std::string field;
    std::vector<GroupSearch> inner;  // names differ
};

/// `arena` keeps what of the body is needed later. `inside`: it stands in inner_hits.
Answer<std::shared_ptr<const CollapseRequest>> parse_collapse(
    const event::Value& body, const std::shared_ptr<event::Arena>& arena, bool inside = false);

/// The values of one index that hits are collapsed by.
class CollapseColumn {
public:
    /// Refuses a field that has no single value a document.
    static Answer<std::unique_ptr<CollapseColumn>> plan(const CollapseRequest& request,
                                                        const store::IndexView& index);

    Answer<> enter(const GroupContext& context);
    /// What the row is grouped by; none: it has no value.
    Answer<SortValue> key(std::uint32_t row);

private:
    explicit CollapseColumn(Field field) : field_(std::move(field)) {}

    Field field_;  // unknown: no row has a value
    Numbers numbers_;
    Keywords words_;
};

/// Orders keys of one field; it does not matter how.
struct KeyOrder {
    bool operator()(const SortValue& a, const SortValue& b) const;
};

/// Hits of `query` that are of the group `key` of `field`.
QueryPtr in_group(const QueryPtr& query, const std::string& field, const SortValue& key);

}  // namespace elkhorn::search
