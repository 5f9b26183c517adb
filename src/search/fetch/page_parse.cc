#include "search/fetch/page_parse.h"

#include "base/strings.h"
#include "search/base/members.h"
#include "search/fetch/page_members.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

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

std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> parts;
    for (const std::string_view part : split(text, ',')) {
        if (!part.empty()) parts.emplace_back(part);
    }
    return parts;
}

}  // namespace

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

Answer<> PageReader::stored_fields(const Value& value) {
    const auto names = ASK(texts_of(value));
    stored_given_ = true;
    for (const std::string& name : names) {
        if (name == "_none_") page_.stored_fields_none = true;
        if (name == "_source") stored_source_ = true;
    }
    return {};
}

Answer<bool> PageReader::take(const event::Member& member) {
    const std::string_view name = member.name;
    if (member.value.is_null()) return false;
    if (name == "_source") {
        page_.source = ASK(source_of(member.value));
        source_given_ = true;
        return true;
    }
    if (name == "sort") {
        page_.sort = ASK(parse_sort(member.value));
        return true;
    }
    if (member.value.is(Kind::array)) return take_list(member);
    return member.value.is(Kind::object) ? Answer<bool>(false) : take_scalar(member);
}

Answer<bool> PageReader::take_list(const event::Member& member) {
    if (member.name == "stored_fields")
        ASK(stored_fields(member.value));
    else if (member.name == "docvalue_fields")
        page_.docvalue_fields = ASK(shown_fields(member.value));
    else if (member.name == "fields")
        page_.fields = ASK(shown_fields(member.value));
    else
        return false;
    return true;
}

Answer<bool> PageReader::take_scalar(const event::Member& member) {
    const std::string_view name = member.name;
    if (name == "from")
        page_.from = ASK(whole_number(member.value));
    else if (name == "size")
        page_.size = ASK(whole_number(member.value));
    else if (name == "version")
        page_.version = ASK(boolean_option(member));
    else if (name == "seq_no_primary_term")
        page_.seq_no = ASK(boolean_option(member));
    else if (name == "track_scores")
        page_.track_scores = ASK(boolean_option(member));
    else if (name == "stored_fields")
        ASK(stored_fields(member.value));
    else
        return false;
    return true;
}

Answer<> PageReader::take_parameter(std::string_view name, std::string_view text) {
    const Value value = Value::string(text);
    if (name == "sort") {
        page_.sort = ASK(parse_sort_parameter(text));
    } else if (name == "_source") {
        source_given_ = true;
        page_.source = SourceFilter{};
        if (text == "true" || text == "false")
            page_.source.enabled = text == "true";
        else
            page_.source.includes = list_of(text);
    } else if (name == "_source_includes" || name == "_source_include") {
        source_given_ = true;
        page_.source.includes = list_of(text);
    } else if (name == "_source_excludes" || name == "_source_exclude") {
        source_given_ = true;
        page_.source.excludes = list_of(text);
    } else if (name == "docvalue_fields") {
        page_.docvalue_fields = list_of(text);
    } else if (name == "stored_fields") {
        for (const std::string& field : list_of(text))
            ASK(stored_fields(Value::string(field)));
    } else if (name == "from" || name == "size") {
        ASK(take_scalar({name, value}));
    } else if (name == "version" || name == "seq_no_primary_term" || name == "track_scores") {
        ASK(take_scalar({name, text.empty() ? Value::boolean(true) : value}));
    }
    return {};
}

void PageReader::settle(bool other_fields) {
    if (page_.size == -1) page_.size = 10;
    if (page_.from == -1) page_.from = 0;
    const bool hidden =
        page_.stored_fields_none || ((stored_given_ || other_fields) && !stored_source_);
    if (hidden && !source_given_) page_.source.enabled = false;
}

Answer<Page> parse_page(const Value& body, std::int64_t size_otherwise) {
    Page page;
    page.size = size_otherwise;
    PageReader reader(page);
    constexpr std::array<ParameterTable, 2> tables = {page_members, lower_page_members};
    const MemberCheck check = ASK(check_members("a page of hits", body, tables));
    event::Arena arena;
    const Value used = check.leaves_out ? used_members(arena, body, tables) : body;
    for (const event::Member& member : used.as_object().members()) {
        const bool taken = ASK(reader.take(member));
        if (!taken) return unknown_key(member.value, member.name);
    }
    reader.settle();
    return page;
}

}  // namespace elkhorn::search
