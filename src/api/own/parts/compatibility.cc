#include "api/own/parts/compatibility.h"

#include "api/core/api.h"
#include "api/core/index_settings.h"
#include "api/core/parameters.h"
#include "api/mapping/parts/mapping_parameters.h"
#include "api/snapshot/parts/repository_settings.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/pipeline_kind.h"
#include "search/query/core/query_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

namespace elkhorn::api {
namespace {

constexpr std::string_view head =
    "# What is understood, and what is not\n\n"
    "Printed from the tables that endpoints, queries and aggregations declare: `elkhorn "
    "compatibility`, and a\ntest holds this page to it. A parameter or a member is **used**, "
    "**without effect** (accepted, and nothing\nfollows, for the reason given) or **refused** (400 "
    "with that sentence; the values in brackets change nothing\nand are accepted). Whatever is not "
    "listed is refused.\n";

void write_rows(std::string& out, std::span<const ParameterTable> tables) {
    for (const ParameterTable table : tables) {
        for (const Parameter& one : table) {
            std::string said(one.note);
            if (one.use == Use::used) said.clear();
            if (!one.words.empty())
                said += fmt::format("{}[{}]", said.empty() ? "" : " ", one.words);
            out += fmt::format("| `{}` | {} | {} | {} |\n", one.name == "*" ? "a field" : one.name,
                               kind_name(one.takes), use_name(one.use), said);
        }
    }
}

bool has_rows(std::span<const ParameterTable> tables) {
    return std::ranges::any_of(tables, [](ParameterTable table) { return !table.empty(); });
}

void write_table(std::string& out, std::string_view what, std::span<const ParameterTable> tables) {
    if (!has_rows(tables)) return;
    out += fmt::format("\n| {} | kind | use | |\n| --- | --- | --- | --- |\n", what);
    write_rows(out, tables);
}

std::string routes_of(const Endpoint& endpoint) {
    std::string routes(endpoint.routes);
    for (std::size_t at = 0; (at = routes.find(' ', at)) != std::string::npos; at += 4)
        routes.replace(at, 1, "`, `");
    return routes;
}

void write_endpoints(std::string& out) {
    out += "\n## Every endpoint\n";
    const std::vector<ParameterTable> common = {common_parameters};
    write_table(out, "parameter", common);
    std::vector<const Endpoint*> endpoints(all().begin(), all().end());
    std::ranges::sort(endpoints, {}, &Endpoint::routes);
    for (const Endpoint* endpoint : endpoints) {
        out += fmt::format("\n### {} `{}`\n\nAction `{}`.{}\n", endpoint->methods,
                           routes_of(*endpoint), endpoint->action,
                           endpoint->body == Body::none ? " A body is refused." : "");
        write_table(out, "parameter", endpoint->parameters);
        write_table(out, "member of the body", endpoint->members);
        const std::vector<ParameterTable> items = {endpoint->item_members};
        write_table(out, "member of an item", items);
    }
}

template <typename Family>
void write_kinds(std::string& out, std::string_view title, std::span<const Family* const> families,
                 std::vector<ParameterTable> common) {
    out += fmt::format("\n## {}\n", title);
    write_table(out, "member of each", common);
    for (const Family* family : families) {
        for (const auto& kind : family->kinds) {
            out += fmt::format("\n### {}\n", kind.name);
            write_table(out, "member", kind.members);
        }
    }
}

}  // namespace

std::string compatibility_page() {
    std::string out(head);
    write_endpoints(out);
    out += "\n## Settings of an index\n\nA name stands for all below it, too.\n";
    const std::vector<ParameterTable> settings = {index_settings};
    write_table(out, "setting", settings);
    out += "\n## Settings of a snapshot repository\n";
    const std::vector<ParameterTable> repository = {repository_settings};
    write_table(out, "setting", repository);
    out += "\n## Parameters of a field in a mapping\n";
    const std::vector<ParameterTable> fields = {field_parameters};
    write_table(out, "parameter", fields);
    write_kinds(out, "Queries", search::all_query_kinds(), {search::common_query_members});
    write_kinds(out, "Aggregations", search::agg::all_aggregation_kinds(), {});
    write_kinds(out, "Pipeline aggregations", search::agg::all_pipeline_kinds(), {});
    return out;
}

}  // namespace elkhorn::api
