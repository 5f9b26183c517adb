// search/query/core/query_kind.h -- what the build knows of a query. Files of query/compound, term,
// fulltext, geo and joining define a `spec` each, of one kind or of a family that shares its code;
// the table of all is written by the build, and a new query edits no list.
#pragma once

#include "base/parameter.h"
#include "event/value.h"
#include "search/base/failure.h"
#include "search/match/query.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace elkhorn::search {

/// Where a query's members stand.
enum class BodyShape : std::uint8_t {
    object,  // {"path": ..., "query": ...}
    field,   // {"message": {"query": ..., "operator": ...}}
};

struct QueryKind {
    std::string_view name;
    Answer<QueryPtr> (*parse)(const event::Value& body);  // the body is an object
    std::array<ParameterTable, 2> members = {};           // beside boost and _name
    BodyShape shape = BodyShape::object;
};

inline constexpr Parameter common_query_members[] = {
    {"boost", Takes::real},
    {"_name", Takes::text},
};

struct QueryKinds {
    std::span<const QueryKind> kinds;
};

std::span<const QueryKinds* const> all_query_kinds();

/// Null when there is none of that name.
const QueryKind* find_query_kind(std::string_view name);

}  // namespace elkhorn::search
