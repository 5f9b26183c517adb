#include "config/environment.h"

#include <fmt/format.h>

#include <cstdlib>

namespace elkhorn::config {
namespace {

bool starts_name(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? true : c == '_' || c == '.';
}

bool continues_name(char c) {
    return starts_name(c) || (c >= '0' && c <= '9');
}

}  // namespace

Lookup process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string(name).c_str());
        if (value == nullptr) return std::nullopt;
        return value;
    };
}

Result<std::string> substitute(std::string_view text, const Lookup& lookup) {
    std::string out;
    while (!text.empty()) {
        const std::size_t open = text.find("${");
        if (open == std::string_view::npos) break;
        out += text.substr(0, open);
        text.remove_prefix(open);
        std::size_t end = 2;
        while (end < text.size() && continues_name(text[end]))
            ++end;
        const std::string_view name = text.substr(2, end - 2);
        const bool closes = end < text.size() && (text[end] == '}' || text[end] == ':');
        const std::size_t close = closes ? text.find('}', end) : std::string_view::npos;
        if (name.empty() || !starts_name(name.front()) || close == std::string_view::npos) {
            out += "${";
            text.remove_prefix(2);
            continue;
        }
        if (auto value = lookup ? lookup(name) : std::nullopt) {
            out += *value;
        } else if (text[end] == ':') {
            out += text.substr(end + 1, close - end - 1);
        } else {
            return fail(
                ErrorCode::invalid,
                fmt::format("the environment has no {0}: set it, or write ${{{0}:default}}", name));
        }
        text.remove_prefix(close + 1);
    }
    out += text;
    return out;
}

}  // namespace elkhorn::config
