// api/index/index_get.cc -- GET|HEAD /{index} and GET /{index}/_settings: aliases, mappings and
// settings.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/core/settings_text.h"
#include "api/mapping/parts/mapping_json.h"
#include "base/strings.h"
#include "json/writer.h"
#include "text/analysis/core/options.h"

#include <map>

namespace elkhorn::api::index_get {
namespace {

/// Settings as a tree, for they are kept flat.
struct Node {
    std::string value;
    std::map<std::string, Node, std::less<>> children;
};

/// A list is kept as JSON.
void write_value(json::Writer& out, const std::string& value) {
    const auto list = value.starts_with("[") ? text::json_list(value) : std::nullopt;
    if (!list) {
        out.value(value);
        return;
    }
    out.begin_array();
    for (const std::string& element : *list)
        out.value(element);
    out.end_array();
}

void write_node(json::Writer& out, const Node& node) {
    if (node.children.empty()) {
        write_value(out, node.value);
        return;
    }
    out.begin_object();
    for (const auto& [name, child] : node.children) {
        out.key(name);
        write_node(out, child);
    }
    out.end_object();
}

void write_settings(json::Writer& out, const store::IndexView& index, bool flat) {
    Settings settings = parse_settings_text(index.settings_json);
    settings.emplace("number_of_shards", "1");
    settings.emplace("number_of_replicas", "1");
    settings["provided_name"] = index.name;
    settings["creation_date"] = std::to_string(index.created_ms);
    settings["uuid"] = index.uuid;
    settings["version.created"] = "7100299";
    out.begin_object();
    if (flat) {
        for (const auto& [name, value] : settings) {
            out.key("index." + name);
            write_value(out, value);
        }
    } else {
        Node root;
        for (const auto& [name, value] : settings) {
            Node* node = &root;
            for (const std::string_view part : split(name, '.'))
                node = &node->children[std::string(part)];
            node->value = value;
        }
        out.key("index");
        write_node(out, root);
    }
    out.end_object();
}

Reply handle(const Call& call) {
    const bool flat = call.flag("flat_settings", false);
    const auto views = views_of(call);
    if (!views) return std::unexpected(views.error());
    const auto path = call.request().path();
    const bool settings_only = path.size() > 1;
    if (call.request().method == "HEAD" && views->empty()) return json_response("", 404);
    json::Writer out;
    out.begin_object();
    for (const auto& view : *views) {
        out.key(view->name).begin_object();
        if (!settings_only) {
            out.key("aliases").begin_object().end_object();
            out.key("mappings");
            write_mappings(out, *view->mapping);
        }
        out.key("settings");
        write_settings(out, *view, flat);
        out.end_object();
    }
    out.end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"flat_settings", Takes::flag},
    {"include_type_name", Takes::flag, Use::refused,
     "types are gone: mappings are shown without one", "false"},
    {"include_defaults", Takes::flag, Use::refused, "defaults are not listed", "false"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:admin/get",
    .methods = "GET",
    .routes = "/{index} /{index}/_settings /_settings",
    .parameters = {parameters, index_parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::index_get
