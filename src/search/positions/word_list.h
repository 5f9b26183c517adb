// search/positions/word_list.h -- the words that a question about places asks for, of one field or
// of several, each with a number; and where they stand in one row of a row group.
//
//   value "to be"  value "to do"   -->   to: 0, 102   be: 1   do: 103   a length of 4
//
// The values of a row are a hundred places apart, as Elasticsearch indexes them.
//
//   Threads   a WordList is immutable once made; RowPlaces belong to one thread.
//   Cost      a row is cut, or its words are looked up, once for all words of a field; what is held
//             is the places of one row.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/plan.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace elkhorn::search::positions {

class WordList {
public:
    struct Word {
        std::size_t field = 0;
        std::string text;
    };

    /// Of a field by its name.
    std::size_t add_field(const Field& field);
    /// The number of the word; the same for the same.
    std::size_t add(std::size_t field, std::string_view word);

    const std::vector<Field>& fields() const { return fields_; }

    const std::vector<Word>& words() const { return words_; }

    /// The rows of the row group that have the word.
    Answer<Bitmap> rows_with(const GroupContext& context, std::size_t word) const;

private:
    std::vector<Field> fields_;
    std::vector<Word> words_;
    std::unordered_map<std::string, std::size_t> numbers_;  // by field and word
};

class RowPlaces {
public:
    explicit RowPlaces(const WordList& list);
    RowPlaces(const RowPlaces&) = delete;
    RowPlaces& operator=(const RowPlaces&) = delete;
    RowPlaces(RowPlaces&&) = default;
    RowPlaces& operator=(RowPlaces&&) = delete;

    /// For tests: the places of each word, by its number.
    explicit RowPlaces(std::vector<std::vector<std::int32_t>> places)
        : places_(std::move(places)) {}

    Answer<> enter(const GroupContext& context);
    Answer<> read(std::uint32_t row);

    /// Ascending; of the row that was read last.
    std::span<const std::int32_t> of(std::size_t word) const { return places_[word]; }

    /// The same of several words, put together in `merged`, equal ones as often as they are there.
    std::span<const std::int32_t> of(const std::vector<std::size_t>& words,
                                     std::vector<std::int32_t>& merged) const;

    /// How many words the row has in the field.
    std::uint32_t length(std::size_t field) const { return readers_[field].length; }

private:
    /// One field of the row group.
    struct Reader {
        const Field* field = nullptr;                               // the list's
        std::vector<std::size_t> numbers;                           // of its words
        std::unordered_map<std::string_view, std::size_t> by_text;  // sees the list's words
        const store::Column* column = nullptr;
        Keywords dictionary;
        std::shared_ptr<const store::RowValues> rows;
        std::unique_ptr<store::Texts> texts;        // null: there is a better way
        std::unique_ptr<store::WordPlaces> places;  // null: texts must be cut
        std::int32_t next = 0;
        std::uint32_t length = 0;
    };

    Answer<> enter(Reader& reader, const GroupContext& context, const WordList& list);
    Answer<> read(Reader& reader, std::uint32_t row);
    Answer<> cut(Reader& reader, std::string_view text);

    const WordList* list_ = nullptr;  // whoever made this keeps it
    std::vector<Reader> readers_;     // by field
    std::vector<std::vector<std::int32_t>> places_;
    std::vector<store::WordPlaces::Found> found_;
};

}  // namespace elkhorn::search::positions
