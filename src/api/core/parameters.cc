#include "api/core/parameters.h"

#include "base/strings.h"
#include "base/units.h"

#include <fmt/format.h>

#include <limits>

namespace elkhorn::api {
namespace {

std::unexpected<search::Failure> wrong(std::string reason) {
    return search::refuse("illegal_argument_exception", std::move(reason));
}

search::Answer<> check_flag(std::string_view name, std::string_view value) {
    if (value.empty() || value == "true" || value == "false") return {};
    if (name == "allow_no_indices" || name == "ignore_unavailable")
        return wrong(fmt::format("Could not convert [{}] to boolean", name));
    return wrong(
        fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", value));
}

search::Answer<> check_number(const Parameter& parameter, std::string_view value) {
    if (parameter.takes == Takes::real) {
        if (to_double(value)) return {};
        return wrong(fmt::format("Failed to parse float parameter [{}] with value [{}]",
                                 parameter.name, value));
    }
    const auto number = to_integer(value);
    const bool small = parameter.takes == Takes::integer;
    using Int = std::numeric_limits<std::int32_t>;
    if (number && (!small || (*number >= Int::min() && *number <= Int::max()))) return {};
    return wrong(fmt::format("Failed to parse {} parameter [{}] with value [{}]",
                             small ? "int" : "long", parameter.name, value));
}

search::Answer<> check_time(std::string_view name, std::string_view value) {
    const bool has_unit = !value.empty() && (value.back() < '0' || value.back() > '9');
    if (value == "-1" || value == "0" || (has_unit && parse_duration_ms(value))) return {};
    return wrong(
        fmt::format("failed to parse setting [{}] with value [{}] as a time value: unit is "
                    "missing or unrecognized",
                    name, value));
}

}  // namespace

search::Answer<> check_value(const Parameter& parameter, std::string_view value) {
    switch (parameter.takes) {
        case Takes::flag: return check_flag(parameter.name, value);
        case Takes::integer:
        case Takes::long_integer:
        case Takes::real: return check_number(parameter, value);
        case Takes::time: return check_time(parameter.name, value);
        case Takes::size:
            if (parse_bytes(value)) return {};
            return wrong(
                fmt::format("failed to parse setting [{}] with value [{}] as a size in "
                            "bytes: unit is missing or unrecognized",
                            parameter.name, value));
        case Takes::one_of: {
            if (is_one_of(parameter.words, value)) return {};
            if (!parameter.note.empty() && parameter.use == Use::used)
                return wrong(fmt::format(fmt::runtime(parameter.note), value));
            return wrong(fmt::format("[{}] is not a value of [{}]: it is one of [{}]", value,
                                     parameter.name, parameter.words));
        }
        default: return {};
    }
}

}  // namespace elkhorn::api
