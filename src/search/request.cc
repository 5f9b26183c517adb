// search/request.cc -- a _search body and its parameters, checked as Elasticsearch checks them:
// which keys there are depends on the kind of their value.

#include "base/strings.h"
#include "search/query_parse.h"
#include "search/search.h"
#include "search/sort.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

std::unexpected<Failure> unknown_key(const Value& value, std::string_view name) {
    return bad_syntax(fmt::format("Unknown key for a {} in [{}].", token_name(value), name));
}

Answer<std::int64_t> whole_number(const Value& value) {
    if (value.is(Kind::integer)) return value.as_integer();
    const auto term = term_of(value);
    const auto number = term ? to_double(term->text) : std::nullopt;
    if (!number || !(std::fabs(*number) <= 1e15)) {
        return refuse("number_format_exception",
                      fmt::format("For input string: \"{}\"", term ? term->text : ""));
    }
    return static_cast<std::int64_t>(*number);
}

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

Answer<std::vector<std::string>> texts_of(const Value& value) {
    std::vector<std::string> texts;
    if (!value.is(Kind::array)) {
        if (const auto term = term_of(value)) texts.push_back(term->text);
        return texts;
    }
    for (const Value& item : value.as_array().values()) {
        const auto term = term_of(item);
        if (!term) return unknown_key(item, "_source");
        texts.push_back(term->text);
    }
    return texts;
}

Answer<SourceFilter> source_of(const Value& value) {
    SourceFilter filter;
    switch (value.kind()) {
        case Kind::boolean: filter.enabled = value.as_boolean(); return filter;
        case Kind::string:
        case Kind::array: filter.includes = ASK(texts_of(value)); return filter;
        case Kind::object: break;
        default:
            return bad_syntax(fmt::format(
                "Expected one of [VALUE_BOOLEAN, START_OBJECT] but found [{}]", token_name(value)));
    }
    for (const event::Member& member : value.as_object().members()) {
        const bool includes = member.name == "includes" || member.name == "include";
        const bool excludes = member.name == "excludes" || member.name == "exclude";
        if (!includes && !excludes) return unknown_key(member.value, member.name);
        if (!member.value.is(Kind::array) && !member.value.is(Kind::string)) {
            return unknown_key(member.value, member.name);
        }
        (includes ? filter.includes : filter.excludes) = ASK(texts_of(member.value));
    }
    return filter;
}

/// "field" or {"field": ..., "format": ...}, each as field:format.
Answer<std::vector<std::string>> shown_fields(const Value& value) {
    std::vector<std::string> fields;
    for (const Value& item : value.as_array().values()) {
        if (item.is(Kind::object)) {
            const Value* field = item.as_object().find("field");
            const Value* format = item.as_object().find("format");
            if (field == nullptr || !field->is(Kind::string)) {
                return bad_content("[docvalue_fields] failed to parse field [field]");
            }
            std::string shown(field->as_string());
            if (format != nullptr && format->is(Kind::string)) {
                shown += ':';
                shown += format->as_string();
            }
            fields.push_back(std::move(shown));
        } else if (const auto term = term_of(item)) {
            fields.push_back(term->text);
        }
    }
    return fields;
}

/// What is known only when everything was read.
struct Unsettled {
    bool source_given = false;
    bool stored_given = false;
    bool stored_source = false;
};

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

Answer<> stored_fields(const Value& value, Request& request, Unsettled& unsettled) {
    const auto names = ASK(texts_of(value));
    unsettled.stored_given = true;
    for (const std::string& name : names) {
        if (name == "_none_") request.stored_fields_none = true;
        if (name == "_source") unsettled.stored_source = true;
    }
    return {};
}

/// Keys whose value is a scalar; false: none of them.
Answer<bool> take_scalar(const event::Member& member, Request& request, Unsettled& unsettled) {
    const std::string_view name = member.name;
    const Value& value = member.value;
    if (name == "from")
        request.from = ASK(whole_number(value));
    else if (name == "size")
        request.size = ASK(whole_number(value));
    else if (name == "timeout")
        request.timeout_ms = ASK(time_value(value));
    else if (name == "terminate_after")
        request.terminate_after = ASK(whole_number(value));
    else if (name == "min_score")
        request.min_score = ASK(number_option(member));
    else if (name == "version")
        request.version = ASK(boolean_option(member));
    else if (name == "seq_no_primary_term")
        request.seq_no = ASK(boolean_option(member));
    else if (name == "track_scores")
        request.track_scores = ASK(boolean_option(member));
    else if (name == "track_total_hits")
        ASK(total_hits(value, request));
    else if (name == "sort")
        request.sort = ASK(parse_sort(value));
    else if (name == "stored_fields")
        ASK(stored_fields(value, request, unsettled));
    else
        return name == "explain" || name == "profile";
    return true;
}

Answer<bool> take_object(const event::Member& member, Request& request) {
    const std::string_view name = member.name;
    if (name == "query") {
        request.query = ASK(parse_query(member.value));
    } else if (name == "post_filter") {
        request.post_filter = ASK(parse_query(member.value));
    } else if (name == "sort") {
        request.sort = ASK(parse_sort(member.value));
    } else if (name == "aggs" || name == "aggregations") {
        request.aggregations =
            std::make_shared<const Value>(event::copy_value(*request.arena, member.value));
    } else {
        constexpr std::array harmless = {std::string_view("script_fields"),
                                         std::string_view("indices_boost"),
                                         std::string_view("highlight"),
                                         std::string_view("suggest"),
                                         std::string_view("rescore"),
                                         std::string_view("ext"),
                                         std::string_view("slice"),
                                         std::string_view("collapse"),
                                         std::string_view("pit")};
        return std::ranges::find(harmless, name) != harmless.end();
    }
    return true;
}

Answer<bool> take_array(const event::Member& member, Request& request, Unsettled& unsettled) {
    const std::string_view name = member.name;
    if (name == "sort") {
        request.sort = ASK(parse_sort(member.value));
    } else if (name == "stored_fields") {
        ASK(stored_fields(member.value, request, unsettled));
    } else if (name == "docvalue_fields") {
        request.docvalue_fields = ASK(shown_fields(member.value));
    } else if (name == "fields") {
        request.fields = ASK(shown_fields(member.value));
    } else if (name == "search_after") {
        if (member.value.as_array().size() == 0) {
            return refuse("illegal_argument_exception", "Values must contains at least one value.");
        }
        request.search_after =
            std::make_shared<const Value>(event::copy_value(*request.arena, member.value));
    } else {
        return name == "indices_boost" || name == "rescore" || name == "stats";
    }
    return true;
}

Answer<> take_member(const event::Member& member, Request& request, Unsettled& unsettled) {
    if (member.name == "_source" && !member.value.is_null()) {
        request.source = ASK(source_of(member.value));
        unsettled.source_given = true;
        return {};
    }
    bool known = false;
    if (member.value.is(Kind::object))
        known = ASK(take_object(member, request));
    else if (member.value.is(Kind::array))
        known = ASK(take_array(member, request, unsettled));
    else if (!member.value.is_null())
        known = ASK(take_scalar(member, request, unsettled));
    if (!known) return unknown_key(member.value, member.name);
    return {};
}

/// The parameters of ?q=.
struct QueryParameters {
    std::optional<std::string> q;
    QueryStringOptions options;
};

std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> parts;
    for (const std::string_view part : split(text, ',')) {
        if (!part.empty()) parts.emplace_back(part);
    }
    return parts;
}

Answer<> source_parameter(std::string_view text, Request& request) {
    request.source = SourceFilter{};
    if (text == "true" || text == "false")
        request.source.enabled = text == "true";
    else
        request.source.includes = list_of(text);
    return {};
}

Answer<> take_parameter(std::string_view name, std::string_view text, Request& request,
                        Unsettled& unsettled, QueryParameters& query) {
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
    } else if (name == "sort") {
        request.sort = ASK(parse_sort_parameter(text));
    } else if (name == "_source") {
        unsettled.source_given = true;
        ASK(source_parameter(text, request));
    } else if (name == "_source_includes" || name == "_source_include") {
        unsettled.source_given = true;
        request.source.includes = list_of(text);
    } else if (name == "_source_excludes" || name == "_source_exclude") {
        unsettled.source_given = true;
        request.source.excludes = list_of(text);
    } else if (name == "docvalue_fields") {
        request.docvalue_fields = list_of(text);
    } else if (name == "stored_fields") {
        for (const std::string& field : list_of(text)) {
            ASK(stored_fields(Value::string(field), request, unsettled));
        }
    } else if (name == "version" || name == "seq_no_primary_term" || name == "track_scores") {
        const event::Member flag{name, text.empty() ? Value::boolean(true) : value};
        ASK(take_scalar(flag, request, unsettled));
    } else if (name == "from" || name == "size" || name == "timeout" || name == "terminate_after" ||
               name == "track_total_hits") {
        ASK(take_scalar(member, request, unsettled));
    }
    return {};
}

}  // namespace

Answer<Request> parse_request(const Value& body, const Parameters& parameters) {
    Request request;
    request.arena = std::make_shared<event::Arena>();
    Unsettled unsettled;
    if (!body.is_null()) {
        if (!body.is(Kind::object)) {
            return bad_syntax(
                fmt::format("Expected [START_OBJECT] but found [{}]", token_name(body)));
        }
        for (const event::Member& member : body.as_object().members()) {
            ASK(take_member(member, request, unsettled));
        }
    }
    QueryParameters query;
    for (const auto& [name, text] : parameters) {
        ASK(take_parameter(name, text, request, unsettled, query));
    }
    if (query.q) request.query = ASK(parse_query_string(*query.q, query.options));
    if (request.size == -1) request.size = 10;
    if (request.from == -1) request.from = 0;
    const bool hidden =
        request.stored_fields_none || (unsettled.stored_given && !unsettled.stored_source);
    if (hidden && !unsettled.source_given) request.source.enabled = false;
    return request;
}

}  // namespace elkhorn::search
