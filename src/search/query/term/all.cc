// search/query/term/all.cc -- match_all, match_none and type: every document, or none.

#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

namespace elkhorn::search::all {
namespace {

using event::Kind;
using event::Value;

/// match_all and match_none: boost and _name alone.
Answer<Common> only_common(std::string_view query, const Value& body) {
    Common common;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        const std::string reason = fmt::format("[1:1] [{}] unknown field [{}]", query, member.name);
        auto failure = bad_syntax(reason);
        failure.error().caused_by_type = "x_content_parse_exception";
        failure.error().caused_by_reason = reason;
        return failure;
    }
    return common;
}

Answer<QueryPtr> parse_match_all(const Value& body) {
    const Common common = ASK(only_common("match_all", body));
    return make_query([](const Scope&) -> Answer<NodePtr> { return all_rows(); }, common, 1.0F);
}

Answer<QueryPtr> parse_match_none(const Value& body) {
    ASK(only_common("match_none", body));
    return match_nothing();
}

/// {"type":{"value":"_doc"}}, which every document is.
Answer<QueryPtr> parse_type(const Value& body) {
    const Value* value = body.as_object().find("value");
    const bool doc = value != nullptr && value->is(Kind::string) && value->as_string() == "_doc";
    return make_query(
        [doc](const Scope&) -> Answer<NodePtr> { return doc ? all_rows() : no_rows(); }, {}, 1.0F);
}

constexpr Parameter type_members[] = {{"value", Takes::text}};

constexpr QueryKind kinds[] = {
    {"match_all", parse_match_all},
    {"match_none", parse_match_none},
    {"type", parse_type, {type_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::all
