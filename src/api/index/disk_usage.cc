// api/index/disk_usage.cc -- POST /{index}/_disk_usage?run_expensive_tasks=true: which field takes
// how much of the disk, in the shape of Elasticsearch 7.15, which was the first to have it. Ours
// reads directories only, but asks for the flag all the same: clients send it. `inverted_index` is
// a field's index of words or ids, `doc_values` its values, `stored_fields` the shapes of
// documents.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "base/units.h"
#include "json/writer.h"

#include <fmt/format.h>

#include <map>

namespace elkhorn::api::disk_usage {
namespace {

struct FieldBytes {
    std::uint64_t inverted_index = 0;
    std::uint64_t stored_fields = 0;
    std::uint64_t doc_values = 0;

    std::uint64_t total() const { return inverted_index + stored_fields + doc_values; }

    void add(const FieldBytes& other) {
        inverted_index += other.inverted_index;
        stored_fields += other.stored_fields;
        doc_values += other.doc_values;
    }
};

using Fields = std::map<std::string, FieldBytes>;

Fields fields_of(const store::IndexView& view) {
    Fields fields;
    for (const store::GroupView& shown : view.groups) {
        for (const auto& column : shown.group->columns()) {
            FieldBytes bytes;
            bytes.inverted_index = column->index_bytes();
            const std::uint64_t rest = column->size_bytes() - column->index_bytes();
            (column->path() == "_source" ? bytes.stored_fields : bytes.doc_values) = rest;
            fields[column->path()].add(bytes);
        }
    }
    return fields;
}

void write_size(json::Writer& out, std::string_view name, std::uint64_t bytes) {
    out.member(name, format_bytes(static_cast<std::int64_t>(bytes)))
        .member(fmt::format("{}_in_bytes", name), bytes);
}

void write_bytes(json::Writer& out, const FieldBytes& bytes) {
    out.begin_object();
    write_size(out, "total", bytes.total());
    out.key("inverted_index").begin_object();
    write_size(out, "total", bytes.inverted_index);
    out.end_object();
    write_size(out, "stored_fields", bytes.stored_fields);
    write_size(out, "doc_values", bytes.doc_values);
    for (const std::string_view name : {"points", "norms", "term_vectors"})
        write_size(out, name, 0);  // kept with the values, or not at all
    out.end_object();
}

void write_index(json::Writer& out, const store::IndexView& view) {
    const Fields fields = fields_of(view);
    FieldBytes all;
    for (const auto& [path, bytes] : fields)
        all.add(bytes);
    out.key(view.name).begin_object();
    write_size(out, "store_size", view.size_bytes);
    out.key("all_fields");
    write_bytes(out, all);
    out.key("fields").begin_object();
    for (const auto& [path, bytes] : fields) {
        out.key(path);
        write_bytes(out, bytes);
    }
    out.end_object().end_object();
}

Reply handle(const Call& call) {
    if (!call.flag("run_expensive_tasks", false)) {
        return search::refuse(
            "illegal_argument_exception",
            "analyzing the disk usage of an index is expensive and resource-intensive, the "
            "parameter [run_expensive_tasks] must be set to [true] in order for the task to be "
            "performed.");
    }
    if (call.flag("flush", true)) {
        if (auto done = call.context().store->flush(); !done) return search::broken(done.error());
    }
    const auto views = ASK(views_of(call));
    json::Writer out;
    out.begin_object();
    std::int64_t shards = 0;
    for (const auto& view : views)
        shards += shards_of(*view);
    out.key("_shards").begin_object().member("total", shards).member("successful", shards);
    out.member("failed", 0).end_object();
    for (const auto& view : views)
        write_index(out, *view);
    out.end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"run_expensive_tasks", Takes::flag},
    {"flush", Takes::flag},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:admin/analyze_disk_usage",
    .methods = "POST",
    .routes = "/{index}/_disk_usage",
    .parameters = {parameters, index_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::disk_usage
