#include "search/sort/sort.h"

#include "base/strings.h"
#include "search/base/date_math.h"
#include "search/match/field_terms.h"
#include "search/match/plan.h"
#include "search/sort/sort_distance.h"
#include "search/sort/sort_nested.h"
#include "search/sort/sort_pick.h"
#include "search/sort/sort_script.h"
#include "store/schema/ip_address.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace elkhorn::search {
namespace {

using store::FieldType;

constexpr std::int64_t least_integer = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest_integer = std::numeric_limits<std::int64_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::int64_t saturated(double value) {
    if (std::isnan(value)) return 0;
    if (value >= 9.2233720368547758e18) return greatest_integer;
    return value <= -9.2233720368547758e18 ? least_integer : static_cast<std::int64_t>(value);
}

/// Whether the missing come as the greatest of all values.
bool missing_is_greatest(const Sort& sort) {
    return sort.missing_first() == sort.descending;
}

class KeyColumn : public SortColumn {
public:
    KeyColumn(std::shared_ptr<const Sort> sort, Field field)
        : sort_(std::move(sort)), field_(std::move(field)) {}

    Answer<int> compare(std::uint32_t row, const SortValue& other) override {
        return compare_keys(*sort_, ASK(value(row)), other);
    }

    bool all_behind(const GroupContext& /*context*/, const SortValue& /*value*/) const override {
        return false;
    }

protected:
    const Sort& sort() const { return *sort_; }

    const Field& field() const { return field_; }

    std::unexpected<Failure> bad_after(std::string_view text) const {
        auto failure = refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("Failed to parse search_after value for field [{}].", sort_->field));
        failure.error().caused_by_type = "number_format_exception";
        failure.error().caused_by_reason = fmt::format("For input string: \"{}\"", text);
        return failure;
    }

private:
    std::shared_ptr<const Sort> sort_;
    Field field_;
};

/// Whole numbers, booleans, dates.
class IntegerColumn final : public KeyColumn {
public:
    IntegerColumn(std::shared_ptr<const Sort> key, Field field, std::int64_t missing,
                  std::int64_t factor, std::int64_t now_ms)
        : KeyColumn(std::move(key), std::move(field)),
          missing_(missing),
          factor_(factor),
          now_ms_(now_ms) {}

    Answer<> enter(const GroupContext& context) override {
        const bool exact = field().is_nanos() && sort().numeric_type != "date";
        numbers_ =
            exact ? ASK(exact_numbers_of(context, field())) : ASK(numbers_of(context, field()));
        return {};
    }

    Answer<SortValue> value(std::uint32_t row) override { return SortValue::of(number(row)); }

    Answer<int> compare(std::uint32_t row, const SortValue& other) override {
        const std::int64_t mine = number(row);
        if (other.kind != SortValue::Kind::integer)
            return compare_keys(sort(), SortValue::of(mine), other);
        const int order = mine < other.integer ? -1 : mine > other.integer ? 1 : 0;
        return sort().descending ? -order : order;
    }

    bool all_behind(const GroupContext& context, const SortValue& other) const override {
        return reach(context, other, [&](std::int64_t best, std::int64_t) {
            return sort().descending ? best < other.integer : best > other.integer;
        });
    }

    bool all_before(const GroupContext& context, const SortValue& other) const override {
        return reach(context, other, [&](std::int64_t, std::int64_t worst) {
            return sort().descending ? worst > other.integer : worst < other.integer;
        });
    }

    bool ascending(const GroupContext& context) const override {
        const store::Column* column = only_column(context);
        return column != nullptr && column->ascending() && column->value_count() == context.rows();
    }

    std::string json(const SortValue& value) const override {
        return std::to_string(value.integer);
    }

    Answer<SortValue> parse_after(const event::Value& value) const override {
        const auto term = term_of(value);
        if (!term) return SortValue::of(missing_);
        if (const auto whole = to_integer(term->text)) return SortValue::of(*whole);
        if (field().is_date() && value.is(event::Kind::string)) {
            const DateReader reader = ASK(make_date_reader(field().mapping->format, "", now_ms_));
            if (field().is_nanos())
                return SortValue::of(ASK(read_date_ns(reader, term->text, false)));
            return SortValue::of(ASK(read_date(reader, term->text, false)));
        }
        const auto number = to_double(term->text);
        if (!number || value.is(event::Kind::string)) return bad_after(term->text);
        return SortValue::of(saturated(*number));
    }

private:
    std::int64_t scaled(std::int64_t value) const {
        std::int64_t product = 0;
        if (!__builtin_mul_overflow(value, factor_, &product)) return product;
        return value > 0 ? greatest_integer : least_integer;
    }

    std::int64_t number(std::uint32_t row) {
        if (numbers_.integers == nullptr && numbers_.reals == nullptr) return missing_;
        if (numbers_.integers != nullptr) {
            const auto& all = *numbers_.integers;
            const auto first = all.rows.first(row);
            const auto last = all.rows.last(row);
            if (last - first == 1) return scaled(all.values[first]);
            if (last - first > 1) {
                values_.assign(all.values.begin() + first, all.values.begin() + last);
                return scaled(pick(sort().mode, sort().descending, values_));
            }
        }
        if (numbers_.reals == nullptr || !numbers_.reals->rows.has(row)) return missing_;
        values_.clear();
        for (auto i = numbers_.reals->rows.first(row); i < numbers_.reals->rows.last(row); ++i) {
            values_.push_back(saturated(numbers_.reals->values[i]));
        }
        return scaled(pick(sort().mode, sort().descending, values_));
    }

    /// The group's whole numbers, where no fractions stand beside them.
    const store::Column* only_column(const GroupContext& context) const {
        if (!field().known() ||
            context.group->find(field().column, store::ColumnKind::real) != nullptr)
            return nullptr;
        return context.group->find(field().column, store::ColumnKind::integer);
    }

    /// Whether `test(best, worst)` holds for the keys of the group, by what is known without them.
    template <typename Test>
    bool reach(const GroupContext& context, const SortValue& other, Test&& test) const {
        const bool range = sort().mode == SortMode::none || sort().mode == SortMode::min ||
                           sort().mode == SortMode::max;
        if (other.kind != SortValue::Kind::integer || !range || factor_ != 1) return false;
        if (field().is_nanos() && sort().numeric_type == "date") return false;
        if (field().known() &&
            context.group->find(field().column, store::ColumnKind::real) != nullptr)
            return false;
        const store::Column* column = only_column(context);
        const bool some = column != nullptr && column->value_count() > 0;
        if (some) {
            const std::int64_t least = column->min_integer();
            const std::int64_t greatest = column->max_integer();
            if (!(sort().descending ? test(greatest, least) : test(least, greatest))) return false;
        }
        return (some && column->rows_with_value() == context.rows()) || test(missing_, missing_);
    }

    std::int64_t missing_;
    std::int64_t factor_;  // of nanoseconds
    std::int64_t now_ms_;
    Numbers numbers_;
    std::vector<std::int64_t> values_;
};

class RealColumn final : public KeyColumn {
public:
    RealColumn(std::shared_ptr<const Sort> key, Field field, double missing, bool narrow)
        : KeyColumn(std::move(key), std::move(field)), missing_(missing), narrow_(narrow) {}

    Answer<> enter(const GroupContext& context) override {
        numbers_ = ASK(numbers_of(context, field()));
        return {};
    }

    Answer<SortValue> value(std::uint32_t row) override {
        values_.clear();
        numbers_.for_each(row, [&](double value) { values_.push_back(value); });
        return SortValue::of(values_.empty() ? missing_
                                             : pick(sort().mode, sort().descending, values_));
    }

    std::string json(const SortValue& value) const override {
        if (std::isinf(value.real)) return value.real > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        if (narrow_) return float_json(static_cast<float>(value.real));
        std::string out;
        text::append_json_real(out, value.real);
        return out;
    }

    Answer<SortValue> parse_after(const event::Value& value) const override {
        const auto term = term_of(value);
        if (!term) return SortValue::of(missing_);
        if (term->text == "Infinity") return SortValue::of(infinity);
        if (term->text == "-Infinity") return SortValue::of(-infinity);
        const auto number = to_double(term->text);
        if (!number) return bad_after(term->text);
        return SortValue::of(narrow_ ? static_cast<float>(*number) : *number);
    }

private:
    double missing_;
    bool narrow_;
    Numbers numbers_;
    std::vector<double> values_;
};

/// Keywords and addresses.
class TextColumn final : public KeyColumn {
public:
    using KeyColumn::KeyColumn;

    Answer<> enter(const GroupContext& context) override {
        words_ = ASK(keywords_of(context, field()));
        return {};
    }

    Answer<SortValue> value(std::uint32_t row) override {
        const auto ordinal = place(row);
        if (ordinal) return SortValue::of(std::string((*words_.dictionary)[*ordinal]));
        if (sort().missing && *sort().missing != "_first" && *sort().missing != "_last") {
            return SortValue::of(*sort().missing);
        }
        return SortValue();
    }

    Answer<int> compare(std::uint32_t row, const SortValue& other) override {
        const auto ordinal = place(row);
        if (!ordinal || other.kind != SortValue::Kind::text) return KeyColumn::compare(row, other);
        const int order = (*words_.dictionary)[*ordinal].compare(other.text);
        return sort().descending ? -order : order;
    }

    std::string json(const SortValue& value) const override {
        if (value.kind != SortValue::Kind::text) return "null";
        std::string out;
        text::append_json_string(out, field().is_ip() ? store::format_ip(value.text) : value.text);
        return out;
    }

    Answer<SortValue> parse_after(const event::Value& value) const override {
        const auto term = term_of(value);
        if (!term) return SortValue();
        if (!field().is_ip()) return SortValue::of(term->text);
        const auto address = store::parse_ip(term->text);
        if (address) return SortValue::of(std::string(address->data(), address->size()));
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("'{}' is not an IP string literal.", term->text));
    }

private:
    std::optional<std::uint32_t> place(std::uint32_t row) const {
        if (words_.none()) return std::nullopt;
        std::optional<std::uint32_t> best;
        const bool greatest =
            sort().mode == SortMode::max || (sort().mode == SortMode::none && sort().descending);
        words_.for_each(row, [&](std::uint32_t ordinal) {
            if (!best || (greatest ? ordinal > *best : ordinal < *best)) best = ordinal;
        });
        return best;
    }

    Keywords words_;
};

/// _doc, _shard_doc, _seq_no, _id, _index: what every document has. The first three go with its
/// place: rows lie in the order of their sequence numbers.
class MetadataColumn final : public KeyColumn {
public:
    /// `first`: what _shard_doc begins with in this index.
    MetadataColumn(std::shared_ptr<const Sort> key, const store::IndexView& index,
                   std::int64_t first)
        : KeyColumn(std::move(key), Field{}), index_(index), first_(first) {}

    Answer<> enter(const GroupContext& context) override {
        group_ = context.group;
        return {};
    }

    Answer<SortValue> value(std::uint32_t row) override {
        if (sort().field == "_id") return SortValue::of(ASK(group_->id(row)));
        if (sort().field == "_index") return SortValue::of(index_.name);
        if (sort().field == "_version") return SortValue::of(ASK(group_->version(row)));
        return SortValue::of(first_ + ASK(group_->seq_no(row)));
    }

    bool all_behind(const GroupContext& context, const SortValue& other) const override {
        if (!by_place() || other.kind != SortValue::Kind::integer) return false;
        return sort().descending ? last_of(context) < other.integer
                                 : first_of(context) > other.integer;
    }

    bool all_before(const GroupContext& context, const SortValue& other) const override {
        if (!by_place() || other.kind != SortValue::Kind::integer) return false;
        return sort().descending ? first_of(context) > other.integer
                                 : last_of(context) < other.integer;
    }

    bool ascending(const GroupContext& /*context*/) const override { return by_place(); }

    std::string json(const SortValue& value) const override {
        if (value.kind == SortValue::Kind::integer) return std::to_string(value.integer);
        std::string out;
        text::append_json_string(out, value.text);
        return out;
    }

    Answer<SortValue> parse_after(const event::Value& value) const override {
        const auto term = term_of(value);
        if (!term) return SortValue();
        if (sort().field == "_id" || sort().field == "_index") return SortValue::of(term->text);
        const auto number = to_integer(term->text);
        if (!number) return bad_after(term->text);
        return SortValue::of(*number);
    }

private:
    bool by_place() const { return sort().kind == Sort::Kind::row || sort().field == "_seq_no"; }

    std::int64_t first_of(const GroupContext& context) const {
        return first_ + context.group->first_seq_no();
    }

    std::int64_t last_of(const GroupContext& context) const {
        return first_ + context.group->last_seq_no();
    }

    const store::IndexView& index_;  // the request's
    std::int64_t first_;
    const store::RowGroup* group_ = nullptr;
};

/// In _shard_doc the number of the index in the request stands before that of the row.
std::int64_t first_place(const Sort& sort, const RequestContext& request,
                         const store::IndexView& index) {
    constexpr int row_bits = 40;  // both together are exact in a double up to 8,192 indices
    if (sort.field != "_shard_doc") return 0;
    const auto place =
        std::ranges::find(request.indices, &index, &std::shared_ptr<const store::IndexView>::get);
    return (place - request.indices.begin()) << row_bits;
}

Answer<std::optional<double>> missing_number(const Sort& sort) {
    if (!sort.missing || *sort.missing == "_first" || *sort.missing == "_last")
        return std::optional<double>();
    const auto number = to_double(*sort.missing);
    if (number) return number;
    return refuse_in_phase("number_format_exception",
                           fmt::format("For input string: \"{}\"", *sort.missing));
}

Answer<std::unique_ptr<SortColumn>> number_column(const std::shared_ptr<const Sort>& sort,
                                                  const Field& field, bool real, bool narrow,
                                                  std::int64_t now_ms) {
    const auto given = ASK(missing_number(*sort));
    const bool greatest = missing_is_greatest(*sort);
    if (real) {
        const double missing = given.value_or(greatest ? infinity : -infinity);
        return std::make_unique<RealColumn>(sort, field, missing, narrow);
    }
    std::int64_t missing = greatest ? greatest_integer : least_integer;
    if (given) missing = to_integer(*sort->missing).value_or(saturated(*given));
    const std::int64_t factor =
        sort->numeric_type == "date_nanos" && field.is(FieldType::date) ? 1'000'000 : 1;
    return std::make_unique<IntegerColumn>(sort, field, missing, factor, now_ms);
}

/// By the type that the request names for a field that is not there.
Answer<std::unique_ptr<SortColumn>> unmapped_column(const std::shared_ptr<const Sort>& sort,
                                                    Field field, std::int64_t now_ms) {
    if (sort->unmapped_type.empty()) {
        return shard_failure(
            fmt::format("No mapping found for [{}] in order to sort on", sort->field));
    }
    const auto type = store::type_from_name(sort->unmapped_type);
    if (!type || *type == FieldType::object || *type == FieldType::nested) {
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("No mapper found for type [{}]", sort->unmapped_type));
    }
    field.mapping = nullptr;
    if (*type == FieldType::text) return not_for_texts(sort->field);
    const store::ColumnKind kind = store::column_kind(*type);
    if (kind == store::ColumnKind::text || kind == store::ColumnKind::ip) {
        return std::make_unique<TextColumn>(sort, std::move(field));
    }
    const bool narrow = *type == FieldType::float32 || *type == FieldType::float16;
    return number_column(sort, field, kind == store::ColumnKind::real, narrow, now_ms);
}

int compare_plain(const SortValue& a, const SortValue& b) {
    if (a.kind == SortValue::Kind::text && b.kind == SortValue::Kind::text) {
        const int order = a.text.compare(b.text);
        return order < 0 ? -1 : order > 0 ? 1 : 0;
    }
    if (a.kind == SortValue::Kind::integer && b.kind == SortValue::Kind::integer) {
        return a.integer < b.integer ? -1 : a.integer > b.integer ? 1 : 0;
    }
    const auto number = [](const SortValue& v) {
        return v.kind == SortValue::Kind::real ? v.real : static_cast<double>(v.integer);
    };
    const bool texts = a.kind == SortValue::Kind::text || b.kind == SortValue::Kind::text;
    if (texts) return a.kind == b.kind ? 0 : a.kind == SortValue::Kind::text ? 1 : -1;
    return number(a) < number(b) ? -1 : number(a) > number(b) ? 1 : 0;
}

}  // namespace

int compare_keys(const Sort& sort, const SortValue& a, const SortValue& b) {
    const bool a_none = a.kind == SortValue::Kind::none;
    const bool b_none = b.kind == SortValue::Kind::none;
    if (a_none || b_none) {
        if (a_none == b_none) return 0;
        return a_none == sort.missing_first() ? -1 : 1;
    }
    const int order = compare_plain(a, b);
    return sort.descending ? -order : order;
}

namespace {

Answer<std::unique_ptr<SortColumn>> field_column(const std::shared_ptr<const Sort>& sort,
                                                 const RequestContext& request, Field field) {
    if (sort->kind == Sort::Kind::distance) {
        if (field.is_point()) return distance_column(sort, std::move(field));
        if (!field.known() && sort->distance.ignore_unmapped)
            return distance_column(sort, std::move(field));
        return refuse_in_phase(
            "illegal_argument_exception",
            field.known()
                ? fmt::format("Fielddata is not of geo_point type on field [{}]", sort->field)
                : fmt::format("failed to find mapper for [{}] for geo distance based "
                              "sort",
                              sort->field));
    }
    if (field.is(FieldType::unindexed)) return no_doc_values(field);
    if (!field.has_values()) return unmapped_column(sort, std::move(field), request.now_ms);
    if (field.is_text()) return not_for_texts(sort->field);
    if (field.is_point()) {
        return refuse_in_phase("illegal_argument_exception",
                               "can't sort on geo_point field without using specific sorting "
                               "feature, like geo_distance");
    }
    if (!field.mapping->doc_values) return no_doc_values(field);
    const bool texts =
        field.kind() == store::ColumnKind::text || field.kind() == store::ColumnKind::ip;
    if (!sort->numeric_type.empty() && texts) {
        return shard_failure(
            fmt::format("[numeric_type] option cannot be set on a non-numeric field, got {}",
                        field.mapping->es_name));
    }
    if (texts) {
        if (sort->mode == SortMode::sum || sort->mode == SortMode::avg ||
            sort->mode == SortMode::median) {
            return shard_failure("we only support AVG, MEDIAN and SUM on number based fields");
        }
        return std::make_unique<TextColumn>(sort, std::move(field));
    }
    bool real = field.kind() == store::ColumnKind::real;
    bool narrow = field.type() == FieldType::float32 || field.type() == FieldType::float16;
    if (sort->numeric_type == "double") {
        real = true;
        narrow = false;
    } else if (!sort->numeric_type.empty()) {
        real = false;
    }
    return number_column(sort, field, real, narrow, request.now_ms);
}

}  // namespace

Answer<std::unique_ptr<SortColumn>> make_sort_column(const std::shared_ptr<const Sort>& sort,
                                                     const RequestContext& request,
                                                     const store::IndexView& index,
                                                     std::string_view place, bool scores_are_told) {
    if (sort->kind == Sort::Kind::script) {
        auto column = ASK(script_column(sort, request));
        if (scores_are_told || !column->wants_scores()) return column;
        return refuse_in_phase("illegal_argument_exception",
                               "here a sort by a script cannot look at [_score]: only the hits of "
                               "a search have one");
    }
    const bool metadata = sort->field == "_id" || sort->field == "_index" ||
                          sort->field == "_seq_no" || sort->field == "_version";
    if (sort->kind == Sort::Kind::row || metadata)
        return std::make_unique<MetadataColumn>(sort, index, first_place(*sort, request, index));
    const Field field = find_field(index, sort->field);
    auto column = ASK(field_column(sort, request, field));
    if (sort->nested.empty() && is_seen_at(index, place, sort->field)) return column;
    Scope scope;
    scope.index = &index;
    scope.request = &request;
    return sort_by_objects(sort, std::move(column), field, scope);
}

std::unexpected<Failure> not_for_texts(std::string_view field) {
    return refuse_in_phase(
        "illegal_argument_exception",
        fmt::format(
            "Text fields are not optimised for operations that require per-document field data "
            "like "
            "aggregations and sorting, so these operations are disabled by default. Please use a "
            "keyword field instead. Alternatively, set fielddata=true on [{}] in order to load "
            "field "
            "data by uninverting the inverted index. Note that this can use significant memory.",
            field));
}

std::string float_json(float value) {
    std::string out;
    text::append_json_real(out, value);
    return out;
}

}  // namespace elkhorn::search
