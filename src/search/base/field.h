// search/base/field.h -- what a field's name means in one index, and its values in a row group,
// whichever columns hold them:
//
//   const Field field = find_field(*context.index, "http.status");
//   const Numbers numbers = ASK(numbers_of(context, field));  // numbers, booleans, dates (ms)
//   const Keywords words = ASK(keywords_of(context, field));  // keywords, texts; ips as 16 bytes
//   const Keywords odd = ASK(misfits_of(context, field));     // texts that did not fit their type
//
// `message.keyword` shares the column of `message`; values longer than its ignore_above are left
// out here.
//
//   Threads   one at a time per RequestContext, for its GroupCache is not locked.
//   Cost      numbers and dictionaries come from the store's cache. A text column without a
//             dictionary is read and sorted once per row group and request: some 10 ms for 65,536
//             rows.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "store/group/column.h"
#include "text/analysis/stored/analyzer.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::search {

struct Field {
    std::string name;                              // as asked
    const store::FieldMapping* mapping = nullptr;  // the index's; null: unknown here
    std::string column;                            // path of the columns that hold the values
    std::uint32_t longest = 0;  // values of more characters do not count; 0: all do
    std::shared_ptr<const text::Analyzer> analyzer;    // of texts; null: standard
    std::shared_ptr<const text::Analyzer> normalizer;  // of keywords; null: none

    bool known() const { return mapping != nullptr; }

    store::FieldType type() const { return mapping->type; }

    bool is(store::FieldType type) const { return mapping != nullptr && mapping->type == type; }

    bool is_text() const { return is(store::FieldType::text); }

    bool is_keyword() const { return is(store::FieldType::keyword); }

    bool is_date() const { return is(store::FieldType::date) || is_nanos(); }

    /// A date whose column holds nanoseconds; numbers_of gives milliseconds all the same.
    bool is_nanos() const { return is(store::FieldType::date_nanos); }

    bool is_point() const { return is(store::FieldType::geo_point); }

    bool is_boolean() const { return is(store::FieldType::boolean); }

    bool is_ip() const { return is(store::FieldType::ip); }

    /// Numbers alone: neither dates nor booleans.
    bool is_number() const;
    bool is_whole() const;  // long, integer, short, byte

    /// Something that has values: no object, nothing unindexed.
    bool has_values() const { return mapping != nullptr && mapping->has_values(); }

    /// The texts of a query as the field's values are: a keyword's by its normalizer.
    std::string normalized(std::string_view text) const {
        return normalizer == nullptr ? std::string(text) : normalizer->filtered(text);
    }

    store::ColumnKind kind() const { return store::column_kind(mapping->type); }
};

Field find_field(const store::IndexView& index, std::string_view name);

/// The names of fields and multi-fields that have values and match `pattern` (with *), sorted.
std::vector<std::string> expand_fields(const store::IndexView& index, std::string_view pattern);

/// The tokens of a query's text: by the search_analyzer where the field has one.
std::vector<std::string> query_tokens(const Field& field, std::string_view text);

/// A token of a query and its place: tokens of one place are words for one another.
struct QueryWord {
    std::string text;
    std::int32_t place = 0;
};

/// As query_tokens, by `analyzer` where it is not null.
Answer<std::vector<QueryWord>> query_words(const Field& field, std::string_view text,
                                           const text::Analyzer* analyzer);

/// The analyzer that a query names: one of the index's settings, or a built-in one.
Answer<std::shared_ptr<const text::Analyzer>> named_analyzer(const store::IndexView& index,
                                                             std::string_view query,
                                                             std::string_view name);

/// The text of a pattern as the field's tokens or values are: in small letters for most texts, by
/// the normalizer for a keyword that has one.
std::string pattern_text(const Field& field, std::string_view text);

/// Aggregations and sorts cannot have the values of a field without doc values.
std::unexpected<Failure> no_doc_values(const Field& field);

/// Whether any row group of the index has texts in this typed field that did not fit it.
bool has_misfits(const store::IndexView& index, const Field& field);

/// A row group's numbers. Whole numbers and fractions may both be there.
struct Numbers {
    std::shared_ptr<const store::IntegerValues> integers;  // null: none
    std::shared_ptr<const store::RealValues> reals;        // null: none

    bool none() const { return integers == nullptr && reals == nullptr; }

    bool has(std::uint32_t row) const {
        return (integers != nullptr && integers->rows.has(row)) ||
               (reals != nullptr && reals->rows.has(row));
    }

    /// Calls visit(double) for each value of the row.
    template <typename Visit>
    void for_each(std::uint32_t row, Visit&& visit) const {
        if (integers != nullptr) {
            for (auto i = integers->rows.first(row), end = integers->rows.last(row); i < end; ++i) {
                visit(static_cast<double>(integers->values[i]));
            }
        }
        if (reals != nullptr) {
            for (auto i = reals->rows.first(row), end = reals->rows.last(row); i < end; ++i) {
                visit(reals->values[i]);
            }
        }
    }
};

/// A row group's texts (or addresses, 16 bytes each) as ordinals of a sorted dictionary.
struct Keywords {
    std::shared_ptr<const store::Dictionary> dictionary;   // null: none
    std::shared_ptr<const store::OrdinalValues> ordinals;  // null: none

    bool none() const { return dictionary == nullptr; }

    /// Calls visit(ordinal) for each value of the row, equal ones as often as they are there.
    template <typename Visit>
    void for_each(std::uint32_t row, Visit&& visit) const {
        for (auto i = ordinals->rows.first(row), end = ordinals->rows.last(row); i < end; ++i) {
            visit(ordinals->values[i]);
        }
    }
};

/// The texts of a column without a dictionary as they lie there, at most one a row: whoever needs
/// neither their order nor each one once saves the sorting.
struct PlainTexts {
    std::shared_ptr<const store::RowValues> rows;
    std::unique_ptr<store::Texts> texts;
};

/// Null when the row group has none.
const store::Column* column_of(const GroupContext& context, const Field& field);
const store::Column* misfit_column(const GroupContext& context, const Field& field);

Answer<Numbers> numbers_of(const GroupContext& context, const Field& field);
/// As they are stored: date_nanos in nanoseconds.
Answer<Numbers> exact_numbers_of(const GroupContext& context, const Field& field);
/// `longest` as in Field; 0 where no value of the column is longer, which costs nothing to know.
std::uint32_t longest_in(const store::Column& column, std::uint32_t longest);
Answer<Keywords> keywords_of(const GroupContext& context, const Field& field);
/// Of one row, equal ones as often as they are there; addresses as 16 bytes.
Answer<std::vector<std::string>> texts_of(const GroupContext& context, const Field& field,
                                          std::uint32_t row);
Answer<Keywords> misfits_of(const GroupContext& context, const Field& field);
Answer<Keywords> keywords_of(const GroupContext& context, const store::Column& column,
                             std::uint32_t longest);

/// The path of the nested objects that the field is of; empty: of documents.
std::string_view nested_path_of(const store::IndexView& index, std::string_view name);

/// Whether the field counts among the objects at `place` (empty: among documents): it is theirs, or
/// objects below hand theirs up (`include_in_parent`, `include_in_root`).
bool is_seen_at(const store::IndexView& index, std::string_view place, std::string_view name);

/// Rows with at least one value that counts, misfits among them.
Answer<store::Bitmap> rows_with_value(const GroupContext& context, const Field& field);

/// Dictionaries made for one row group, until the next one is asked for.
class GroupCache {
public:
    const Keywords* find(const store::RowGroup* group, const store::Column* column,
                         std::uint32_t longest) const;
    const Keywords& keep(const store::RowGroup* group, const store::Column* column,
                         std::uint32_t longest, Keywords keywords);

    void clear() { group_ = nullptr; }

private:
    const store::RowGroup* group_ = nullptr;  // whose dictionaries are kept; only compared
    std::map<std::pair<const store::Column*, std::uint32_t>, Keywords> kept_;
};

/// Characters of a UTF-8 text.
std::size_t length_of(std::string_view text);

}  // namespace elkhorn::search
