// json/simdjson_text.h -- JSON laid out for simdjson, and the texts in it that are what they look
// like. Included by this room's .cc files only.
#pragma once

#include "base/bytes.h"
#include "event/arena.h"
#include "json/parse.h"

#include <emmintrin.h>
#include <simdjson.h>

#include <bit>
#include <cstring>
#include <string_view>

namespace elkhorn::json {

static_assert(padding_bytes >= simdjson::SIMDJSON_PADDING);

/// A parser that has met a large document keeps five times its size: this makes it forget, unless
/// that is little.
class ParserKeptSmall {
public:
    explicit ParserKeptSmall(simdjson::ondemand::parser& parser) : parser_(parser) {}

    ~ParserKeptSmall() {
        if (parser_.capacity() > kept_bytes) parser_ = simdjson::ondemand::parser();
    }

    ParserKeptSmall(const ParserKeptSmall&) = delete;
    ParserKeptSmall& operator=(const ParserKeptSmall&) = delete;

private:
    static constexpr std::size_t kept_bytes = 1 << 20;
    simdjson::ondemand::parser& parser_;
};

/// Where it lies, or as a copy in the arena where fewer than `padding_bytes` follow it.
inline simdjson::padded_string_view padded(std::string_view json, std::size_t readable_bytes,
                                           event::Arena& arena) {
    if (readable_bytes >= json.size() + padding_bytes)
        return simdjson::padded_string_view(json.data(), json.size(), readable_bytes);
    char* copy = arena.allocate<char>(json.size() + padding_bytes);
    copy_bytes(copy, json.data(), json.size());
    std::memset(copy + json.size(), 0, padding_bytes);
    return simdjson::padded_string_view(copy, json.size(), json.size() + padding_bytes);
}

/// The text between the quotes, from `first` on, when it holds no escape. It ends before the
/// padding: simdjson has seen its closing quote.
inline bool plain(const char* first, std::string_view& text) {
    for (const char* at = first;; at += 16) {
        const auto bytes = load<__m128i>(at);
        const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        const __m128i escapes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(quotes, escapes)));
        if (found == 0) continue;
        const char* end = at + std::countr_zero(found);
        text = {first, static_cast<std::size_t>(end - first)};
        return *end == '"';
    }
}

}  // namespace elkhorn::json
