// search/agg/values/term_names.h -- the texts of a request, numbered as they appear; and texts of
// rows taken a few at a time, for their places in a large table are asked for together, so that the
// processor waits for all of them once.
#pragma once

#include "base/hash.h"
#include "event/arena.h"
#include "store/code/text_set.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

class TermNames {
public:
    std::uint32_t number_of(std::string_view text) { return number_of(text, hash64(text)); }

    /// `hash` is hash64(text).
    std::uint32_t number_of(std::string_view text, std::uint64_t hash) {
        return texts_.add(text, hash,
                          [this](std::string_view stays) { return arena_.copy(stays); });
    }

    /// Adds the texts of another; gives the number here of each of them.
    std::vector<std::uint32_t> add_all(const TermNames& other) {
        constexpr std::size_t ahead = 16;  // places in the table that are asked for together
        const auto& texts = other.texts_.texts();
        const auto& hashes = other.texts_.hashes();
        std::vector<std::uint32_t> numbers(texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (i + ahead < texts.size()) prefetch(hashes[i + ahead]);
            numbers[i] = number_of(texts[i], hashes[i]);
        }
        return numbers;
    }

    /// Nothing for one that has no number.
    std::optional<std::uint32_t> find(std::string_view text) const { return texts_.find(text); }

    void prefetch(std::uint64_t hash) const { texts_.prefetch(hash); }

    /// Stays where it is.
    std::string_view text(std::int64_t number) const {
        return texts_.texts()[static_cast<std::size_t>(number)];
    }

    std::size_t size() const { return texts_.texts().size(); }

    std::size_t memory_bytes() const { return texts_.memory_bytes() + arena_.used_bytes(); }

private:
    event::Arena arena_;
    store::TextSet texts_;
};

class TextBatch {
public:
    static constexpr std::size_t most = 32;

    struct Item {
        std::uint32_t row;
        std::uint32_t owner;
        std::uint64_t hash;
        std::uint32_t end;  // of its text
    };

    bool full() const { return count_ == most; }

    void add(std::uint32_t row, std::uint32_t owner, std::string_view text, std::uint64_t hash) {
        bytes_ += text;
        items_[count_++] = {row, owner, hash, static_cast<std::uint32_t>(bytes_.size())};
    }

    /// Calls visit(item, text) for each, and is empty then.
    template <typename Visit>
    void take(Visit&& visit) {
        std::uint32_t from = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            visit(items_[i], std::string_view(bytes_).substr(from, items_[i].end - from));
            from = items_[i].end;
        }
        bytes_.clear();
        count_ = 0;
    }

private:
    std::string bytes_;
    std::array<Item, most> items_;
    std::size_t count_ = 0;
};

}  // namespace elkhorn::search::agg
