// api/snapshot/snapshot_get.cc -- GET /_snapshot/{repository}/{snapshot}: one, several, patterns,
// _all.

#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"

namespace elkhorn::api::snapshot_get {
namespace {

search::Answer<std::vector<store::Snapshot>> found_by(const Call& call, bool ignore_unavailable) {
    std::vector<std::string> names = name_list(call.path("snapshot"));
    if (names.empty() || (names.size() == 1 && names[0] == "_all")) return all_snapshots(call);
    const std::string first = names.front();
    // One is made while its request waits, and not beside it: none is ever seen there.
    std::erase(names, "_current");
    auto found = ASK(snapshots_of(call, names, ignore_unavailable));
    if (found.empty() && !names.empty() && !ignore_unavailable)
        return std::unexpected(snapshot_missing(call.path("repository"), first));
    return found;
}

Reply handle(const Call& call) {
    const bool ignore = call.flag("ignore_unavailable", false);
    const bool verbose = call.flag("verbose", true);
    const auto found = ASK(found_by(call, ignore));
    json::Writer out;
    out.begin_object().key("snapshots").begin_array();
    for (const store::Snapshot& snapshot : found)
        write_snapshot(out, snapshot, verbose);
    out.end_array().end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"ignore_unavailable", Takes::flag},
    {"verbose", Takes::flag},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/snapshot/get",
    .methods = "GET",
    .routes = "/_snapshot/{repository}/{snapshot}",
    .parameters = {parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_get
