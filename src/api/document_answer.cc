#include "api/document_answer.h"

#include "api/error_body.h"
#include "api/index_names.h"

#include <fmt/format.h>

namespace elkhorn::api {

search::Answer<Refresh> refresh_parameter(const Call& call) {
    const auto value = call.parameter("refresh");
    if (!value || *value == "false") return Refresh::no;
    if (*value == "true" || value->empty()) return Refresh::yes;
    if (*value == "wait_for") return Refresh::wait;
    return search::refuse("illegal_argument_exception",
                          fmt::format("Unknown value for refresh: [{}].", *value));
}

void write_outcome(json::Writer& out, const Context& context, std::string_view index,
                   const store::Written& written, bool forced_refresh) {
    const auto settings = context.store->settings(index);
    const std::int64_t copies = 1 + replicas_in(settings.value_or(""));
    out.member("_index", index).member("_type", "_doc").member("_id", written.id);
    out.member("_version", written.version)
        .member("result", written.created ? "created" : "updated");
    if (forced_refresh) out.member("forced_refresh", true);
    out.key("_shards")
        .begin_object()
        .member("total", copies)
        .member("successful", 1)
        .member("failed", 0);
    out.end_object();
    out.member("_seq_no", written.seq_no).member("_primary_term", 1);
}

search::Failure document_failure(const Context& context, std::string_view index,
                                 const Error& error) {
    search::Failure failure = to_failure(error);
    if (failure.type == "invalid_index_name_exception") failure.index = index;
    if (failure.type == "version_conflict_engine_exception") {
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
