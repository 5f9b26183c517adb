#include "search/agg/values/source.h"

#include "store/schema/ip_address.h"
#include "store/schema/mapping.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numeric>

namespace elkhorn::search::agg {
namespace {

using store::FieldType;

std::unexpected<Failure> refuse_argument(std::string reason) {
    return refuse_in_phase("illegal_argument_exception", std::move(reason));
}

std::unexpected<Failure> refuse_text(std::string_view field) {
    return refuse_argument(
        fmt::format("Text fields are not optimised for operations that require per-document field "
                    "data like aggregations "
                    "and sorting, so these operations are disabled by default. Please use a "
                    "keyword field instead. "
                    "Alternatively, set fielddata=true on [{}] in order to load field data by "
                    "uninverting the inverted "
                    "index. Note that this can use significant memory.",
                    field));
}

ValueKind kind_of(FieldType type) {
    switch (type) {
        case FieldType::float64:
        case FieldType::float32:
        case FieldType::float16:
        case FieldType::scaled_float: return ValueKind::real;
        case FieldType::boolean: return ValueKind::boolean;
        case FieldType::date:
        case FieldType::date_nanos: return ValueKind::date;
        case FieldType::ip: return ValueKind::address;
        case FieldType::keyword: return ValueKind::text;
        default: return ValueKind::integer;
    }
}

bool takes(const SourceRule& rule, ValueKind kind) {
    switch (kind) {
        case ValueKind::integer:
        case ValueKind::real: return rule.numbers;
        case ValueKind::boolean:
        case ValueKind::date: return rule.dates;
        case ValueKind::text: return rule.texts;
        case ValueKind::address: return rule.addresses;
    }
    return false;
}

std::optional<ValueKind> kind_from_value_type(std::string_view name) {
    constexpr std::array whole = {"long", "integer", "short", "byte", "number", "numeric"};
    constexpr std::array real = {"double", "float", "half_float"};
    if (std::ranges::find(whole, name) != whole.end()) return ValueKind::integer;
    if (std::ranges::find(real, name) != real.end()) return ValueKind::real;
    if (name == "string" || name == "keyword") return ValueKind::text;
    if (name == "date") return ValueKind::date;
    if (name == "ip") return ValueKind::address;
    if (name == "boolean") return ValueKind::boolean;
    return std::nullopt;
}

/// Fields every document has that are not in the mapping.
std::optional<ValueKind> kind_of_own_field(std::string_view name) {
    if (name == "_index" || name == "_id" || name == "_type") return ValueKind::text;
    if (name == "_seq_no") return ValueKind::integer;
    return std::nullopt;
}

bool is_own_without_values(std::string_view name) {
    return name == "_version" || name == "_source" || name == "_field_names" || name == "_routing";
}

/// The values with one more for each row that has none.
template <typename T>
std::shared_ptr<const store::ColumnValues<T>> with_missing(const store::ColumnValues<T>* from,
                                                           std::uint32_t rows, T missing) {
    if (from == nullptr) {
        return std::make_shared<const store::ColumnValues<T>>(
            store::ColumnValues<T>{store::RowValues(rows), std::vector<T>(rows, missing)});
    }
    std::vector<std::uint32_t> offsets{0};
    std::vector<T> values;
    offsets.reserve(rows + 1);
    values.reserve(from->values.size() + rows);
    for (std::uint32_t row = 0; row < rows; ++row) {
        for (auto i = from->rows.first(row); i < from->rows.last(row); ++i)
            values.push_back(from->values[i]);
        if (!from->rows.has(row)) values.push_back(missing);
        offsets.push_back(static_cast<std::uint32_t>(values.size()));
    }
    return std::make_shared<const store::ColumnValues<T>>(
        store::ColumnValues<T>{store::RowValues(rows, std::move(offsets)), std::move(values)});
}

/// Whole numbers and fractions of the same field as fractions.
std::shared_ptr<const store::RealValues> merged(const store::IntegerValues* integers,
                                                const store::RealValues* reals,
                                                std::uint32_t rows) {
    std::vector<std::uint32_t> offsets{0};
    std::vector<double> values;
    for (std::uint32_t row = 0; row < rows; ++row) {
        if (integers != nullptr) {
            for (auto i = integers->rows.first(row); i < integers->rows.last(row); ++i) {
                values.push_back(static_cast<double>(integers->values[i]));
            }
        }
        if (reals != nullptr) {
            for (auto i = reals->rows.first(row); i < reals->rows.last(row); ++i)
                values.push_back(reals->values[i]);
        }
        offsets.push_back(static_cast<std::uint32_t>(values.size()));
    }
    return std::make_shared<const store::RealValues>(
        store::RealValues{store::RowValues(rows, std::move(offsets)), std::move(values)});
}

TermColumn one_text_for_all(std::string_view text, std::uint32_t rows) {
    TermColumn column;
    const auto end = static_cast<std::uint32_t>(text.size());
    column.dictionary = std::make_shared<const store::Dictionary>(std::string(text),
                                                                  std::vector<std::uint32_t>{end});
    column.ordinals = std::make_shared<const store::OrdinalValues>(
        store::OrdinalValues{store::RowValues(rows), std::vector<std::uint32_t>(rows, 0)});
    return column;
}

}  // namespace

SourceOptions SourceOptions::read(Options& options, bool format, bool time_zone) {
    SourceOptions read;
    const auto field = options.text("field");
    read.field = field.value_or("");
    read.has_field = field.has_value();
    if (const event::Value* missing = options.any("missing")) {
        read.missing = scalar_text(*missing);
        if (!read.missing) options.fail_kind("missing", *missing);
    }
    if (format) read.format = options.text("format").value_or("");
    if (time_zone) {
        const event::Value* zone = options.any("time_zone");
        if (zone != nullptr && zone->is(event::Kind::integer)) {
            read.time_zone =
                fmt::format("{:+03}:00", std::clamp<std::int64_t>(zone->as_integer(), -99, 99));
        } else if (zone != nullptr) {
            read.time_zone = scalar_text(*zone).value_or("");
        }
        if (!read.time_zone.empty() && !text::TimeZone::find(read.time_zone)) {
            options.fail("time_zone", "zone_rules_exception",
                         fmt::format("Unknown time-zone ID: {}", read.time_zone));
        }
    }
    if (const event::Value* script = options.any("script"); script != nullptr) {
        auto call = read_script(*script);
        if (!script->is(event::Kind::string) && !script->is(event::Kind::object))
            options.fail_kind("script", *script);
        else if (call)
            read.script = std::move(*call);
        else
            options.fail("script", call.error().type, call.error().reason);
    }
    if (auto type = options.text("value_type")) {
        if (!kind_from_value_type(*type)) {
            options.fail("value_type", "illegal_argument_exception",
                         fmt::format("Unknown value type [{}]", *type));
        }
        read.value_type = std::move(*type);
    }
    return read;
}

Answer<> SourceOptions::check() const {
    if (given()) return {};
    return refuse("illegal_argument_exception",
                  "Required one of fields [field, script], but none were specified. ");
}

Answer<> Source::look(const store::IndexView& index, const Common& common,
                      const SourceOptions& options, const SourceRule& rule) {
    const Field field = find_field(index, field_);
    ValueKind kind = ValueKind::text;
    std::string name;
    if (const auto own = kind_of_own_field(field_)) {
        kind = *own;
        name = field_;
    } else if (is_own_without_values(field_)) {
        return refuse_argument(
            fmt::format("Fielddata is not supported on field [{}] of type [{}]", field_, field_));
    } else {
        if (!field.known() || !is_seen_at(index, nested_, field_)) return {};
        if (field.type() == FieldType::object || field.type() == FieldType::nested) return {};
        name = field.mapping->es_name.empty() ? std::string(store::default_name(field.type()))
                                              : field.mapping->es_name;
        if (field.is_text()) return refuse_text(field_);
        if (!field.mapping->doc_values || name == "binary") return no_doc_values(field);
        if ((field.type() == FieldType::unindexed || field.is_point()) && rule.anything) return {};
        kind = kind_of(field.type());
    }
    if (field.is(FieldType::unindexed) || field.is_point() || !takes(rule, kind)) {
        return refuse_argument(
            fmt::format("Field [{}] of type [{}] is not supported for aggregation [{}]", field_,
                        name, common.type));
    }
    const auto wanted = kind_from_value_type(options.value_type);
    if (wanted && !is_text_kind(*wanted) && is_text_kind(kind)) {
        return refuse_argument(
            fmt::format("Expected numeric type on field [{}], but got [{}]", field_, name));
    }
    if (mapped_ && is_text_kind(kind) != is_text_kind(kind_)) mixed_ = true;
    const bool widened = mapped_ && (kind_ == ValueKind::real || kind == ValueKind::real);
    if (!mapped_ || kind_ == kind) {
        kind_ = kind;
    } else if (widened && !is_text_kind(kind)) {
        kind_ = ValueKind::real;
    }
    if (!mapped_ && kind == ValueKind::date && field.known()) date_format_ = field.mapping->format;
    if (!mapped_) type_name_ = std::move(name);
    mapped_ = true;
    return {};
}

Answer<> Source::bind(const RequestContext& request, const Common& common,
                      const SourceOptions& options, const SourceRule& rule) {
    field_ = options.field;
    nested_ = common.nested;
    rule_ = rule;
    if (options.script) script_ = ASK(ScriptValues::make(*options.script, request, *common.ledger));
    documents_ = !options.has_field && script_ != nullptr;
    std::optional<Failure> failure;
    for (const auto& index : request.indices) {
        if (documents_) break;
        auto looked = look(*index, common, options, rule);
        if (!looked && !failure) failure = std::move(looked).error();
    }
    if (!mapped_ && failure) return std::unexpected(std::move(*failure));
    if (!mapped_) kind_ = kind_from_value_type(options.value_type).value_or(rule.unmapped);
    if (mixed_ && !rule.anything) {
        auto refused =
            refuse_in_phase("aggregation_execution_exception",
                            fmt::format("Merging/Reducing the aggregations failed when computing "
                                        "the aggregation [{}] because the "
                                        "field you gave in the aggregation query existed as two "
                                        "different types in two different "
                                        "indices",
                                        common.name));
        refused.error().status = 500;
        return refused;
    }
    ASK(choose_format(request, options));
    if (script_ != nullptr) become_scripted();
    return read_missing(options);
}

/// What a script makes of whole numbers may have fractions, and what it makes of addresses is text.
void Source::become_scripted() {
    addresses_ = kind_ == ValueKind::address;
    if (addresses_) kind_ = ValueKind::text;
    if (!documents_ && (kind_ == ValueKind::integer || kind_ == ValueKind::boolean))
        kind_ = ValueKind::real;
    if (documents_) mapped_ = true;
}

Answer<> Source::choose_format(const RequestContext& request, const SourceOptions& options) {
    const bool plain = kind_ == ValueKind::integer || kind_ == ValueKind::real;
    if (!options.format.empty() && !plain && kind_ != ValueKind::date && mapped_) {
        return refuse_argument(fmt::format(
            "Field [{}] of type [{}] does not support custom formats", field_, type_name_));
    }
    switch (kind_) {
        case ValueKind::boolean: format_ = ValueFormat::boolean(); break;
        case ValueKind::address: format_ = ValueFormat::address(); break;
        case ValueKind::date:
            format_ = ASK(ValueFormat::date(options.format.empty() ? date_format_ : options.format,
                                            options.time_zone, request.now_ms));
            break;
        default:
            if (!options.format.empty()) format_ = ValueFormat::decimal(options.format);
            break;
    }
    return {};
}

Answer<> Source::read_missing(const SourceOptions& options) {
    if (!options.missing) return {};
    has_missing_ = true;
    if (kind_ == ValueKind::text) {
        missing_text_ = *options.missing;
        return {};
    }
    if (kind_ == ValueKind::address) {
        const auto address = store::parse_ip(*options.missing);
        if (!address) {
            return refuse_argument(
                fmt::format("'{}' is not an IP string literal.", *options.missing));
        }
        missing_text_.assign(address->data(), address->size());
        return {};
    }
    if (kind_ == ValueKind::date) {
        missing_whole_ = ASK(format_.read_whole(*options.missing));
        missing_real_ = static_cast<double>(missing_whole_);
        return {};
    }
    missing_real_ = ASK(format_.read(*options.missing));
    constexpr double most = 9.2e18;
    missing_whole_ = static_cast<std::int64_t>(std::clamp(missing_real_, -most, most));
    if (kind_ == ValueKind::integer && static_cast<double>(missing_whole_) != missing_real_) {
        kind_ = ValueKind::real;
    }
    return {};
}

bool Source::usable(const Field& field) const {
    return field.has_values() && !field.is_text() && !field.is_point() &&
           takes(rule_, kind_of(field.type()));
}

const store::Column* Source::column(const GroupContext& context) const {
    if (has_missing_ || mixed_ || script_ != nullptr || kind_of_own_field(field_)) return nullptr;
    const Field field = find_field(*context.index, field_);
    if (!usable(field) || field.is_nanos() || !is_seen_at(*context.index, nested_, field_)) {
        return nullptr;
    }
    const bool both = context.group->find(field.column, store::ColumnKind::integer) != nullptr &&
                      context.group->find(field.column, store::ColumnKind::real) != nullptr;
    if (both || is_text_kind(kind_of(field.type())) != is_text_kind(kind_)) return nullptr;
    const store::Column* column = column_of(context, field);
    const bool some_too_long = column != nullptr && longest_in(*column, field.longest) != 0;
    return some_too_long ? nullptr : column;
}

Answer<std::size_t> Source::most_values(const GroupContext& context) const {
    constexpr std::size_t of_a_script = 16;  // nobody knows, and most give one
    if (script_ != nullptr) return of_a_script;
    const store::Column* own = column(context);
    if (own != nullptr && own->value_count() == own->rows_with_value()) return 1;
    std::size_t most = 1;
    const auto look = [&](const store::RowValues& rows) {
        if (rows.one_each()) return;
        for (std::uint32_t row = 0; row < context.rows(); ++row)
            most = std::max<std::size_t>(most, rows.last(row) - rows.first(row));
    };
    const NumberColumn found = ASK(numbers(context));
    found.visit([&](const auto& values) { look(values.rows); });
    const TermColumn texts = ASK(terms(context));
    if (!texts.none()) look(texts.ordinals->rows);
    return most;
}

Answer<NumberColumn> Source::numbers(const GroupContext& context) const {
    NumberColumn column;
    if (is_text_kind(kind_) && !mixed_) return column;
    column = ASK(field_numbers(context));
    add_missing(column, context.rows());
    return column;
}

Answer<NumberColumn> Source::numbers(const GroupContext& context,
                                     const Selection& selection) const {
    if (script_ == nullptr) return numbers(context);
    NumberColumn column;
    if (is_text_kind(kind_)) return column;
    column =
        documents_
            ? ASK(script_->numbers(context, selection, whole()))
            : ASK(script_->numbers_of(context, selection, ASK(field_numbers(context)), whole()));
    add_missing(column, context.rows());
    return column;
}

Answer<NumberColumn> Source::field_numbers(const GroupContext& context) const {
    NumberColumn column;
    if (field_ == "_seq_no") {
        std::vector<std::int64_t> values(context.rows());
        for (std::uint32_t row = 0; row < context.rows(); ++row)
            values[row] = ASK(context.group->seq_no(row));
        column.integers = std::make_shared<const store::IntegerValues>(
            store::IntegerValues{store::RowValues(context.rows()), std::move(values)});
        return column;
    }
    const Field field = find_field(*context.index, field_);
    const bool visible = usable(field) && is_seen_at(*context.index, nested_, field_);
    if (visible && !is_text_kind(kind_of(field.type()))) {
        const Numbers numbers = ASK(numbers_of(context, field));
        if (numbers.integers && numbers.reals) {
            column.reals = merged(numbers.integers.get(), numbers.reals.get(), context.rows());
        } else {
            column.integers = numbers.integers;
            column.reals = numbers.reals;
            if (!field.is_nanos()) column.column = column_of(context, field);
        }
    }
    return column;
}

void Source::add_missing(NumberColumn& column, std::uint32_t rows) const {
    if (!has_missing_ || is_text_kind(kind_)) return;
    column.column = nullptr;
    if (kind_ == ValueKind::real || column.reals) {
        if (column.integers) column.reals = merged(column.integers.get(), nullptr, rows);
        column.integers = nullptr;
        column.reals = with_missing(column.reals.get(), rows, missing_real_);
    } else {
        column.integers = with_missing(column.integers.get(), rows, missing_whole_);
    }
}

Answer<std::optional<PlainTexts>> Source::plain_texts(const GroupContext& context) const {
    const store::Column* found = column(context);
    if (found == nullptr || found->kind() != store::ColumnKind::text || found->has_dictionary() ||
        found->value_count() != found->rows_with_value())
        return std::nullopt;
    return PlainTexts{ASK(found->row_values()), found->texts()};
}

Answer<TermColumn> Source::own_terms(const GroupContext& context) const {
    if (field_ == "_index") return one_text_for_all(context.index->name, context.rows());
    if (field_ == "_type") return one_text_for_all("_doc", context.rows());
    std::vector<std::string> ids(context.rows());
    for (std::uint32_t row = 0; row < context.rows(); ++row)
        ids[row] = ASK(context.group->id(row));
    std::vector<std::uint32_t> order(ids.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return ids[a] < ids[b]; });
    std::string bytes;
    std::vector<std::uint32_t> ends;
    std::vector<std::uint32_t> ordinals(ids.size());
    for (const std::uint32_t row : order) {
        ordinals[row] = static_cast<std::uint32_t>(ends.size());
        bytes += ids[row];
        ends.push_back(static_cast<std::uint32_t>(bytes.size()));
    }
    TermColumn column;
    column.dictionary =
        std::make_shared<const store::Dictionary>(std::move(bytes), std::move(ends));
    column.ordinals = std::make_shared<const store::OrdinalValues>(
        store::OrdinalValues{store::RowValues(context.rows()), std::move(ordinals)});
    return column;
}

Answer<TermColumn> Source::terms(const GroupContext& context) const {
    TermColumn column;
    if (!is_text_kind(kind_) && !mixed_) return column;
    column = ASK(field_terms(context));
    add_missing(column, context.rows());
    return column;
}

Answer<TermColumn> Source::terms(const GroupContext& context, const Selection& selection) const {
    if (script_ == nullptr) return terms(context);
    TermColumn column;
    if (!is_text_kind(kind_)) return column;
    column =
        documents_
            ? ASK(script_->terms(context, selection))
            : ASK(script_->terms_of(context, selection, ASK(field_terms(context)), addresses_));
    add_missing(column, context.rows());
    return column;
}

Answer<TermColumn> Source::field_terms(const GroupContext& context) const {
    TermColumn column;
    if (kind_of_own_field(field_)) return own_terms(context);
    const Field field = find_field(*context.index, field_);
    const bool visible = usable(field) && is_seen_at(*context.index, nested_, field_);
    if (visible && is_text_kind(kind_of(field.type()))) {
        Keywords keywords = ASK(keywords_of(context, field));
        column.dictionary = std::move(keywords.dictionary);
        column.ordinals = std::move(keywords.ordinals);
    }
    return column;
}

void Source::add_missing(TermColumn& column, std::uint32_t rows) const {
    if (!has_missing_ || !is_text_kind(kind_) || kind_of_own_field(field_)) return;
    column.extra = missing_text_;
    const std::uint32_t place = column.dictionary ? column.dictionary->size() : 0;
    column.ordinals = with_missing<std::uint32_t>(column.ordinals.get(), rows, place);
}

}  // namespace elkhorn::search::agg
