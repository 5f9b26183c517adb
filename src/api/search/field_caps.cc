// api/search/field_caps.cc -- GET|POST /{index}/_field_caps: what can be done with which field,
// over several indices: the list that Discover and dashboards are built on.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "base/strings.h"
#include "base/wildcard.h"
#include "json/writer.h"

#include <map>
#include <set>

namespace elkhorn::api::field_caps {
namespace {

struct Capability {
    bool searchable = true;
    bool aggregatable = true;
    std::set<std::string> indices;
    std::set<std::string> not_searchable;
    std::set<std::string> not_aggregatable;
};

using ByType = std::map<std::string, Capability>;

class Collector {
public:
    explicit Collector(std::string_view patterns) : patterns_(split(patterns, ',')) {}

    void add_index(const store::IndexView& index) {
        for (const auto& [path, field] : index.mapping->fields) {
            for (std::size_t dot = path.find('.'); dot != path.npos;
                 dot = path.find('.', dot + 1)) {
                if (index.mapping->find(path.substr(0, dot)) == nullptr)
                    add(path.substr(0, dot), "object", false, false, index);
            }
            add_field(path, field, index);
        }
        for (const auto& [name, type] : metadata_)
            add(name, type, name != "_source", name != "_source", index);
    }

    void write(json::Writer& out, const std::set<std::string>& all, bool include_unmapped) {
        out.key("fields").begin_object();
        for (auto& [path, types] : fields_) {
            std::set<std::string> unmapped = all;
            for (const auto& [type, capability] : types) {
                for (const std::string& index : capability.indices)
                    unmapped.erase(index);
            }
            if (include_unmapped && !unmapped.empty() && unmapped != all) {
                types["unmapped"] = {false, false, unmapped, {}, {}};
            }
            out.key(path).begin_object();
            for (const auto& [type, capability] : types)
                write_one(out, type, capability, types.size() > 1);
            out.end_object();
        }
        out.end_object();
    }

private:
    static inline const std::map<std::string, std::string> metadata_ = {
        {"_id", "_id"}, {"_index", "_index"}, {"_source", "_source"}};

    void add_field(const std::string& path, const store::FieldMapping& field,
                   const store::IndexView& index) {
        if (field.type == store::FieldType::alias) {
            const auto target = index.mapping->resolve(path);
            if (target.field != nullptr) add_field(path, *target.field, index);
            return;
        }
        const bool aggregatable =
            field.has_values() && field.type != store::FieldType::text && field.doc_values;
        add(path, field.es_name, field.has_values() && field.indexed, aggregatable, index);
        for (const auto& [name, sub] : field.fields)
            add_field(path + "." + name, sub, index);
    }

    void add(const std::string& path, const std::string& type, bool searchable, bool aggregatable,
             const store::IndexView& index) {
        bool wanted = false;
        for (const std::string_view pattern : patterns_)
            wanted = wanted || matches_star(pattern, path);
        // An object is listed with its fields, so that a pattern for those finds it too.
        if (type == "object") {
            for (const std::string_view pattern : patterns_)
                wanted = wanted || pattern == path + ".*";
        }
        if (!wanted) return;
        Capability& capability = fields_[path][type];
        capability.indices.insert(index.name);
        if (!searchable) capability.not_searchable.insert(index.name);
        if (!aggregatable) capability.not_aggregatable.insert(index.name);
        capability.searchable = capability.searchable && searchable;
        capability.aggregatable = capability.aggregatable && aggregatable;
    }

    static void write_names(json::Writer& out, std::string_view key,
                            const std::set<std::string>& names) {
        out.key(key).begin_array();
        for (const std::string& name : names)
            out.value(name);
        out.end_array();
    }

    static void write_one(json::Writer& out, const std::string& type, const Capability& capability,
                          bool several) {
        out.key(type).begin_object().member("type", type);
        out.member("searchable", capability.searchable)
            .member("aggregatable", capability.aggregatable);
        if (several) write_names(out, "indices", capability.indices);
        if (!capability.searchable && capability.not_searchable != capability.indices) {
            write_names(out, "non_searchable_indices", capability.not_searchable);
        }
        if (!capability.aggregatable && capability.not_aggregatable != capability.indices) {
            write_names(out, "non_aggregatable_indices", capability.not_aggregatable);
        }
        out.end_object();
    }

    std::vector<std::string_view> patterns_;  // of the request
    std::map<std::string, ByType> fields_;
};

Reply handle(const Call& call) {
    const auto fields = call.parameter("fields");
    if (!fields || fields->empty()) {
        return search::refuse("illegal_argument_exception",
                              "specified fields can't be null or empty");
    }
    const bool unmapped = call.flag("include_unmapped", false);
    const auto views = views_of(call);
    if (!views) return std::unexpected(views.error());
    Collector collector(*fields);
    std::set<std::string> names;
    for (const auto& view : *views) {
        collector.add_index(*view);
        names.insert(view->name);
    }
    json::Writer out;
    out.begin_object().key("indices").begin_array();
    for (const std::string& name : names)
        out.value(name);
    out.end_array();
    collector.write(out, names, unmapped);
    out.end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"fields", Takes::list},
    {"include_unmapped", Takes::flag},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/field_caps",
    .methods = "GET POST",
    .routes = "/_field_caps /{index}/_field_caps",
    .parameters = {parameters, index_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::field_caps
