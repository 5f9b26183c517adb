// store/code/column_values.h -- a column's values once they are decoded: which belong to which row,
// numbers, ordinals in a sorted dictionary, texts.
//
// A row may have no value, one, or several (arrays). Values are numbered through the column;
// RowValues says which belong to which row.
#pragma once

#include "base/result.h"
#include "store/code/bitmap.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::store {

/// Which values belong to which row.
class RowValues {
public:
    /// Value i belongs to row i.
    explicit RowValues(std::uint32_t rows) : rows_(rows) {}

    /// Row r has the values [offsets[r], offsets[r + 1]).
    RowValues(std::uint32_t rows, std::vector<std::uint32_t> offsets)
        : rows_(rows), offsets_(std::move(offsets)) {}

    std::uint32_t rows() const { return rows_; }

    /// True when every row has exactly one value.
    bool one_each() const { return offsets_.empty(); }

    std::uint32_t first(std::uint32_t row) const { return offsets_.empty() ? row : offsets_[row]; }

    std::uint32_t last(std::uint32_t row) const {
        return offsets_.empty() ? row + 1 : offsets_[row + 1];
    }

    bool has(std::uint32_t row) const { return first(row) != last(row); }

private:
    std::uint32_t rows_;
    std::vector<std::uint32_t> offsets_;
};

template <typename T>
struct ColumnValues {
    RowValues rows;
    std::vector<T> values;
};

using IntegerValues = ColumnValues<std::int64_t>;
using RealValues = ColumnValues<double>;
/// Places in the column's sorted dictionary: a <= b as bytes exactly when ordinal(a) <= ordinal(b).
using OrdinalValues = ColumnValues<std::uint32_t>;

/// A sorted list of distinct texts (bytes order), all in memory.
class Dictionary {
public:
    Dictionary(std::string bytes, std::vector<std::uint32_t> ends)
        : bytes_(std::move(bytes)), ends_(std::move(ends)) {}

    std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }

    std::string_view operator[](std::uint32_t ordinal) const {
        const std::uint32_t from = ordinal == 0 ? 0 : ends_[ordinal - 1];
        return std::string_view(bytes_).substr(from, ends_[ordinal] - from);
    }

    /// The first ordinal whose text is not less than `text`; size() when there is none.
    std::uint32_t lower_bound(std::string_view text) const;
    std::optional<std::uint32_t> find(std::string_view text) const;
    /// The ordinals [first, second) of the texts that begin with `prefix`.
    std::pair<std::uint32_t, std::uint32_t> prefix_range(std::string_view prefix) const;

    std::size_t memory_bytes() const { return bytes_.size() + ends_.size() * 4; }

private:
    std::string bytes_;
    std::vector<std::uint32_t> ends_;
};

/// Texts of a column without a dictionary, in the order of their values.
class Texts {
public:
    virtual ~Texts() = default;
    /// Valid until the next call on this object; one thread at a time. Sequential reading is
    /// cheap, a jump decodes a block of some 64 KiB.
    virtual Result<std::string_view> at(std::uint32_t value) = 0;
};

/// A word whose places in texts somebody asks for, or how it begins.
struct WantedWord {
    std::string word;
    bool prefix = false;
};

/// Where the wanted words stand in the texts of a column that keeps its texts as words: no text is
/// made. One thread at a time.
class WordPlaces {
public:
    struct Found {
        std::uint32_t wanted;  // which of them
        std::uint32_t place;   // how many words stand before it
    };

    virtual ~WordPlaces() = default;
    /// Gives how many words the value has, and adds those that are wanted, ascending by place.
    virtual Result<std::uint32_t> of(std::uint32_t value, std::vector<Found>& found) = 0;
};

/// How often one word is in the texts that have it. One thread at a time.
class WordCounts {
public:
    struct Count {
        std::uint32_t times;  // at least once: it must be known that the value has the word
        std::uint32_t words;  // of the value in all
    };

    virtual ~WordCounts() = default;
    /// Cheapest where values are asked for in ascending order.
    virtual Result<Count> of(std::uint32_t value) = 0;
};

/// Which tokens are wanted.
struct TokenTest {
    template <typename Passes>
    TokenTest(Passes passes_, bool digits_alone_ = true)  // NOLINT: a test is enough said
        : passes(std::move(passes_)), digits_alone(digits_alone_) {}

    bool operator()(std::string_view token) const { return passes(token); }

    std::function<bool(std::string_view token)> passes;
    bool digits_alone;  // whether a token of digits alone may pass
};

using TokenVisit = std::function<bool(std::string_view token, const Bitmap& rows)>;

}  // namespace elkhorn::store
