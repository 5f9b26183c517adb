// store/code/template_text.h -- texts as templates: what stands between the words is kept once per
// template, the words are ordinals of a list that the term index shares, and each place of a
// template is a column of its own (store/code/text_slot.h). "user 17 logged in from db-3" is the
// template "\1 \1 \1 \1 \1 \1-\1" with five words and two numbers.
//
// Words are the standard analyzer's tokens as they stand in the text, so that a word's rows come
// from the index and from the slots, and a phrase is checked without unpacking other texts. After
// CLP (Rodrigues, Luo, Yuan: "CLP: Efficient and Scalable Search on Compressed Text Logs", OSDI
// 2021).
//
//   part 1   u32 raw bytes of the header, u32 its compressed bytes, zstd header | body
//   header   varint references, each text path; varint templates, each: varint values, text
//            template (\1 a place, \2 escapes \1 and \2), u8 with slots, then its slots' headers
//   body     template of each value (width of the number of templates) | slots | words of the
//            values whose template has no slots, one after the other (width of the number of words)
//   part 3   the token index; ordinals are the order of its keys
#pragma once

#include "base/result.h"
#include "store/code/bitmap.h"
#include "store/code/column_values.h"
#include "store/code/text_slot.h"
#include "store/code/token_index.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

/// The texts of a column: `ordinals` says which of the distinct `texts` each value is, `rows` to
/// which row it belongs (empty: value i to row i).
struct TextColumn {
    std::span<const std::string_view> texts;
    std::span<const std::uint32_t> ordinals;
    std::span<const std::uint32_t> rows;
    std::uint32_t all_rows = 0;
};

struct TemplateParts {
    std::string values;  // part 1
    std::string index;   // part 3
    std::uint64_t tokens = 0;
};

/// Nothing where the texts are no such texts: hardly a word occurs twice.
std::optional<TemplateParts> encode_templates(const TextColumn& column,
                                              std::span<const TextReference> references);

/// The number that a place of numbers holds for this word: up to 18 digits without a leading zero.
std::optional<std::uint64_t> template_number(std::string_view word);

/// Reads what encode_templates wrote. Const and thread-safe; `parts` outlive it.
class TemplateTexts {
public:
    /// Finds the ordinals of a reference by its path.
    using Resolve =
        std::function<Result<std::shared_ptr<const OrdinalValues>>(std::string_view path)>;

    static Result<TemplateTexts> open(std::string_view values, std::string_view index,
                                      RowValues rows, std::uint32_t value_count,
                                      const Resolve& resolve);

    /// Appends the text of a value.
    Result<> append(std::uint32_t value, std::string& out) const;
    Result<Bitmap> rows_with_token(std::string_view token) const;
    /// Ascending by token.
    Result<> visit_tokens(std::string_view prefix, const TokenTest& wanted,
                          const TokenVisit& visit) const;

    std::uint64_t memory_bytes() const;

private:
    friend class TemplateWords;  // template_words.cc
    friend class WordRepeats;    // template_repeats.cc
    friend class TemplateCounts;

    struct Template {
        std::string text;
        std::uint32_t first = 0;  // of its values in members_
        std::uint32_t count = 0;
        std::uint32_t places = 0;       // words in it
        std::vector<SlotReader> slots;  // none: its words are in words_bits_
    };

    Result<> read_header(ByteReader& header, ByteReader& body);
    Result<> read_templates(ByteReader& header, ByteReader& body);
    Result<> read_words();
    std::uint32_t row_of(std::uint32_t value) const;
    std::uint32_t reference_ordinal(const SlotReader& slot, std::uint32_t value) const;
    Result<> append_word(std::uint64_t ordinal, std::string& out) const;
    void add_slot_rows(std::uint64_t wanted, bool number, Bitmap& rows) const;

    struct Number {
        std::string text;
        std::uint32_t row;
    };

    std::vector<Number> numbers_with(std::string_view prefix, const TokenTest& wanted) const;

    std::uint32_t values_ = 0;
    RowValues rows_{0};
    std::vector<std::uint32_t> row_of_;  // of each value; empty: value i is in row i
    TokenIndexReader index_;
    std::string words_;  // as they stand in texts, in the order of the index
    std::vector<std::uint32_t> word_ends_;
    std::vector<std::shared_ptr<const OrdinalValues>> references_;
    std::vector<Template> templates_;
    std::vector<std::uint32_t> template_of_;
    std::vector<std::uint32_t> rank_of_;  // in its template; without slots: of its first word
    std::vector<std::uint32_t> members_;  // values by template
    std::string_view loose_words_;
    int word_width_ = 0;
};

}  // namespace elkhorn::store
