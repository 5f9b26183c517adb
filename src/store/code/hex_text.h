// store/code/hex_text.h -- ids of hexadecimal digits (trace ids, UUIDs, digests) at half a byte a
// digit, with a filter that tells most row groups at once that they do not hold an id. All values
// of the column have the same length and their dashes at the same places; digits are in lower case.
//
//   part 1   text layout ("h" a digit, "-" a dash) | values * bytes
//   part 3   varint blocks, each 32 bytes: a split block Bloom filter over the values, as Apache
//            Parquet specifies it (BloomFilter.md), with our own hash of the packed digits
#pragma once

#include "base/result.h"
#include "store/code/bitmap.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

struct HexParts {
    std::string values;        // part 1
    std::string filter;        // part 3
    std::uint32_t pieces = 1;  // between dashes
};

/// `ordinals` say which text each value is. Nothing where the texts are no such ids.
std::optional<HexParts> encode_hex(std::span<const std::string_view> texts,
                                   std::span<const std::uint32_t> ordinals);

/// Const and thread-safe; the parts outlive it.
class HexTexts {
public:
    static Result<HexTexts> open(std::string_view values, std::string_view filter,
                                 std::uint32_t value_count);

    void append(std::uint32_t value, std::string& out) const;
    /// Calls `visit(value)` for the values equal to `text`.
    void find(std::string_view text, const std::function<void(std::uint32_t value)>& visit) const;
    /// ... for those that have it as a token: between dashes, or whole.
    void find_token(std::string_view token,
                    const std::function<void(std::uint32_t value)>& visit) const;

private:
    struct Piece {  // between dashes
        std::size_t digit = 0;
        std::size_t digits = 0;
    };

    bool may_hold(std::string_view packed) const;
    bool has_at(std::uint32_t value, std::size_t digit, std::string_view digits) const;

    std::string layout_;
    std::vector<Piece> pieces_;
    std::size_t value_bytes_ = 0;
    std::uint32_t count_ = 0;
    std::string_view values_;
    std::string_view filter_;
};

}  // namespace elkhorn::store
