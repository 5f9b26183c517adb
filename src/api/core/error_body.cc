#include "api/core/error_body.h"

#include "api/core/api.h"
#include "base/units.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

constexpr std::string_view resource_mark = "resource:";
constexpr std::string_view cause_mark = "; caused by ";  // as store/group/field_router.h has it

/// Where a script is wrong.
void write_place(json::Writer& out, const search::ScriptPlace& place) {
    out.key("script_stack").begin_array();
    for (const std::string& line : place.stack)
        out.value(line);
    out.end_array().member("script", place.source).member("lang", place.lang);
    out.key("position").begin_object().member("offset", place.offset);
    out.member("start", place.start).member("end", place.end).end_object();
}

/// The members that follow "type" and "reason" of an exception about an index.
void write_details(json::Writer& out, const search::Failure& failure) {
    if (failure.line > 0) out.member("line", failure.line).member("col", failure.column);
    if (failure.type == "index_not_found_exception") {
        if (failure.caused_by_type.starts_with(resource_mark)) {
            out.member("resource.type", failure.caused_by_type.substr(resource_mark.size()));
            out.member("resource.id", failure.index);
        }
        out.member("index_uuid", "_na_").member("index", failure.index);
        return;
    }
    if (names_shard(failure)) {
        out.member("index_uuid", failure.caused_by_reason).member("shard", "0");
        out.member("index", failure.index);
        return;
    }
    if (failure.script != nullptr)
        write_place(out, *failure.script);
    else if (!failure.index.empty())
        out.member("index_uuid", "_na_").member("index", failure.index);
    if (failure.cause != nullptr) {
        out.key("caused_by").begin_object();
        write_failure(out, *failure.cause);
        out.end_object();
    } else if (!failure.caused_by_type.empty()) {
        out.key("caused_by").begin_object();
        out.member("type", failure.caused_by_type).key("reason");
        // An exception of a script may have no message.
        if (failure.script != nullptr && failure.caused_by_reason.empty())
            out.null();
        else
            out.value(failure.caused_by_reason);
        out.end_object();
    }
}

std::string plain_body(const search::Failure& failure) {
    json::Writer out;
    out.begin_object().key("error").begin_object();
    write_failure_with_root(out, failure);
    out.end_object().member("status", failure.status).end_object();
    return out.take();
}

/// The deepest cause that is one of Elasticsearch's own exceptions, and not Java's.
const search::Failure& root_of(const search::Failure& failure) {
    const search::Failure* root = &failure;
    while (root->cause != nullptr &&
           (root->cause->type == "script_exception" || root->cause->type == "parse_exception" ||
            root->cause->type == "resource_not_found_exception" ||
            root->cause->type == "exception"))
        root = root->cause.get();
    return *root;
}

std::string phase_body(const search::Failure& failure) {
    json::Writer out;
    search::Failure root = root_of(failure);
    root.caused_by_type.clear();
    root.cause = nullptr;
    out.begin_object().key("error").begin_object();
    out.key("root_cause").begin_array().begin_object();
    write_failure(out, root);
    out.end_object().end_array();
    out.member("type", "search_phase_execution_exception").member("reason", "all shards failed");
    out.member("phase", "query").member("grouped", true);
    out.key("failed_shards").begin_array();
    write_shard_failure(out, failure);
    out.end_array();
    if (failure.type != "query_shard_exception") {
        out.key("caused_by").begin_object();
        out.member("type", failure.type).member("reason", failure.reason);
        out.key("caused_by").begin_object();
        out.member("type", failure.type).member("reason", failure.reason);
        out.end_object().end_object();
    }
    out.end_object().member("status", failure.status).end_object();
    return out.take();
}

/// What the store has put behind its message: "; caused by TYPE: REASON".
void take_cause(search::Failure& failure) {
    const std::size_t mark = failure.reason.rfind(cause_mark);
    if (mark == std::string::npos) return;
    const std::string cause = failure.reason.substr(mark + cause_mark.size());
    const std::size_t colon = cause.find(": ");
    if (colon == std::string::npos) return;
    failure.reason.resize(mark);
    failure.caused_by_type = cause.substr(0, colon);
    failure.caused_by_reason = cause.substr(colon + 2);
}

/// What lies below a failure to read a body is its root where it is of these.
bool is_of_elasticsearch(std::string_view type) {
    return type == "parsing_exception" || type == "parse_exception" ||
           type == "x_content_parse_exception" || type == "query_shard_exception";
}

}  // namespace

void write_failure(json::Writer& out, const search::Failure& failure) {
    out.member("type", failure.type).member("reason", failure.reason);
    write_details(out, failure);
}

void write_failure_with_root(json::Writer& out, const search::Failure& failure) {
    search::Failure root = failure;
    if (root.type == "repository_exception" && !root.caused_by_type.empty())
        root.reason = root.caused_by_reason;
    if (root.type == "x_content_parse_exception" && is_of_elasticsearch(root.caused_by_type)) {
        root.type = root.caused_by_type;
        root.reason = root.caused_by_reason;
    }
    if (root.type != "index_not_found_exception" && !names_shard(root)) root.caused_by_type.clear();
    root.cause = nullptr;
    out.key("root_cause").begin_array().begin_object();
    write_failure(out, root);
    out.end_object().end_array();
    write_failure(out, failure);
}

bool names_shard(const search::Failure& failure) {
    return failure.type == "version_conflict_engine_exception" ||
           failure.type == "document_missing_exception";
}

void write_shard_failure(json::Writer& out, const search::Failure& failure) {
    if (failure.type == "search_context_missing_exception")
        out.begin_object().member("shard", -1).key("index").null();
    else
        out.begin_object().member("shard", 0).member("index", failure.index);
    out.member("node", "elkhorn");
    out.key("reason").begin_object();
    write_failure(out, failure);
    out.end_object().end_object();
}

http::Response error_response(const search::Failure& failure) {
    return json_response(failure.phase ? phase_body(failure) : plain_body(failure), failure.status);
}

search::Failure to_failure(const Error& error) {
    search::Failure failure;
    failure.reason = error.message;
    switch (error.code) {
        case ErrorCode::invalid: {
            const std::string_view text = error.message;
            failure.type = "illegal_argument_exception";
            if (text.starts_with("Invalid index name"))
                failure.type = "invalid_index_name_exception";
            if (text.starts_with("mapping set to strict"))
                failure.type = "strict_dynamic_mapping_exception";
            if (text.starts_with("failed to parse field"))
                failure.type = "mapper_parsing_exception";
            if (text.starts_with("the [enabled] parameter can't be updated")) {
                failure.type = "mapper_exception";
                failure.status = 500;
            }
            take_cause(failure);
            break;
        }
        case ErrorCode::not_found:
            failure.status = 404;
            failure.type = "index_not_found_exception";
            break;
        case ErrorCode::conflict:
            failure.status = 409;
            failure.type = "version_conflict_engine_exception";
            break;
        case ErrorCode::too_large:
            failure.status = 413;
            failure.type = "content_too_long_exception";
            break;
        case ErrorCode::overloaded:
            failure.status = 429;
            failure.type = "es_rejected_execution_exception";
            if (failure.reason.starts_with("[parent] Data too large"))
                failure.type = "circuit_breaking_exception";
            if (failure.reason.find("blocked by: [TOO_MANY_REQUESTS/12/") != std::string::npos)
                failure.type = "cluster_block_exception";
            break;
        case ErrorCode::unavailable:
            failure.status = 503;
            failure.type = "unavailable_shards_exception";
            break;
        default:
            failure.status = 500;
            failure.type = "exception";
            break;
    }
    return failure;
}

search::Failure index_not_found(std::string_view name, std::string_view resource_type) {
    search::Failure failure;
    failure.status = 404;
    failure.type = "index_not_found_exception";
    failure.reason = fmt::format("no such index [{}]", name);
    failure.index = name;
    if (!resource_type.empty())
        failure.caused_by_type = std::string(resource_mark) + std::string(resource_type);
    return failure;
}

search::Failure no_room_for(std::string_view what, const store::MemoryHold& room) {
    return to_failure(
        {ErrorCode::overloaded,
         fmt::format("[parent] Data too large, data for {} would pass the limit of [{}/{}] for all "
                     "requests of its kind at once: ask for less, try again, or raise `memory`",
                     what, room.limit(), format_bytes(static_cast<std::int64_t>(room.limit())))});
}

search::Failure body_required() {
    search::Failure failure;
    failure.type = "parse_exception";
    failure.reason = "request body is required";
    return failure;
}

}  // namespace elkhorn::api
