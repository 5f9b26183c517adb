#include "store/schema/mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::store {
namespace {

struct NamedType {
    std::string_view name;
    FieldType type;
};

// The first name of a type is the one it is shown by.
constexpr std::array names = {
    NamedType{"text", FieldType::text},
    NamedType{"match_only_text", FieldType::text},
    NamedType{"keyword", FieldType::keyword},
    NamedType{"wildcard", FieldType::keyword},
    NamedType{"constant_keyword", FieldType::keyword},
    NamedType{"long", FieldType::int64},
    NamedType{"integer", FieldType::int32},
    NamedType{"short", FieldType::int16},
    NamedType{"byte", FieldType::int8},
    NamedType{"double", FieldType::float64},
    NamedType{"float", FieldType::float32},
    NamedType{"half_float", FieldType::float16},
    NamedType{"scaled_float", FieldType::scaled_float},
    NamedType{"boolean", FieldType::boolean},
    NamedType{"date", FieldType::date},
    NamedType{"date_nanos", FieldType::date_nanos},
    NamedType{"ip", FieldType::ip},
    NamedType{"object", FieldType::object},
    NamedType{"nested", FieldType::nested},
    NamedType{"binary", FieldType::unindexed},
    NamedType{"unsigned_long", FieldType::unsigned_long},
    NamedType{"geo_point", FieldType::geo_point},
    NamedType{"geo_shape", FieldType::unindexed},
    NamedType{"flattened", FieldType::keyword},
    NamedType{"flat_object", FieldType::keyword},
    NamedType{"alias", FieldType::alias},
};

bool is_whole(FieldType type) {
    switch (type) {
        case FieldType::int64:
        case FieldType::int32:
        case FieldType::int16:
        case FieldType::int8: return true;
        default: return false;
    }
}

std::string_view word(bool value) {
    return value ? "true" : "false";
}

/// A member of what is only shown: its text without quotes; empty when it is not there.
std::string_view shown(const FieldMapping& field, std::string_view name) {
    const std::string key = fmt::format("\"{}\":", name);
    const std::size_t at = field.extra_json.find(key);
    if (at == std::string::npos) return {};
    std::string_view value = std::string_view(field.extra_json).substr(at + key.size());
    const bool quoted = value.starts_with('"');
    if (quoted) value.remove_prefix(1);
    return value.substr(0, value.find(quoted ? '"' : ','));
}

std::string_view or_else(std::string_view text, std::string_view otherwise) {
    return text.empty() ? otherwise : text;
}

/// What of a field cannot change, in Elasticsearch's words and order; empty: nothing did.
std::string conflicts_of(const FieldMapping& was, const FieldMapping& is) {
    std::string conflicts;
    const auto compare = [&](std::string_view name, std::string_view from, std::string_view to) {
        if (from == to) return;
        conflicts +=
            fmt::format("\n\tCannot update parameter [{}] from [{}] to [{}]", name, from, to);
    };
    compare("index", word(was.indexed), word(is.indexed));
    compare("doc_values", word(was.doc_values), word(is.doc_values));
    if (!was.format.empty() || !is.format.empty()) {
        constexpr std::string_view usual = "strict_date_optional_time||epoch_millis";
        compare("format", was.format.empty() ? usual : was.format,
                is.format.empty() ? usual : is.format);
    }
    if (was.type == FieldType::scaled_float) {
        compare("scaling_factor", fmt::format("{:.1f}", was.scaling_factor),
                fmt::format("{:.1f}", is.scaling_factor));
    }
    const auto compare_shown = [&](std::string_view name, std::string_view unset) {
        compare(name, or_else(shown(was, name), unset), or_else(shown(is, name), unset));
    };
    compare_shown("null_value", "null");
    if (!shown(was, "value").empty()) compare_shown("value", "null");
    compare_shown("normalizer", "default");
    compare_shown("analyzer", "default");
    return conflicts;
}

Result<> check_object_update(std::string_view path, const FieldMapping& was,
                             const FieldMapping& is) {
    if (was.type != is.type) {
        return fail(ErrorCode::invalid,
                    was.type == FieldType::nested
                        ? "cannot change object mapping from nested to non-nested"
                        : "cannot change object mapping from non-nested to nested");
    }
    if (was.enabled != is.enabled) {
        return fail(
            ErrorCode::invalid,
            fmt::format("the [enabled] parameter can't be updated for the object mapping [{}]",
                        path));
    }
    return {};
}

Result<> check_field_update(std::string_view path, const FieldMapping& was,
                            const FieldMapping& is) {
    if (was.is_object() && is.is_object()) return check_object_update(path, was, is);
    if (was.is_object() != is.is_object()) {
        return fail(
            ErrorCode::invalid,
            fmt::format("can't merge a non object mapping [{}] with an object mapping", path));
    }
    if (was.type == FieldType::alias && is.type != FieldType::alias) {
        return fail(ErrorCode::invalid,
                    fmt::format("Cannot merge a field alias mapping [{}] with a mapping that is "
                                "not for a field alias.",
                                path));
    }
    if (was.es_name != is.es_name) {
        return fail(
            ErrorCode::invalid,
            fmt::format("mapper [{}] cannot be changed from type [{}] to [{}]", path, was.es_name,
                        is.type == FieldType::alias ? "FieldAliasMapper" : is.es_name));
    }
    if (const std::string conflicts = conflicts_of(was, is); !conflicts.empty()) {
        return fail(
            ErrorCode::invalid,
            fmt::format("Mapper for [{}] conflicts with existing mapper:{}", path, conflicts));
    }
    for (const auto& [name, sub] : is.fields) {
        const auto old = was.fields.find(name);
        if (old == was.fields.end()) continue;
        TRY(check_field_update(fmt::format("{}.{}", path, name), old->second, sub));
    }
    return {};
}

/// Whether there is a field below the path.
bool has_below(const Mapping& mapping, std::string_view path) {
    const std::string prefix = std::string(path) + ".";
    const auto below = mapping.fields.lower_bound(prefix);
    return below != mapping.fields.end() && below->first.starts_with(prefix);
}

/// The field that stands above the path although fields have nothing below them.
std::string_view field_above(const Mapping& mapping, std::string_view path) {
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
        const FieldMapping* above = mapping.find(path.substr(0, dot));
        if (above != nullptr && !above->is_object()) return path.substr(0, dot);
    }
    return {};
}

Result<> check_update(const Mapping& mapping, std::string_view path, const FieldMapping& field) {
    if (const FieldMapping* old = mapping.find(path)) return check_field_update(path, *old, field);
    if (has_below(mapping, path) && field.is_object()) {
        FieldMapping implied;  // as dynamic mapping makes an object
        return check_object_update(path, implied, field);
    }
    std::string_view mixed = field_above(mapping, path);
    if (has_below(mapping, path)) mixed = path;
    if (mixed.empty()) return {};
    return fail(ErrorCode::invalid,
                fmt::format("can't merge a non object mapping [{}] with an object mapping", mixed));
}

void merge_field(FieldMapping& merged, const FieldMapping& field) {
    FieldMapping old = std::move(merged);
    merged = field;
    merged.type = old.type;  // of one name, but it may have been read from an older file
    if (!field.dynamic) merged.dynamic = old.dynamic;
    if (field.is_object() && field.extra_json.empty()) merged.extra_json = old.extra_json;
    merged.fields = std::move(old.fields);
    for (const auto& [name, sub] : field.fields) {
        const auto [place, fresh] = merged.fields.try_emplace(name, sub);
        if (!fresh) merge_field(place->second, sub);
    }
}

}  // namespace

ColumnKind column_kind(FieldType type) {
    switch (type) {
        case FieldType::int64:
        case FieldType::int32:
        case FieldType::int16:
        case FieldType::int8:
        case FieldType::boolean:
        case FieldType::date:
        case FieldType::date_nanos:
        case FieldType::unsigned_long: return ColumnKind::integer;
        case FieldType::float64:
        case FieldType::float32:
        case FieldType::float16:
        case FieldType::scaled_float:
        case FieldType::geo_point: return ColumnKind::real;
        case FieldType::ip: return ColumnKind::ip;
        default: return ColumnKind::text;
    }
}

std::string_view default_name(FieldType type) {
    for (const NamedType& named : names) {
        if (named.type == type) return named.name;
    }
    return "object";
}

Result<FieldType> type_from_name(std::string_view es_name) {
    for (const NamedType& named : names) {
        if (named.name == es_name) return named.type;
    }
    return fail(ErrorCode::invalid, fmt::format("No handler for type [{}]", es_name));
}

const FieldMapping* Mapping::find(std::string_view path) const {
    const auto it = fields.find(path);
    return it == fields.end() ? nullptr : &it->second;
}

bool Mapping::knows(std::string_view path) const {
    return find(path) != nullptr || has_below(*this, path);
}

Dynamic Mapping::dynamic_below(std::string_view path) const {
    while (!path.empty()) {
        const FieldMapping* object = find(path);
        if (object != nullptr && object->dynamic) return *object->dynamic;
        const std::size_t dot = path.rfind('.');
        path = path.substr(0, dot == path.npos ? 0 : dot);
    }
    return dynamic;
}

Mapping::Resolved Mapping::resolve(std::string_view path) const {
    if (const FieldMapping* field = find(path)) {
        if (field->type == FieldType::alias && field->target != path) {
            const FieldMapping* target = find(field->target);
            if (target != nullptr && target->type == FieldType::alias) return {};
            return resolve(field->target);
        }
        const bool longer = field->type == FieldType::keyword && keeps_long_values(*field);
        return {field, std::string(path), longer ? field->ignore_above : 0};
    }
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
        const FieldMapping* above = find(path.substr(0, dot));
        if (above != nullptr && above->is_flattened()) return {above, std::string(path), 0};
    }
    const std::size_t dot = path.rfind('.');
    if (dot == std::string_view::npos) return {};
    const FieldMapping* parent = find(path.substr(0, dot));
    if (parent == nullptr) return {};
    const auto found = parent->fields.find(path.substr(dot + 1));
    if (found == parent->fields.end()) return {};
    const FieldMapping& sub = found->second;
    if (!shares_column(*parent, sub)) return {&sub, std::string(path), 0};
    return {&sub, std::string(path.substr(0, dot)),
            sub.type == FieldType::keyword ? sub.ignore_above : 0};
}

bool shares_column(const FieldMapping& field, const FieldMapping& sub) {
    if (!field.has_values() || !sub.has_values() || field.null_value != sub.null_value)
        return false;
    if (column_kind(field.type) == ColumnKind::text)
        return column_kind(sub.type) == ColumnKind::text && field.normalizer == sub.normalizer;
    if (is_whole(field.type) && is_whole(sub.type)) return true;
    return field.type == sub.type && field.format == sub.format &&
           field.scaling_factor == sub.scaling_factor;
}

bool keeps_long_values(const FieldMapping& field) {
    return field.ignore_above != 0 && std::ranges::any_of(field.fields, [&](const auto& sub) {
               return shares_column(field, sub.second);
           });
}

bool FieldMapping::is_given(std::string_view parameter) const {
    return extra_json.contains(fmt::format("\"{}\":true", parameter));
}

bool FieldMapping::is_range() const {
    return type == FieldType::unindexed && es_name.ends_with("_range");
}

bool FieldMapping::takes_all_below() const {
    return is_range() ||
           (type == FieldType::unindexed && (es_name == "rank_features" || es_name == "join" ||
                                             es_name == "percolator" || es_name == "completion"));
}

bool FieldMapping::is_flattened() const {
    return type == FieldType::keyword && (es_name == "flattened" || es_name == "flat_object");
}

bool FieldMapping::is_constant() const {
    return type == FieldType::keyword && es_name == "constant_keyword";
}

Result<> merge_mapping(Mapping& mapping, const Mapping& update) {
    for (const auto& [path, field] : update.fields)
        TRY(check_update(mapping, path, field));
    for (const auto& [path, field] : update.fields) {
        const auto [place, fresh] = mapping.fields.try_emplace(path, field);
        if (!fresh) merge_field(place->second, field);
    }
    for (const auto& [name, value] : update.parameters) {
        mapping.parameters[name] = value;
        if (name == "dynamic_templates") mapping.templates = update.templates;
        if (name == "dynamic_date_formats") mapping.date_formats = update.date_formats;
        if (name == "date_detection") mapping.date_detection = update.date_detection;
        if (name == "numeric_detection") mapping.numeric_detection = update.numeric_detection;
    }
    if (update.dynamic_given) {
        mapping.dynamic = update.dynamic;
        mapping.dynamic_given = true;
        if (!update.parameters.contains("dynamic")) mapping.parameters.erase("dynamic");
    }
    return {};
}

FieldMapping dynamic_field(FieldType type) {
    FieldMapping field;
    field.type = type;
    field.es_name = default_name(type);
    return field;
}

FieldMapping dynamic_text() {
    FieldMapping field = dynamic_field(FieldType::text);
    FieldMapping keyword = dynamic_field(FieldType::keyword);
    keyword.ignore_above = 256;
    field.fields.emplace("keyword", std::move(keyword));
    return field;
}

}  // namespace elkhorn::store
