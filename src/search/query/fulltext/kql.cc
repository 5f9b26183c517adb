// search/query/fulltext/kql.cc -- kql: a text in the language of Kibana's search bar, which is read
// once and means for each index what its fields are.
//
//   {"kql": {"query": "level:error and not host:web-*", "time_zone": "Europe/Berlin"}}

#include "search/base/date_math.h"
#include "search/kql/kql_query.h"
#include "search/kql/kql_syntax.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

namespace elkhorn::search::kql {
namespace {

constexpr std::size_t longest_query = 1 << 20;

Answer<QueryPtr> parse_query_of(const std::string& text, const KqlOptions& options,
                                const Common& common) {
    if (text.size() > longest_query)
        return refuse("illegal_argument_exception", "[kql] the query is longer than 1 MiB");
    auto parsed = parse_kql(text);
    if (!parsed) return bad_syntax(parsed.error().message);
    const std::shared_ptr<const KqlSyntax> syntax = std::move(*parsed);
    return make_query(
        [syntax, options](const Scope& scope) -> Answer<NodePtr> {
            event::Arena arena;
            const auto query = ASK(parse_query(kql_as_query(*syntax, options, scope, arena)));
            return plan_query(*query, scope);
        },
        common);
}

Answer<QueryPtr> parse_kql_query(const event::Value& body) {
    std::optional<std::string> text;
    KqlOptions options;
    Common common;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "query") {
            text = ASK(text_option("kql", member));
        } else if (member.name == "default_field") {
            options.default_field = ASK(text_option("kql", member));
        } else if (member.name == "time_zone") {
            options.time_zone = ASK(text_option("kql", member));
            if (!options.time_zone.empty()) ASK(check_time_zone(options.time_zone));
        } else if (member.name == "case_insensitive") {
            options.case_insensitive = ASK(boolean_option(member));
        } else {
            return bad_content(fmt::format("[kql] unknown field [{}]", member.name));
        }
    }
    if (!text) return refuse("illegal_argument_exception", "Required [query]");
    return parse_query_of(*text, options, common);
}

constexpr Parameter kql_members[] = {
    {"query", Takes::text},
    {"default_field", Takes::text},
    {"time_zone", Takes::text},
    {"case_insensitive", Takes::flag},
};

constexpr QueryKind kinds[] = {
    {"kql", parse_kql_query, {kql_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::kql
