// search/agg/values/source.h -- the values an aggregation looks at: a field (or _id, _index,
// _seq_no) of the request's indices, its type there, what stands for a missing value, and how
// values are shown.
//
//   Source source;
//   ASK(source.bind(request, common, source_options, rule));      // refuses text and what the rule
//   refuses const NumberColumn numbers = ASK(source.numbers(context));    // of a row group
//
// An index in which the field is of a refused type gives no values as long as another index gives
// some.
#pragma once

#include "base/parameter.h"
#include "search/agg/core/aggregator.h"
#include "search/agg/core/format.h"
#include "search/agg/core/options.h"
#include "search/agg/values/columns.h"
#include "search/agg/values/script_values.h"
#include "search/base/field.h"
#include "search/script/script_call.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace elkhorn::search::agg {

enum class ValueKind { integer, real, boolean, date, text, address };

inline bool is_text_kind(ValueKind kind) {
    return kind == ValueKind::text || kind == ValueKind::address;
}

/// Members that every aggregation of values has.
inline constexpr Parameter source_members[] = {
    {"field", Takes::text},
    {"missing", Takes::any},
    {"value_type", Takes::text},
    {"script", Takes::any},
};

inline constexpr Parameter format_members[] = {{"format", Takes::text}};

struct SourceOptions {
    std::string field;  // an empty name is one, too
    bool has_field = false;
    std::optional<std::string> missing;  // as text
    std::string format;
    std::string time_zone;
    std::string value_type;
    std::optional<ScriptCall> script;  // of the documents, or of the field's values

    /// Reads field, missing, script and value_type, and of the others those named.
    static SourceOptions read(Options& options, bool format, bool time_zone);

    bool given() const { return has_field || script; }

    /// Refuses when neither field nor script was given.
    Answer<> check() const;
};

/// Which types an aggregation takes.
struct SourceRule {
    bool numbers = true;  // whole and fractions
    bool dates = true;    // booleans, too
    bool texts = false;   // keywords
    bool addresses = false;
    bool anything = false;                 // also types that have no values here
    ValueKind unmapped = ValueKind::real;  // what a field that nobody knows is taken for
};

class Source {
public:
    Answer<> bind(const RequestContext& request, const Common& common, const SourceOptions& options,
                  const SourceRule& rule);

    ValueKind kind() const { return kind_; }

    bool mapped() const { return mapped_; }

    const ValueFormat& format() const { return format_; }

    /// Whether a script makes them, and not of values of a field.
    bool of_documents() const { return documents_; }

    /// Whether all values are numbers without fractions: keys are whole then.
    bool whole() const { return kind_ != ValueKind::real && !is_text_kind(kind_); }

    /// Of all rows: of a source that has no script.
    Answer<NumberColumn> numbers(const GroupContext& context) const;
    Answer<TermColumn> terms(const GroupContext& context) const;
    /// Of the selected rows at least.
    Answer<NumberColumn> numbers(const GroupContext& context, const Selection& selection) const;
    Answer<TermColumn> terms(const GroupContext& context, const Selection& selection) const;
    /// The texts as they lie, where that is all there is to know; nothing: ask for terms().
    Answer<std::optional<PlainTexts>> plain_texts(const GroupContext& context) const;
    /// How many values a row of the group has at most.
    Answer<std::size_t> most_values(const GroupContext& context) const;
    /// The row group's column when its values are used as they are; null otherwise.
    const store::Column* column(const GroupContext& context) const;

private:
    Answer<> look(const store::IndexView& index, const Common& common, const SourceOptions& options,
                  const SourceRule& rule);
    Answer<> choose_format(const RequestContext& request, const SourceOptions& options);
    Answer<> read_missing(const SourceOptions& options);
    bool usable(const Field& field) const;
    void become_scripted();
    Answer<NumberColumn> field_numbers(const GroupContext& context) const;
    Answer<TermColumn> field_terms(const GroupContext& context) const;
    Answer<TermColumn> own_terms(const GroupContext& context) const;
    void add_missing(NumberColumn& column, std::uint32_t rows) const;
    void add_missing(TermColumn& column, std::uint32_t rows) const;

    std::string field_;
    std::string nested_;  // path of the objects one is in
    ValueKind kind_ = ValueKind::real;
    bool mapped_ = false;
    bool mixed_ = false;  // numbers in one index and texts in another
    std::string type_name_;
    std::string date_format_;
    ValueFormat format_;
    bool has_missing_ = false;
    double missing_real_ = 0;
    std::int64_t missing_whole_ = 0;
    std::string missing_text_;
    SourceRule rule_;
    std::unique_ptr<ScriptValues> script_;  // null: the field's values as they are
    bool documents_ = false;                // the script makes them of documents, not of values
    bool addresses_ = false;                // the field has addresses
};

/// Calls visit(bucket, value) for each value of the selected rows.
template <typename T, typename Visit>
void for_each_value(const Selection& selection, const store::ColumnValues<T>& column,
                    Visit&& visit) {
    const T* values = column.values.data();
    if (column.rows.one_each()) {
        selection.for_each(
            [&](std::uint32_t row, std::uint32_t bucket) { visit(bucket, values[row]); });
        return;
    }
    selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
        for (auto i = column.rows.first(row), end = column.rows.last(row); i < end; ++i)
            visit(bucket, values[i]);
    });
}

/// Calls visit(row, bucket, text) for each text of the selected rows.
template <typename Visit>
Answer<> for_each_text(const GroupContext& context, const Selection& selection,
                       const PlainTexts& plain, Visit&& visit) {
    constexpr std::uint32_t steps_between_looks = 4096;
    Answer<> going;
    std::uint32_t steps = 0;
    selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
        if (!going || !plain.rows->has(row)) return;
        if (++steps % steps_between_looks == 0) going = context.go_on();
        const auto text = plain.texts->at(plain.rows->first(row));
        if (!text)
            going = broken(text.error());
        else
            visit(row, bucket, *text);
    });
    return going;
}

/// Calls visit(row, bucket, value) for each different value of a row, ascending.
template <typename T, typename Visit>
void for_each_distinct(const Selection& selection, const store::ColumnValues<T>& column,
                       Visit&& visit) {
    const T* values = column.values.data();
    if (column.rows.one_each()) {
        selection.for_each(
            [&](std::uint32_t row, std::uint32_t bucket) { visit(row, bucket, values[row]); });
        return;
    }
    std::vector<T> sorted;
    selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
        const auto first = column.rows.first(row);
        const auto last = column.rows.last(row);
        if (last - first <= 1) {
            if (first != last) visit(row, bucket, values[first]);
            return;
        }
        sorted.assign(values + first, values + last);
        std::ranges::sort(sorted);
        const auto end = std::unique(sorted.begin(), sorted.end());
        for (auto it = sorted.begin(); it != end; ++it)
            visit(row, bucket, *it);
    });
}

}  // namespace elkhorn::search::agg
