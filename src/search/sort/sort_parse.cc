// search/sort/sort_parse.cc -- "sort" as bodies and addresses give it.

#include "base/strings.h"
#include "search/match/field_terms.h"
#include "search/query/core/query_parse.h"
#include "search/sort/sort.h"
#include "search/sort/sort_distance.h"
#include "search/sort/sort_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

constexpr std::size_t nested_most = 20;

std::unexpected<Failure> bad_option(std::string_view option, std::string type, std::string reason) {
    auto failure = bad_content(fmt::format("[field_sort] failed to parse field [{}]", option));
    failure.error().caused_by_type = std::move(type);
    failure.error().caused_by_reason = std::move(reason);
    return failure;
}

Sort new_sort(std::string_view field) {
    Sort sort;
    sort.field = field;
    if (field == "_score") {
        sort.kind = Sort::Kind::score;
        sort.descending = true;
    } else if (field == "_doc" || field == "_shard_doc") {
        sort.kind = Sort::Kind::row;
    }
    return sort;
}

Answer<bool> descending(std::string_view order) {
    const std::string name = to_upper(order);
    if (name == "ASC") return false;
    if (name == "DESC") return true;
    return refuse("illegal_argument_exception",
                  "No enum constant org.elasticsearch.search.sort.SortOrder." + name);
}

Answer<SortMode> sort_mode(std::string_view mode) {
    const std::string name = to_lower(mode);
    if (name == "min") return SortMode::min;
    if (name == "max") return SortMode::max;
    if (name == "sum") return SortMode::sum;
    if (name == "avg") return SortMode::avg;
    if (name == "median") return SortMode::median;
    return refuse("illegal_argument_exception", fmt::format("Unknown SortMode [{}]", mode));
}

/// {"path": "a", "filter": {...}, "nested": {...}}
Answer<> read_nested(const Value& body, Sort& sort) {
    if (!body.is(Kind::object)) return bad_content("[field_sort] nested doesn't support values");
    if (sort.nested.size() == nested_most) return bad_content("[field_sort] nested too deep");
    const std::size_t level = sort.nested.size();
    sort.nested.emplace_back();
    for (const event::Member& member : body.as_object().members()) {
        if (member.name == "path" && member.value.is(Kind::string))
            sort.nested[level].path = member.value.as_string();
        else if (member.name == "filter")
            sort.nested[level].filter = ASK(inner_query(member, "nested"));
        else if (member.name == "nested")
            ASK(read_nested(member.value, sort));
        else
            return bad_content(fmt::format("[nested] unknown field [{}]", member.name));
    }
    return {};
}

Answer<> read_option(const event::Member& member, Sort& sort) {
    const auto term = term_of(member.value);
    const std::string text = term ? term->text : "";
    if (member.name == "order") {
        auto order = descending(text);
        if (!order) return bad_option("order", order.error().type, order.error().reason);
        sort.descending = *order;
    } else if (sort.kind == Sort::Kind::score) {
        return bad_content(fmt::format("[_score] unknown field [{}]", member.name));
    } else if (member.name == "mode") {
        auto mode = sort_mode(text);
        if (!mode) return bad_option("mode", mode.error().type, mode.error().reason);
        sort.mode = *mode;
    } else if (member.name == "missing") {
        sort.missing = text;
    } else if (member.name == "unmapped_type") {
        sort.unmapped_type = text;
    } else if (member.name == "numeric_type") {
        const bool known =
            text == "long" || text == "double" || text == "date" || text == "date_nanos";
        if (!known) {
            return bad_option(
                "numeric_type", "illegal_argument_exception",
                fmt::format("invalid value for [numeric_type], must be [long, double, date, "
                            "date_nanos], got {}",
                            text));
        }
        sort.numeric_type = text;
    } else if (member.name == "nested") {
        ASK(read_nested(member.value, sort));
    } else if (member.name == "nested_path") {  // as it was before 6.1
        sort.nested.resize(1);
        sort.nested[0].path = text;
    } else if (member.name == "nested_filter") {
        sort.nested.resize(1);
        sort.nested[0].filter = ASK(inner_query(member, "nested_filter"));
    } else {
        return bad_content(fmt::format("[field_sort] unknown field [{}]", member.name));
    }
    return {};
}

Answer<std::shared_ptr<const Sort>> read_distance(const event::Member& given) {
    if (!given.value.is(Kind::object))
        return bad_syntax("[_geo_distance] wants an object with a field and its points");
    constexpr std::array shared = {"order", "mode", "nested", "nested_path", "nested_filter"};
    auto sort = std::make_shared<Sort>();
    sort->kind = Sort::Kind::distance;
    for (const event::Member& member : given.value.as_object().members()) {
        const bool usual = std::ranges::find(shared, member.name) != shared.end();
        ASK(usual ? read_option(member, *sort) : read_distance_option(member, *sort));
    }
    ASK(check_distance(*sort));
    return sort;
}

Answer<> add_keys(const Value& value, SortList& sorts) {
    if (!value.is(Kind::object)) {
        sorts.push_back(std::make_shared<Sort>(new_sort(term_of(value).value_or(Term{}).text)));
        return {};
    }
    for (const event::Member& member : value.as_object().members()) {
        if (member.name == "_script") {
            sorts.push_back(ASK(parse_script_sort(member.value)));
            continue;
        }
        if (member.name == "_geo_distance" || member.name == "_geoDistance") {
            sorts.push_back(ASK(read_distance(member)));
            continue;
        }
        auto sort = std::make_shared<Sort>(new_sort(member.name));
        if (member.value.is(Kind::object)) {
            for (const event::Member& option : member.value.as_object().members()) {
                ASK(read_option(option, *sort));
            }
        } else {
            sort->descending = ASK(descending(term_of(member.value).value_or(Term{}).text));
        }
        sorts.push_back(std::move(sort));
    }
    return {};
}

/// By score, the best first, is what happens without any sort.
SortList unless_usual(SortList sorts) {
    const bool usual =
        sorts.size() == 1 && sorts[0]->kind == Sort::Kind::score && sorts[0]->descending;
    return usual ? SortList{} : sorts;
}

}  // namespace

Answer<SortList> parse_sort(const Value& sort) {
    SortList sorts;
    if (!sort.is(Kind::array)) {
        ASK(add_keys(sort, sorts));
        return unless_usual(std::move(sorts));
    }
    for (const Value& value : sort.as_array().values()) {
        if (!value.is(Kind::object) && !value.is(Kind::string)) {
            return refuse(
                "illegal_argument_exception",
                "malformed sort format, within the sort array, an object, or an actual string are "
                "allowed");
        }
        ASK(add_keys(value, sorts));
    }
    return unless_usual(std::move(sorts));
}

Answer<SortList> parse_sort_parameter(std::string_view text) {
    SortList sorts;
    for (const std::string_view part : split(text, ',')) {
        const std::size_t colon = part.rfind(':');
        Sort sort = new_sort(part.substr(0, colon));
        if (colon != std::string_view::npos) {
            const std::string_view order = part.substr(colon + 1);
            if (order == "asc") {
                sort.descending = false;
            } else if (order == "desc") {
                sort.descending = true;
            } else if (order != "reverse") {
                sort = new_sort(part);
            }
        }
        sorts.push_back(std::make_shared<Sort>(std::move(sort)));
    }
    return unless_usual(std::move(sorts));
}

}  // namespace elkhorn::search
