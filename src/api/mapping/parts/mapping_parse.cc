#include "api/mapping/parts/mapping_parse.h"

#include "api/mapping/parts/mapping_parameters.h"
#include "base/strings.h"
#include "event/format.h"
#include "text/date/date_parse.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace elkhorn::api {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using store::Dynamic;
using store::FieldMapping;
using store::FieldType;

constexpr int max_depth = 20;
constexpr int multi_field_depth = -1;
constexpr std::string_view dynamic_type = "{dynamic_type}";

constexpr std::array<std::string_view, 10> root_parameters = {
    "_source", "_routing", "_meta",   "_size",      "_field_names",
    "_all",    "_index",   "runtime", "_doc_count", "_data_stream_timestamp"};

std::string text_of(const Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

std::string json_of(const Value& value) {
    std::string json;
    event::append_json(json, value);
    return json;
}

void append_extra(std::string& extra, std::string_view name, std::string_view json) {
    if (!extra.empty()) extra.push_back(',');
    text::append_json_string(extra, name);
    extra.push_back(':');
    extra += json;
}

/// As Java prints a map: {type=keyword}.
std::string java_text(const Value& value) {
    if (!value.is(Kind::object)) return text_of(value);
    std::string out = "{";
    for (const Member& member : value.as_object().members()) {
        if (out.size() > 1) out += ", ";
        out += fmt::format("{}={}", member.name, java_text(member.value));
    }
    return out + "}";
}

std::string_view java_class(const Value& value) {
    switch (value.kind()) {
        case Kind::array: return "java.util.ArrayList";
        case Kind::boolean: return "java.lang.Boolean";
        case Kind::integer: return "java.lang.Integer";
        case Kind::real: return "java.lang.Double";
        default: return "java.lang.String";
    }
}

std::optional<bool> truth(const Value& value) {
    const std::string text = text_of(value);
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
}

std::string not_a_truth(const Value& value) {
    return fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.",
                       text_of(value));
}

bool is_whole(FieldType type) {
    return type == FieldType::int64 || type == FieldType::int32 || type == FieldType::int16 ||
           type == FieldType::int8;
}

}  // namespace

std::unexpected<search::Failure> MappingParser::refuse(std::string reason, std::string type) const {
    if (prefix_.empty()) return search::refuse(std::move(type), std::move(reason));
    auto failure = search::refuse("mapper_parsing_exception", std::string(prefix_) + reason);
    failure.error().caused_by_type = std::move(type);
    failure.error().caused_by_reason = std::move(reason);
    return failure;
}

std::unexpected<search::Failure> MappingParser::refuse_argument(std::string reason) const {
    return refuse(std::move(reason), "illegal_argument_exception");
}

search::Answer<bool> MappingParser::boolean(const Value& value) const {
    if (const auto known = truth(value)) return *known;
    return refuse_argument(not_a_truth(value));
}

// -- the root -------------------------------------------------------------------------------------

search::Answer<> MappingParser::root(const Value& mappings) {
    std::string unsupported;
    for (const Member& member : mappings.as_object().members())
        ASK(root_member(member, unsupported));
    if (unsupported.empty()) return {};
    return refuse(
        fmt::format("Root mapping definition has unsupported parameters: {}", unsupported));
}

search::Answer<> MappingParser::root_member(const Member& member, std::string& unsupported) {
    std::string shown = json_of(member.value);
    if (member.name == "properties") return properties(member.value, "", 1);
    if (member.name == "dynamic") {
        out_.dynamic = ASK(dynamic(member.value, "dynamic"));
        out_.dynamic_given = true;
        if (text_of(member.value) == "runtime") out_.parameters["dynamic"] = "\"runtime\"";
        return {};
    }
    if (member.name == "date_detection") {
        out_.date_detection = ASK(detection(member));
        shown = out_.date_detection ? "true" : "false";
    } else if (member.name == "numeric_detection") {
        out_.numeric_detection = ASK(detection(member));
        shown = out_.numeric_detection ? "true" : "false";
    } else if (member.name == "dynamic_date_formats") {
        if (!member.value.is(Kind::array))
            return refuse_argument("Expected an array of dynamic date formats");
        for (const Value& format : member.value.as_array().values())
            out_.date_formats.push_back(text_of(format));
    } else if (member.name == "dynamic_templates") {
        return templates(member.value);
    } else if (std::ranges::find(root_parameters, member.name) == root_parameters.end()) {
        unsupported += fmt::format(" [{} : {}]", member.name, java_text(member.value));
        return {};
    }
    out_.parameters[std::string(member.name)] = std::move(shown);
    return {};
}

search::Answer<bool> MappingParser::detection(const Member& member) const {
    if (const auto known = truth(member.value)) return *known;
    return refuse_argument(fmt::format("Could not convert [{}] to boolean", member.name));
}

search::Answer<Dynamic> MappingParser::dynamic(const Value& value, std::string_view of) const {
    const std::string text = text_of(value);
    if (text == "strict") return Dynamic::strict;
    if (text == "true") return Dynamic::yes;
    if (text == "false" || text == "runtime") return Dynamic::no;
    return refuse_argument(fmt::format("Could not convert [{}.dynamic] to boolean", of));
}

// -- fields ---------------------------------------------------------------------------------------

search::Answer<> MappingParser::properties(const Value& object, const std::string& path,
                                           int depth) {
    if (object.is(Kind::array) && object.as_array().size() == 0) return {};
    if (!object.is(Kind::object)) return refuse("properties must be a map type", "parse_exception");
    if (depth > max_depth) {
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("Limit of mapping depth [{}] has been exceeded", max_depth));
    }
    for (const Member& member : object.as_object().members()) {
        const std::string full =
            depth == 1 ? std::string(member.name) : path + "." + std::string(member.name);
        if (!member.value.is(Kind::object)) {
            return refuse(
                fmt::format("Expected map for property [fields] on field [{}] but got a class {}",
                            member.name, java_class(member.value)));
        }
        FieldMapping field;
        ASK(this->field(member.value, member.name, full, depth, field));
        const bool implied = field.type == FieldType::object && field.enabled && !field.dynamic &&
                             field.extra_json.empty() &&
                             member.value.as_object().find("properties") != nullptr;
        if (!implied) out_.fields[full] = std::move(field);
    }
    return {};
}

search::Answer<> MappingParser::type(const Value& object, std::string_view name, int depth,
                                     FieldMapping& out) const {
    const auto& members = object.as_object();
    const Value* given = members.find("type");
    const bool multi = depth == multi_field_depth;
    if (given == nullptr && multi)
        return refuse(fmt::format("no type specified for property [{}]", name));
    const bool object_implied = members.find("properties") != nullptr ||
                                (members.size() == 1 && members.find("enabled") != nullptr);
    if (given == nullptr && !object_implied)
        return refuse(fmt::format("No type specified for field [{}]", name));
    out.es_name = given == nullptr ? "object" : text_of(*given);
    if (in_template_ && (out.es_name == dynamic_type || out.es_name == "{dynamicType}")) return {};
    const auto known = store::type_from_name(out.es_name);
    if (!known && !is_shown_only(out.es_name)) {
        return refuse(fmt::format("{} handler for type [{}] declared on field [{}]",
                                  multi ? "no" : "No", out.es_name, name));
    }
    out.type = known ? *known : FieldType::unindexed;
    if (multi && (out.is_object() || out.type == FieldType::alias))
        return refuse(fmt::format("Type [{}] cannot be used in multi field", out.es_name));
    return {};
}

search::Answer<> MappingParser::field(const Value& object, std::string_view name,
                                      const std::string& full, int depth, FieldMapping& out) {
    out.explicit_type = true;
    ASK(type(object, name, depth, out));
    ASK(parameters(object, name, full, depth, out));
    if (out.type == FieldType::text) ASK(default_analyzers(object, out));
    if (out.type == FieldType::scaled_float && object.as_object().find("scaling_factor") == nullptr)
        return refuse_argument("Field [scaling_factor] is required");
    if (out.type == FieldType::alias && out.target.empty()) {
        return refuse(fmt::format("The [path] property must be specified for field [{}].", name));
    }
    return {};
}

/// A text field that names no analyzer has the index's own default ones.
search::Answer<> MappingParser::default_analyzers(const Value& object, FieldMapping& out) const {
    if (object.as_object().find("analyzer") != nullptr) return {};
    if (analysis_.has_own("default")) out.analyzer = *ASK(analysis_.analyzer("default"));
    if (analysis_.has_own("default_search") &&
        object.as_object().find("search_analyzer") == nullptr) {
        out.search_analyzer = *ASK(analysis_.analyzer("default_search"));
        if (out.search_analyzer.empty()) out.search_analyzer = "standard lowercase";
    }
    return {};
}

search::Answer<> MappingParser::parameters(const Value& object, std::string_view name,
                                           const std::string& full, int depth, FieldMapping& out) {
    const auto known = parameters_of(out.es_name);
    std::string unsupported;
    for (const Member& member : object.as_object().members()) {
        if (member.name == "type") continue;
        const bool any = known.empty() || std::ranges::find(known, member.name) != known.end();
        if (any) {
            ASK(parameter(member, name, full, depth, out));
        } else if (lists_unsupported(out.es_name)) {
            unsupported += fmt::format(" [{} : {}]", member.name, java_text(member.value));
        } else if (!is_ignored_parameter(member.name)) {
            return refuse(fmt::format("unknown parameter [{}] on mapper [{}] of type [{}]",
                                      member.name, name, out.es_name));
        }
    }
    if (unsupported.empty()) return {};
    return refuse(fmt::format("Mapping definition for [{}] has unsupported parameters: {}", name,
                              unsupported));
}

search::Answer<> MappingParser::parameter(const Member& member, std::string_view name,
                                          const std::string& full, int depth, FieldMapping& out) {
    if (member.name == "properties") {
        return properties(member.value, full, depth + 1);
    }
    if (member.name == "fields") return multi_fields(member.value, full, depth, out);
    if (member.name == "dynamic") {
        out.dynamic = ASK(dynamic(member.value, "dynamic"));
        return {};
    }
    if (member.name == "enabled") {
        const auto enabled = truth(member.value);
        if (!enabled) return refuse_argument("Could not convert [enabled.enabled] to boolean");
        out.enabled = *enabled;
        return {};
    }
    if (member.name == "copy_to") {
        if (depth == multi_field_depth) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("[copy_to] may not be used to copy from a multi-field: [{}]", full));
        }
        return copy_to(member.value, out);
    }
    if (member.name == "null_value" || member.name == "value") return null_value(member.value, out);
    if (member.name == "ignore_above" || member.name == "scaling_factor" || member.name == "boost")
        return number(member, out);
    if (member.name == "analyzer" || member.name == "search_analyzer" ||
        member.name == "search_quote_analyzer" || member.name == "normalizer") {
        return analyzer(member, name, out);
    }
    if (member.name == "path" && out.type == FieldType::alias) out.target = text_of(member.value);
    if (member.name == "format" && out.es_name.starts_with("date") &&
        !out.es_name.ends_with("_range")) {
        const std::string format = text_of(member.value);
        if (auto parser = text::DateParser::elasticsearch(format); !parser)
            return refuse(fmt::format("Invalid format: [{}]: {}", format, parser.error().message));
        if (format != "strict_date_optional_time||epoch_millis") out.format = format;
        return {};
    }
    return flag(member, out);
}

/// What is true or false, and whatever else is only shown.
search::Answer<> MappingParser::flag(const Member& member, FieldMapping& out) const {
    constexpr std::array<std::string_view, 13> flags = {"index",
                                                        "doc_values",
                                                        "store",
                                                        "coerce",
                                                        "ignore_malformed",
                                                        "norms",
                                                        "eager_global_ordinals",
                                                        "split_queries_on_whitespace",
                                                        "fielddata",
                                                        "index_phrases",
                                                        "ignore_z_value",
                                                        "include_in_parent",
                                                        "include_in_root"};
    if (std::ranges::find(flags, member.name) == flags.end()) {
        append_extra(out.extra_json, member.name, json_of(member.value));
        return {};
    }
    const bool on = ASK(boolean(member.value));
    if (member.name == "index") {
        out.indexed = on;
        return {};
    }
    if (member.name == "doc_values" && out.es_name != "binary") {
        out.doc_values = on;
        return {};
    }
    if (member.name == "coerce") out.coerce = on;
    if (member.name == "ignore_malformed") out.refuse_malformed = !on;
    const bool is_default = (member.name == "coerce" && on) || (member.name == "store" && !on);
    if (!is_default) append_extra(out.extra_json, member.name, on ? "true" : "false");
    return {};
}

search::Answer<> MappingParser::number(const Member& member, FieldMapping& out) const {
    const std::string text = text_of(member.value);
    const auto value = to_double(text);
    if (!value) {
        return refuse(fmt::format("For input string: \"{}\"", text), "number_format_exception");
    }
    if (member.name == "ignore_above") {
        constexpr double most = 2147483647;
        // The greatest is the default: no limit.
        out.ignore_above =
            *value >= most ? 0 : static_cast<std::uint32_t>(std::clamp(*value, 0.0, most));
        return {};
    }
    std::string shown;
    text::append_json_real(shown, *value);
    if (member.name == "boost") {
        if (*value != 1) append_extra(out.extra_json, member.name, shown);
        return {};
    }
    if (*value <= 0) {
        return refuse_argument(
            fmt::format("[scaling_factor] must be a positive number, got [{}]", shown));
    }
    out.scaling_factor = *value;
    return {};
}

search::Answer<> MappingParser::null_value(const Value& value, FieldMapping& out) const {
    if (value.is_null()) return {};
    const std::string name = out.is_constant() ? "value" : "null_value";
    std::string text = text_of(value);
    if (out.type == FieldType::boolean) {
        text = ASK(boolean(value)) ? "true" : "false";
        append_extra(out.extra_json, name, text);
    } else if (is_whole(out.type) || out.type == FieldType::unsigned_long) {
        const auto number = to_double(text);
        if (!number)
            return refuse(fmt::format("For input string: \"{}\"", text), "number_format_exception");
        const double bits = out.type == FieldType::int8    ? 7
                            : out.type == FieldType::int16 ? 15
                            : out.type == FieldType::int32 ? 31
                                                           : 63;
        if (bits < 63 && (*number >= std::exp2(bits) || *number < -std::exp2(bits))) {
            return refuse_argument(fmt::format("Value [{}] is out of range for {} {}", text,
                                               bits == 31 ? "an" : "a", out.es_name));
        }
        if (!to_integer(text)) {
            text.clear();
            text::append_integer(text, static_cast<std::int64_t>(*number));
        }
        append_extra(out.extra_json, name, text);
    } else if (out.type != FieldType::geo_point &&
               store::column_kind(out.type) == store::ColumnKind::real) {
        const auto number = to_double(text);
        if (!number)
            return refuse(fmt::format("For input string: \"{}\"", text), "number_format_exception");
        std::string shown;
        text::append_json_real(shown, *number);
        append_extra(out.extra_json, name, shown);
    } else if (out.type == FieldType::geo_point) {
        append_extra(out.extra_json, name, json_of(value));
        return {};
    } else {
        std::string shown;
        text::append_json_string(shown, text);
        append_extra(out.extra_json, name, shown);
    }
    out.null_value = std::move(text);
    return {};
}

search::Answer<> MappingParser::analyzer(const Member& member, std::string_view name,
                                         FieldMapping& out) const {
    const std::string given = text_of(member.value);
    std::string shown;
    text::append_json_string(shown, given);
    append_extra(out.extra_json, member.name, shown);
    const bool placeholder = in_template_ && given.find('{') != std::string::npos;
    if (member.name == "normalizer") {
        auto found = ASK(analysis_.normalizer(given));
        if (found) out.normalizer = std::move(*found);
        if (found || placeholder) return {};
        return refuse(fmt::format("normalizer [{}] not found for field [{}]", given, name));
    }
    auto found = ASK(analysis_.analyzer(given));
    if (!found && !placeholder)
        return refuse_argument(
            fmt::format("analyzer [{}] has not been configured in mappings", given));
    if (!found) return {};
    if (member.name == "analyzer") out.analyzer = std::move(*found);
    // An empty one would mean the analyzer's.
    else if (member.name == "search_analyzer")
        out.search_analyzer = found->empty() ? "standard lowercase" : std::move(*found);
    return {};
}

search::Answer<> MappingParser::multi_fields(const Value& object, const std::string& full,
                                             int depth, FieldMapping& out) {
    if (depth == multi_field_depth) return {};  // they have none of their own
    if (!object.is(Kind::object))
        return refuse(fmt::format("expected map for property [fields] on field [{}]", full));
    for (const Member& member : object.as_object().members()) {
        FieldMapping sub;
        if (!member.value.is(Kind::object))
            return refuse("illegal field [fields], only fields can be specified inside fields");
        ASK(field(member.value, member.name, full + "." + std::string(member.name),
                  multi_field_depth, sub));
        out.fields[std::string(member.name)] = std::move(sub);
    }
    return {};
}

search::Answer<> MappingParser::copy_to(const Value& value, FieldMapping& out) {
    if (value.is(Kind::array)) {
        for (const Value& path : value.as_array().values())
            out.copy_to.push_back(text_of(path));
    } else {
        out.copy_to.push_back(text_of(value));
    }
    std::string list = "[";
    for (const std::string& path : out.copy_to) {
        if (list.size() > 1) list.push_back(',');
        text::append_json_string(list, path);
    }
    append_extra(out.extra_json, "copy_to", list + "]");
    return {};
}

// -- dynamic templates ----------------------------------------------------------------------------

search::Answer<> MappingParser::templates(const Value& list) {
    constexpr std::string_view syntax =
        "Dynamic template syntax error. An array of named objects is expected.";
    if (!list.is(Kind::array)) return refuse(std::string(syntax));
    std::string shown = "[";
    for (const Value& entry : list.as_array().values()) {
        if (!entry.is(Kind::object)) return refuse(std::string(syntax));
        if (entry.as_object().size() != 1)
            return refuse("A dynamic template must be defined with a name");
        const Member& only = entry.as_object().members()[0];
        if (!only.value.is(Kind::object)) return refuse(std::string(syntax));
        if (shown.size() > 1) shown.push_back(',');
        ASK(dynamic_template(only.name, only.value, shown));
    }
    out_.parameters["dynamic_templates"] = shown + "]";
    return {};
}

search::Answer<> MappingParser::dynamic_template(std::string_view name, const Value& object,
                                                 std::string& shown) {
    constexpr std::array<std::string_view, 7> types = {"object",  "string", "long",  "double",
                                                       "boolean", "date",   "binary"};
    store::DynamicTemplate made;
    made.name = name;
    const Value* mapping = nullptr;
    bool any_type = false;
    for (const Member& member : object.as_object().members()) {
        const std::string text = text_of(member.value);
        if (member.name == "match") {
            made.match = text;
        } else if (member.name == "unmatch") {
            made.unmatch = text;
        } else if (member.name == "path_match") {
            made.path_match = text;
        } else if (member.name == "path_unmatch") {
            made.path_unmatch = text;
        } else if (member.name == "match_pattern") {
            if (text != "simple" && text != "regex")
                return refuse_argument(fmt::format("No matching pattern matched on [{}]", text));
            made.regex = text == "regex";
        } else if (member.name == "match_mapping_type") {
            any_type = text == "*";
            if (!any_type) made.mapping_type = text;
        } else if (member.name == "mapping") {
            mapping = &member.value;
        } else {
            return refuse_argument(
                fmt::format("Illegal dynamic template parameter: [{}]", member.name));
        }
    }
    if (mapping == nullptr || !mapping->is(Kind::object))
        return refuse("template must have mapping set");
    if (made.match.empty() && made.path_match.empty() && made.mapping_type.empty() && !any_type) {
        return refuse(
            fmt::format("template must have match, path_match or match_mapping_type set {}",
                        java_text(object)));
    }
    if (!made.mapping_type.empty() && std::ranges::find(types, made.mapping_type) == types.end()) {
        return refuse_argument(
            fmt::format("No field type matched on [{}], possible values are [object, string, long, "
                        "double, boolean, date, binary]",
                        made.mapping_type));
    }
    made.field = template_field(*mapping);
    std::string members;
    const auto show = [&](std::string_view key, std::string_view text) {
        if (text.empty()) return;
        std::string json;
        text::append_json_string(json, text);
        append_extra(members, key, json);
    };
    show("match", made.match);
    show("path_match", made.path_match);
    show("unmatch", made.unmatch);
    show("path_unmatch", made.path_unmatch);
    if (any_type && made.match.empty() && made.path_match.empty()) show("match_mapping_type", "*");
    show("match_mapping_type", made.mapping_type);
    if (made.regex) show("match_pattern", "regex");
    append_extra(members, "mapping", json_of(*mapping));
    std::string named;
    append_extra(named, name, "{" + members + "}");
    shown += "{" + named + "}";
    out_.templates.push_back(std::move(made));
    return {};
}

/// Without a type the template's field takes the detected one. What Elasticsearch would refuse only
/// when the template is used, makes a template that is never used.
FieldMapping MappingParser::template_field(const Value& mapping) {
    FieldMapping made;
    in_template_ = true;
    event::Object* whole = event::make_object(arena_);
    if (mapping.as_object().find("type") == nullptr)
        whole->add(arena_, "type", Value::string(dynamic_type));
    for (const Member& member : mapping.as_object().members())
        whole->add(arena_, member.name, member.value);
    if (const auto parsed = field(Value::object(whole), "{name}", "{name}", max_depth, made);
        !parsed) {
        made = {};
    }
    in_template_ = false;
    return made;
}

}  // namespace elkhorn::api
