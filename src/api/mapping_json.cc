#include "api/mapping_json.h"

#include "event/format.h"
#include "text/date_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>

namespace elkhorn::api {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using store::FieldMapping;
using store::FieldType;

constexpr int max_depth = 20;

// Parameters that are kept and shown; those with a meaning to us are read one by one.
constexpr std::array<std::string_view, 31> field_parameters = {"analyzer",
                                                               "search_analyzer",
                                                               "search_quote_analyzer",
                                                               "norms",
                                                               "index_options",
                                                               "store",
                                                               "boost",
                                                               "doc_values",
                                                               "null_value",
                                                               "copy_to",
                                                               "coerce",
                                                               "meta",
                                                               "similarity",
                                                               "term_vector",
                                                               "normalizer",
                                                               "split_queries_on_whitespace",
                                                               "eager_global_ordinals",
                                                               "fielddata",
                                                               "position_increment_gap",
                                                               "locale",
                                                               "path",
                                                               "dims",
                                                               "value",
                                                               "index_phrases",
                                                               "index_prefixes",
                                                               "fielddata_frequency_filter",
                                                               "include_in_parent",
                                                               "include_in_root",
                                                               "ignore_z_value",
                                                               "depth_limit",
                                                               "max_shingle_size"};
constexpr std::array<std::string_view, 12> root_parameters = {"_source",
                                                              "_routing",
                                                              "_meta",
                                                              "_size",
                                                              "_field_names",
                                                              "dynamic_templates",
                                                              "dynamic_date_formats",
                                                              "_all",
                                                              "_index",
                                                              "_data_stream_timestamp",
                                                              "runtime",
                                                              "_doc_count"};

std::string text_of(const Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

bool truth(const Value& value) {
    return text_of(value) == "true";
}

void append_extra(std::string& extra, std::string_view name, const Value& value) {
    if (!extra.empty()) extra.push_back(',');
    text::append_json_string(extra, name);
    extra.push_back(':');
    event::append_json(extra, value);
}

class MappingParser {
public:
    MappingParser(std::string_view prefix, store::Mapping& out) : prefix_(prefix), out_(out) {}

    search::Answer<> root(const Value& mappings) {
        std::string unsupported;
        for (const Member& member : mappings.as_object().members()) {
            if (member.name == "properties") {
                if (auto done = properties(member.value, "", 1); !done) return done;
            } else if (member.name == "dynamic") {
                const std::string text = text_of(member.value);
                out_.dynamic = text == "strict"                       ? store::Dynamic::strict
                               : text == "false" || text == "runtime" ? store::Dynamic::no
                                                                      : store::Dynamic::yes;
                out_.dynamic_given = true;
            } else if (member.name == "date_detection") {
                out_.date_detection = truth(member.value);
                append_extra(out_.extra_json, member.name, member.value);
            } else if (member.name == "numeric_detection") {
                out_.numeric_detection = truth(member.value);
                append_extra(out_.extra_json, member.name, member.value);
            } else if (std::ranges::find(root_parameters, member.name) != root_parameters.end()) {
                append_extra(out_.extra_json, member.name, member.value);
            } else {
                unsupported += fmt::format(" [{} : {}]", member.name, text_of(member.value));
            }
        }
        if (!unsupported.empty()) {
            return refuse(
                fmt::format("Root mapping definition has unsupported parameters: {}", unsupported));
        }
        return {};
    }

private:
    std::unexpected<search::Failure> refuse(std::string_view why) const {
        return search::refuse("mapper_parsing_exception", std::string(prefix_) + std::string(why));
    }

    search::Answer<> properties(const Value& object, const std::string& path, int depth) {
        if (!object.is(Kind::object)) return refuse("Expected map for property [properties]");
        if (depth > max_depth) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("Limit of mapping depth [{}] has been exceeded", max_depth));
        }
        for (const Member& member : object.as_object().members()) {
            const std::string full =
                path.empty() ? std::string(member.name) : path + "." + std::string(member.name);
            if (!member.value.is(Kind::object)) {
                return refuse(
                    fmt::format("Expected map for property [fields] on field [{}] but got a class "
                                "java.lang.String",
                                member.name));
            }
            FieldMapping field;
            if (auto done = this->field(member.value, member.name, full, depth, field); !done)
                return done;
            const bool implied = field.type == FieldType::object && field.enabled &&
                                 field.extra_json.empty() &&
                                 member.value.as_object().find("properties") != nullptr;
            if (!implied) out_.fields[full] = std::move(field);
        }
        return {};
    }

    search::Answer<> field(const Value& object, std::string_view name, const std::string& full,
                           int depth, FieldMapping& out) {
        const Value* type = object.as_object().find("type");
        const Value* below = object.as_object().find("properties");
        if (type == nullptr && below == nullptr && object.as_object().find("enabled") == nullptr &&
            object.as_object().find("dynamic") == nullptr) {
            return refuse(fmt::format("No type specified for field [{}]", name));
        }
        out.es_name = type == nullptr ? "object" : text_of(*type);
        out.explicit_type = true;
        const auto known = store::type_from_name(out.es_name);
        const bool range = out.es_name.ends_with("_range");
        constexpr std::array<std::string_view, 12> shown_only = {
            "alias",        "completion",    "token_count",  "percolator",         "join",
            "rank_feature", "rank_features", "dense_vector", "search_as_you_type", "histogram",
            "murmur3",      "shape"};
        if (!known && !range && std::ranges::find(shown_only, out.es_name) == shown_only.end()) {
            return refuse(
                fmt::format("No handler for type [{}] declared on field [{}]", out.es_name, name));
        }
        out.type = known ? *known : FieldType::unindexed;
        for (const Member& member : object.as_object().members()) {
            if (auto done = parameter(member, name, full, depth, out); !done) return done;
        }
        return {};
    }

    search::Answer<> parameter(const Member& member, std::string_view name, const std::string& full,
                               int depth, FieldMapping& out) {
        if (member.name == "type") return {};
        if (member.name == "properties") return properties(member.value, full, depth + 1);
        if (member.name == "fields") return multi_fields(member.value, full, depth, out);
        if (member.name == "ignore_above") {
            out.ignore_above =
                static_cast<std::uint32_t>(std::max<std::int64_t>(0, member.value.as_integer()));
        } else if (member.name == "scaling_factor") {
            out.scaling_factor = member.value.is(Kind::integer)
                                     ? static_cast<double>(member.value.as_integer())
                                     : member.value.as_real();
        } else if (member.name == "format") {
            out.format = text_of(member.value);
            if (auto parser = text::DateParser::elasticsearch(out.format); !parser) {
                return refuse(
                    fmt::format("Invalid format: [{}]: {}", out.format, parser.error().message));
            }
        } else if (member.name == "index") {
            out.indexed = truth(member.value);
        } else if (member.name == "enabled") {
            out.enabled = truth(member.value);
        } else if (member.name == "ignore_malformed") {
            out.refuse_malformed = !truth(member.value);
            append_extra(out.extra_json, member.name, member.value);
        } else if (member.name == "dynamic") {
            append_extra(out.extra_json, member.name,
                         Value::string(arena_.copy(text_of(member.value))));
        } else if (member.name == "copy_to" && member.value.is(Kind::string)) {
            event::Array* list = event::make_array(arena_);
            list->push_back(arena_, member.value);
            append_extra(out.extra_json, member.name, Value::array(list));
        } else if (std::ranges::find(field_parameters, member.name) != field_parameters.end() ||
                   out.type == FieldType::unindexed) {
            append_extra(out.extra_json, member.name, member.value);
        } else {
            return refuse(fmt::format("unknown parameter [{}] on mapper [{}] of type [{}]",
                                      member.name, name, out.es_name));
        }
        return {};
    }

    search::Answer<> multi_fields(const Value& object, const std::string& full, int depth,
                                  FieldMapping& out) {
        if (!object.is(Kind::object))
            return refuse(fmt::format("expected map for property [fields] on field [{}]", full));
        for (const Member& member : object.as_object().members()) {
            FieldMapping sub;
            if (!member.value.is(Kind::object))
                return refuse("expected an object for a multi-field");
            if (auto done = field(member.value, member.name, full + "." + std::string(member.name),
                                  depth, sub);
                !done) {
                return done;
            }
            out.fields[std::string(member.name)] = std::move(sub);
        }
        return {};
    }

    std::string_view prefix_;
    store::Mapping& out_;
    event::Arena arena_;
};

/// Fields as a tree: objects are implied by their fields' paths.
struct Node {
    const FieldMapping* field = nullptr;
    std::map<std::string_view, std::unique_ptr<Node>> children;
};

void write_node(json::Writer& out, const Node& node) {
    out.begin_object();
    if (node.field != nullptr &&
        (node.field->type != FieldType::object || node.children.empty() || !node.field->enabled)) {
        out.member("type", node.field->es_name);
    }
    if (node.field != nullptr && !node.field->enabled) out.member("enabled", false);
    if (node.field != nullptr && node.field->type != FieldType::object) {
        const FieldMapping& field = *node.field;
        if (!field.indexed) out.member("index", false);
        if (!field.format.empty()) out.member("format", field.format);
        if (field.es_name == "scaled_float") out.member("scaling_factor", field.scaling_factor);
        if (!field.fields.empty()) {
            out.key("fields").begin_object();
            for (const auto& [name, sub] : field.fields) {
                out.key(name);
                write_field(out, sub);
            }
            out.end_object();
        }
        if (field.ignore_above != 0) out.member("ignore_above", field.ignore_above);
    }
    if (node.field != nullptr && !node.field->extra_json.empty()) out.raw(node.field->extra_json);
    if (!node.children.empty()) {
        out.key("properties").begin_object();
        for (const auto& [name, child] : node.children) {
            out.key(name);
            write_node(out, *child);
        }
        out.end_object();
    }
    out.end_object();
}

}  // namespace

search::Answer<store::Mapping> parse_mappings(const event::Value& mappings,
                                              std::string_view prefix) {
    store::Mapping mapping;
    const Value* root = &mappings;
    if (root->is(Kind::null)) return mapping;
    if (!root->is(Kind::object)) {
        return search::refuse("mapper_parsing_exception",
                              std::string(prefix) + "the mapping must be an object");
    }
    // A type around it, as clients of the 6.x days send.
    if (root->as_object().size() == 1) {
        const Member& only = root->as_object().members()[0];
        if (only.value.is(Kind::object) && only.name != "properties" &&
            !only.name.starts_with('_')) {
            if (only.value.as_object().find("properties") != nullptr) root = &only.value;
        }
        if (only.name == "_doc" && only.value.is(Kind::object)) root = &only.value;
    }
    if (auto done = MappingParser(prefix, mapping).root(*root); !done)
        return std::unexpected(done.error());
    return mapping;
}

void write_field(json::Writer& out, const FieldMapping& field) {
    Node node;
    node.field = &field;
    write_node(out, node);
}

void write_mappings(json::Writer& out, const store::Mapping& mapping) {
    Node root;
    for (const auto& [path, field] : mapping.fields) {
        Node* node = &root;
        std::string_view rest = path;
        while (true) {
            const std::size_t dot = rest.find('.');
            auto& child = node->children[rest.substr(0, dot)];
            if (child == nullptr) child = std::make_unique<Node>();
            node = child.get();
            if (dot == std::string_view::npos) break;
            rest.remove_prefix(dot + 1);
        }
        node->field = &field;
    }
    out.begin_object();
    if (mapping.dynamic_given) {
        constexpr std::string_view words[] = {"true", "false", "strict"};
        out.member("dynamic", words[static_cast<std::size_t>(mapping.dynamic)]);
    }
    if (!mapping.extra_json.empty()) out.raw(mapping.extra_json);
    if (!root.children.empty()) {
        out.key("properties").begin_object();
        for (const auto& [name, child] : root.children) {
            out.key(name);
            write_node(out, *child);
        }
        out.end_object();
    }
    out.end_object();
}

}  // namespace elkhorn::api
