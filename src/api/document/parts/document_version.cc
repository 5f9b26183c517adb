#include "api/document/parts/document_version.h"

#include "api/core/parameters.h"
#include "api/document/parts/document_answer.h"
#include "base/strings.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

constexpr std::int64_t any_version = -3;  // what Elasticsearch shows where none was given

search::Answer<std::int64_t> integer_of(std::string_view name, std::string_view text) {
    if (const auto number = to_integer(text)) return *number;
    return search::refuse(
        "illegal_argument_exception",
        fmt::format("Failed to parse long parameter [{}] with value [{}]", name, text));
}

search::Answer<VersionType> type_of(std::string_view text) {
    if (text == "internal") return VersionType::internal;
    if (text == "external") return VersionType::external;
    if (text == "external_gte") return VersionType::external_gte;
    return search::refuse("illegal_argument_exception",
                          fmt::format("No version type match [{}]", text));
}

std::string_view name_of(VersionType type) {
    if (type == VersionType::internal) return "INTERNAL";
    return type == VersionType::external ? "EXTERNAL" : "EXTERNAL_GTE";
}

/// What cannot go into a create; at most one is told.
std::optional<std::string> create_problem(const Versioning& versioning) {
    if (versioning.type != VersionType::internal)
        return "create operations only support internal versioning. use index instead";
    if (versioning.version)
        return "create operations do not support explicit versions. use index instead";
    if (versioning.if_seq_no || versioning.if_primary_term != 0)
        return "create operations do not support compare and set. use index instead";
    return std::nullopt;
}

}  // namespace

search::Failure validation_failure(const std::vector<std::string>& problems) {
    search::Failure failure;
    failure.type = "action_request_validation_exception";
    failure.reason = "Validation Failed: ";
    for (std::size_t i = 0; i < problems.size(); ++i)
        failure.reason += fmt::format("{}: {};", i + 1, problems[i]);
    return failure;
}

search::Answer<bool> Versioning::set(std::string_view name, std::string_view text) {
    if (name == "if_seq_no") {
        if_seq_no = ASK(integer_of(name, text));
        if (*if_seq_no >= 0) return true;
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("sequence numbers must be non negative. got [{}].", *if_seq_no));
    }
    if (name == "if_primary_term") {
        if_primary_term = ASK(integer_of(name, text));
        if (if_primary_term >= 0) return true;
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("primary term must be non negative. got [{}]", if_primary_term));
    }
    if (name == "version" || name == "_version") {
        version = ASK(integer_of("version", text));
        return true;
    }
    if (name != "version_type" && name != "_version_type") return false;
    type = ASK(type_of(text));
    return true;
}

void Versioning::require(store::Write& write) const {
    write.if_seq_no = if_seq_no;
    if (if_seq_no) write.if_primary_term = if_primary_term;
    if (type != VersionType::internal && version)
        write.external = store::ExternalVersion{*version, type == VersionType::external_gte};
}

search::Answer<Versioning> versioning(const Call& call) {
    Versioning versioning;
    for (const Parameter& one : version_parameters) {
        if (const auto value = call.parameter(one.name)) ASK(versioning.set(one.name, *value));
    }
    return versioning;
}

search::Answer<> check(const Versioning& versioning, store::Action action, bool id_given) {
    std::vector<std::string> problems;
    const bool internal = versioning.type == VersionType::internal;
    if (action == store::Action::create) {
        if (const auto problem = create_problem(versioning))
            return std::unexpected(validation_failure({*problem}));
    }
    if (!id_given && (!internal || versioning.version))
        problems.emplace_back("an id must be provided if version type or value are set");
    const std::int64_t version = versioning.version.value_or(any_version);
    if (internal ? versioning.version && version <= 0 : version < 0) {
        problems.push_back(fmt::format("illegal version value [{}] for version type [{}]", version,
                                       name_of(versioning.type)));
    }
    if (internal && versioning.version) {
        problems.emplace_back(
            "internal versioning can not be used for optimistic concurrency control. Please use "
            "`if_seq_no` and `if_primary_term` instead");
    }
    if (versioning.if_seq_no && (!internal || versioning.version))
        problems.emplace_back("compare and write operations can not use versioning");
    if (versioning.if_seq_no && versioning.if_primary_term == 0)
        problems.emplace_back("ifSeqNo is set, but primary term is [0]");
    if (!versioning.if_seq_no && versioning.if_primary_term != 0) {
        problems.push_back(fmt::format("ifSeqNo is unassigned, but primary term is [{}]",
                                       versioning.if_primary_term));
    }
    if (problems.empty()) return {};
    return std::unexpected(validation_failure(problems));
}

search::Answer<> check_read(const Call& call, const Versioning& versioning, std::string_view index,
                            std::string_view id, std::int64_t version) {
    if (!versioning.version || *versioning.version == version) return {};
    const Error error{ErrorCode::conflict,
                      fmt::format("[{}]: version conflict, current version [{}] is different than "
                                  "the one provided [{}]",
                                  id, version, *versioning.version)};
    return std::unexpected(document_failure(call.context(), index, error));
}

}  // namespace elkhorn::api
