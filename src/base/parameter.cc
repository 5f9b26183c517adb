#include "base/parameter.h"

#include <algorithm>

namespace elkhorn {

const Parameter* find_parameter(ParameterTable table, std::string_view name) {
    const auto found = std::ranges::find(table, name, &Parameter::name);
    return found == table.end() ? nullptr : &*found;
}

bool is_one_of(std::string_view words, std::string_view value) {
    while (!words.empty()) {
        const std::size_t end = words.find(' ');
        if (words.substr(0, end) == value) return true;
        words = end == std::string_view::npos ? std::string_view{} : words.substr(end + 1);
    }
    return false;
}

std::string_view kind_name(Takes takes) {
    switch (takes) {
        case Takes::flag: return "flag";
        case Takes::integer: return "int";
        case Takes::long_integer: return "long";
        case Takes::real: return "number";
        case Takes::text: return "text";
        case Takes::time: return "time";
        case Takes::size: return "size";
        case Takes::list: return "list";
        case Takes::one_of: return "one of";
        case Takes::object: return "object";
        case Takes::array: return "array";
        case Takes::any: break;
    }
    return "any";
}

std::string_view use_name(Use use) {
    if (use == Use::used) return "used";
    return use == Use::no_effect ? "without effect" : "refused";
}

}  // namespace elkhorn
