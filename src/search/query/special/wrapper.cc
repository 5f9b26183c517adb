// search/query/special/wrapper.cc -- wrapper: a query that was put into base64, as clients do that
// pass on what another has made.

#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/query/core/stored_document.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace elkhorn::search::wrapper {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Nothing for what is no base64. Padding may be left out.
std::optional<std::string> unpacked(std::string_view text) {
    while (text.ends_with('='))
        text.remove_suffix(1);
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const std::size_t six = alphabet.find(c);
        if (six == std::string_view::npos) return std::nullopt;
        bits = bits << 6U | static_cast<std::uint32_t>(six);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes.push_back(static_cast<char>(bits >> static_cast<unsigned>(held) & 0xffU));
    }
    return bytes;
}

Answer<QueryPtr> parse_wrapper(const event::Value& body) {
    std::optional<std::string> packed;
    Common common;
    for (const event::Member& member : body.as_object().members()) {
        if (member.name != "query") {
            return bad_syntax(
                fmt::format("[wrapper] query malformed, expected `query` but was {}", member.name));
        }
        const auto term = term_of(member.value);
        if (term) packed = term->text;
    }
    if (!packed) return bad_syntax("[wrapper] query malformed");
    const auto json = unpacked(*packed);
    if (!json || json->empty())
        return refuse("illegal_argument_exception", "query source text cannot be null or empty");
    const auto document = parsed_document(*json);
    if (!document) return refuse("x_content_parse_exception", "Failed to derive xcontent");
    return parse_query(document->value);
}

constexpr Parameter wrapper_members[] = {{"query", Takes::text}};

constexpr QueryKind kinds[] = {
    {"wrapper", parse_wrapper, {wrapper_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::wrapper
