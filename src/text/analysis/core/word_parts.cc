#include "text/analysis/core/word_parts.h"

#include "text/analysis/core/kinds.h"
#include "text/analysis/core/mapping_rules.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

namespace elkhorn::text {
namespace {

Made<std::uint8_t> class_named(WideView name, const std::string& rule) {
    const std::string text = to_utf8(name);
    if (text == "LOWER") return std::uint8_t{word_lower};
    if (text == "UPPER") return std::uint8_t{word_upper};
    if (text == "ALPHA") return word_alpha;
    if (text == "DIGIT") return std::uint8_t{word_digit};
    if (text == "ALPHANUM") return static_cast<std::uint8_t>(word_alpha | word_digit);
    if (text == "SUBWORD_DELIM") return std::uint8_t{word_delimiter};
    return refused(500, "runtime_exception",
                   fmt::format("Invalid Mapping Rule : [{}]. Illegal type.", rule));
}

}  // namespace

std::uint8_t WordRules::class_of(char16_t c) const {
    if (const auto it = table.find(c); it != table.end()) return it->second;
    const auto mask = U_GET_GC_MASK(c);
    if ((mask & U_GC_LU_MASK) != 0) return word_upper;
    if ((mask & U_GC_LL_MASK) != 0) return word_lower;
    if ((mask & (U_GC_L_MASK | U_GC_M_MASK)) != 0) return word_alpha;
    if ((mask & U_GC_N_MASK) != 0) return word_digit;
    if ((mask & U_GC_CS_MASK) != 0) return word_alpha | word_digit;
    return word_delimiter;
}

Made<WordRules> word_rules(const Options& options) {
    WordRules rules;
    const auto read = [&](std::string_view key, bool& flag) -> Made<> {
        flag = MADE(options.flag(key, flag));
        return {};
    };
    MADE(read("generate_word_parts", rules.word_parts));
    MADE(read("generate_number_parts", rules.number_parts));
    MADE(read("catenate_words", rules.catenate_words));
    MADE(read("catenate_numbers", rules.catenate_numbers));
    MADE(read("catenate_all", rules.catenate_all));
    MADE(read("preserve_original", rules.keep_original));
    MADE(read("split_on_case_change", rules.split_on_case));
    MADE(read("split_on_numerics", rules.split_on_numbers));
    MADE(read("stem_english_possessive", rules.possessive));
    MADE(read("ignore_keywords", rules.ignore_keywords));
    MADE(read("adjust_offsets", rules.adjust_offsets));
    rules.protected_words = WordSet(MADE(options.words("protected_words")));
    for (const std::string& rule : MADE(options.words("type_table"))) {
        const auto [from, to] = MADE(mapping_rule(rule));
        if (from.size() != 1) {
            return refused(fmt::format(
                "Invalid Mapping Rule : [{}]. Only a single character is allowed.", rule));
        }
        rules.table[from[0]] = MADE(class_named(to, rule));
    }
    return rules;
}

WordParts::WordParts(WideView term, const WordRules& rules)
    : term_(term), rules_(rules), last_(term.size()) {
    const auto delimiter = [&](std::size_t at) {
        return (rules_.class_of(term_[at]) & word_delimiter) != 0;
    };
    while (first_ < last_ && delimiter(first_))
        ++first_;
    while (last_ > first_ && delimiter(last_ - 1))
        --last_;
    final_possessive_ = possessive_ends_at(last_);
    end_ = first_;
    next();
}

void WordParts::next() {
    begin_ = end_;
    if (done_) return;
    if (skip_possessive_) begin_ += 2;
    skip_possessive_ = false;
    std::uint8_t before = 0;
    while (begin_ < last_ && ((before = rules_.class_of(term_[begin_])) & word_delimiter) != 0)
        ++begin_;
    if (begin_ >= last_) {
        done_ = true;
        return;
    }
    for (end_ = begin_ + 1; end_ < last_; ++end_) {
        const std::uint8_t after = rules_.class_of(term_[end_]);
        if (breaks(before, after)) break;
        before = after;
    }
    skip_possessive_ = end_ + 1 < last_ && possessive_ends_at(end_ + 2);
}

std::uint8_t WordParts::type() const {
    const std::uint8_t type = rules_.class_of(term_[begin_]);
    return type == word_lower || type == word_upper ? word_alpha : type;
}

bool WordParts::single() const {
    return begin_ == first_ && end_ == (final_possessive_ ? last_ - 2 : last_);
}

bool WordParts::breaks(std::uint8_t before, std::uint8_t after) const {
    if ((before & after) != 0) return false;
    const bool alpha_before = (before & word_alpha) != 0;
    const bool alpha_after = (after & word_alpha) != 0;
    if (!rules_.split_on_case && alpha_before && alpha_after) return false;
    if ((before & word_upper) != 0 && alpha_after) return false;
    const bool numbers =
        (alpha_before && (after & word_digit) != 0) || ((before & word_digit) != 0 && alpha_after);
    return rules_.split_on_numbers || !numbers;
}

bool WordParts::possessive_ends_at(std::size_t at) const {
    return rules_.possessive && at > 2 && term_[at - 2] == u'\'' &&
           (term_[at - 1] | 0x20) == u's' && (rules_.class_of(term_[at - 3]) & word_alpha) != 0 &&
           (at == last_ || (rules_.class_of(term_[at]) & word_delimiter) != 0);
}

}  // namespace elkhorn::text
