#include "api/core/kept_searches.h"

#include "base/random.h"
#include "base/units.h"

#include <fmt/format.h>

#include <random>
#include <utility>

namespace elkhorn::api {
namespace {

using search::refuse;

constexpr std::int64_t longest_ms = 24 * 60 * 60 * 1000;
constexpr std::int64_t ns_of_ms = 1'000'000;
constexpr std::uint64_t bytes_of_body = 8;  // what a byte of a body takes as a planned request

/// From the system: nobody guesses the search of somebody else.
std::string new_id(KeptSearch::Kind kind) {
    std::random_device random;
    return (kind == KeptSearch::Kind::scroll ? "scroll-" : "pit-") +
           id_of([&] { return random() % 64; });
}

}  // namespace

search::Answer<std::int64_t> keep_alive_of(std::string_view what, std::string_view text) {
    const auto ms = parse_duration_ms(text);
    if (!ms) {
        return refuse("illegal_argument_exception",
                      fmt::format("failed to parse setting [{}] with value [{}] as a time value: "
                                  "unit is missing or unrecognized",
                                  what == "scroll" ? "scroll" : "keep_alive", text));
    }
    if (*ms <= 0) {
        return refuse(
            "illegal_argument_exception",
            fmt::format("keep alive for {} [{}] is not a time: say 1m, or 30s", what, text));
    }
    if (*ms > longest_ms) {
        return search::refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("Keep alive for request ({}) is too large. It must be less than (1d). "
                        "This limit can be set by changing the [search.max_keep_alive] cluster "
                        "level setting.",
                        text));
    }
    return *ms;
}

search::Answer<std::shared_ptr<KeptSearch>> KeptSearches::keep(
    KeptSearch::Kind kind, std::vector<std::shared_ptr<const store::IndexView>> indices,
    std::int64_t keep_alive_ms, std::uint64_t body_bytes, store::Store& store, const Clock& clock) {
    auto one = std::make_shared<KeptSearch>(&store.memory());
    std::uint64_t bytes = sizeof(KeptSearch) + body_bytes * bytes_of_body;
    for (const auto& index : indices)
        bytes += index->memory_bytes;
    if (!one->held.hold(bytes)) {
        auto failure = refuse(
            "circuit_breaking_exception",
            fmt::format("no room to keep a search: what it holds in memory takes {} bytes, and "
                        "searches have {} together: end scrolls and points in time that nobody "
                        "reads, or raise --memory",
                        bytes, one->held.limit()));
        failure.error().status = 429;
        return failure;
    }
    one->kind = kind;
    one->id = new_id(kind);
    one->indices = std::move(indices);
    one->now_ms = clock.wall_ms();
    one->created_ms = one->now_ms;
    one->keep_alive_ms = keep_alive_ms;
    one->until_ns = clock.steady_ns() + keep_alive_ms * ns_of_ms;
    std::vector<std::shared_ptr<KeptSearch>> gone;  // views end outside of the lock
    const std::lock_guard<std::mutex> lock(mutex_);
    drop_old_locked(clock.steady_ns(), gone);
    if (kept_.size() >= most) {
        auto failure = search::refuse_in_phase(
            "es_rejected_execution_exception",
            fmt::format("Trying to create too many scroll contexts. Must be less than or equal to: "
                        "[{}]. This limit can be set by changing the "
                        "[search.max_open_scroll_context] setting.",
                        most));
        failure.error().status = 429;
        return failure;
    }
    kept_.emplace(one->id, one);
    return one;
}

std::shared_ptr<KeptSearch> KeptSearches::find(KeptSearch::Kind kind, std::string_view id,
                                               std::int64_t keep_alive_ms, const Clock& clock) {
    std::vector<std::shared_ptr<KeptSearch>> gone;
    const std::lock_guard<std::mutex> lock(mutex_);
    drop_old_locked(clock.steady_ns(), gone);
    const auto there = kept_.find(id);
    if (there == kept_.end() || there->second->kind != kind) return nullptr;
    KeptSearch& one = *there->second;
    if (keep_alive_ms > 0) one.keep_alive_ms = keep_alive_ms;
    one.until_ns = clock.steady_ns() + one.keep_alive_ms * ns_of_ms;
    return there->second;
}

bool KeptSearches::drop(KeptSearch::Kind kind, std::string_view id) {
    std::shared_ptr<KeptSearch> gone;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto there = kept_.find(id);
    if (there == kept_.end() || there->second->kind != kind) return false;
    gone = std::move(there->second);
    kept_.erase(there);
    return true;
}

std::vector<std::string> KeptSearches::drop_all(KeptSearch::Kind kind) {
    std::vector<std::string> ids;
    std::vector<std::shared_ptr<KeptSearch>> gone;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto it = kept_.begin(); it != kept_.end();) {
        if (it->second->kind != kind) {
            ++it;
            continue;
        }
        ids.push_back(it->first);
        gone.push_back(std::move(it->second));
        it = kept_.erase(it);
    }
    return ids;
}

void KeptSearches::drop_old(const Clock& clock) {
    std::vector<std::shared_ptr<KeptSearch>> gone;
    const std::lock_guard<std::mutex> lock(mutex_);
    drop_old_locked(clock.steady_ns(), gone);
}

void KeptSearches::drop_old_locked(std::int64_t now_ns,
                                   std::vector<std::shared_ptr<KeptSearch>>& gone) {
    for (auto it = kept_.begin(); it != kept_.end();) {
        if (it->second->until_ns > now_ns) {
            ++it;
            continue;
        }
        gone.push_back(std::move(it->second));
        it = kept_.erase(it);
    }
}

std::vector<KeptSearches::Listed> KeptSearches::all(KeptSearch::Kind kind) const {
    std::vector<Listed> some;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [id, one] : kept_) {
        if (one->kind == kind) some.push_back({id, one->created_ms, one->keep_alive_ms});
    }
    return some;
}

search::Failure no_such_search(std::string_view id) {
    auto failure = search::refuse_in_phase("search_context_missing_exception",
                                           fmt::format("No search context found for id [{}]", id));
    failure.error().status = 404;
    return failure.error();
}

}  // namespace elkhorn::api
