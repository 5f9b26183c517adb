#include "search/positions/word_list.h"

#include "search/match/text_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search::positions {
namespace {

constexpr std::int32_t gap_between_values = 100;

}  // namespace

std::size_t WordList::add_field(const Field& field) {
    const auto known = std::ranges::find(fields_, field.name, &Field::name);
    if (known != fields_.end()) return static_cast<std::size_t>(known - fields_.begin());
    fields_.push_back(field);
    return fields_.size() - 1;
}

std::size_t WordList::add(std::size_t field, std::string_view word) {
    const auto [place, is_new] =
        numbers_.try_emplace(fmt::format("{} {}", field, word), words_.size());
    if (is_new) words_.push_back({field, std::string(word)});
    return place->second;
}

Answer<Bitmap> WordList::rows_with(const GroupContext& context, std::size_t word) const {
    const Field& field = fields_[words_[word].field];
    const store::Column* column = text_column(context, field);
    if (column == nullptr) return Bitmap(context.rows());
    return rows_with_token(context, *column, field.analyzer.get(), words_[word].text);
}

RowPlaces::RowPlaces(const WordList& list) : list_(&list), places_(list.words().size()) {
    readers_.resize(list.fields().size());
    for (std::size_t i = 0; i < readers_.size(); ++i)
        readers_[i].field = &list.fields()[i];
    for (std::size_t i = 0; i < list.words().size(); ++i) {
        Reader& reader = readers_[list.words()[i].field];
        reader.numbers.push_back(i);
        reader.by_text.emplace(list.words()[i].text, i);
    }
}

Answer<> RowPlaces::enter(const GroupContext& context) {
    for (Reader& reader : readers_)
        ASK(enter(reader, context, *list_));
    return {};
}

Answer<> RowPlaces::enter(Reader& reader, const GroupContext& context, const WordList& list) {
    reader.column = text_column(context, *reader.field);
    reader.dictionary = {};
    reader.texts = nullptr;
    reader.places = nullptr;
    if (reader.column == nullptr) return {};
    if (reader.column->has_dictionary()) {
        reader.dictionary = ASK(keywords_of(context, *reader.column, 0));
        return {};
    }
    reader.rows = ASK(reader.column->row_values());
    if (reader.field->analyzer == nullptr) {
        std::vector<store::WantedWord> wanted;
        for (const std::size_t number : reader.numbers)
            wanted.push_back({list.words()[number].text, false});
        reader.places = ASK(reader.column->word_places(std::move(wanted)));
    }
    if (reader.places == nullptr) reader.texts = reader.column->texts();
    return {};
}

Answer<> RowPlaces::read(std::uint32_t row) {
    for (Reader& reader : readers_)
        ASK(read(reader, row));
    return {};
}

Answer<> RowPlaces::read(Reader& reader, std::uint32_t row) {
    for (const std::size_t number : reader.numbers)
        places_[number].clear();
    reader.next = 0;
    reader.length = 0;
    if (reader.column == nullptr) return {};
    if (!reader.dictionary.none()) {
        const auto& [dictionary, ordinals] = reader.dictionary;
        for (auto i = ordinals->rows.first(row); i < ordinals->rows.last(row); ++i)
            ASK(cut(reader, (*dictionary)[ordinals->values[i]]));
        return {};
    }
    for (auto i = reader.rows->first(row); i < reader.rows->last(row); ++i) {
        if (reader.places == nullptr) {
            ASK(cut(reader, ASK(reader.texts->at(i))));
            continue;
        }
        found_.clear();
        const std::uint32_t words = ASK(reader.places->of(i, found_));
        if (reader.next > 0) reader.next += gap_between_values;
        for (const auto& [wanted, place] : found_) {
            places_[reader.numbers[wanted]].push_back(reader.next +
                                                      static_cast<std::int32_t>(place));
        }
        reader.next += static_cast<std::int32_t>(words);
        reader.length += words;
    }
    return {};
}

Answer<> RowPlaces::cut(Reader& reader, std::string_view text) {
    if (reader.next > 0) reader.next += gap_between_values;
    text::TokenStream tokens(reader.field->analyzer.get(), text);
    for (; tokens.next(); ++reader.next) {
        reader.next += tokens.increment() - 1;  // one that was left out leaves its place empty
        if (tokens.increment() > 0) ++reader.length;
        const auto wanted = reader.by_text.find(tokens.token());
        if (wanted != reader.by_text.end()) places_[wanted->second].push_back(reader.next);
    }
    return {};
}

std::span<const std::int32_t> RowPlaces::of(const std::vector<std::size_t>& words,
                                            std::vector<std::int32_t>& merged) const {
    if (words.size() == 1) return of(words[0]);
    merged.clear();
    for (const std::size_t word : words)
        merged.insert(merged.end(), of(word).begin(), of(word).end());
    std::ranges::sort(merged);
    return merged;
}

}  // namespace elkhorn::search::positions
