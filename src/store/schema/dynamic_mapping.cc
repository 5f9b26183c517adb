#include "store/schema/dynamic_mapping.h"

#include "base/strings.h"
#include "base/wildcard.h"
#include "text/pattern/regex.h"

#include <utility>

namespace elkhorn::store {
namespace {

using event::Kind;
using event::Leaf;

constexpr std::string_view slashed_dates = "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd";
constexpr std::string_view slashed_date_format = "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis";

/// What the value looks like, in the words of match_mapping_type, and the type it would become.
struct Guess {
    std::string_view kind;
    std::string_view type;
    std::string format;  // of a date
};

bool fits(const std::string& pattern, bool regex, std::string_view text) {
    if (!regex) return matches_star(pattern, text);
    const auto compiled = text::Regex::compile("^(?:" + pattern + ")$");
    text::RegexMatches matches;
    return compiled && compiled->found_in(text, matches);
}

bool fits(const DynamicTemplate& made, std::string_view path, std::string_view kind) {
    if (made.field.es_name.empty()) return false;
    if (!made.mapping_type.empty() && made.mapping_type != kind) return false;
    const std::string_view name = path.substr(path.rfind('.') + 1);
    const auto asked = [&](const std::string& pattern, std::string_view text) {
        return pattern.empty() || fits(pattern, made.regex, text);
    };
    const auto excluded = [&](const std::string& pattern, std::string_view text) {
        return !pattern.empty() && fits(pattern, made.regex, text);
    };
    return asked(made.match, name) && !excluded(made.unmatch, name) &&
           asked(made.path_match, path) && !excluded(made.path_unmatch, path);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// The template's field with its placeholders filled in; false where that makes no type.
bool fill_in(FieldMapping& field, std::string_view name, std::string_view type) {
    const auto fill = [&](std::string& text) {
        replace_all(text, "{name}", name);
        replace_all(text, "{dynamic_type}", type);
        replace_all(text, "{dynamicType}", type);
    };
    fill(field.es_name);
    fill(field.format);
    fill(field.target);
    fill(field.extra_json);
    for (std::string& path : field.copy_to)
        fill(path);
    if (field.null_value) fill(*field.null_value);
    const auto known = type_from_name(field.es_name);
    if (!known) return false;
    field.type = *known;
    auto subs = std::exchange(field.fields, {});
    for (auto& [key, sub] : subs) {
        std::string sub_name = key;
        fill(sub_name);
        if (fill_in(sub, name, type)) field.fields.insert_or_assign(sub_name, std::move(sub));
    }
    return true;
}

std::optional<FieldMapping> from_templates(std::string_view path, const Guess& guess,
                                           const Mapping& mapping, bool objects) {
    for (const DynamicTemplate& made : mapping.templates) {
        // An object can become whatever a template for all kinds says, but for a mere value.
        if (!fits(made, path, guess.kind)) continue;
        if (objects && made.mapping_type.empty() && made.field.es_name == "{dynamic_type}")
            return std::nullopt;
        FieldMapping field = made.field;
        if (!fill_in(field, path.substr(path.rfind('.') + 1), guess.type)) continue;
        if (objects && !field.is_object() && !field.is_flattened() &&
            field.type != FieldType::geo_point)
            continue;
        if (!objects && field.is_object()) continue;
        field.explicit_type = false;
        if (field.type == FieldType::date && field.format.empty()) field.format = guess.format;
        return field;
    }
    return std::nullopt;
}

std::optional<Guess> guess_date(const Leaf& leaf, const Mapping& mapping, DateParsers& dates) {
    const std::string_view text = leaf.as_text();
    if (text.size() < 4 || text.size() > 64 || to_double(text)) return std::nullopt;
    for (const std::string& format : mapping.date_formats) {
        if (to_date_ms(leaf, dates.of(format))) return Guess{"date", "date", format};
    }
    if (mapping.parameters.contains("dynamic_date_formats")) return std::nullopt;
    if (to_date_ms(leaf, dates.of("strict_date_optional_time"))) return Guess{"date", "date", ""};
    if (to_date_ms(leaf, dates.of(std::string(slashed_dates))))
        return Guess{"date", "date", std::string(slashed_date_format)};
    return std::nullopt;
}

Guess guess(const Leaf& leaf, const Mapping& mapping, DateParsers& dates) {
    switch (leaf.kind) {
        case Kind::boolean: return {"boolean", "boolean", ""};
        case Kind::integer: return {"long", "long", ""};
        case Kind::real: return {"double", "float", ""};
        case Kind::timestamp: return {"date", "date", ""};
        default: break;
    }
    if (mapping.numeric_detection) {
        if (to_integer(leaf.as_text())) return {"long", "long", ""};
        if (to_double(leaf.as_text())) return {"double", "float", ""};
    }
    if (mapping.date_detection) {
        if (auto date = guess_date(leaf, mapping, dates)) return *date;
    }
    return {"string", "text", ""};
}

}  // namespace

FieldMapping new_field(std::string_view path, const Leaf& leaf, const Mapping& mapping,
                       DateParsers& dates) {
    const Guess found = guess(leaf, mapping, dates);
    if (auto field = from_templates(path, found, mapping, false)) return std::move(*field);
    if (found.kind == "string") return dynamic_text();
    FieldMapping field = dynamic_field(*type_from_name(found.type));
    field.format = found.format;
    return field;
}

std::optional<FieldMapping> new_object(std::string_view path, const Mapping& mapping) {
    return from_templates(path, {"object", "object", ""}, mapping, true);
}

}  // namespace elkhorn::store
