// api/core/kept_searches.h -- what stays of a search between requests: a scroll, with the place
// where its next page begins, or a point in time, which is the indices as they were.
//
//   auto kept = ASK(searches.keep(KeptSearch::Kind::scroll, ...));
//   auto same = searches.find(kind, id, now_ns);      null: never there, given up, or too old
//
// Each holds views of its indices: row groups in files, which stay on disk although their index
// may be merged or gone, and what was in memory, which is charged to searches.
//
//   Threads   everything is thread-safe; a scroll's pages are made one at a time (`busy`).
#pragma once

#include "base/clock.h"
#include "search/base/failure.h"
#include "search/run/search.h"
#include "store/limits/memory_hold.h"
#include "store/node/store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

struct KeptSearch {
    enum class Kind : std::uint8_t { scroll, point_in_time };

    explicit KeptSearch(store::MemoryAccount* account) : held(account, store::MemoryUse::queries) {}

    Kind kind = Kind::scroll;
    std::string id;
    std::vector<std::shared_ptr<const store::IndexView>> indices;
    std::int64_t now_ms = 0;  // the request's, which dates are rounded from

    // Of a scroll; guarded by `busy`.
    std::mutex busy;
    search::Request request;  // of the next page
    std::int64_t total = 0;
    std::optional<float> max_score;
    bool typed_keys = false;

    // Guarded by KeptSearches.
    std::int64_t created_ms = 0;
    std::int64_t keep_alive_ms = 0;
    std::int64_t until_ns = 0;  // steady
    store::MemoryHold held;
};

/// "5m" of a scroll or a pit: more than nothing, a day at most.
search::Answer<std::int64_t> keep_alive_of(std::string_view what, std::string_view text);

class KeptSearches {
public:
    static constexpr std::size_t most = 500;

    /// With the indices, for as long as it is used at least once in `keep_alive_ms`. `body_bytes`
    /// of the request stay in memory.
    search::Answer<std::shared_ptr<KeptSearch>> keep(
        KeptSearch::Kind kind, std::vector<std::shared_ptr<const store::IndexView>> indices,
        std::int64_t keep_alive_ms, std::uint64_t body_bytes, store::Store& store,
        const Clock& clock);

    /// Which stays from now on for as long as it says, or for `keep_alive_ms` unless that is 0.
    std::shared_ptr<KeptSearch> find(KeptSearch::Kind kind, std::string_view id,
                                     std::int64_t keep_alive_ms, const Clock& clock);
    bool drop(KeptSearch::Kind kind, std::string_view id);
    /// All of them; gives their ids.
    std::vector<std::string> drop_all(KeptSearch::Kind kind);
    /// Those whose time is over.
    void drop_old(const Clock& clock);

    struct Listed {
        std::string id;
        std::int64_t created_ms = 0;
        std::int64_t keep_alive_ms = 0;
    };

    /// As of now, in the order of their ids.
    std::vector<Listed> all(KeptSearch::Kind kind) const;

private:
    using Kept = std::map<std::string, std::shared_ptr<KeptSearch>, std::less<>>;

    void drop_old_locked(std::int64_t now_ns, std::vector<std::shared_ptr<KeptSearch>>& gone);

    mutable std::mutex mutex_;
    Kept kept_;
};

/// search_context_missing_exception, 404.
search::Failure no_such_search(std::string_view id);

}  // namespace elkhorn::api
