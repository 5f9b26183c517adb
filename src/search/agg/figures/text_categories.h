// search/agg/figures/text_categories.h -- texts that are alike but for what changes from one to the
// next, as lines of a log that one statement wrote:
//
//   "Node db-3 shutting down"   "Node db-17 shutting down now"   ->  "Node shutting down"
//
// Of a text count its words without a digit, 100 at most. A category is what all its texts have in
// common, in order; a text joins the category that it is most like, if both have enough of their
// words in common (twice the longest common subsequence, in percent of the words of both), or makes
// a new one. Categories are compared that begin or end as the text does.
//
//   Cost      a text whose words were seen in that order before: a hash. Otherwise words times
//             words for each category it is compared with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace elkhorn::search::agg {

class TextCategories {
public:
    /// `similarity` in percent, 1 to 100.
    explicit TextCategories(int similarity) : similarity_(similarity) {}

    /// The number of the text's category; its words may become fewer by it.
    std::uint32_t category_of(std::string_view text);

    std::size_t size() const { return categories_.size(); }

    /// The words that all texts of the category have, with blanks between them.
    std::string key(std::uint32_t category) const;
    /// Which texts have those words in that order.
    std::string regex(std::uint32_t category) const;

    /// Characters of the longest text, in bytes.
    std::size_t longest(std::uint32_t category) const { return categories_[category].longest; }

    std::size_t memory_bytes() const { return bytes_; }

private:
    using Words = std::vector<std::uint32_t>;

    struct Category {
        Words words;
        std::size_t longest = 0;
    };

    struct WordsHash {
        std::size_t operator()(const Words& words) const;
    };

    std::uint32_t word_of(std::string_view text);
    void cut(std::string_view text);
    std::uint32_t best_for(const Words& words);
    void look_among(const std::vector<std::uint32_t>& candidates, const Words& words,
                    std::uint32_t& best, std::size_t& best_common);
    bool alike(std::size_t common, std::size_t words_of_both) const;

    int similarity_;
    std::unordered_map<std::string, std::uint32_t> numbers_;  // of words
    std::vector<std::string_view> texts_;                     // of numbers, in numbers_
    std::unordered_map<Words, std::uint32_t, WordsHash> known_;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> by_first_;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> by_last_;
    std::vector<Category> categories_;
    std::size_t bytes_ = 0;
    Words words_;  // of the text at hand
};

}  // namespace elkhorn::search::agg
