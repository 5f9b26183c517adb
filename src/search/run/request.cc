// search/run/request.cc -- a _search body and its parameters, checked as Elasticsearch checks them:
// which keys there are depends on the kind of their value.

#include "base/strings.h"
#include "search/base/members.h"
#include "search/fetch/page_parse.h"
#include "search/query/core/query_parse.h"
#include "search/run/collapse.h"
#include "search/run/request_tables.h"
#include "search/run/rescore.h"
#include "search/run/search.h"
#include "search/run/slice.h"
#include "search/runtime/runtime_fields.h"
#include "search/sort/sort.h"
#include "search/suggest/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

/// "10s" in milliseconds; -1: none.
Answer<std::int64_t> time_value(const Value& value) {
    struct Unit {
        std::string_view name;
        double ms;
    };

    constexpr std::array units = {Unit{"nanos", 1e-6}, Unit{"micros", 1e-3}, Unit{"ms", 1},
                                  Unit{"s", 1e3},      Unit{"m", 6e4},       Unit{"h", 3.6e6},
                                  Unit{"d", 8.64e7}};
    const auto term = term_of(value);
    const std::string text = to_lower(trim(term ? term->text : ""));
    if (text == "-1" || text == "0") return 0;
    for (const Unit& unit : units) {
        if (!text.ends_with(unit.name)) continue;
        const auto number =
            to_integer(trim(std::string_view(text).substr(0, text.size() - unit.name.size())));
        if (!number) continue;
        return static_cast<std::int64_t>(
            std::clamp(std::ceil(static_cast<double>(*number) * unit.ms), 0.0, 1e12));
    }
    return refuse(
        "illegal_argument_exception",
        fmt::format(
            "failed to parse setting [timeout] with value [{}] as a time value: unit is missing "
            "or unrecognized",
            term ? term->text : ""));
}

Answer<> total_hits(const Value& value, Request& request) {
    const auto term = term_of(value);
    if (term && term->text == "true") {
        request.count_up_to.reset();
    } else if (term && term->text == "false") {
        request.count_up_to = 0;
    } else {
        const std::int64_t limit = ASK(whole_number(value));
        if (limit == -1) {
            request.count_up_to.reset();
        } else if (limit < 0) {
            return refuse_in_phase("illegal_argument_exception",
                                   fmt::format("value must be >= 0, got {}", limit));
        } else {
            request.count_up_to = limit;
        }
    }
    return {};
}

/// Keys whose value is a scalar; false: none of them.
Answer<bool> take_scalar(const event::Member& member, Request& request) {
    const std::string_view name = member.name;
    const Value& value = member.value;
    if (name == "timeout")
        request.timeout_ms = ASK(time_value(value));
    else if (name == "terminate_after")
        request.terminate_after = ASK(whole_number(value));
    else if (name == "min_score")
        request.min_score = ASK(number_option(member));
    else if (name == "track_total_hits")
        ASK(total_hits(value, request));
    else if (name == "profile")
        request.profile = ASK(boolean_option(member));
    else if (name == "explain")
        request.explain = ASK(boolean_option(member));
    else
        return false;
    return true;
}

/// {"logs-*": 2}, in an object or in a list of them.
Answer<> take_boosts(const Value& value, Request& request) {
    if (value.is(Kind::array)) {
        for (const Value& one : value.as_array().values()) {
            if (!one.is(Kind::object)) {
                return bad_syntax(fmt::format(
                    "Expected [START_OBJECT] in [indices_boost] but found [{}]", token_name(one)));
            }
            ASK(take_boosts(one, request));
        }
        return {};
    }
    for (const event::Member& member : value.as_object().members()) {
        request.indices_boost.push_back(
            {std::string(member.name), static_cast<float>(ASK(number_option(member)))});
    }
    return {};
}

Answer<> take_pit(const Value& value, Request& request) {
    constexpr std::array<ParameterTable, 1> tables = {pit_members};
    ASK(check_members("[pit]", value, tables));
    PointInTime pit;
    for (const event::Member& member : value.as_object().members()) {
        if (member.name == "id")
            pit.id = ASK(text_option("pit", member));
        else if (member.name == "keep_alive")
            pit.keep_alive = ASK(text_option("pit", member));
        else
            return bad_content(fmt::format("[pit] unknown field [{}]", member.name));
    }
    if (pit.id.empty()) return refuse("illegal_argument_exception", "point int time id is missing");
    request.pit = std::move(pit);
    return {};
}

/// What changes which hits are shown.
Answer<bool> take_choice(const event::Member& member, Request& request) {
    const std::string_view name = member.name;
    if (name == "collapse")
        request.collapse = ASK(parse_collapse(member.value, request.arena));
    else if (name == "rescore")
        request.rescores = ASK(parse_rescores(member.value));
    else if (name == "indices_boost")
        ASK(take_boosts(member.value, request));
    else if (name == "slice")
        request.slice = std::make_shared<const Slice>(ASK(parse_slice(member.value)));
    else if (name == "pit")
        ASK(take_pit(member.value, request));
    else if (name == "runtime_mappings")
        request.runtime_fields = ASK(parse_runtime_fields(member.value));
    else if (name == "suggest")
        request.suggest = ASK(parse_suggest(member.value));
    else
        return false;
    return true;
}

Answer<bool> take_object(const event::Member& member, Request& request) {
    const std::string_view name = member.name;
    if (name == "query") {
        request.query = ASK(parse_query(member.value));
    } else if (name == "post_filter") {
        request.post_filter = ASK(parse_query(member.value));
    } else if (name == "script_fields") {
        request.script_fields = ASK(parse_script_fields(member.value));
    } else if (name == "highlight") {
        request.highlight = ASK(parse_highlight(member.value));
    } else if (name == "aggs" || name == "aggregations") {
        request.aggregations =
            std::make_shared<const Value>(event::copy_value(*request.arena, member.value));
    } else {
        return take_choice(member, request);
    }
    return true;
}

Answer<bool> take_array(const event::Member& member, Request& request) {
    const std::string_view name = member.name;
    if (name == "search_after") {
        if (member.value.as_array().size() == 0) {
            return refuse("illegal_argument_exception", "Values must contains at least one value.");
        }
        request.search_after =
            std::make_shared<const Value>(event::copy_value(*request.arena, member.value));
    } else if (name == "rescore" || name == "indices_boost") {
        return take_choice(member, request);
    } else {
        return false;
    }
    return true;
}

Answer<> take_member(const event::Member& member, Request& request, PageReader& page) {
    bool known = ASK(page.take(member));
    if (known) return {};
    if (member.value.is(Kind::object))
        known = ASK(take_object(member, request));
    else if (member.value.is(Kind::array))
        known = ASK(take_array(member, request));
    else if (!member.value.is_null())
        known = ASK(take_scalar(member, request));
    if (!known) return unknown_key(member.value, member.name);
    return {};
}

/// The parameters of ?q=.
struct QueryParameters {
    std::optional<std::string> q;
    QueryStringOptions options;
};

Answer<> take_parameter(std::string_view name, std::string_view text, Request& request,
                        PageReader& page, QueryParameters& query) {
    const Value value = Value::string(text);
    const event::Member member{name, value};
    if (name == "q") {
        query.q = text;
    } else if (name == "df") {
        query.options.fields = {std::string(text)};
    } else if (name == "default_operator") {
        query.options.default_operator = ASK(operator_option(member)) ? "and" : "or";
    } else if (name == "lenient") {
        query.options.lenient = text.empty() || text == "true";
    } else if (name == "timeout" || name == "terminate_after" || name == "track_total_hits") {
        ASK(take_scalar(member, request));
    } else if (name == "explain") {
        request.explain = text.empty() || text == "true";
    } else {
        ASK(page.take_parameter(name, text));
    }
    return {};
}

}  // namespace

Answer<Request> parse_request(const Value& body, const Parameters& parameters) {
    Request request;
    request.arena = std::make_shared<event::Arena>();
    PageReader page(request);
    if (!body.is_null()) {
        if (!body.is(Kind::object)) {
            return bad_syntax(
                fmt::format("Expected [START_OBJECT] but found [{}]", token_name(body)));
        }
        constexpr std::array<ParameterTable, 2> tables = {page_members, search_members};
        const MemberCheck check = ASK(check_members("the body", body, tables));
        event::Arena arena;
        const Value used = check.leaves_out ? used_members(arena, body, tables) : body;
        for (const event::Member& member : used.as_object().members())
            ASK(take_member(member, request, page));
        if (!check.undeclared.empty())
            return unknown_key(*body.as_object().find(check.undeclared), check.undeclared);
    }
    QueryParameters query;
    for (const auto& [name, text] : parameters) {
        ASK(take_parameter(name, text, request, page, query));
    }
    if (query.q) request.query = ASK(parse_query_string(*query.q, query.options));
    page.settle(!request.script_fields.empty());
    if (request.collapse) request.docvalue_fields.push_back(request.collapse->field);
    return request;
}

}  // namespace elkhorn::search
