#include "api/snapshot/parts/repository_settings.h"

#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"
#include "base/units.h"
#include "event/format.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

constexpr std::int64_t smallest_chunk = 5;

/// As Elasticsearch wraps what keeps a repository from being made.
std::unexpected<search::Failure> not_made(std::string_view name, std::string_view type,
                                          std::string reason) {
    search::Failure failure = repository_failure(name, "failed to create repository");
    failure.caused_by_type = type;
    failure.caused_by_reason = std::move(reason);
    return std::unexpected(failure);
}

void flatten(std::string_view path, const event::Value& value, store::RepositoryEntry& entry) {
    if (value.is_null()) return;
    if (!value.is(event::Kind::object)) {
        event::append_text(entry.settings[std::string(path)], value);
        return;
    }
    for (const event::Member& member : value.as_object().members())
        flatten(fmt::format("{}.{}", path, member.name), member.value, entry);
}

search::Answer<> check(std::string_view name, const Parameter& declared, const std::string& value) {
    constexpr std::string_view wrong = "illegal_argument_exception";
    if (declared.name == "location") {
        if (!value.contains('\0')) return {};
        return not_made(name, "invalid_path_exception", "Nul character not allowed: " + value);
    }
    // An empty value of a parameter in an address is a true flag, and a true flag only there.
    if (declared.takes == Takes::flag && value.empty())
        return not_made(name, wrong,
                        "Failed to parse value [] as only [true] or [false] are allowed.");
    const bool word_for_none = declared.takes == Takes::size && (value == "-1" || value == "0");
    if (!word_for_none) {
        const auto sound = check_value(declared, value);
        const bool unit = declared.takes == Takes::flag ||
                          value.find_first_not_of("0123456789.") != std::string::npos;
        if (!sound || !unit) {
            const bool rate = declared.name.starts_with("max_");
            return not_made(
                name, rate ? "parse_exception" : wrong,
                sound ? fmt::format("failed to parse setting [{}] with value [{}] as a size in "
                                    "bytes: unit is missing or unrecognized",
                                    declared.name, value)
                      : sound.error().reason);
        }
    }
    if (declared.name != "chunk_size") return {};
    if (!word_for_none && parse_bytes(value).value_or(0) >= smallest_chunk) return {};
    return not_made(
        name, wrong,
        fmt::format("failed to parse value [{}] for setting [chunk_size], must be >= [5b]", value));
}

}  // namespace

search::Answer<> read_repository_settings(std::string_view name, const event::Object& settings,
                                          store::RepositoryEntry& entry) {
    for (const event::Member& member : settings.members())
        flatten(member.name, member.value, entry);
    for (const auto& [setting, value] : entry.settings) {
        const Parameter* declared = elkhorn::find_parameter(repository_settings, setting);
        if (declared == nullptr) {
            return not_made(
                name, "illegal_argument_exception",
                fmt::format("unknown setting [{}]: docs/compatibility.md has those of a repository",
                            setting));
        }
        ASK(check(name, *declared, value));
    }
    return {};
}

}  // namespace elkhorn::api
