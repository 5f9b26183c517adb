#include "search/agg/figures/text_categories.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace elkhorn::search::agg {
namespace {

using Words = std::vector<std::uint32_t>;

constexpr std::size_t words_most = 100;
constexpr std::size_t candidates_most = 1000;  // that a text is compared with
constexpr std::size_t entry_bytes = 64;        // of a table
constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

/// The longest common subsequence, and which words of `a` are in it.
class Common {
public:
    std::size_t length(const Words& a, const Words& b) {
        const std::size_t width = b.size() + 1;
        table_.assign((a.size() + 1) * width, 0);
        for (std::size_t i = 1; i <= a.size(); ++i) {
            for (std::size_t j = 1; j <= b.size(); ++j) {
                const auto up = table_[(i - 1) * width + j];
                const auto left = table_[i * width + j - 1];
                const bool same = a[i - 1] == b[j - 1];
                table_[i * width + j] =
                    same ? static_cast<std::uint8_t>(table_[(i - 1) * width + j - 1] + 1)
                         : std::max(up, left);
            }
        }
        return table_.back();
    }

    /// After length() of the same.
    Words words(const Words& a, const Words& b) const {
        const std::size_t width = b.size() + 1;
        Words found;
        for (std::size_t i = a.size(), j = b.size(); i > 0 && j > 0;) {
            if (a[i - 1] == b[j - 1]) {
                found.push_back(a[i - 1]);
                --i;
                --j;
            } else if (table_[(i - 1) * width + j] >= table_[i * width + j - 1]) {
                --i;
            } else {
                --j;
            }
        }
        std::ranges::reverse(found);
        return found;
    }

private:
    std::vector<std::uint8_t> table_;  // words_most is below 256
};

bool is_of_word(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c >= 0x80;
}

bool is_digit(unsigned char c) {
    return c >= '0' && c <= '9';
}

/// Within a word, not at its ends: "node-4.example.com:9200" is one, with digits.
bool joins(char c) {
    return c == '-' || c == '.' || c == ':' || c == '/' || c == '@';
}

}  // namespace

std::size_t TextCategories::WordsHash::operator()(const Words& words) const {
    return hash64(as_bytes(words.data(), words.size()));
}

std::uint32_t TextCategories::word_of(std::string_view text) {
    const auto [found, made] =
        numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
    if (made) {
        texts_.push_back(found->first);
        bytes_ += entry_bytes + text.size();
    }
    return found->second;
}

void TextCategories::cut(std::string_view text) {
    words_.clear();
    for (std::size_t at = 0; at < text.size() && words_.size() < words_most;) {
        if (!is_of_word(static_cast<unsigned char>(text[at]))) {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        bool digits = false;
        while (at < text.size()) {
            const auto c = static_cast<unsigned char>(text[at]);
            const bool goes_on = at + 1 < text.size() && joins(text[at]) &&
                                 is_of_word(static_cast<unsigned char>(text[at + 1]));
            if (!is_of_word(c) && !goes_on) break;
            digits = digits || is_digit(c);
            ++at;
        }
        if (!digits) words_.push_back(word_of(text.substr(begin, at - begin)));
    }
}

bool TextCategories::alike(std::size_t common, std::size_t words_of_both) const {
    return common > 0 && 200 * common >= static_cast<std::size_t>(similarity_) * words_of_both;
}

void TextCategories::look_among(const std::vector<std::uint32_t>& candidates, const Words& words,
                                std::uint32_t& best, std::size_t& best_common) {
    Common common;
    std::size_t looked = 0;
    for (const std::uint32_t category : candidates) {
        const Words& other = categories_[category].words;
        const std::size_t both = other.size() + words.size();
        if (!alike(std::min(other.size(), words.size()), both)) continue;
        if (++looked > candidates_most) return;
        const std::size_t length = common.length(other, words);
        if (!alike(length, both) || length <= best_common) continue;
        best = category;
        best_common = length;
    }
}

std::uint32_t TextCategories::best_for(const Words& words) {
    std::uint32_t best = none;
    std::size_t best_common = 0;
    if (const auto found = by_first_.find(words.front()); found != by_first_.end())
        look_among(found->second, words, best, best_common);
    if (const auto found = by_last_.find(words.back()); found != by_last_.end())
        look_among(found->second, words, best, best_common);
    if (best == none) return none;
    Words& kept = categories_[best].words;
    if (best_common < kept.size()) {
        Common common;
        common.length(kept, words);
        Words fewer = common.words(kept, words);
        if (fewer.front() != kept.front()) by_first_[fewer.front()].push_back(best);
        if (fewer.back() != kept.back()) by_last_[fewer.back()].push_back(best);
        kept = std::move(fewer);
    }
    return best;
}

std::uint32_t TextCategories::category_of(std::string_view text) {
    cut(text);
    const auto known = known_.find(words_);
    std::uint32_t category = known == known_.end() ? none : known->second;
    if (category == none) {
        if (!words_.empty()) category = best_for(words_);
        if (category == none) {
            category = static_cast<std::uint32_t>(categories_.size());
            categories_.push_back({words_, 0});
            bytes_ += entry_bytes + words_.size() * sizeof(std::uint32_t);
            if (!words_.empty()) {
                by_first_[words_.front()].push_back(category);
                by_last_[words_.back()].push_back(category);
            }
        }
        known_.emplace(words_, category);
        bytes_ += entry_bytes + words_.size() * sizeof(std::uint32_t);
    }
    categories_[category].longest = std::max(categories_[category].longest, text.size());
    return category;
}

std::string TextCategories::key(std::uint32_t category) const {
    std::string key;
    for (const std::uint32_t word : categories_[category].words) {
        if (!key.empty()) key += ' ';
        key += texts_[word];
    }
    return key;
}

std::string TextCategories::regex(std::uint32_t category) const {
    constexpr std::string_view special = ".-:/@\\+*?()[]{}^$|";
    std::string regex = ".*?";
    bool first = true;
    for (const std::uint32_t word : categories_[category].words) {
        if (!first) regex += ".+?";
        first = false;
        for (const char c : texts_[word]) {
            if (special.find(c) != std::string_view::npos) regex += '\\';
            regex += c;
        }
    }
    return first ? regex : regex + ".*?";
}

}  // namespace elkhorn::search::agg
