#include "search/run/rows_ahead.h"

#include "base/mutex.h"
#include "search/base/field.h"

#include <algorithm>
#include <utility>

namespace elkhorn::search {
namespace {

constexpr int cost_worth_a_thread = 3;  // reading words; less is done before anybody woke up

}  // namespace

/// What the other threads see; they may come when the search is over.
struct RowsAhead::Shared {
    enum class State { waiting, begun, done };

    struct Slot {
        Group group;
        State state = State::waiting;
        std::optional<Answer<Bitmap>> rows;
    };

    explicit Shared(std::vector<Group> groups) {
        for (Group& group : groups)
            slots.push_back({std::move(group), State::waiting, std::nullopt});
    }

    /// True for one caller only.
    bool begin(std::size_t i) {
        const Lock lock(mutex);
        if (over || slots[i].state != State::waiting) return false;
        slots[i].state = State::begun;
        ++at_work;
        return true;
    }

    void end(std::size_t i, Answer<Bitmap> rows) {
        const Lock lock(mutex);
        slots[i].rows = std::move(rows);
        slots[i].state = State::done;
        --at_work;
        changed.notify_all();
    }

    Mutex mutex;
    CondVar changed;
    std::vector<Slot> slots;  // their states and rows are guarded
    std::size_t at_work GUARDED_BY(mutex) = 0;
    bool over GUARDED_BY(mutex) = false;
};

GroupContext context_of(const RequestContext& request, const store::IndexView& index,
                        std::size_t group) {
    const store::GroupView& view = index.groups[group];
    GroupContext context;
    context.request = &request;
    context.index = &index;
    context.group = view.group.get();
    context.live = Bitmap(view.group->rows(), true);
    if (view.deleted != nullptr) context.live.and_not(*view.deleted);
    return context;
}

RowsAhead::RowsAhead(const RequestContext& request, std::vector<Group> groups)
    : request_(request), shared_(std::make_shared<Shared>(std::move(groups))) {}

RowsAhead::~RowsAhead() {
    {
        const Lock lock(shared_->mutex);
        shared_->over = true;
        while (shared_->at_work > 0)
            shared_->changed.wait(shared_->mutex);
    }
    // A task that nobody has run yet may stay for longer than what nodes give their memory back to.
    shared_->slots.clear();
}

Answer<Bitmap> RowsAhead::take(std::size_t group, const GroupContext& context, std::size_t window) {
    const bool helped = request_.spawn && window > 0;
    for (spawned_ = std::max(spawned_, group + 1);
         helped && spawned_ < std::min(group + 1 + window, shared_->slots.size()); ++spawned_) {
        if (shared_->slots[spawned_].group.node->cost() < cost_worth_a_thread) continue;
        request_.spawn([shared = shared_, request = &request_, i = spawned_] {
            if (!shared->begin(i)) return;  // from here on the request is there until end()
            const Group& mine = shared->slots[i].group;
            RequestContext own = *request;
            own.cache = std::make_shared<GroupCache>();
            own.spawn = nullptr;
            shared->end(i, mine.node->rows(context_of(own, *mine.index, mine.number)));
        });
    }
    if (shared_->begin(group)) {
        auto rows = shared_->slots[group].group.node->rows(context);
        const Lock lock(shared_->mutex);
        --shared_->at_work;
        return rows;
    }
    const Lock lock(shared_->mutex);
    Shared::Slot& slot = shared_->slots[group];
    while (slot.state != Shared::State::done)
        shared_->changed.wait(shared_->mutex);
    Answer<Bitmap> rows = std::move(*slot.rows);
    slot.rows.reset();
    return rows;
}

}  // namespace elkhorn::search
