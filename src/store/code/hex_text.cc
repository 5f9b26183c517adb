#include "store/code/hex_text.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <smmintrin.h>

#include <algorithm>
#include <array>

namespace elkhorn::store {
namespace {

constexpr std::size_t fewest_digits = 16;
constexpr std::size_t most_characters = 255;  // one token
constexpr std::size_t filter_block_bytes = 32;
constexpr std::size_t values_per_block = 32;  // 8 bits a value

constexpr std::string_view digit_characters = "0123456789abcdef";

constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(255);
    for (std::uint8_t i = 0; i < 16; ++i)
        values[static_cast<unsigned char>(digit_characters[i])] = i;
    return values;
}();

std::uint8_t digit_value(char c) {
    return digit_values[static_cast<unsigned char>(c)];
}

std::size_t digits_in(std::string_view layout) {
    return static_cast<std::size_t>(std::ranges::count(layout, 'h'));
}

/// The bits of a value in its block: one in each of eight words.
std::array<std::uint32_t, 8> mask_of(std::uint64_t hash) {
    constexpr std::array<std::uint32_t, 8> salts{0x47b6137bU, 0x44974d91U, 0x8824ad5bU,
                                                 0xa2b7289dU, 0x705495c7U, 0x2df1424bU,
                                                 0x9efc4947U, 0x5c6bfb31U};
    std::array<std::uint32_t, 8> mask{};
    const auto low = static_cast<std::uint32_t>(hash);
    for (std::size_t i = 0; i < 8; ++i)
        mask[i] = std::uint32_t{1} << (low * salts[i] >> 27);
    return mask;
}

std::size_t block_of(std::uint64_t hash, std::size_t blocks) {
    return static_cast<std::size_t>(((hash >> 32) * blocks) >> 32);
}

/// The layout of the first text, where it could be that of all.
std::optional<std::string> layout_of(std::string_view text) {
    if (text.size() > most_characters) return std::nullopt;
    std::string layout;
    for (const char c : text)
        layout.push_back(c == '-' ? '-' : 'h');
    const std::size_t digits = digits_in(layout);
    if (digits < fewest_digits || digits % 2 != 0) return std::nullopt;
    return layout;
}

constexpr std::string_view sixteen_digits = "hhhhhhhhhhhhhhhh";

/// Sixteen digits to eight bytes; false where one is no digit.
bool pack_sixteen(const char* from, char* to) {
    const auto text = load<__m128i>(from);
    const __m128i digit = _mm_sub_epi8(text, _mm_set1_epi8('0'));
    const __m128i letter = _mm_sub_epi8(text, _mm_set1_epi8('a'));
    const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
    const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
    if (_mm_movemask_epi8(_mm_or_si128(is_digit, is_letter)) != 0xffff) return false;
    const __m128i values =
        _mm_blendv_epi8(_mm_add_epi8(letter, _mm_set1_epi8(10)), digit, is_digit);
    const __m128i pairs = _mm_maddubs_epi16(values, _mm_set1_epi16(0x0110));  // 16 * first + second
    write_number(to, _mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs)));
    return true;
}

/// Eight bytes to sixteen digits.
void unpack_eight(const char* from, char* to) {
    const __m128i bytes = _mm_cvtsi64_si128(load<std::int64_t>(from));
    const __m128i low_bits = _mm_set1_epi8(0x0f);
    const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), low_bits);
    const __m128i values = _mm_unpacklo_epi8(high, _mm_and_si128(bytes, low_bits));
    write_number(to, _mm_shuffle_epi8(load<__m128i>(digit_characters.data()), values));
}

/// Packs the digits; false where the text has another layout.
bool pack(std::string_view text, std::string_view layout, char* to) {
    if (text.size() != layout.size()) return false;
    std::uint8_t all = 0;
    std::uint8_t high = 0;
    bool half = false;
    std::size_t i = 0;
    for (; layout.substr(i).starts_with(sixteen_digits); i += 16, to += 8) {
        if (!pack_sixteen(text.data() + i, to)) return false;
    }
    for (; i < text.size(); ++i) {
        if (layout[i] == '-') {
            if (text[i] != '-') return false;
            continue;
        }
        const std::uint8_t digit = digit_value(text[i]);
        all |= digit;
        if (half) *to++ = static_cast<char>(high << 4 | digit);
        high = digit;
        half = !half;
    }
    return all < 16;
}

}  // namespace

std::optional<HexParts> encode_hex(std::span<const std::string_view> texts,
                                   std::span<const std::uint32_t> ordinals) {
    if (texts.empty()) return std::nullopt;
    const auto layout = layout_of(texts[0]);
    if (!layout) return std::nullopt;
    const std::size_t size = digits_in(*layout) / 2;
    std::string packed(texts.size() * size, '\0');
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (!pack(texts[i], *layout, packed.data() + i * size)) return std::nullopt;
    }
    HexParts parts;
    parts.pieces = static_cast<std::uint32_t>(std::ranges::count(*layout, '-') + 1);
    append_text(parts.values, *layout);
    parts.values.reserve(parts.values.size() + ordinals.size() * size);
    for (const std::uint32_t ordinal : ordinals)
        parts.values.append(packed, ordinal * size, size);
    const std::size_t blocks = (texts.size() + values_per_block - 1) / values_per_block;
    std::vector<std::uint32_t> filter(blocks * 8);
    for (std::size_t text = 0; text < texts.size(); ++text) {
        const std::uint64_t hash = hash64(std::string_view(packed).substr(text * size, size));
        const auto mask = mask_of(hash);
        for (std::size_t i = 0; i < 8; ++i)
            filter[block_of(hash, blocks) * 8 + i] |= mask[i];
    }
    append_varint(parts.filter, blocks);
    parts.filter += as_bytes(filter.data(), filter.size());
    return parts;
}

Result<HexTexts> HexTexts::open(std::string_view values, std::string_view filter,
                                std::uint32_t value_count) {
    ByteReader reader(values);
    HexTexts texts;
    texts.layout_ = reader.text();
    texts.count_ = value_count;
    const std::size_t digits = digits_in(texts.layout_);
    texts.value_bytes_ = digits / 2;
    texts.values_ = reader.take(std::uint64_t{value_count} * texts.value_bytes_);
    ByteReader filter_reader(filter);
    const std::uint64_t blocks = filter_reader.varint();
    texts.filter_ = filter_reader.take(blocks * filter_block_bytes);
    const bool sound = reader.ok() && texts.layout_.size() <= most_characters && digits > 0 &&
                       digits % 2 == 0 && filter_reader.ok() && blocks > 0 &&
                       blocks < std::uint64_t{1} << 32 &&
                       texts.layout_.find_first_not_of("h-") == std::string::npos;
    if (!sound) return fail(ErrorCode::corruption, "the packed digits make no sense");
    Piece piece;
    for (std::size_t i = 0; i <= texts.layout_.size(); ++i) {
        if (i < texts.layout_.size() && texts.layout_[i] == 'h') {
            ++piece.digits;
            continue;
        }
        if (piece.digits > 0) texts.pieces_.push_back(piece);
        piece = {piece.digit + piece.digits, 0};
    }
    return texts;
}

void HexTexts::append(std::uint32_t value, std::string& out) const {
    std::array<char, most_characters + 1> digits;
    const char* bytes = values_.data() + value * value_bytes_;
    std::size_t i = 0;
    for (; i + 8 <= value_bytes_; i += 8)
        unpack_eight(bytes + i, digits.data() + 2 * i);
    for (; i < value_bytes_; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        digits[2 * i] = digit_characters[byte >> 4];
        digits[2 * i + 1] = digit_characters[byte & 15];
    }
    if (layout_.size() == 2 * value_bytes_) {
        out.append(digits.data(), layout_.size());
        return;
    }
    const char* digit = digits.data();
    for (const char c : layout_)
        out.push_back(c == '-' ? '-' : *digit++);
}

bool HexTexts::may_hold(std::string_view packed) const {
    const std::uint64_t hash = hash64(packed);
    const auto mask = mask_of(hash);
    const std::size_t at = block_of(hash, filter_.size() / filter_block_bytes) * filter_block_bytes;
    for (std::size_t i = 0; i < 8; ++i) {
        if ((load<std::uint32_t>(filter_.data() + at + i * 4) & mask[i]) == 0) return false;
    }
    return true;
}

bool HexTexts::has_at(std::uint32_t value, std::size_t digit, std::string_view digits) const {
    const char* bytes = values_.data() + value * value_bytes_;
    for (const char c : digits) {
        const auto byte = static_cast<unsigned char>(bytes[digit / 2]);
        if ((digit % 2 == 0 ? byte >> 4 : byte & 15) != digit_value(c)) return false;
        ++digit;
    }
    return true;
}

void HexTexts::find(std::string_view text,
                    const std::function<void(std::uint32_t value)>& visit) const {
    std::string packed(value_bytes_, '\0');
    if (!pack(text, layout_, packed.data()) || !may_hold(packed)) return;
    // Of different ids the first eight bytes are different, nearly always.
    const bool with_head = value_bytes_ >= sizeof(std::uint64_t);
    const std::uint64_t head = with_head ? load<std::uint64_t>(packed.data()) : 0;
    const char* at = values_.data();
    for (std::uint32_t value = 0; value < count_; ++value, at += value_bytes_) {
        if (with_head && load<std::uint64_t>(at) != head) continue;
        if (std::string_view(at, value_bytes_) == packed) visit(value);
    }
}

void HexTexts::find_token(std::string_view token,
                          const std::function<void(std::uint32_t value)>& visit) const {
    if (layout_.find('-') == std::string::npos) return find(token, visit);
    const bool hex = std::ranges::all_of(token, [](char c) { return digit_value(c) <= 15; });
    if (!hex) return;
    for (std::uint32_t value = 0; value < count_; ++value) {
        const bool has = std::ranges::any_of(pieces_, [&](const Piece& piece) {
            return piece.digits == token.size() && has_at(value, piece.digit, token);
        });
        if (has) visit(value);
    }
}

}  // namespace elkhorn::store
