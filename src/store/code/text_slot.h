// store/code/text_slot.h -- one place of a message's template through all its messages: "the word
// after 'user'", "the number in brackets". Its values are words (ordinals of the column's word
// list) or whole numbers, never both.
//
//   constant   one value for all
//   packed     base + bits
//   local      a short table of values, bits say which
//   runs       value, end; value, end ... (clocks, counters)
//   derived    a function of another column of the row group: a table by that column's ordinal
//
// In the header (varints): u8 kind | 0x80 for numbers, then
//   constant   value                          packed     base, width
//   local      n, n values                    runs       n, width of values
//   derived    reference, n, width of values
// In the body, each padded to a byte: packed and local the bits of all values; runs the ends (width
// of the count), then the values; derived the table.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

/// A column with a dictionary and one value a row, of which others may be functions.
struct TextReference {
    std::string path;
    std::span<const std::uint32_t> ordinals;  // by row
    std::uint32_t size = 0;                   // of its dictionary
};

enum class SlotKind : std::uint8_t { constant = 0, packed = 1, local = 2, runs = 3, derived = 4 };

/// How the values of a slot are best kept. Depends only on which of them are equal, for words; on
/// the numbers themselves for numbers.
struct SlotPlan {
    SlotKind kind = SlotKind::packed;
    bool numbers = false;
    std::uint32_t reference = 0;
};

/// `rows` are the rows of the values; `references` may be empty.
SlotPlan plan_slot(std::span<const std::uint64_t> values, bool numbers,
                   std::span<const std::uint32_t> rows, std::span<const TextReference> references);

/// `values` of words are final ordinals below `words` here.
void append_slot(std::string& header, std::string& body, const SlotPlan& plan,
                 std::span<const std::uint64_t> values, std::span<const std::uint32_t> rows,
                 std::span<const TextReference> references, std::uint32_t words);

/// Over bytes that outlive it.
class SlotReader {
public:
    /// Takes its header from `header` and its bits from `body`.
    static Result<SlotReader> open(ByteReader& header, ByteReader& body, std::uint32_t count);

    bool numbers() const { return numbers_; }

    SlotKind kind() const { return kind_; }

    std::uint32_t reference() const { return reference_; }

    /// `ordinal` is the reference's, of the value's row; read for derived slots only.
    std::uint64_t value(std::uint32_t rank, std::uint32_t ordinal) const;

    /// Whether a value may lie between the two, both among them. Cheap.
    bool may_hold(std::uint64_t least, std::uint64_t greatest) const;

    /// Calls `visit(rank)` for the values equal to `wanted`; `ordinal_of(rank)` as in `value`.
    template <typename Ordinal, typename Visit>
    void find(std::uint64_t wanted, Ordinal&& ordinal_of, Visit&& visit) const {
        switch (kind_) {
            case SlotKind::constant:
                if (base_ != wanted) return;
                for (std::uint32_t rank = 0; rank < count_; ++rank)
                    visit(rank);
                return;
            case SlotKind::packed: return find_bits(wanted - base_, visit);
            case SlotKind::local:
                for (std::size_t i = 0; i < table_.size(); ++i) {
                    if (table_[i] == wanted) return find_bits(i, visit);
                }
                return;
            case SlotKind::runs:
                for (std::size_t i = 0; i < table_.size(); ++i) {
                    if (table_[i] != wanted) continue;
                    for (std::uint32_t rank = i == 0 ? 0 : ends_[i - 1]; rank < ends_[i]; ++rank)
                        visit(rank);
                }
                return;
            case SlotKind::derived:
                if (!holds(wanted)) return;
                for (std::uint32_t rank = 0; rank < count_; ++rank) {
                    if (value(rank, ordinal_of(rank)) == wanted) visit(rank);
                }
        }
    }

private:
    bool holds(std::uint64_t wanted) const;

    template <typename Visit>
    void find_bits(std::uint64_t wanted, Visit&& visit) const {
        if (width_ < 64 && wanted >> width_ != 0) return;
        for (std::uint32_t rank = 0; rank < count_; ++rank) {
            if (bits(rank) == wanted) visit(rank);
        }
    }

    std::uint64_t bits(std::uint32_t rank) const;

    SlotKind kind_ = SlotKind::constant;
    bool numbers_ = false;
    std::uint32_t count_ = 0;
    std::uint32_t reference_ = 0;
    int width_ = 0;
    std::uint64_t base_ = 0;
    std::string_view bits_;
    std::vector<std::uint64_t> table_;
    std::vector<std::uint32_t> ends_;
};

}  // namespace elkhorn::store
