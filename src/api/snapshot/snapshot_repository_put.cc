// api/snapshot/snapshot_repository_put.cc -- PUT|POST /_snapshot/{repository}: registers a folder
// for snapshots, which must be below one of the setting path.repo. Durable when answered.

#include "api/core/error_body.h"
#include "api/core/parameters.h"
#include "api/snapshot/parts/repository_settings.h"
#include "api/snapshot/parts/snapshot_answer.h"
#include "event/format.h"

namespace elkhorn::api::snapshot_repository_put {
namespace {

search::Answer<store::RepositoryEntry> read_body(std::string_view name, const event::Value& body) {
    store::RepositoryEntry entry;
    const event::Object* given = nullptr;
    if (body.is_null()) return std::unexpected(body_required());
    if (body.is(event::Kind::object)) {
        if (const event::Value* type = body.as_object().find("type"))
            event::append_text(entry.type, *type);
        if (const event::Value* settings = body.as_object().find("settings")) {
            if (!settings->is(event::Kind::object)) {
                return search::refuse("illegal_argument_exception",
                                      "Malformed settings section, should include an inner object");
            }
            given = &settings->as_object();
        }
    }
    if (entry.type.empty()) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: type is missing;");
    }
    if (entry.type != "fs") {
        return std::unexpected(
            repository_failure(name, "repository type [" + entry.type + "] does not exist"));
    }
    if (given != nullptr) ASK(read_repository_settings(name, *given, entry));
    return entry;
}

Reply handle(const Call& call) {
    const std::string& name = call.path("repository");
    const bool verify = call.flag("verify", true);
    const event::Value body = ASK(call.json_body());
    if (const auto sound = store::check_repository_name(name); !sound && !body.is_null())
        return std::unexpected(repository_failure(name, sound.error()));
    store::RepositoryEntry entry = ASK(read_body(name, body));
    const auto put =
        call.context().store->snapshots().put_repository(name, std::move(entry), verify);
    if (!put) {
        search::Failure failure = repository_failure(name, "failed to create repository");
        failure.caused_by_type = failure.type;
        failure.caused_by_reason = repository_failure(name, put.error()).reason;
        return std::unexpected(failure);
    }
    json::Writer out;
    out.begin_object().member("acknowledged", true).end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"verify", Takes::flag},
};

constexpr Parameter members[] = {
    {"type", Takes::text},
    {"settings", Takes::object},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/repository/put",
    .methods = "PUT POST",
    .routes = "/_snapshot/{repository}",
    .parameters = {parameters, master_parameters},
    .body = Body::members,
    .members = {members},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_repository_put
