// store/code/word_table.h -- the words of many texts and their numbers, in order of arrival: what a
// text is taken apart with, some thirty times each. Words of up to 16 bytes are compared as two
// numbers that lie together, and by their size, which is in the table; only longer ones are looked
// at where they stand.
#pragma once

#include "base/bytes.h"
#include "base/hash.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace elkhorn::store {

/// Holds views: the words must stay where they are.
class WordTable {
public:
    WordTable() : table_(1 << 10) {}

    struct Place {
        std::uint32_t number = 0;
        bool is_new = false;
    };

    Place add(std::string_view word) {
        const Key key = key_of(word);
        const std::uint64_t hash = hash_of(key, word);
        const std::uint32_t tag = tag_of(hash, word);
        const std::size_t mask = table_.size() - 1;
        std::size_t at = hash & mask;
        for (; table_[at].number != 0; at = (at + 1) & mask) {
            if (table_[at].tag == tag && same(table_[at].number - 1, key, word))
                return {table_[at].number - 1, false};
        }
        words_.push_back(word);
        keys_.push_back(key);
        const auto number = static_cast<std::uint32_t>(words_.size());
        table_[at] = {number, tag};
        if (words_.size() * 3 > table_.size() * 2) grow();
        return {number - 1, true};
    }

    std::uint32_t size() const { return static_cast<std::uint32_t>(words_.size()); }

private:
    struct Slot {
        std::uint32_t number = 0;  // and one; 0: free
        std::uint32_t tag = 0;     // the word's size in 8 bits, and of its hash what is left
    };

    /// Words of one size up to 16 bytes are equal when their keys are.
    struct Key {
        std::uint64_t a = 0;
        std::uint64_t b = 0;
    };

    static Key key_of(std::string_view word) {
        const char* p = word.data();
        const std::size_t n = word.size();
        if (n > 16) return {hash64(word), n};
        if (n >= 8) return {load<std::uint64_t>(p), load<std::uint64_t>(p + n - 8)};
        if (n >= 4) return {load<std::uint32_t>(p), load<std::uint32_t>(p + n - 4)};
        std::uint64_t a = 0;
        for (std::size_t i = 0; i < n; ++i)
            a = a << 8 | static_cast<unsigned char>(p[i]);
        return {a, 0};
    }

    static std::uint64_t hash_of(const Key& key, std::string_view word) {
        return hash64(key.a ^ (key.b * 0x9e3779b97f4a7c15ULL + word.size()));
    }

    static std::uint32_t tag_of(std::uint64_t hash, std::string_view word) {
        const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(word.size(), 255));
        return static_cast<std::uint32_t>(hash >> 40) << 8 | size;
    }

    /// Of words with one tag.
    bool same(std::uint32_t number, const Key& key, std::string_view word) const {
        const Key& known = keys_[number];
        if (known.a != key.a || known.b != key.b) return false;
        return word.size() <= 16 || words_[number] == word;
    }

    void grow() {
        table_.assign(table_.size() * 2, {});
        const std::size_t mask = table_.size() - 1;
        for (std::uint32_t i = 0; i < words_.size(); ++i) {
            const std::uint64_t hash = hash_of(keys_[i], words_[i]);
            std::size_t at = hash & mask;
            while (table_[at].number != 0)
                at = (at + 1) & mask;
            table_[at] = {i + 1, tag_of(hash, words_[i])};
        }
    }

    std::vector<Slot> table_;
    std::vector<Key> keys_;
    std::vector<std::string_view> words_;
};

}  // namespace elkhorn::store
