// output/core/sink.h -- the embedded store as outputs see it: whoever wires the program gives one.
#pragma once

#include "base/result.h"
#include "event/event.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace elkhorn::output {

class Sink {
public:
    /// As in a `_bulk` request; `upsert` is an update that adds the document where it is missing.
    enum class Action : std::uint8_t { index, create, update, upsert, remove };

    struct Item {
        std::string_view index;
        std::string_view id;  // empty: the store makes one
        Action action = Action::index;
        const event::Event* event = nullptr;
    };

    virtual ~Sink() = default;

    /// Durable when it returns. An error concerns all items, and the same call may be tried again.
    /// Any thread.
    virtual Result<> write(std::span<const Item> items) = 0;
};

}  // namespace elkhorn::output
