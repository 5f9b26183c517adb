// store/code/bitmap.h -- a set of rows of one row group: a plain bit a row (65,536 rows are 8 KiB,
// which stays in the first-level cache), for at that size nothing beats and-ing words.
#pragma once

#include "base/assert.h"

#include <bit>
#include <cstdint>
#include <vector>

namespace elkhorn::store {

class Bitmap {
public:
    Bitmap() = default;

    explicit Bitmap(std::uint32_t size, bool all = false)
        : size_(size), words_((size + 63) / 64, all ? ~std::uint64_t{0} : 0) {
        if (all) clear_tail();
    }

    std::uint32_t size() const { return size_; }

    bool test(std::uint32_t row) const { return (words_[row / 64] >> (row % 64) & 1) != 0; }

    void set(std::uint32_t row) { words_[row / 64] |= std::uint64_t{1} << (row % 64); }

    void reset(std::uint32_t row) { words_[row / 64] &= ~(std::uint64_t{1} << (row % 64)); }

    void set_range(std::uint32_t first, std::uint32_t last) {  // [first, last)
        for (std::uint32_t row = first; row < last;) {
            if (row % 64 == 0 && last - row >= 64) {
                words_[row / 64] = ~std::uint64_t{0};
                row += 64;
            } else {
                set(row++);
            }
        }
    }

    void and_with(const Bitmap& other) {
        ASSERT(size_ == other.size_);
        for (std::size_t i = 0; i < words_.size(); ++i)
            words_[i] &= other.words_[i];
    }

    void or_with(const Bitmap& other) {
        ASSERT(size_ == other.size_);
        for (std::size_t i = 0; i < words_.size(); ++i)
            words_[i] |= other.words_[i];
    }

    void and_not(const Bitmap& other) {
        ASSERT(size_ == other.size_);
        for (std::size_t i = 0; i < words_.size(); ++i)
            words_[i] &= ~other.words_[i];
    }

    void invert() {
        for (std::uint64_t& word : words_)
            word = ~word;
        clear_tail();
    }

    std::uint32_t count() const {
        std::uint32_t n = 0;
        for (const std::uint64_t word : words_)
            n += static_cast<std::uint32_t>(std::popcount(word));
        return n;
    }

    bool any() const {
        for (const std::uint64_t word : words_) {
            if (word != 0) return true;
        }
        return false;
    }

    /// Calls `visit(row)` for each row of the set, ascending.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
                visit(static_cast<std::uint32_t>(i * 64) +
                      static_cast<std::uint32_t>(std::countr_zero(word)));
            }
        }
    }

    std::vector<std::uint64_t>& words() { return words_; }

    const std::vector<std::uint64_t>& words() const { return words_; }

    /// Bits past the end, which `words` may have been given.
    void clear_tail() {
        if (size_ % 64 != 0) words_.back() &= (std::uint64_t{1} << (size_ % 64)) - 1;
    }

private:
    std::uint32_t size_ = 0;
    std::vector<std::uint64_t> words_;
};

}  // namespace elkhorn::store
