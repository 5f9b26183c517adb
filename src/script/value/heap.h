// script/value/heap.h -- the memory of one run of a script: texts and objects, freed all at once.
// It is counted; past its bound `over()` is true, and whoever made the last thing gives up.
//
// What is kept over many rows (params) is in a heap of its own whose objects are frozen, for they
// must not refer to what a row made.
#pragma once

#include "event/arena.h"
#include "script/value/object.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::script {

class Heap {
public:
    explicit Heap(std::size_t bytes_most) : bytes_most_(bytes_most) {}

    template <typename T, typename... Arguments>
    T* make(Arguments&&... arguments) {
        auto made = std::make_unique<T>(std::forward<Arguments>(arguments)...);
        T* object = made.get();
        charge(sizeof(T) + overhead_bytes);
        objects_.push_back(std::move(made));
        return object;
    }

    std::string_view copy(std::string_view text) { return texts_.copy(text); }

    /// What an object has grown by.
    void charge(std::size_t bytes) { charged_bytes_ += bytes; }

    std::size_t used_bytes() const { return charged_bytes_ + texts_.used_bytes(); }

    std::size_t bytes_most() const { return bytes_most_; }

    bool over() const { return used_bytes() > bytes_most_; }

    /// Whether `object` is one of its own. Linear: only for what is rare.
    bool empty() const { return objects_.empty() && texts_.used_bytes() == 0; }

    void reset() {
        if (empty()) return;
        objects_.clear();
        texts_.reset();
        charged_bytes_ = 0;
    }

private:
    static constexpr std::size_t overhead_bytes = 24;

    std::size_t bytes_most_;
    std::size_t charged_bytes_ = 0;
    std::vector<std::unique_ptr<Object>> objects_;
    event::Arena texts_;
};

}  // namespace elkhorn::script
