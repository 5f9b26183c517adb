// event/batch.h -- a stretch of events that travel together: one arena, the received buffers their
// texts point into, and the acknowledgement that fires when every output has them durably.
//
// A batch has one owner at a time and is moved, never shared. Destroying it without `acknowledge`
// tells the input that its events were not delivered.
#pragma once

#include "event/event.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace elkhorn::event {

/// Called exactly once, from any thread: true when everything is durable, false when it never will
/// be.
using Acknowledge = std::function<void(bool durable)>;

class Batch {
public:
    Batch() : arena_(std::make_unique<Arena>()) {}

    ~Batch() { finish(false); }

    Batch(Batch&& other) noexcept
        : arena_(std::move(other.arena_)),
          events_(std::move(other.events_)),
          buffers_(std::move(other.buffers_)),
          acknowledge_(std::exchange(other.acknowledge_, nullptr)) {}

    Batch& operator=(Batch&& other) noexcept {
        finish(false);
        arena_ = std::move(other.arena_);
        events_ = std::move(other.events_);
        buffers_ = std::move(other.buffers_);
        acknowledge_ = std::exchange(other.acknowledge_, nullptr);
        return *this;
    }

    Event& add() { return events_.emplace_back(*arena_); }

    std::deque<Event>& events() { return events_; }

    const std::deque<Event>& events() const { return events_; }

    std::size_t size() const { return events_.size(); }

    bool empty() const { return events_.empty(); }

    auto begin() { return events_.begin(); }

    auto end() { return events_.end(); }

    Event& operator[](std::size_t i) { return events_[i]; }

    Arena& arena() { return *arena_; }

    /// Keeps a received buffer alive as long as the batch, and gives its bytes back as a view.
    std::string_view keep(std::string buffer) {
        buffers_.push_back(std::make_shared<const std::string>(std::move(buffer)));
        return *buffers_.back();
    }

    std::string_view keep(std::shared_ptr<const std::string> buffer) {
        buffers_.push_back(std::move(buffer));
        return *buffers_.back();
    }

    /// What it holds in memory, about.
    std::size_t size_bytes() const {
        std::size_t bytes = arena_->used_bytes() + events_.size() * sizeof(Event);
        for (const auto& buffer : buffers_)
            bytes += buffer->size();
        return bytes;
    }

    void on_acknowledge(Acknowledge acknowledge) { acknowledge_ = std::move(acknowledge); }

    /// Every output has every event durably (or dropped it on purpose). Once; later calls do
    /// nothing.
    void acknowledge() { finish(true); }

private:
    void finish(bool durable) {
        if (auto acknowledge = std::exchange(acknowledge_, nullptr)) acknowledge(durable);
    }

    std::unique_ptr<Arena> arena_;  // its place is fixed: events point to it
    std::deque<Event> events_;      // a deque, for a filter may add events while it walks
    std::vector<std::shared_ptr<const std::string>> buffers_;
    Acknowledge acknowledge_;
};

}  // namespace elkhorn::event
