#include "search/agg/values/script_values.h"

#include "base/civil_time.h"
#include "script/run/run.h"
#include "script/value/java_text.h"
#include "script/value/object.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

namespace elkhorn::search::agg {
namespace {

using script::Value;

/// The texts of rows as ordinals of a dictionary that is sorted once all are there.
class TextOrdinals {
public:
    std::uint32_t number_of(std::string text) {
        const auto [found, made] =
            places_.try_emplace(std::move(text), static_cast<std::uint32_t>(places_.size()));
        if (made) bytes_ += found->first.size();
        return found->second;
    }

    std::size_t memory_bytes() const { return bytes_ + places_.size() * entry_bytes; }

    TermColumn column(store::OrdinalValues ordinals) const {
        std::string bytes;
        std::vector<std::uint32_t> ends;
        std::vector<std::uint32_t> sorted(places_.size());
        for (const auto& [text, place] : places_) {
            sorted[place] = static_cast<std::uint32_t>(ends.size());
            bytes += text;
            ends.push_back(static_cast<std::uint32_t>(bytes.size()));
        }
        for (std::uint32_t& ordinal : ordinals.values)
            ordinal = sorted[ordinal];
        TermColumn made;
        made.dictionary =
            std::make_shared<const store::Dictionary>(std::move(bytes), std::move(ends));
        made.ordinals = std::make_shared<const store::OrdinalValues>(std::move(ordinals));
        return made;
    }

private:
    static constexpr std::size_t entry_bytes = 96;

    std::map<std::string, std::uint32_t, std::less<>> places_;
    std::size_t bytes_ = 0;
};

/// Elasticsearch's status, too.
std::unexpected<Failure> refuse_value(std::string type, std::string reason) {
    auto failure = refuse_in_phase(std::move(type), std::move(reason));
    failure.error().status = 500;
    return failure;
}

std::unexpected<Failure> not_numeric(const Value& value) {
    return refuse_value(
        "aggregation_execution_exception",
        fmt::format("Unsupported script value [{}], expected a number, date, or boolean",
                    script::java_text(value)));
}

std::unexpected<Failure> no_number(const Value& value) {
    if (value.is_null())
        return refuse_value("null_pointer_exception", "the script gives nothing for a number");
    const std::string name = script::name_of(script::type_of(value));
    return refuse_value("class_cast_exception",
                        fmt::format("class {} cannot be cast to class java.lang.Number ({} and "
                                    "java.lang.Number are in module java.base of loader "
                                    "'bootstrap')",
                                    name, name));
}

std::optional<std::int64_t> whole_of(const Value& value) {
    if (value.is(script::Tag::boolean)) return value.as_boolean() ? 1 : 0;
    if (const auto* date = script::object_as<script::DateObject>(value); date != nullptr)
        return Instant{date->seconds, date->nanos}.ms();
    if (!value.is_number()) return std::nullopt;
    return value.is_real() ? script::to_long(value.as_real()) : value.as_whole();
}

std::optional<double> real_of(const Value& value) {
    if (value.is_number() && value.is_real()) return value.as_real();
    const auto whole = whole_of(value);
    return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
}

template <typename T>
std::optional<T> number_of(const Value& value) {
    if constexpr (std::is_integral_v<T>) return whole_of(value);
    return real_of(value);
}

NumberColumn column_of(std::shared_ptr<const store::IntegerValues> values) {
    NumberColumn column;
    column.integers = std::move(values);
    return column;
}

NumberColumn column_of(std::shared_ptr<const store::RealValues> values) {
    NumberColumn column;
    column.reals = std::move(values);
    return column;
}

}  // namespace

ScriptValues::ScriptValues(std::shared_ptr<const script::Program> program, const ScriptCall& call,
                           const RequestContext& request, Ledger& ledger)
    : script_(std::move(program), call.params, &request), ledger_(ledger) {}

Answer<std::unique_ptr<ScriptValues>> ScriptValues::make(const ScriptCall& call,
                                                         const RequestContext& request,
                                                         Ledger& ledger) {
    auto program = ASK(compile(call, &request, script::contexts::aggs));
    return std::unique_ptr<ScriptValues>(
        new ScriptValues(std::move(program), call, request, ledger));
}

Answer<> ScriptValues::hold(std::size_t bytes, std::size_t& held) {
    if (bytes <= held) return {};
    ASK(ledger_.hold(bytes - held));
    held = bytes;
    return {};
}

Answer<> ScriptValues::run(std::uint32_t row) {
    items_.clear();
    const Value value = ASK(script_.value(row));
    if (value.is_null()) return {};
    if (!script::is_kind_of(script::type_of(value).of, script::Class::collection) &&
        !script::type_of(value).is_array()) {
        items_.push_back(value);
        return {};
    }
    if (!script_.run().elements_of(value, items_)) return script_.failure();
    return {};
}

/// The values of the selected rows, which `fill_row(row, values)` adds for each.
template <typename T, typename Fill>
Answer<std::shared_ptr<const store::ColumnValues<T>>> ScriptValues::fill(
    const GroupContext& context, const Selection& selection, Fill&& fill_row) {
    constexpr std::uint32_t rows_between_looks = 1024;
    ASK(script_.enter(context));
    const std::uint32_t rows = context.rows();
    const std::size_t offset_bytes = rows * sizeof(std::uint32_t);
    ASK(hold(offset_bytes, values_bytes_));
    std::vector<std::uint32_t> offsets;
    offsets.reserve(std::size_t{rows} + 1);
    std::vector<T> values;
    Answer<> going = context.go_on();
    selection.for_each([&](std::uint32_t row, std::uint32_t /*bucket*/) {
        if (!going || offsets.size() > row) return;
        offsets.resize(std::size_t{row} + 1, static_cast<std::uint32_t>(values.size()));
        going = fill_row(row, values);
        if (going && row % rows_between_looks == 0) going = context.go_on();
        if (going) going = hold(offset_bytes + values.capacity() * sizeof(T), values_bytes_);
    });
    ASK(std::move(going));
    offsets.resize(std::size_t{rows} + 1, static_cast<std::uint32_t>(values.size()));
    return std::make_shared<const store::ColumnValues<T>>(
        store::ColumnValues<T>{store::RowValues(rows, std::move(offsets)), std::move(values)});
}

Answer<NumberColumn> ScriptValues::numbers(const GroupContext& context, const Selection& selection,
                                           bool whole) {
    const auto made = [&]<typename T>(T /*of*/) -> Answer<NumberColumn> {
        return column_of(ASK(
            fill<T>(context, selection, [&](std::uint32_t row, std::vector<T>& values) -> Answer<> {
                ASK(run(row));
                const std::size_t first = values.size();
                for (const Value& item : items_) {
                    const auto number = number_of<T>(item);
                    if (!number) return not_numeric(item);
                    values.push_back(*number);
                }
                std::sort(values.begin() + static_cast<std::ptrdiff_t>(first), values.end());
                return {};
            })));
    };
    return whole ? made(std::int64_t{0}) : made(0.0);
}

Answer<NumberColumn> ScriptValues::numbers_of(const GroupContext& context,
                                              const Selection& selection, const NumberColumn& from,
                                              bool whole) {
    const auto made = [&]<typename T>(T /*of*/, const auto& column) -> Answer<NumberColumn> {
        return column_of(ASK(
            fill<T>(context, selection, [&](std::uint32_t row, std::vector<T>& values) -> Answer<> {
                const std::size_t first = values.size();
                for (auto i = column.rows.first(row); i < column.rows.last(row); ++i) {
                    script_.host().given =
                        whole ? Value::of_long(static_cast<std::int64_t>(column.values[i]))
                              : Value::of_double(static_cast<double>(column.values[i]));
                    const Value value = ASK(script_.value(row));
                    const auto number = value.is_number() ? number_of<T>(value) : std::nullopt;
                    if (!number) return no_number(value);
                    values.push_back(*number);
                }
                std::sort(values.begin() + static_cast<std::ptrdiff_t>(first), values.end());
                return {};
            })));
    };
    const auto made_of = [&](const auto& column) {
        return whole ? made(std::int64_t{0}, column) : made(0.0, column);
    };
    if (from.integers) return made_of(*from.integers);
    if (from.reals) return made_of(*from.reals);
    return from;
}

Answer<TermColumn> ScriptValues::terms(const GroupContext& context, const Selection& selection) {
    TextOrdinals texts;
    const auto ordinals = ASK(fill<std::uint32_t>(
        context, selection, [&](std::uint32_t row, std::vector<std::uint32_t>& values) -> Answer<> {
            ASK(run(row));
            for (const Value& item : items_)
                values.push_back(texts.number_of(script::java_text(item)));
            return hold(texts.memory_bytes(), texts_bytes_);
        }));
    return texts.column(*ordinals);
}

Answer<TermColumn> ScriptValues::terms_of(const GroupContext& context, const Selection& selection,
                                          const TermColumn& from, bool addresses) {
    if (from.none()) return from;
    TextOrdinals texts;
    std::vector<std::uint32_t> places;  // of the row
    const auto ordinals = ASK(fill<std::uint32_t>(
        context, selection, [&](std::uint32_t row, std::vector<std::uint32_t>& values) -> Answer<> {
            const store::RowValues& rows = from.ordinals->rows;
            places.assign(from.ordinals->values.begin() + rows.first(row),
                          from.ordinals->values.begin() + rows.last(row));
            std::ranges::sort(places);
            const auto same = std::ranges::unique(places);
            places.erase(same.begin(), same.end());
            for (const std::uint32_t place : places) {
                const std::string text =
                    addresses ? store::format_ip(from.text(place)) : std::string(from.text(place));
                script_.host().given = Value::of_text(text);
                const Value value = ASK(script_.value(row));
                values.push_back(texts.number_of(script::java_text(value)));
            }
            return hold(texts.memory_bytes(), texts_bytes_);
        }));
    return texts.column(*ordinals);
}

}  // namespace elkhorn::search::agg
