#include "search/agg/core/options.h"

#include "base/nearest.h"
#include "base/strings.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg {

using event::Kind;
using event::Value;

std::string_view token_name(const Value& value) {
    switch (value.kind()) {
        case Kind::null: return "VALUE_NULL";
        case Kind::boolean: return "VALUE_BOOLEAN";
        case Kind::string: return "VALUE_STRING";
        case Kind::array: return "START_ARRAY";
        case Kind::object: return "START_OBJECT";
        default: return "VALUE_NUMBER";
    }
}

std::unexpected<Failure> refuse_parsing(std::string reason) {
    return refuse("parsing_exception", std::move(reason));
}

std::optional<std::string> scalar_text(const Value& value) {
    std::string out;
    switch (value.kind()) {
        case Kind::boolean: return value.as_boolean() ? "true" : "false";
        case Kind::integer: text::append_integer(out, value.as_integer()); return out;
        case Kind::real: text::append_json_real(out, value.as_real()); return out;
        case Kind::string: return std::string(value.as_string());
        default: return std::nullopt;
    }
}

std::optional<double> parse_real(std::string_view text) {
    if (text == "NaN") return std::nan("");
    return to_double(trim(text));
}

const Value* Options::find(std::string_view key) {
    known_.push_back(key);
    return body_.find(key);
}

void Options::fail(Failure failure) {
    if (!failure_) failure_ = std::move(failure);
}

void Options::fail(std::string_view key, std::string type, std::string reason) {
    Failure failure;
    failure.type = "x_content_parse_exception";
    failure.reason = fmt::format("[1:1] [{}] failed to parse field [{}]", type_, key);
    failure.caused_by_type = std::move(type);
    failure.caused_by_reason = std::move(reason);
    fail(std::move(failure));
}

void Options::fail_kind(std::string_view key, const Value& value) {
    Failure failure;
    failure.type = "x_content_parse_exception";
    failure.reason = fmt::format("[1:1] [{}] {} doesn't support values of type: {}", type_, key,
                                 token_name(value));
    fail(std::move(failure));
}

std::optional<std::string> Options::text(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is(Kind::string)) {
        fail_kind(key, *value);
        return std::nullopt;
    }
    return std::string(value->as_string());
}

std::optional<std::int64_t> Options::integer(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is(Kind::integer)) return value->as_integer();
    if (!value->is(Kind::real) && !value->is(Kind::string)) {
        fail_kind(key, *value);
        return std::nullopt;
    }
    const auto number = value->is(Kind::real) ? value->as_real() : to_double(value->as_string());
    if (!number || !(std::fabs(*number) < 9e18)) {
        fail(key, "number_format_exception",
             fmt::format("For input string: \"{}\"", *scalar_text(*value)));
        return std::nullopt;
    }
    return static_cast<std::int64_t>(*number);
}

std::optional<std::int64_t> Options::integer_from(std::string_view key, std::int64_t least,
                                                  std::string_view shown) {
    auto number = integer(key);
    if (!number || *number >= least) {
        if (number) number = std::min<std::int64_t>(*number, 2'147'483'647);
        return number;
    }
    fail(key, "illegal_argument_exception",
         fmt::format("[{}] must be greater than {}{}. Found [{}] in [{}]", shown,
                     least == 1 ? "" : "or equal to ", least == 1 ? 0 : least, *number, name_));
    return std::nullopt;
}

std::optional<double> Options::real(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is(Kind::integer)) return static_cast<double>(value->as_integer());
    if (value->is(Kind::real)) return value->as_real();
    if (!value->is(Kind::string)) {
        fail_kind(key, *value);
        return std::nullopt;
    }
    const auto number = parse_real(value->as_string());
    if (!number) {
        fail(key, "number_format_exception",
             fmt::format("For input string: \"{}\"", value->as_string()));
    }
    return number;
}

std::optional<bool> Options::boolean(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is(Kind::boolean)) return value->as_boolean();
    if (!value->is(Kind::string)) {
        fail_kind(key, *value);
        return std::nullopt;
    }
    const std::string_view text = value->as_string();
    if (text == "true" || text == "false") return text == "true";
    fail(key, "illegal_argument_exception",
         fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", text));
    return std::nullopt;
}

std::optional<std::vector<double>> Options::reals(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr) return std::nullopt;
    std::vector<double> numbers;
    const auto add = [&](const Value& element) {
        const auto text = scalar_text(element);
        const auto number = text ? parse_real(*text) : std::nullopt;
        if (number) {
            numbers.push_back(*number);
        } else {
            fail(key, "number_format_exception",
                 fmt::format("For input string: \"{}\"", text.value_or("")));
        }
    };
    if (value->is(Kind::array)) {
        for (const Value& element : value->as_array().values())
            add(element);
    } else {
        add(*value);
    }
    return numbers;
}

const Value* Options::object(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr || value->is(Kind::object)) return value;
    fail_kind(key, *value);
    return nullptr;
}

const Value* Options::array(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr || value->is(Kind::array)) return value;
    fail_kind(key, *value);
    return nullptr;
}

const Value* Options::object_or_array(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr || value->is(Kind::object) || value->is(Kind::array)) return value;
    fail_kind(key, *value);
    return nullptr;
}

const Value* Options::any(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr || !value->is_null()) return value;
    fail_kind(key, *value);
    return nullptr;
}

const Value* Options::any_unless_null(std::string_view key) {
    const Value* value = find(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

Answer<> Options::finish() {
    if (failure_) return std::unexpected(*failure_);
    for (const event::Member& member : body_.members()) {
        if (std::ranges::find(known_, member.name) != known_.end()) continue;
        const std::string near = nearest_word(member.name, known_);
        return refuse("x_content_parse_exception",
                      fmt::format("[1:1] [{}] unknown field [{}]{}", type_, member.name,
                                  near.empty() ? "" : fmt::format(" did you mean [{}]?", near)));
    }
    return {};
}

}  // namespace elkhorn::search::agg
