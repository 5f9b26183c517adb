#include "api/mapping/parts/analysis_settings.h"

#include "base/strings.h"

#include <climits>

namespace elkhorn::api {
namespace {

constexpr std::string_view prefix = "analysis.";

std::int32_t limit(const Settings& settings, std::string_view name, std::int32_t otherwise) {
    const auto it = settings.find(name);
    const auto given = it == settings.end() ? std::nullopt : to_integer(it->second);
    return given && *given >= 0 && *given <= INT_MAX ? static_cast<std::int32_t>(*given)
                                                     : otherwise;
}

}  // namespace

search::Failure to_failure(const text::Refusal& refusal) {
    search::Failure failure;
    failure.status = refusal.status;
    failure.type = refusal.type;
    failure.reason = refusal.reason;
    failure.caused_by_type = refusal.caused_by_type;
    failure.caused_by_reason = refusal.caused_by_reason;
    return failure;
}

text::Library Analysis::library(const Settings& settings) {
    text::OptionMap own;
    for (auto it = settings.lower_bound(prefix);
         it != settings.end() && it->first.starts_with(prefix); ++it)
        own[it->first.substr(prefix.size())] = it->second;
    return text::Library(
        own, {limit(settings, "max_ngram_diff", 1), limit(settings, "max_shingle_diff", 3)});
}

search::Answer<Analysis> Analysis::read(const Settings& settings) {
    Analysis analysis(library(settings));
    if (const auto checked = analysis.library_.check(); !checked)
        return std::unexpected(to_failure(checked.error()));
    return analysis;
}

search::Answer<std::optional<std::string>> Analysis::analyzer(std::string_view name) const {
    if (!library_.has_analyzer(name)) return std::nullopt;
    if (auto built = library_.analyzer(name); !built)
        return std::unexpected(to_failure(built.error()));
    auto made = library_.specification(name, false);
    if (!made) return std::unexpected(to_failure(made.error()));
    return std::optional(std::move(*made));
}

search::Answer<std::optional<std::string>> Analysis::normalizer(std::string_view name) const {
    if (!library_.has_normalizer(name)) return std::nullopt;
    auto made = library_.specification(name, true);
    if (!made) return std::unexpected(to_failure(made.error()));
    return std::optional(std::move(*made));
}

bool Analysis::has_own(std::string_view analyzer) const {
    return library_.has_own_analyzer(analyzer);
}

}  // namespace elkhorn::api
