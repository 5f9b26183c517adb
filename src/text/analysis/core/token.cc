#include "text/analysis/core/token.h"

#include <unicode/uchar.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <atomic>

namespace elkhorn::text {
namespace {

constexpr std::size_t piece_bytes = 64U << 10U;

std::atomic<std::size_t> taken{0};  // by the runs of all threads

}  // namespace

Budget::~Budget() {
    taken -= taken_;
}

std::size_t Budget::taken_by_all() {
    return taken;
}

Made<> Budget::too_much() {
    return refused(
        "the analysis of this text makes more tokens than may be held at once (256 MB, of all "
        "texts "
        "that are analyzed now): use a shorter text, or filters that make fewer of a word");
}

bool Budget::take(std::size_t bytes) {
    const std::size_t wanted = bytes + piece_bytes;
    std::size_t before = taken;
    do {
        if (wanted > all_bytes - before) return false;
    } while (!taken.compare_exchange_weak(before, before + wanted));
    taken_ += wanted;
    return true;
}

void add_shift(std::vector<Shift>& shifts, std::size_t at, std::int32_t shift) {
    const auto place = static_cast<std::int32_t>(at);
    if (!shifts.empty() && shifts.back().at == place)
        shifts.back().shift = shift;
    else
        shifts.push_back({place, shift});
}

Wide to_wide(std::string_view text) {
    Wide out;
    out.reserve(text.size());
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t at = 0; at < size;) {
        UChar32 c = 0;
        U8_NEXT_OR_FFFD(text.data(), at, size, c);
        append_code_point(out, static_cast<char32_t>(c));
    }
    return out;
}

void append_code_point(Wide& out, char32_t c) {
    if (c < 0x10000) {
        out.push_back(static_cast<char16_t>(c));
        return;
    }
    out.push_back(static_cast<char16_t>(U16_LEAD(c)));
    out.push_back(static_cast<char16_t>(U16_TRAIL(c)));
}

char32_t next_code_point(WideView text, std::size_t& at) {
    char32_t c = text[at++];
    if (U16_IS_LEAD(c) && at < text.size() && U16_IS_TRAIL(text[at]))
        c = static_cast<char32_t>(U16_GET_SUPPLEMENTARY(c, text[at++]));
    return c;
}

std::size_t code_points(WideView text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count)
        next_code_point(text, at);
    return count;
}

std::size_t units_of(WideView text, std::size_t count) {
    std::size_t at = 0;
    while (count-- > 0 && at < text.size())
        next_code_point(text, at);
    return at;
}

void append_utf8(std::string& out, WideView text) {
    for (std::size_t at = 0; at < text.size();) {
        auto c = static_cast<UChar32>(next_code_point(text, at));
        if (U_IS_SURROGATE(c)) c = '?';
        char bytes[U8_MAX_LENGTH];
        std::int32_t size = 0;
        U8_APPEND_UNSAFE(bytes, size, c);
        out.append(bytes, static_cast<std::size_t>(size));
    }
}

std::string to_utf8(WideView text) {
    std::string out;
    out.reserve(text.size());
    append_utf8(out, text);
    return out;
}

Wide lowered(WideView text) {
    Wide out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto c = static_cast<UChar32>(next_code_point(text, at));
        append_code_point(out, static_cast<char32_t>(u_tolower(c)));
    }
    return out;
}

}  // namespace elkhorn::text
