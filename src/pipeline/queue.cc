#include "pipeline/queue.h"

#include <utility>

namespace elkhorn::pipeline {

bool Queue::has_room() const {
    if (bytes_ == 0) return true;
    return bytes_ < limits_.bytes && (batches_.empty() || events_ < limits_.events);
}

void Queue::add(event::Batch batch) {
    const std::size_t bytes = batch.size_bytes();
    events_ += batch.size();
    bytes_ += bytes;
    batches_.push_back({std::move(batch), bytes});
    filled_.notify_one();
}

bool Queue::push(event::Batch batch) {
    const Lock lock(mutex_);
    while (!closed_ && !has_room())
        emptied_.wait(mutex_);
    if (closed_) return false;
    add(std::move(batch));
    return true;
}

bool Queue::try_push(event::Batch& batch) {
    const Lock lock(mutex_);
    if (closed_ || !has_room()) return false;
    add(std::move(batch));
    return true;
}

bool Queue::pop(Work& work, std::size_t events) {
    const Lock lock(mutex_);
    while (!closed_ && batches_.empty())
        filled_.wait(mutex_);
    if (batches_.empty()) return false;
    std::size_t taken = 0;
    while (!batches_.empty() && (taken == 0 || taken + batches_.front().batch.size() <= events)) {
        Waiting& next = batches_.front();
        taken += next.batch.size();
        events_ -= next.batch.size();
        work.bytes += next.bytes;
        work.batches.push_back(std::move(next.batch));
        batches_.pop_front();
    }
    emptied_.notify_all();
    return true;
}

void Queue::finish(Work& work) {
    work.batches.clear();  // outside the lock: inputs hear of it
    const Lock lock(mutex_);
    bytes_ -= std::exchange(work.bytes, 0);
    emptied_.notify_all();
}

void Queue::close() {
    const Lock lock(mutex_);
    closed_ = true;
    filled_.notify_all();
    emptied_.notify_all();
}

std::size_t Queue::waiting_events() const {
    const Lock lock(mutex_);
    return events_;
}

}  // namespace elkhorn::pipeline
