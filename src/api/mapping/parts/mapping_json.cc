#include "api/mapping/parts/mapping_json.h"

#include "api/mapping/parts/mapping_parameters.h"
#include "api/mapping/parts/mapping_parse.h"
#include "event/format.h"
#include "json/parse.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::api {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using store::FieldMapping;
using store::FieldType;

constexpr std::array<std::string_view, 3> dynamic_words = {"true", "false", "strict"};

/// Members that are still to be put in order: name and JSON.
using Members = std::vector<std::pair<std::string, std::string>>;

/// Fields as a tree: objects are implied by their fields' paths.
struct Node {
    const FieldMapping* field = nullptr;
    std::map<std::string_view, std::unique_ptr<Node>> children;
};

std::string quoted(std::string_view text) {
    std::string json;
    text::append_json_string(json, text);
    return json;
}

std::string_view dynamic_word(store::Dynamic dynamic) {
    return dynamic_words[static_cast<std::size_t>(dynamic)];
}

/// The members of a JSON object without its braces, less those that are there already.
void add_members(Members& members, std::string_view json) {
    if (json.empty()) return;
    event::Arena arena;
    json::Parser parser;
    const auto parsed = parser.parse("{" + std::string(json) + "}", arena);
    if (!parsed || !parsed->is(Kind::object)) return;
    for (const Member& member : parsed->as_object().members()) {
        const bool known = std::ranges::any_of(
            members, [&](const auto& other) { return other.first == member.name; });
        if (known) continue;
        std::string value;
        event::append_json(value, member.value);
        members.emplace_back(member.name, std::move(value));
    }
}

template <typename Names>
void put_in_order(Members& members, const Names& names) {
    std::ranges::stable_sort(members, {}, [&](const auto& member) {
        return std::ranges::find(names, member.first) - std::ranges::begin(names);
    });
}

void write_members(json::Writer& out, const Members& members) {
    for (const auto& [name, value] : members)
        out.key(name).raw(value);
}

std::string fields_json(const FieldMapping& field) {
    json::Writer out;
    out.begin_object();
    for (const auto& [name, sub] : field.fields) {
        out.key(name);
        write_field(out, sub);
    }
    out.end_object();
    return out.take();
}

/// What is not only shown, but has a meaning to the store.
Members meaningful(const FieldMapping& field) {
    Members members;
    if (!field.indexed) members.emplace_back("index", "false");
    if (!field.doc_values) members.emplace_back("doc_values", "false");
    if (!field.enabled) members.emplace_back("enabled", "false");
    if (field.dynamic) members.emplace_back("dynamic", quoted(dynamic_word(*field.dynamic)));
    if (!field.format.empty()) members.emplace_back("format", quoted(field.format));
    if (field.type == FieldType::scaled_float) {
        std::string factor;
        text::append_json_real(factor, field.scaling_factor);
        members.emplace_back("scaling_factor", std::move(factor));
    }
    if (field.ignore_above != 0)
        members.emplace_back("ignore_above", std::to_string(field.ignore_above));
    if (!field.fields.empty()) members.emplace_back("fields", fields_json(field));
    return members;
}

void write_node(json::Writer& out, const Node& node) {
    out.begin_object();
    if (node.field != nullptr) {
        const FieldMapping& field = *node.field;
        const bool implied = field.type == FieldType::object && !node.children.empty();
        if (!implied) out.member("type", field.es_name);
        Members members = meaningful(field);
        add_members(members, field.extra_json);
        const auto known = parameters_of(field.es_name);
        if (!known.empty()) {
            // A template may have given its field what its type does not know.
            std::erase_if(members, [&](const auto& member) {
                return std::ranges::find(known, member.first) == known.end();
            });
            put_in_order(members, known);
        }
        write_members(out, members);
    }
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

std::unexpected<search::Failure> bad_alias(std::string_view name, std::string_view path,
                                           std::string_view why) {
    return search::refuse(
        "mapper_parsing_exception",
        fmt::format("Invalid [path] value [{}] for field alias [{}]: {}", path, name, why));
}

Members root_members(const store::Mapping& mapping) {
    constexpr std::array<std::string_view, 9> order = {"dynamic",           "_meta",
                                                       "_routing",          "_size",
                                                       "_source",           "dynamic_date_formats",
                                                       "dynamic_templates", "date_detection",
                                                       "numeric_detection"};
    Members members;
    for (const auto& [name, value] : mapping.parameters) {
        if (!name.empty()) members.emplace_back(name, value);
    }
    if (mapping.dynamic_given && !mapping.parameters.contains("dynamic"))
        members.emplace_back("dynamic", quoted(dynamic_word(mapping.dynamic)));
    // As older files have them: all in one.
    if (const auto all = mapping.parameters.find(""); all != mapping.parameters.end())
        add_members(members, all->second);
    put_in_order(members, order);
    return members;
}

}  // namespace

search::Answer<store::Mapping> parse_mappings(const Value& mappings, std::string_view prefix,
                                              const Analysis& analysis) {
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
    ASK(MappingParser(prefix, analysis, mapping).root(*root));
    return mapping;
}

search::Answer<> check_aliases(const store::Mapping& mapping) {
    for (const auto& [path, field] : mapping.fields) {
        if (field.type != FieldType::alias) continue;
        const std::string& at = field.target;
        if (at == path) return bad_alias(path, at, "an alias cannot refer to itself.");
        const FieldMapping* target = mapping.find(at);
        if (target != nullptr && target->type == FieldType::alias)
            return bad_alias(path, at, "an alias cannot refer to another alias.");
        const auto resolved = mapping.resolve(at);
        if (resolved.field == nullptr || resolved.field->is_object())
            return bad_alias(path, at, "an alias must refer to an existing field in the mappings.");
    }
    return {};
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
    write_members(out, root_members(mapping));
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
