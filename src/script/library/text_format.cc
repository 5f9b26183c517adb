// script/library/text_format.cc -- String.format, as far as scripts use it.

#include "base/strings.h"
#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

namespace elkhorn::script {
namespace {

struct Hole {
    std::string flags;
    std::size_t width = 0;
    int precision = -1;
    std::size_t argument = 0;  // from 1; 0: the next
    char kind = 0;
};

/// Of `%` at `at`, which goes behind it. False: it is none.
bool read_hole(std::string_view format, std::size_t& at, Hole& hole) {
    const auto number = [&] {
        std::size_t value = 0;
        while (at < format.size() && format[at] >= '0' && format[at] <= '9' && value < 1000)
            value = 10 * value + static_cast<std::size_t>(format[at++] - '0');
        return value;
    };
    ++at;
    const std::size_t start = at;
    const std::size_t first = number();
    if (first > 0 && at < format.size() && format[at] == '$') {
        hole.argument = first;
        ++at;
    } else {
        at = start;
    }
    while (at < format.size() && std::string_view("-+ 0,#(").find(format[at]) != std::string::npos)
        hole.flags.push_back(format[at++]);
    hole.width = number();
    if (at < format.size() && format[at] == '.') {
        ++at;
        hole.precision = static_cast<int>(number());
    }
    if (at >= format.size()) return false;
    hole.kind = format[at++];
    return true;
}

std::string grouped(std::string text) {
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    std::size_t end = text.find('.');
    if (end == text.npos) end = text.size();
    for (std::size_t i = end; i > first + 3; i -= 3)
        text.insert(i - 3, ",");
    return text;
}

std::string filled(const Hole& hole, std::string text) {
    const std::size_t size = utf16_length(text);
    if (size >= hole.width) return text;
    const std::size_t missing = hole.width - size;
    if (hole.flags.find('-') != std::string::npos) return text + std::string(missing, ' ');
    if (hole.flags.find('0') != std::string::npos) {
        const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
        return text.insert(sign, std::string(missing, '0'));
    }
    return std::string(missing, ' ') + text;
}

}  // namespace

Value format_text(Run& run, std::string_view format, std::span<const Value> parts) {
    std::string out;
    std::size_t next = 0;
    for (std::size_t at = 0; at < format.size();) {
        if (format[at] != '%') {
            out.push_back(format[at++]);
            continue;
        }
        Hole hole;
        if (!read_hole(format, at, hole))
            return run.raise(Class::illegal_argument, "Conversion = '%'");
        if (hole.kind == '%' || hole.kind == 'n') {
            out.push_back(hole.kind == 'n' ? '\n' : '%');
            continue;
        }
        const std::size_t place = hole.argument > 0 ? hole.argument - 1 : next++;
        if (place >= parts.size()) {
            return run.raise(Class::illegal_argument,
                             fmt::format("Format specifier '%{}'", hole.kind));
        }
        const Value& value = parts[place];
        std::string text;
        const bool signs = hole.flags.find('+') != std::string::npos;
        const bool groups = hole.flags.find(',') != std::string::npos;
        if (value.is_null() || hole.kind == 's' || hole.kind == 'S') {
            text = java_text(value);
            if (hole.precision >= 0)
                text = text.substr(0, static_cast<std::size_t>(hole.precision));
            if (hole.kind == 'S') text = to_upper(text);
        } else if (hole.kind == 'd' && value.is_whole()) {
            text = java_text(value);
            if (groups) text = grouped(text);
            if (signs && value.as_whole() >= 0) text = "+" + text;
        } else if ((hole.kind == 'f' || hole.kind == 'e') && value.is_real()) {
            const int digits = hole.precision < 0 ? 6 : hole.precision;
            text = hole.kind == 'f' ? fmt::format("{:.{}f}", value.as_real(), digits)
                                    : fmt::format("{:.{}e}", value.as_real(), digits);
            if (groups) text = grouped(text);
            if (signs && value.as_real() >= 0) text = "+" + text;
        } else if ((hole.kind == 'x' || hole.kind == 'X') && value.is_whole()) {
            text = value.is(Tag::long_)
                       ? fmt::format("{:x}", static_cast<std::uint64_t>(value.as_whole()))
                       : fmt::format("{:x}", static_cast<std::uint32_t>(value.as_whole()));
            if (hole.kind == 'X') text = to_upper(text);
        } else if (hole.kind == 'b') {
            text = value.is(Tag::boolean) && !value.as_boolean() ? "false" : "true";
        } else if (hole.kind == 'c' && value.is(Tag::character)) {
            text = java_text(value);
        } else {
            return run.raise(Class::illegal_argument,
                             fmt::format("{} != {}", hole.kind, name_of(type_of(value))));
        }
        out += filled(hole, std::move(text));
        if (out.size() > run.heap().bytes_most()) break;
    }
    return run.text(out);
}

}  // namespace elkhorn::script
