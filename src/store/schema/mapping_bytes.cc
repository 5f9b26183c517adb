// store/schema/mapping_bytes.cc -- a mapping as bytes, for manifests and the log: version 2, which
// begins with the byte 0x82. Version 1 had no mark and began with `dynamic`, which is at most 2; it
// is still read. Drawn in docs/formats/manifest.md.

#include "base/bytes.h"
#include "store/schema/mapping.h"

namespace elkhorn::store {
namespace {

constexpr std::uint8_t version_mark = 0x82;
constexpr std::uint8_t greatest_type = static_cast<std::uint8_t>(FieldType::alias);
constexpr std::uint8_t greatest_dynamic = static_cast<std::uint8_t>(Dynamic::strict);
constexpr int max_multi_field_depth = 4;

constexpr unsigned no_dynamic = 3;  // of the two bits that hold an object's

void append_texts(std::string& out, const std::vector<std::string>& texts) {
    append_varint(out, texts.size());
    for (const std::string& text : texts)
        append_text(out, text);
}

std::vector<std::string> read_texts(ByteReader& reader) {
    std::vector<std::string> texts;
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i)
        texts.emplace_back(reader.text());
    return texts;
}

void append_field(std::string& out, const FieldMapping& field) {
    out.push_back(static_cast<char>(field.type));
    append_text(out, field.es_name);
    append_varint(out, field.ignore_above);
    append_number(out, field.scaling_factor);
    append_text(out, field.format);
    const unsigned flags = (field.indexed ? 1U : 0U) | (field.enabled ? 2U : 0U) |
                           (field.refuse_malformed ? 4U : 0U) | (field.explicit_type ? 8U : 0U);
    out.push_back(static_cast<char>(flags));
    const unsigned dynamic = field.dynamic ? static_cast<unsigned>(*field.dynamic) : no_dynamic;
    const unsigned more = (field.doc_values ? 1U : 0U) | (field.coerce ? 2U : 0U) |
                          (field.null_value ? 4U : 0U) | dynamic << 3U;
    out.push_back(static_cast<char>(more));
    if (field.null_value) append_text(out, *field.null_value);
    append_text(out, field.analyzer);
    append_text(out, field.search_analyzer);
    append_text(out, field.normalizer);
    append_text(out, field.target);
    append_texts(out, field.copy_to);
    append_text(out, field.extra_json);
    append_varint(out, field.fields.size());
    for (const auto& [name, sub] : field.fields) {
        append_text(out, name);
        append_field(out, sub);
    }
}

bool read_more(ByteReader& reader, FieldMapping& field) {
    const unsigned more = reader.number<std::uint8_t>();
    field.doc_values = (more & 1U) != 0;
    field.coerce = (more & 2U) != 0;
    if (const unsigned dynamic = more >> 3U; dynamic < no_dynamic)
        field.dynamic = static_cast<Dynamic>(dynamic);
    else if (dynamic != no_dynamic)
        return false;
    if ((more & 4U) != 0) field.null_value = reader.text();
    field.analyzer = reader.text();
    field.search_analyzer = reader.text();
    field.normalizer = reader.text();
    field.target = reader.text();
    field.copy_to = read_texts(reader);
    return reader.ok();
}

bool read_field(ByteReader& reader, FieldMapping& field, int version, int depth) {
    const auto type = reader.number<std::uint8_t>();
    if (type > greatest_type || depth > max_multi_field_depth) return false;
    field.type = static_cast<FieldType>(type);
    field.es_name = reader.text();
    field.ignore_above = static_cast<std::uint32_t>(reader.varint());
    field.scaling_factor = reader.number<double>();
    field.format = reader.text();
    const unsigned flags = reader.number<std::uint8_t>();
    field.indexed = (flags & 1U) != 0;
    field.enabled = (flags & 2U) != 0;
    field.refuse_malformed = (flags & 4U) != 0;
    field.explicit_type = (flags & 8U) != 0;
    if (version > 1 && !read_more(reader, field)) return false;
    field.extra_json = reader.text();
    if (version == 1)
        field.doc_values = field.extra_json.find("\"doc_values\":false") == std::string::npos;
    const std::uint64_t subs = reader.varint();
    for (std::uint64_t i = 0; i < subs && reader.ok(); ++i) {
        const std::string name(reader.text());
        if (!read_field(reader, field.fields[name], version, depth + 1)) return false;
    }
    return reader.ok();
}

void append_template(std::string& out, const DynamicTemplate& made) {
    append_text(out, made.name);
    append_text(out, made.mapping_type);
    append_text(out, made.match);
    append_text(out, made.unmatch);
    append_text(out, made.path_match);
    append_text(out, made.path_unmatch);
    out.push_back(made.regex ? '\1' : '\0');
    append_field(out, made.field);
}

bool read_template(ByteReader& reader, DynamicTemplate& made, int version) {
    made.name = reader.text();
    made.mapping_type = reader.text();
    made.match = reader.text();
    made.unmatch = reader.text();
    made.path_match = reader.text();
    made.path_unmatch = reader.text();
    made.regex = reader.number<std::uint8_t>() != 0;
    return read_field(reader, made.field, version, 0);
}

bool read_root(ByteReader& reader, Mapping& mapping, int version) {
    const auto dynamic = reader.number<std::uint8_t>();
    if (dynamic > greatest_dynamic) return false;
    mapping.dynamic = static_cast<Dynamic>(dynamic);
    const unsigned flags = reader.number<std::uint8_t>();
    mapping.date_detection = (flags & 1U) != 0;
    mapping.numeric_detection = (flags & 2U) != 0;
    mapping.dynamic_given = (flags & 4U) != 0;
    if (version == 1) {
        // All of them as members of one text, under no name.
        const std::string_view all = reader.text();
        if (!all.empty()) mapping.parameters.emplace("", all);
        return reader.ok();
    }
    mapping.date_formats = read_texts(reader);
    const std::uint64_t parameters = reader.varint();
    for (std::uint64_t i = 0; i < parameters && reader.ok(); ++i) {
        const std::string name(reader.text());
        mapping.parameters[name] = reader.text();
    }
    const std::uint64_t templates = reader.varint();
    for (std::uint64_t i = 0; i < templates && reader.ok(); ++i) {
        if (!read_template(reader, mapping.templates.emplace_back(), version)) return false;
    }
    return reader.ok();
}

}  // namespace

void append_mapping(std::string& out, const Mapping& mapping) {
    out.push_back(static_cast<char>(version_mark));
    out.push_back(static_cast<char>(mapping.dynamic));
    out.push_back(static_cast<char>((mapping.date_detection ? 1 : 0) |
                                    (mapping.numeric_detection ? 2 : 0) |
                                    (mapping.dynamic_given ? 4 : 0)));
    append_texts(out, mapping.date_formats);
    append_varint(out, mapping.parameters.size());
    for (const auto& [name, value] : mapping.parameters) {
        append_text(out, name);
        append_text(out, value);
    }
    append_varint(out, mapping.templates.size());
    for (const DynamicTemplate& made : mapping.templates)
        append_template(out, made);
    append_varint(out, mapping.fields.size());
    for (const auto& [path, field] : mapping.fields) {
        append_text(out, path);
        append_field(out, field);
    }
}

Result<Mapping> read_mapping(std::string_view bytes) {
    int version = 1;
    if (!bytes.empty() && static_cast<std::uint8_t>(bytes[0]) == version_mark) {
        version = 2;
        bytes.remove_prefix(1);
    }
    ByteReader reader(bytes);
    Mapping mapping;
    bool sound = read_root(reader, mapping, version);
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && sound && reader.ok(); ++i) {
        const std::string path(reader.text());
        sound = read_field(reader, mapping.fields[path], version, 0);
    }
    if (!sound || !reader.ok() || !reader.at_end()) {
        return fail(ErrorCode::corruption, "the mapping in the file makes no sense");
    }
    return mapping;
}

}  // namespace elkhorn::store
