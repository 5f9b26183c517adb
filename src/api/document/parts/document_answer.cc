#include "api/document/parts/document_answer.h"

#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/json_shape.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

std::string_view result_of(store::Effect effect) {
    switch (effect) {
        case store::Effect::created: return "created";
        case store::Effect::updated: return "updated";
        case store::Effect::unchanged: return "noop";
        case store::Effect::deleted: return "deleted";
        case store::Effect::missing: return "not_found";
    }
    return "";
}

}  // namespace

search::Answer<Refresh> refresh_parameter(const Call& call) {
    const auto value = call.parameter("refresh");
    if (!value || *value == "false") return Refresh::no;
    if (*value == "true" || value->empty()) return Refresh::yes;
    if (*value == "wait_for") return Refresh::wait;
    return search::refuse("illegal_argument_exception",
                          fmt::format("Unknown value for refresh: [{}].", *value));
}

void write_outcome(json::Writer& out, const Context& context, std::string_view index,
                   const store::Written& written, bool forced_refresh, bool no_shards) {
    const auto settings = context.store->settings(index);
    const std::int64_t copies = no_shards ? 0 : 1 + replicas_in(settings.value_or(""));
    out.member("_index", index).member("_type", "_doc").member("_id", written.id);
    out.member("_version", written.version).member("result", result_of(written.effect));
    if (forced_refresh) out.member("forced_refresh", true);
    out.key("_shards")
        .begin_object()
        .member("total", copies)
        .member("successful", no_shards ? 0 : 1)
        .member("failed", 0);
    out.end_object();
    out.member("_seq_no", written.seq_no).member("_primary_term", 1);
}

int status_of(const store::Written& written) {
    if (written.effect == store::Effect::created) return 201;
    return written.effect == store::Effect::missing ? 404 : 200;
}

search::Failure document_failure(const Context& context, std::string_view index,
                                 const Error& error) {
    search::Failure failure = to_failure(error);
    if (error.code == ErrorCode::not_found) {
        if (!error.message.ends_with("document missing"))
            return index_not_found(index, "index_expression");
        failure.type = "document_missing_exception";
    }
    if (failure.type == "invalid_index_name_exception") failure.index = index;
    if (names_shard(failure)) {
        failure.index = index;
        failure.caused_by_reason = context.store->uuid(index).value_or("_na_");
    }
    return failure;
}

search::Failure unparsable(const Error& error) {
    search::Failure failure;
    failure.type = "mapper_parsing_exception";
    failure.reason = "failed to parse";
    failure.caused_by_type = "json_parse_exception";
    failure.caused_by_reason = error.message;
    return failure;
}

search::Failure broken_json(std::string_view json, const Error& error) {
    search::Failure failure;
    failure.type = ends_early(json) ? "json_e_o_f_exception" : "json_parse_exception";
    failure.reason = error.message;
    return failure;
}

std::string_view token_name(const event::Value& value) {
    switch (value.kind()) {
        case event::Kind::array: return "START_ARRAY";
        case event::Kind::object: return "START_OBJECT";
        case event::Kind::string: return "VALUE_STRING";
        case event::Kind::boolean: return "VALUE_BOOLEAN";
        case event::Kind::null: return "VALUE_NULL";
        default: return "VALUE_NUMBER";
    }
}

search::Answer<> check_id(std::string_view id) {
    constexpr std::size_t limit = 512;
    if (id.size() <= limit) return {};
    return search::refuse(
        "action_request_validation_exception",
        fmt::format("Validation Failed: 1: id [{}] is too long, must be no longer than 512 "
                    "bytes but was: {};",
                    id, id.size()));
}

}  // namespace elkhorn::api
