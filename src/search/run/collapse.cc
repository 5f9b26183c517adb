#include "search/run/collapse.h"

#include "search/base/members.h"
#include "search/fetch/page_members.h"
#include "search/fetch/page_parse.h"
#include "search/match/field_terms.h"
#include "search/match/plan.h"
#include "search/query/core/query_parse.h"
#include "search/run/request_tables.h"
#include "search/run/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

constexpr std::int64_t hits_otherwise = 3;

std::unexpected<Failure> not_single(std::string_view field) {
    auto failure = refuse_in_phase(
        "illegal_state_exception",
        fmt::format("failed to collapse {}, the collapse field must be single valued", field));
    failure.error().status = 500;
    return failure;
}

std::unexpected<Failure> cannot_collapse(std::string_view field, std::string_view reason) {
    return refuse_in_phase("illegal_argument_exception",
                           fmt::format("cannot collapse on field `{}` {}", field, reason));
}

Answer<> take_inner(const event::Member& member, GroupSearch& search, Request& request,
                    PageReader& page, const std::shared_ptr<event::Arena>& arena) {
    if (member.name == "name") {
        search.name = ASK(text_option("inner_hits", member));
    } else if (member.name == "highlight") {
        request.highlight = ASK(parse_highlight(member.value));
    } else if (member.name == "collapse") {
        request.collapse = ASK(parse_collapse(member.value, arena, true));
    } else if (member.name == "explain") {
        request.explain = ASK(boolean_option(member));
    } else if (member.name != "ignore_unmapped") {
        const bool known = ASK(page.take(member));
        if (!known) return bad_content(fmt::format("[inner_hits] unknown field [{}]", member.name));
    }
    return {};
}

Answer<GroupSearch> parse_inner(const Value& body, const std::shared_ptr<event::Arena>& arena) {
    if (!body.is(Kind::object))
        return bad_content(fmt::format("[collapse] inner_hits doesn't support values of type: {}",
                                       token_name(body)));
    constexpr std::array<ParameterTable, 2> tables = {page_members, group_search_members};
    const MemberCheck check = ASK(check_members("[inner_hits] of [collapse]", body, tables));
    event::Arena shown;
    const Value used = check.leaves_out ? used_members(shown, body, tables) : body;
    GroupSearch search;
    auto request = std::make_shared<Request>();
    request->arena = arena;
    request->size = hits_otherwise;
    PageReader page(*request);
    for (const event::Member& member : used.as_object().members())
        ASK(take_inner(member, search, *request, page, arena));
    page.settle();
    if (request->collapse) request->docvalue_fields.push_back(request->collapse->field);
    search.request = std::move(request);
    return search;
}

/// Of two that share a name the later counts.
Answer<> add_inner(const Value& body, const std::shared_ptr<event::Arena>& arena,
                   std::vector<GroupSearch>& searches) {
    GroupSearch added = ASK(parse_inner(body, arena));
    const auto same = std::ranges::find(searches, added.name, &GroupSearch::name);
    if (same == searches.end())
        searches.push_back(std::move(added));
    else
        *same = std::move(added);
    return {};
}

}  // namespace

Answer<std::shared_ptr<const CollapseRequest>> parse_collapse(
    const Value& body, const std::shared_ptr<event::Arena>& arena, bool inside) {
    constexpr std::array<ParameterTable, 1> tables = {collapse_members};
    ASK(check_members("[collapse]", body, tables));
    auto collapse = std::make_shared<CollapseRequest>();
    for (const event::Member& member : body.as_object().members()) {
        if (member.name == "field") {
            collapse->field = ASK(text_option("collapse", member));
        } else if (member.name == "inner_hits" && !inside) {
            if (!member.value.is(Kind::array)) {
                ASK(add_inner(member.value, arena, collapse->inner));
                continue;
            }
            for (const Value& one : member.value.as_array().values())
                ASK(add_inner(one, arena, collapse->inner));
        } else if (member.name != "max_concurrent_group_searches" || inside) {
            return bad_content(fmt::format("[collapse] unknown field [{}]", member.name));
        }
    }
    return collapse;
}

Answer<std::unique_ptr<CollapseColumn>> CollapseColumn::plan(const CollapseRequest& request,
                                                             const store::IndexView& index) {
    Field field = find_field(index, request.field);
    if (!field.has_values()) {
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("no mapping found for `{}` in order to collapse on", request.field));
    }
    const bool fits = field.is_keyword() || field.is_number();
    if (!fits) {
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("unknown type for collapse field `{}`, only keywords and numbers are "
                        "accepted",
                        request.field));
    }
    if (!field.mapping->doc_values) return cannot_collapse(request.field, "without `doc_values`");
    return std::unique_ptr<CollapseColumn>(new CollapseColumn(std::move(field)));
}

Answer<> CollapseColumn::enter(const GroupContext& context) {
    if (field_.is_keyword())
        words_ = ASK(keywords_of(context, field_));
    else
        numbers_ = ASK(exact_numbers_of(context, field_));
    return {};
}

Answer<SortValue> CollapseColumn::key(std::uint32_t row) {
    if (!words_.none()) {
        const auto& rows = words_.ordinals->rows;
        const auto count = rows.last(row) - rows.first(row);
        if (count > 1) return not_single(field_.name);
        if (count == 0) return SortValue();
        const std::uint32_t ordinal = words_.ordinals->values[rows.first(row)];
        return SortValue::of(std::string((*words_.dictionary)[ordinal]));
    }
    SortValue key;
    if (numbers_.integers != nullptr && numbers_.integers->rows.has(row)) {
        const auto& rows = numbers_.integers->rows;
        if (rows.last(row) - rows.first(row) > 1) return not_single(field_.name);
        key = SortValue::of(numbers_.integers->values[rows.first(row)]);
    }
    if (numbers_.reals != nullptr && numbers_.reals->rows.has(row)) {
        const auto& rows = numbers_.reals->rows;
        if (rows.last(row) - rows.first(row) > 1 || key.kind != SortValue::Kind::none)
            return not_single(field_.name);
        key = SortValue::of(numbers_.reals->values[rows.first(row)]);
    }
    return key;
}

bool KeyOrder::operator()(const SortValue& a, const SortValue& b) const {
    return std::tie(a.kind, a.integer, a.real, a.text) <
           std::tie(b.kind, b.integer, b.real, b.text);
}

QueryPtr in_group(const QueryPtr& query, const std::string& field, const SortValue& key) {
    const auto plan = [query, field, key](const Scope& scope) -> Answer<NodePtr> {
        const Field found = scoped_field(scope, field);
        Clauses clauses;
        clauses.must.push_back(ASK(plan_query(*query, scope)));
        if (!found.has_values()) {
            if (key.kind != SortValue::Kind::none) return no_rows();
            return bool_node(std::move(clauses));
        }
        switch (key.kind) {
            case SortValue::Kind::none: clauses.must_not.push_back(existing({found})); break;
            case SortValue::Kind::integer:
                clauses.filter.push_back(integer_set(found, {key.integer}));
                break;
            case SortValue::Kind::real:
                clauses.filter.push_back(real_range(found, key.real, key.real));
                break;
            case SortValue::Kind::text:
                clauses.filter.push_back(keyword_set(found, {key.text}));
                break;
        }
        return bool_node(std::move(clauses));
    };
    return std::make_shared<PlannedQuery>(plan, 1.0F, std::string(), std::nullopt);
}

}  // namespace elkhorn::search
