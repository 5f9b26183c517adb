// api/snapshot/snapshot_repository_get.cc -- GET /_snapshot, GET /_snapshot/{repository}: what is
// registered.

#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"
#include "base/strings.h"
#include "base/wildcard.h"

namespace elkhorn::api::snapshot_repository_get {
namespace {

void write_entry(json::Writer& out, const store::RepositoryEntry& entry) {
    out.begin_object().member("type", entry.type).key("settings").begin_object();
    for (const auto& [name, value] : entry.settings)
        out.member(name, value);
    out.end_object().end_object();
}

Reply handle(const Call& call) {
    const auto entries = call.context().store->snapshots().repositories();
    std::string_view asked = call.path("repository");
    if (asked.empty()) asked = "_all";
    store::RepositoryEntries found;
    for (const std::string_view pattern : split(asked, ',')) {
        if (pattern == "_all" || pattern == "*") {
            found = entries;
            continue;
        }
        bool fits = pattern.find('*') != std::string_view::npos && !entries.empty();
        for (const auto& [name, entry] : entries) {
            if (!matches_star(pattern, name)) continue;
            fits = true;
            found.emplace(name, entry);
        }
        if (!fits) return std::unexpected(repository_missing(pattern));
    }
    json::Writer out;
    out.begin_object();
    for (const auto& [name, entry] : found) {
        out.key(name);
        write_entry(out, entry);
    }
    out.end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/repository/get",
    .methods = "GET",
    .routes = "/_snapshot /_snapshot/{repository}",
    .parameters = {master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_repository_get
