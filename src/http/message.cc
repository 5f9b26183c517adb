#include "http/message.h"

#include "base/strings.h"

namespace elkhorn::http {
namespace {

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && to_lower(a) == to_lower(b);
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

void Headers::set(std::string_view name, std::string_view value) {
    for (Header& header : list_) {
        if (!same_name(header.name, name)) continue;
        header.value = value;
        return;
    }
    add(name, value);
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const Header& header : list_) {
        if (same_name(header.name, name)) return header.value;
    }
    return std::nullopt;
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high >= 0 && low >= 0) {
                out.push_back(static_cast<char>(high * 16 + low));
                i += 2;
                continue;
            }
        }
        out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos) {
            out.push_back(c);
            continue;
        }
        out.push_back('%');
        out.push_back(hex[static_cast<unsigned char>(c) >> 4]);
        out.push_back(hex[static_cast<unsigned char>(c) & 15]);
    }
    return out;
}

std::vector<std::string> Request::path() const {
    std::string_view whole = std::string_view(target).substr(0, target.find('?'));
    std::vector<std::string> parts;
    for (const std::string_view part : split(whole, '/')) {
        if (!part.empty()) parts.push_back(percent_decode(part, false));
    }
    return parts;
}

std::vector<std::pair<std::string, std::string>> Request::query() const {
    std::vector<std::pair<std::string, std::string>> parameters;
    const std::size_t mark = target.find('?');
    if (mark == std::string::npos) return parameters;
    for (const std::string_view part : split(std::string_view(target).substr(mark + 1), '&')) {
        if (part.empty()) continue;
        const std::size_t equals = part.find('=');
        parameters.emplace_back(
            percent_decode(part.substr(0, equals), true),
            equals == std::string_view::npos ? "" : percent_decode(part.substr(equals + 1), true));
    }
    return parameters;
}

}  // namespace elkhorn::http
