// search/agg/values/term_counter.h -- counts documents by the values of a field, for each bucket of
// the parent: what rare_terms and significant_terms have in common.
//
//   rows, buckets above  ->  BucketTable of (bucket above, key)
//   key                      a whole number itself, the bits of a fraction, the number of a text
//
// Texts are numbered as they appear, so keys mean nothing outside of one TermCounter.
#pragma once

#include "search/agg/core/buckets.h"
#include "search/agg/values/source.h"
#include "search/agg/values/term_filter.h"
#include "search/agg/values/term_names.h"

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

class TermCounter {
public:
    TermCounter(SourceOptions source, TermFilter filter)
        : options_(std::move(source)), filter_(std::move(filter)) {}

    Answer<> bind(const RequestContext& request, const Common& common);

    /// Counts the selected rows; `below` gets each row with the bucket it went to. Null: nobody
    /// asks. What is counted in is charged.
    Answer<> collect(const GroupContext& context, const Selection& selection, Ledger& ledger,
                     SelectionBuffer* below);

    /// Calls visit(key) for each different value of each row, of values that were counted.
    template <typename Visit>
    Answer<> look_again(const GroupContext& context, const Selection& selection, Visit&& visit);

    const Source& source() const { return source_; }

    BucketTable& table() { return table_; }

    /// The buckets of one above with their counts, as they appeared.
    std::vector<Bucket> of(std::uint32_t owner);

    /// < 0, 0, > 0.
    int compare(const Bucket& a, const Bucket& b) const;
    std::string text(const Bucket& bucket) const;
    double number(const Bucket& bucket) const;
    /// "key", and "key_as_string" where the format shows one.
    void write_key(json::Writer& out, const Bucket& bucket) const;

private:
    static constexpr std::uint32_t unseen = ~std::uint32_t{0};
    static constexpr std::uint32_t refused = unseen - 1;

    std::uint32_t number_of(const TermColumn& column, std::uint32_t ordinal);

    template <typename T>
    std::int64_t key_of(T value) const;
    template <typename T>
    bool accepts(T value) const;

    SourceOptions options_;
    Source source_;
    TermFilter filter_;
    TermNames names_;
    BucketTable table_;
    std::vector<std::uint32_t> numbers_;  // of a row group's ordinals
};

template <typename T>
std::int64_t TermCounter::key_of(T value) const {
    if (source_.whole()) return static_cast<std::int64_t>(value);
    return std::bit_cast<std::int64_t>(static_cast<double>(value));
}

template <typename Visit>
Answer<> TermCounter::look_again(const GroupContext& context, const Selection& selection,
                                 Visit&& visit) {
    if (const auto plain = ASK(source_.plain_texts(context))) {
        return for_each_text(context, selection, *plain,
                             [&](std::uint32_t, std::uint32_t, std::string_view text) {
                                 if (const auto number = names_.find(text))
                                     visit(static_cast<std::int64_t>(*number));
                             });
    }
    if (is_text_kind(source_.kind())) {
        const TermColumn column = ASK(source_.terms(context));
        if (column.none()) return {};
        std::vector<std::uint32_t> known(column.ordinal_count(), unseen);
        for_each_distinct(selection, *column.ordinals,
                          [&](std::uint32_t, std::uint32_t, std::uint32_t ordinal) {
                              std::uint32_t& number = known[ordinal];
                              if (number == unseen)
                                  number = names_.find(column.text(ordinal)).value_or(refused);
                              if (number != refused) visit(static_cast<std::int64_t>(number));
                          });
        return {};
    }
    const NumberColumn numbers = ASK(source_.numbers(context));
    numbers.visit([&](const auto& column) {
        for_each_distinct(selection, column,
                          [&](std::uint32_t, std::uint32_t, auto value) { visit(key_of(value)); });
    });
    return {};
}

}  // namespace elkhorn::search::agg
