#include "store/field_router.h"

#include "base/civil_time.h"
#include "base/strings.h"
#include "store/ip_address.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace elkhorn::store {
namespace {

using event::Kind;
using event::Leaf;

constexpr std::string_view slashed_date_format = "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis";

/// The value as Elasticsearch would index it into a keyword.
std::string text_of(const Leaf& leaf) {
    std::string out;
    switch (leaf.kind) {
        case Kind::string: out = leaf.as_text(); break;
        case Kind::boolean: out = leaf.integer != 0 ? "true" : "false"; break;
        case Kind::real: text::append_json_real(out, leaf.real); break;
        case Kind::timestamp: append_iso(out, leaf.integer); break;
        default: text::append_integer(out, leaf.integer); break;
    }
    return out;
}

/// Rounds to the nearest half-precision number (IEEE 754 binary16), ties to even.
double to_half(double value) {
    if (value == 0 || !std::isfinite(value)) return value;
    int exponent = 0;
    std::frexp(value, &exponent);
    const int digits = exponent > -14 ? 11 : 11 - (-13 - exponent);
    const double step = std::ldexp(1.0, exponent - digits);
    return std::nearbyint(value / step) * step;
}

std::optional<double> to_number(const Leaf& leaf) {
    if (leaf.kind == Kind::integer) return static_cast<double>(leaf.integer);
    if (leaf.kind == Kind::real) return leaf.real;
    if (leaf.kind != Kind::string) return std::nullopt;
    const auto number = to_double(leaf.as_text());
    if (!number || !std::isfinite(*number)) return std::nullopt;
    return number;
}

std::optional<std::int64_t> to_whole(const Leaf& leaf, FieldType type) {
    std::optional<std::int64_t> value;
    if (leaf.kind == Kind::integer) {
        value = leaf.integer;
    } else if (leaf.kind == Kind::string && to_integer(leaf.as_text())) {
        value = to_integer(leaf.as_text());
    } else if (const auto number = to_number(leaf)) {
        if (std::fabs(*number) >= 9.2233720368547748e18) return std::nullopt;
        value = static_cast<std::int64_t>(*number);  // 1.7 is indexed as 1
    }
    if (!value) return std::nullopt;
    const auto fits = [&](std::int64_t min, std::int64_t max) {
        return *value >= min && *value <= max;
    };
    switch (type) {
        case FieldType::int32:
            return fits(-2'147'483'648LL, 2'147'483'647LL) ? value : std::nullopt;
        case FieldType::int16: return fits(-32'768, 32'767) ? value : std::nullopt;
        case FieldType::int8: return fits(-128, 127) ? value : std::nullopt;
        default: return value;
    }
}

std::optional<double> to_real(const Leaf& leaf, const FieldMapping& field) {
    const auto number = to_number(leaf);
    if (!number) return std::nullopt;
    switch (field.type) {
        case FieldType::float32: {
            const auto narrow = static_cast<float>(*number);
            return std::isfinite(narrow) ? std::optional<double>(narrow) : std::nullopt;
        }
        case FieldType::float16:
            return std::fabs(*number) <= 65'504 ? std::optional(to_half(*number)) : std::nullopt;
        case FieldType::scaled_float:
            return std::round(*number * field.scaling_factor) / field.scaling_factor;
        default: return number;
    }
}

std::optional<bool> to_boolean(const Leaf& leaf) {
    if (leaf.kind == Kind::boolean) return leaf.integer != 0;
    if (leaf.kind != Kind::string) return std::nullopt;
    const std::string_view text = leaf.as_text();
    if (text == "true") return true;
    if (text == "false" || text.empty()) return false;
    return std::nullopt;
}

bool fits(const Leaf& leaf, const FieldMapping& field, const text::DateParser* dates) {
    switch (column_kind(field.type)) {
        case ColumnKind::integer:
            if (field.type == FieldType::boolean) return to_boolean(leaf).has_value();
            if (field.type == FieldType::date) return to_date_ms(leaf, *dates).has_value();
            return to_whole(leaf, field.type).has_value();
        case ColumnKind::real: return to_real(leaf, field).has_value();
        case ColumnKind::ip:
            return leaf.kind == Kind::string && parse_ip(leaf.as_text()).has_value();
        case ColumnKind::text:
        case ColumnKind::spare: break;
    }
    return true;
}

/// The field above `path` that is no object and refuses what does not fit it.
std::optional<std::string_view> refusing_above(std::string_view path, const Mapping& mapping) {
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
        const FieldMapping* above = mapping.find(path.substr(0, dot));
        if (above != nullptr && above->type != FieldType::object && above->refuse_malformed) {
            return path.substr(0, dot);
        }
    }
    return std::nullopt;
}

/// Characters, not bytes.
std::size_t length_of(std::string_view text) {
    std::size_t n = 0;
    for (const char c : text)
        n += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
    return n;
}

}  // namespace

std::optional<std::int64_t> to_date_ms(const Leaf& leaf, const text::DateParser& parser) {
    if (leaf.kind == Kind::timestamp) {
        return leaf.integer >= 0 ? leaf.integer / 1'000'000
                                 : -((-leaf.integer + 999'999) / 1'000'000);
    }
    if (leaf.kind == Kind::boolean) return std::nullopt;
    const auto parsed = leaf.kind == Kind::string
                            ? parser.parse(leaf.as_text(), *text::TimeZone::utc(), 0)
                            : parser.parse(text_of(leaf), *text::TimeZone::utc(), 0);
    if (!parsed) return std::nullopt;
    return parsed->first.ms();
}

void FieldRouter::reset() {
    places_.clear();
    plans_.clear();
}

const text::DateParser& FieldRouter::parser_for(const std::string& format) {
    const std::string& key = format.empty() ? std::string(default_date_format) : format;
    if (const auto it = parsers_.find(key); it != parsers_.end()) return it->second;
    auto parser = text::DateParser::elasticsearch(key);
    // refused at the API
    if (!parser) parser = text::DateParser::elasticsearch(default_date_format);
    return parsers_.emplace(key, std::move(*parser)).first->second;
}

bool FieldRouter::covered_by_disabled(std::string_view path, const Mapping& mapping) {
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
        const FieldMapping* above = mapping.find(path.substr(0, dot));
        if (above != nullptr && !above->enabled) return true;
    }
    return false;
}

Result<> FieldRouter::check(const event::Document& document, const Mapping& mapping,
                            std::string_view id) {
    for (const Leaf& leaf : document.leaves()) {
        const bool known = leaf.field < places_.size() && places_[leaf.field] != 0;
        if (known && mapping.dynamic != Dynamic::strict) {
            const Plan& plan = plans_[places_[leaf.field] - 1];
            if (plan.targets.empty() || !plan.targets[0].field->refuse_malformed) continue;
        }
        const std::string_view path = names_.name(leaf.field);
        const FieldMapping* field = mapping.find(path);
        if (const auto above = field == nullptr ? refusing_above(path, mapping) : std::nullopt) {
            return fail(
                ErrorCode::invalid,
                fmt::format("failed to parse field [{}] of type [{}] in document with id '{}'. "
                            "Preview of field's value: '{{{}={}}}'",
                            *above, mapping.find(*above)->es_name, id,
                            path.substr(above->size() + 1), text_of(leaf)));
        }
        if (field == nullptr) {
            if (mapping.dynamic != Dynamic::strict || covered_by_disabled(path, mapping)) continue;
            const std::size_t dot = path.rfind('.');
            return fail(
                ErrorCode::invalid,
                fmt::format(
                    "mapping set to strict, dynamic introduction of [{}] within [{}] is not "
                    "allowed",
                    dot == path.npos ? path : path.substr(dot + 1),
                    dot == path.npos ? "_doc" : path.substr(0, dot)));
        }
        if (!field->refuse_malformed) continue;
        const text::DateParser* dates =
            field->type == FieldType::date ? &parser_for(field->format) : nullptr;
        if (fits(leaf, *field, dates)) continue;
        return fail(
            ErrorCode::invalid,
            fmt::format(
                "failed to parse field [{}] of type [{}] in document with id '{}'. Preview of "
                "field's value: '{}'",
                path, field->es_name, id, text_of(leaf)));
    }
    return {};
}

FieldMapping FieldRouter::guess(const Leaf& leaf, const Mapping& mapping) {
    switch (leaf.kind) {
        case Kind::boolean: return dynamic_field(FieldType::boolean);
        case Kind::integer: return dynamic_field(FieldType::int64);
        case Kind::real: return dynamic_field(FieldType::float32);
        case Kind::timestamp: return dynamic_field(FieldType::date);
        default: break;
    }
    const std::string_view text = leaf.as_text();
    if (mapping.numeric_detection) {
        if (to_integer(text)) return dynamic_field(FieldType::int64);
        if (to_double(text)) return dynamic_field(FieldType::float32);
    }
    if (mapping.date_detection && text.size() >= 4 && text.size() <= 64 && !to_double(text)) {
        if (to_date_ms(leaf, parser_for("strict_date_optional_time")))
            return dynamic_field(FieldType::date);
        if (to_date_ms(leaf, parser_for("yyyy/MM/dd HH:mm:ss||yyyy/MM/dd"))) {
            FieldMapping field = dynamic_field(FieldType::date);
            field.format = slashed_date_format;
            return field;
        }
    }
    return dynamic_text();
}

FieldRouter::Target FieldRouter::make_target(const FieldMapping& field, std::string path,
                                             GroupBuilder& builder) {
    Target target;
    target.field = &field;
    target.column = &builder.column(path, column_kind(field.type));
    if (field.type == FieldType::text) target.column->tokens = true;
    if (field.type == FieldType::date) target.dates = &parser_for(field.format);
    target.path = std::move(path);
    return target;
}

void FieldRouter::decide(Plan& plan, const Leaf& leaf, GroupBuilder& builder, Mapping& mapping,
                         bool& grew) {
    plan.decided = true;
    const std::string path(names_.name(leaf.field));
    if (path.starts_with('_') &&
        (path == "_id" || path == "_source" || path == "_seq_no" || path == "_version")) {
        return;  // metadata columns of that name are ours
    }
    if (covered_by_disabled(path, mapping)) return;
    const FieldMapping* field = mapping.find(path);
    if (field == nullptr) {
        if (mapping.dynamic == Dynamic::no) return;
        field = &mapping.fields.emplace(path, guess(leaf, mapping)).first->second;
        grew = true;
    }
    if (field->type == FieldType::unindexed || !field->enabled) return;
    plan.targets.push_back(make_target(*field, path, builder));
    const ColumnKind kind = column_kind(field->type);
    for (const auto& [name, sub] : field->fields) {
        if (sub.type == FieldType::unindexed) continue;
        if (column_kind(sub.type) == kind) {
            if (sub.type == FieldType::text) plan.targets[0].column->tokens = true;
        } else {
            plan.targets.push_back(make_target(sub, path + "." + name, builder));
        }
    }
}

FieldRouter::Plan& FieldRouter::plan_for(const Leaf& leaf, GroupBuilder& builder, Mapping& mapping,
                                         bool& grew) {
    if (leaf.field >= places_.size()) places_.resize(leaf.field + 1, 0);
    std::uint32_t& place = places_[leaf.field];
    if (place == 0) {
        plans_.emplace_back();
        place = static_cast<std::uint32_t>(plans_.size());
        decide(plans_.back(), leaf, builder, mapping, grew);
    }
    return plans_[place - 1];
}

bool FieldRouter::add(std::uint32_t row, const event::Document& document, std::string_view source,
                      GroupBuilder& builder, Mapping& mapping) {
    bool grew = false;
    for (const Leaf& leaf : document.leaves()) {
        for (Target& target : plan_for(leaf, builder, mapping, grew).targets) {
            add_value(target, row, leaf, source, builder);
        }
    }
    return grew;
}

void FieldRouter::add_value(Target& target, std::uint32_t row, const Leaf& leaf,
                            std::string_view source, GroupBuilder& builder) {
    if (add_typed(target, row, leaf, source, builder)) return;
    if (target.twin == nullptr) {
        target.twin = &builder.column(target.path, ColumnKind::text);
        target.twin->tokens = true;
    }
    target.twin->add_text(row, leaf.kind == Kind::string ? builder.keep(leaf.as_text(), source)
                                                         : builder.keep(text_of(leaf), source));
}

bool FieldRouter::add_typed(Target& target, std::uint32_t row, const Leaf& leaf,
                            std::string_view source, GroupBuilder& builder) {
    const FieldMapping& field = *target.field;
    switch (column_kind(field.type)) {
        case ColumnKind::text: {
            if (field.type == FieldType::keyword && field.ignore_above != 0 &&
                leaf.kind == Kind::string && length_of(leaf.as_text()) > field.ignore_above) {
                return true;  // kept in _source, not indexed, as the mapping asks
            }
            const std::string_view kept = leaf.kind == Kind::string
                                              ? builder.keep(leaf.as_text(), source)
                                              : builder.keep(text_of(leaf), source);
            target.column->add_text(row, kept);
            return true;
        }
        case ColumnKind::real: {
            const auto value = to_real(leaf, field);
            if (value) target.column->add_real(row, *value);
            return value.has_value();
        }
        case ColumnKind::ip: {
            const auto address =
                leaf.kind == Kind::string ? parse_ip(leaf.as_text()) : std::nullopt;
            if (address)
                target.column->add_text(row,
                                        builder.keep({address->data(), address->size()}, source));
            return address.has_value();
        }
        case ColumnKind::integer:
        case ColumnKind::spare: break;
    }
    std::optional<std::int64_t> value;
    if (field.type == FieldType::boolean) {
        if (const auto boolean = to_boolean(leaf)) value = *boolean ? 1 : 0;
    } else if (field.type == FieldType::date) {
        value = to_date_ms(leaf, *target.dates);
    } else {
        value = to_whole(leaf, field.type);
    }
    if (value) target.column->add_integer(row, *value);
    return value.has_value();
}

}  // namespace elkhorn::store
