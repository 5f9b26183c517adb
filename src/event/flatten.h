// event/flatten.h -- an Event as JSON text and as the flat Document of that text, in one walk, for
// the store (the other way in is json/flatten.h).
#pragma once

#include "event/document.h"
#include "event/event.h"

#include <cstddef>
#include <string>
#include <vector>

namespace elkhorn::event {

/// One thread at a time. Keeps what it learns of names from event to event.
class Flattener {
public:
    explicit Flattener(FieldNames& names) : fields_(names) {}

    /// Replaces `json` by the event's root and `document` by its leaves. Texts of leaves are views
    /// into `json`, or into the event where JSON has to write them with escapes.
    void flatten(const Event& event, std::string& json, Document& document);

private:
    class Walk;

    struct Placed {
        std::size_t leaf;
        std::size_t at;  // its text, in the JSON
    };

    FieldCache fields_;
    std::vector<Placed> placed_;
};

}  // namespace elkhorn::event
