#include "api/script/parts/document_host.h"

#include "base/civil_time.h"
#include "base/strings.h"
#include "event/format.h"
#include "script/run/run.h"
#include "store/schema/geo_point.h"
#include "store/schema/mapping.h"
#include "text/date/date_parse.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::api {

using event::Kind;
using script::Class;
using script::Role;
using script::Value;

namespace {

Class class_of(const search::Field& field) {
    if (field.is_point()) return Class::doc_points;
    if (field.is_date()) return Class::doc_dates;
    if (field.is_boolean()) return Class::doc_booleans;
    if (field.is_ip()) return Class::doc_ips;
    if (field.is_keyword()) return Class::doc_strings;
    return field.is_whole() ? Class::doc_longs : Class::doc_doubles;
}

std::string text_of(const event::Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

}  // namespace

Value DocumentHost::variable(script::Run& run, Role role) {
    if (role == Role::doc) return Value::of(run.make<script::DocMapObject>());
    if (role == Role::score) return Value::of_double(0);
    if (role == Role::source && document_ != nullptr)
        return run.from_json(*document_, run.heap(), Class::linked_hash_map);
    return {};
}

bool DocumentHost::has_field(std::string_view name) {
    return index_ != nullptr && search::find_field(*index_, name).has_values();
}

int DocumentHost::field(script::Run& run, std::string_view name) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].name == name) return static_cast<int>(i);
    }
    const search::Field field =
        index_ == nullptr ? search::Field{} : search::find_field(*index_, name);
    if (!field.has_values() || field.is_text()) {
        run.raise(Class::illegal_argument,
                  fmt::format("No field found for [{}] in mapping with types []", name));
        return -1;
    }
    Slot slot;
    slot.name = name;
    slot.of = class_of(field);
    if (document_ != nullptr) gather(*document_, field.column, field, slot);
    std::ranges::sort(slot.wholes);
    std::ranges::sort(slot.texts);
    slot.texts.erase(std::ranges::unique(slot.texts).begin(), slot.texts.end());
    if (slot.of == Class::doc_doubles) std::ranges::sort(slot.reals);
    slots_.push_back(std::move(slot));
    return static_cast<int>(slots_.size()) - 1;
}

/// The values at a dotted path, through objects and lists of them.
void DocumentHost::gather(const event::Value& value, std::string_view path,
                          const search::Field& field, Slot& slot) const {
    if (value.is(Kind::array) && !(field.is_point() && path.empty())) {
        for (const event::Value& item : value.as_array().values())
            gather(item, path, field, slot);
        return;
    }
    if (path.empty()) return add(value, field, slot);
    if (!value.is(Kind::object)) return;
    for (const event::Member& member : value.as_object().members()) {
        if (member.name == path)
            gather(member.value, {}, field, slot);
        else if (path.starts_with(member.name) && path.substr(member.name.size()).starts_with("."))
            gather(member.value, path.substr(member.name.size() + 1), field, slot);
    }
}

void DocumentHost::add(const event::Value& value, const search::Field& field, Slot& slot) const {
    if (value.is_null()) return;
    const std::string text = text_of(value);
    switch (slot.of) {
        case Class::doc_points: {
            if (value.is(Kind::object)) {
                const event::Value* lat = value.as_object().find("lat");
                const event::Value* lon = value.as_object().find("lon");
                if (lat == nullptr || lon == nullptr) return;
                slot.reals.push_back(to_double(text_of(*lat)).value_or(0));
                slot.reals.push_back(to_double(text_of(*lon)).value_or(0));
            } else if (const auto point = store::parse_point(text)) {
                slot.reals.push_back(point->lat);
                slot.reals.push_back(point->lon);
            }
            return;
        }
        case Class::doc_dates: {
            const std::string formats = field.mapping->format.empty()
                                            ? "strict_date_optional_time||epoch_millis"
                                            : field.mapping->format;
            const auto parser = text::DateParser::elasticsearch(formats);
            const auto date =
                parser ? parser->parse(text, *text::TimeZone::utc(), 0) : std::nullopt;
            if (date) slot.wholes.push_back(date->first.ms());
            return;
        }
        case Class::doc_booleans: slot.wholes.push_back(text == "true" ? 1 : 0); return;
        case Class::doc_longs:
            if (const auto number = to_double(text))
                slot.wholes.push_back(to_integer(text).value_or(script::to_long(*number)));
            return;
        case Class::doc_doubles:
            if (const auto number = to_double(text)) slot.reals.push_back(*number);
            return;
        default:
            if (field.longest == 0 || search::length_of(text) <= field.longest)
                slot.texts.push_back(field.normalized(text));
    }
}

Class DocumentHost::field_class(int slot) const {
    return slots_[static_cast<std::size_t>(slot)].of;
}

std::size_t DocumentHost::count(script::Run& /*run*/, int place) {
    const Slot& slot = slots_[static_cast<std::size_t>(place)];
    return slot.of == Class::doc_points
               ? slot.reals.size() / 2
               : slot.wholes.size() + slot.reals.size() + slot.texts.size();
}

Value DocumentHost::value(script::Run& run, int place, std::size_t i) {
    const Slot& slot = slots_[static_cast<std::size_t>(place)];
    switch (slot.of) {
        case Class::doc_points:
            return Value::of(
                run.make<script::PointObject>(slot.reals[2 * i], slot.reals[2 * i + 1]));
        case Class::doc_dates: {
            const Instant at = Instant::from_ms(slot.wholes[i]);
            return Value::of(run.make<script::DateObject>(Class::joda_date_time, at.seconds,
                                                          at.nanosecond, script::zero_offset()));
        }
        case Class::doc_booleans: return Value::boolean(slot.wholes[i] != 0);
        case Class::doc_longs: return Value::of_long(slot.wholes[i]);
        case Class::doc_doubles: return Value::of_double(slot.reals[i]);
        default: return run.text(slot.texts[i]);
    }
}

}  // namespace elkhorn::api
