// api/snapshot/snapshot_create.cc -- PUT|POST /_snapshot/{repository}/{snapshot}: the indices of
// the body, all without one, each as of one moment; the name may be date math
// (`<snap-{now/d}>`). It is there, durable, when this answers,
// whether wait_for_completion was asked for or not: without it, the answer is only shorter.

#include "api/core/error_body.h"
#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"
#include "api/snapshot/parts/snapshot_body.h"

#include <fmt/format.h>

namespace elkhorn::api::snapshot_create {
namespace {

search::Failure invalid_name(const Call& call, std::string_view name, const Error& error) {
    search::Failure failure;
    failure.type = "invalid_snapshot_name_exception";
    failure.reason = fmt::format("[{}:{}] {}", call.path("repository"), name, error.message);
    return failure;
}

search::Answer<store::SnapshotRequest> read_body(const Call& call, const event::Value& body) {
    store::SnapshotRequest request;
    if (!body.is(event::Kind::object)) {
        request.indices = call.context().store->index_names();
        return request;
    }
    const event::Object& given = body.as_object();
    const auto names = ASK(names_in(given));
    const NameOptions options = ASK(name_options_in(given));
    request.global_state = ASK(flag_in(given, "include_global_state", true));
    const event::Value* metadata = given.find("metadata");
    if (metadata != nullptr && !metadata->is_null()) {
        if (!metadata->is(event::Kind::object)) {
            return search::refuse("illegal_argument_exception",
                                  "malformed metadata, should be an object");
        }
        json::Writer out;
        out.value(*metadata);
        request.metadata_json = out.take();
    }
    request.indices = ASK(resolve_names(call, names, options));
    return request;
}

Reply handle(const Call& call) {
    const bool wait = call.flag("wait_for_completion", false);
    const event::Value body = ASK(call.json_body());
    const store::RepositoryEntry entry = ASK(repository_of(call));
    const std::string& repository = call.path("repository");
    const std::string name = ASK(single_name(call, call.path("snapshot")));
    if (const auto sound = store::check_snapshot_name(name); !sound)
        return std::unexpected(invalid_name(call, name, sound.error()));
    if (entry.read_only()) {
        return std::unexpected(
            repository_failure(repository, "cannot create snapshot in a readonly repository"));
    }
    store::SnapshotRequest request = ASK(read_body(call, body));
    request.name = name;
    const auto made = call.context().store->snapshots().create(repository, request);
    if (!made && made.error().code == ErrorCode::conflict)
        return std::unexpected(invalid_name(call, name, made.error()));
    if (!made) return std::unexpected(repository_failure(repository, made.error()));
    json::Writer out;
    out.begin_object();
    if (wait) {
        out.key("snapshot");
        write_snapshot(out, *made, true);
    } else {
        out.member("accepted", true);
    }
    out.end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"wait_for_completion", Takes::flag},
};

constexpr Parameter members[] = {
    {"indices", Takes::any},
    {"ignore_unavailable", Takes::flag},
    {"allow_no_indices", Takes::flag},
    {"expand_wildcards", Takes::any},
    {"ignore_throttled", Takes::flag, Use::no_effect, "no index is throttled"},
    {"include_global_state", Takes::flag},
    {"metadata", Takes::object},
    {"partial", Takes::flag, Use::no_effect, "a snapshot here is whole"},
    {"settings", Takes::object, Use::no_effect, "a snapshot has no settings of its own"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/snapshot/create",
    .methods = "PUT POST",
    .routes = "/_snapshot/{repository}/{snapshot}",
    .parameters = {parameters, master_parameters},
    .body = Body::members,
    .members = {members},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_create
