#include "store/mapping.h"

#include "base/bytes.h"

#include <fmt/format.h>

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
    NamedType{"date_nanos", FieldType::date},
    NamedType{"ip", FieldType::ip},
    NamedType{"object", FieldType::object},
    NamedType{"nested", FieldType::nested},
    NamedType{"binary", FieldType::unindexed},
    NamedType{"geo_point", FieldType::unindexed},
    NamedType{"geo_shape", FieldType::unindexed},
    NamedType{"flattened", FieldType::object},
    NamedType{"flat_object", FieldType::object},
};

constexpr std::uint8_t max_multi_field_depth = 4;

void append_field(std::string& out, const FieldMapping& field) {
    out.push_back(static_cast<char>(field.type));
    append_text(out, field.es_name);
    append_varint(out, field.ignore_above);
    append_number(out, field.scaling_factor);
    append_text(out, field.format);
    const unsigned flags = (field.indexed ? 1U : 0U) | (field.enabled ? 2U : 0U) |
                           (field.refuse_malformed ? 4U : 0U) | (field.explicit_type ? 8U : 0U);
    out.push_back(static_cast<char>(flags));
    append_text(out, field.extra_json);
    append_varint(out, field.fields.size());
    for (const auto& [name, sub] : field.fields) {
        append_text(out, name);
        append_field(out, sub);
    }
}

bool read_field(ByteReader& reader, FieldMapping& field, int depth) {
    const auto type = reader.number<std::uint8_t>();
    if (type > static_cast<std::uint8_t>(FieldType::unindexed) || depth > max_multi_field_depth)
        return false;
    field.type = static_cast<FieldType>(type);
    field.es_name = reader.text();
    field.ignore_above = static_cast<std::uint32_t>(reader.varint());
    field.scaling_factor = reader.number<double>();
    field.format = reader.text();
    const unsigned flags = reader.number<std::uint8_t>();
    field.indexed = (flags & 1) != 0;
    field.enabled = (flags & 2) != 0;
    field.refuse_malformed = (flags & 4) != 0;
    field.explicit_type = (flags & 8) != 0;
    field.extra_json = reader.text();
    const std::uint64_t subs = reader.varint();
    for (std::uint64_t i = 0; i < subs && reader.ok(); ++i) {
        const std::string name(reader.text());
        if (!read_field(reader, field.fields[name], depth + 1)) return false;
    }
    return reader.ok();
}

}  // namespace

ColumnKind column_kind(FieldType type) {
    switch (type) {
        case FieldType::int64:
        case FieldType::int32:
        case FieldType::int16:
        case FieldType::int8:
        case FieldType::boolean:
        case FieldType::date: return ColumnKind::integer;
        case FieldType::float64:
        case FieldType::float32:
        case FieldType::float16:
        case FieldType::scaled_float: return ColumnKind::real;
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

Mapping::Resolved Mapping::resolve(std::string_view path) const {
    if (const FieldMapping* field = find(path)) return {field, std::string(path)};
    const std::size_t dot = path.rfind('.');
    if (dot == std::string_view::npos) return {};
    const FieldMapping* parent = find(path.substr(0, dot));
    if (parent == nullptr) return {};
    const auto sub = parent->fields.find(path.substr(dot + 1));
    if (sub == parent->fields.end()) return {};
    // Texts and keywords of one field share its column; other kinds have their own.
    const bool shared = column_kind(sub->second.type) == column_kind(parent->type);
    return {&sub->second, std::string(shared ? path.substr(0, dot) : path)};
}

Result<> merge_mapping(Mapping& mapping, const Mapping& update) {
    for (const auto& [path, field] : update.fields) {
        const FieldMapping* old = mapping.find(path);
        if (old != nullptr && old->es_name != field.es_name) {
            return fail(ErrorCode::invalid,
                        fmt::format("mapper [{}] cannot be changed from type [{}] to [{}]", path,
                                    old->es_name, field.es_name));
        }
    }
    for (const auto& [path, field] : update.fields) {
        FieldMapping& merged = mapping.fields[path];
        auto subs = std::move(merged.fields);
        merged = field;
        subs.insert(field.fields.begin(), field.fields.end());
        merged.fields = std::move(subs);
    }
    if (!update.extra_json.empty()) mapping.extra_json = update.extra_json;
    if (update.dynamic_given) {
        mapping.dynamic = update.dynamic;
        mapping.dynamic_given = true;
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

void append_mapping(std::string& out, const Mapping& mapping) {
    out.push_back(static_cast<char>(mapping.dynamic));
    out.push_back(static_cast<char>((mapping.date_detection ? 1 : 0) |
                                    (mapping.numeric_detection ? 2 : 0) |
                                    (mapping.dynamic_given ? 4 : 0)));
    append_text(out, mapping.extra_json);
    append_varint(out, mapping.fields.size());
    for (const auto& [path, field] : mapping.fields) {
        append_text(out, path);
        append_field(out, field);
    }
}

Result<Mapping> read_mapping(std::string_view bytes) {
    ByteReader reader(bytes);
    Mapping mapping;
    const auto dynamic = reader.number<std::uint8_t>();
    const unsigned flags = reader.number<std::uint8_t>();
    mapping.dynamic = static_cast<Dynamic>(dynamic);
    mapping.date_detection = (flags & 1) != 0;
    mapping.numeric_detection = (flags & 2) != 0;
    mapping.dynamic_given = (flags & 4) != 0;
    mapping.extra_json = reader.text();
    const std::uint64_t count = reader.varint();
    bool sound = dynamic <= static_cast<std::uint8_t>(Dynamic::strict);
    for (std::uint64_t i = 0; i < count && sound && reader.ok(); ++i) {
        const std::string path(reader.text());
        sound = read_field(reader, mapping.fields[path], 0);
    }
    if (!sound || !reader.ok() || !reader.at_end()) {
        return fail(ErrorCode::corruption, "the mapping in the file makes no sense");
    }
    return mapping;
}

}  // namespace elkhorn::store
