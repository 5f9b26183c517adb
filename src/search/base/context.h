// search/base/context.h -- what everything that looks at rows is given: one row group of one index,
// which of its rows are alive, what the mapping says of fields, and the request's clock and limits.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "search/base/answer_room.h"
#include "search/base/failure.h"
#include "store/node/store.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::search {

class GroupCache;     // field.h
class Query;          // match/query.h
struct ObjectsPlace;  // nested_objects.h

/// What holds for a whole request. `now` is frozen: every date of a request is rounded from it.
struct RequestContext {
    std::int64_t now_ms = 0;
    const Clock* clock = nullptr;
    std::int64_t deadline_ns = 0;  // steady; 0: none
    std::vector<std::shared_ptr<const store::IndexView>> indices;
    std::uint32_t max_buckets = 65'535;
    store::MemoryAccount* memory = nullptr;  // what aggregations count in is taken here; null: free

    std::shared_ptr<const Query> query;  // of the hits, whose scores samplers go by; null: all

    std::shared_ptr<AnswerRoom> answer;  // what hits are made in is taken here; null: free

    /// What one row group after the other costs to decode; null: nothing is kept.
    std::shared_ptr<GroupCache> cache;

    /// The language and the source of a script that the node keeps; empty: there are none.
    std::function<std::optional<std::pair<std::string, std::string>>(std::string_view id)>
        stored_script;

    /// Runs a task on another thread, soon or never; empty: nobody helps.
    std::function<void(std::function<void()>)> spawn;
    std::size_t threads = 1;  // that may be at one request at once, its own among them
    std::uint64_t rows_worth_a_thread = 100'000;  // fewer are done before anybody woke up

    /// The source of a document of any index as it is now; nothing where there is none, a failure
    /// where there is no such index. Empty: nothing but the request's own indices can be looked at.
    std::function<Answer<std::optional<std::string>>(std::string_view index, std::string_view id)>
        source_of;

    /// Set by the server once the client has left; null: nobody can tell.
    std::shared_ptr<const std::atomic<bool>> left;

    /// A failure that could not be told where it came up, where somebody looked for a column.
    /// Empty: there is none.
    std::function<Answer<>()> held_back;

    /// A failure once the time is up or the client has left: asked by every node, and every few
    /// thousand steps of a loop. What was found until then is thrown away with the failure, for a
    /// bitmap that lacks rows is a wrong answer, most of all below a must_not.
    Answer<> go_on() const {
        if (left != nullptr && left->load(std::memory_order_relaxed)) return client_left();
        if (held_back) ASK(held_back());
        if (deadline_ns != 0 && clock->steady_ns() > deadline_ns) return out_of_time();
        return {};
    }
};

/// One row group in a search. Values that are decoded are kept by the columns themselves (store's
/// cache).
struct GroupContext {
    const RequestContext* request = nullptr;
    const store::IndexView* index = nullptr;
    const store::RowGroup* group = nullptr;
    store::Bitmap live;  // rows that are not deleted

    /// Where the rows are objects of a nested field: whose, and of which rows. Null: documents.
    std::shared_ptr<const ObjectsPlace> objects;

    std::uint32_t rows() const { return group->rows(); }

    /// Null: nobody counts what an answer is made in.
    AnswerRoom* answer() const { return request == nullptr ? nullptr : request->answer.get(); }

    /// As of the request; without one there is no end.
    Answer<> go_on() const { return request == nullptr ? Answer<>{} : request->go_on(); }
};

}  // namespace elkhorn::search
