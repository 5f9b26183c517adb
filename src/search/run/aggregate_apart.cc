#include "search/run/aggregate_apart.h"

#include "base/mutex.h"
#include "search/base/field.h"

#include <algorithm>
#include <utility>

namespace elkhorn::search {
namespace {

constexpr std::size_t most_states = 8;  // each holds what the aggregations hold

std::uint64_t rows_of(const std::vector<RowsAhead::Group>& groups) {
    std::uint64_t rows = 0;
    for (const RowsAhead::Group& group : groups)
        rows += group.index->groups[group.number].group->rows();
    return rows;
}

}  // namespace

/// What the other threads see; they may come when the search is over.
struct AggregateApart::Shared {
    enum class Progress { waiting, begun, done };

    struct State {
        RequestContext own;  // for what is decoded is kept by thread
        std::unique_ptr<Aggregations> owned;
        const RequestContext* request = nullptr;  // the first state's are the caller's
        Aggregations* aggregations = nullptr;
        Progress progress = Progress::waiting;
        Answer<> outcome;
    };

    /// True for one caller only.
    bool begin(std::size_t i) {
        const Lock lock(mutex);
        if (over || states[i]->progress != Progress::waiting) return false;
        states[i]->progress = Progress::begun;
        ++at_work;
        return true;
    }

    void end(std::size_t i, Answer<> outcome) {
        const Lock lock(mutex);
        states[i]->outcome = std::move(outcome);
        states[i]->progress = Progress::done;
        --at_work;
        changed.notify_all();
    }

    /// The groups of one state, in order.
    Answer<> count(std::size_t number) {
        State& state = *states[number];
        for (std::size_t i = number; i < groups.size(); i += states.size()) {
            ASK(state.request->go_on());
            const RowsAhead::Group& group = groups[i];
            const GroupContext context = context_of(*state.request, *group.index, group.number);
            Bitmap rows = ASK(group.node->rows(context));
            rows.and_with(context.live);
            counted[i].rows = rows.count();
            if (counted[i].rows > 0) ASK(state.aggregations->collect(context, rows));
            if (keep_rows && i < kept_groups) counted[i].which = std::move(rows);
        }
        return {};
    }

    Mutex mutex;
    CondVar changed;
    bool keep_rows = false;
    std::vector<RowsAhead::Group> groups;
    std::vector<Counted> counted;                // by group; each is written by one state
    std::vector<std::unique_ptr<State>> states;  // their progress and outcome are guarded
    std::size_t at_work GUARDED_BY(mutex) = 0;
    bool over GUARDED_BY(mutex) = false;
};

Answer<std::unique_ptr<AggregateApart>> AggregateApart::begin(
    const Plan& plan, const std::vector<RowsAhead::Group>& all) {
    const RequestContext& request = *plan.request;
    const std::uint64_t worth = rows_of(all) / request.rows_worth_a_thread;
    const std::size_t count =
        std::min({request.threads, most_states, all.size(), static_cast<std::size_t>(worth)});
    if (!request.spawn || count < 2 || !plan.first->merges()) return nullptr;
    auto shared = std::make_shared<Shared>();
    shared->keep_rows = plan.keep_rows;
    shared->groups = all;
    shared->counted.resize(all.size());
    for (std::size_t i = 0; i < count; ++i) {
        auto state = std::make_unique<Shared::State>();
        state->request = plan.request;
        state->aggregations = plan.first;
        if (i > 0) {
            state->own = request;
            state->own.spawn = nullptr;
            state->own.cache = std::make_shared<GroupCache>();
            state->owned = ASK(parse_aggregations(*plan.body, state->own));
            state->request = &state->own;
            state->aggregations = state->owned.get();
        }
        shared->states.push_back(std::move(state));
    }
    for (std::size_t i = 1; i < count; ++i) {
        request.spawn([shared, i] {
            if (shared->begin(i)) shared->end(i, shared->count(i));
        });
    }
    return std::unique_ptr<AggregateApart>(new AggregateApart(std::move(shared)));
}

AggregateApart::~AggregateApart() {
    {
        const Lock lock(shared_->mutex);
        shared_->over = true;
        while (shared_->at_work > 0)
            shared_->changed.wait(shared_->mutex);
    }
    // A task that nobody has run yet may stay for longer than what these give their memory back to.
    shared_->states.clear();
    shared_->groups.clear();
}

Answer<> AggregateApart::count() {
    for (std::size_t i = 0; i < shared_->states.size(); ++i) {
        if (shared_->begin(i)) shared_->end(i, shared_->count(i));
    }
    {
        const Lock lock(shared_->mutex);
        while (shared_->at_work > 0)
            shared_->changed.wait(shared_->mutex);
    }
    Answer<> outcome;
    for (const auto& state : shared_->states) {
        if (outcome && !state->outcome) outcome = state->outcome;
        if (state->owned) ASK(shared_->states[0]->aggregations->merge(*state->owned));
    }
    return outcome;
}

const AggregateApart::Counted& AggregateApart::counted(std::size_t group) const {
    return shared_->counted[group];
}

}  // namespace elkhorn::search
