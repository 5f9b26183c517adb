// event/flatten.h -- an Event as JSON text and as the flat Document of that text, in one walk, for
// the store (the other way in is json/flatten.h).
#pragma once

#include "event/document.h"
#include "event/event.h"

#include <string>
#include <string_view>

namespace elkhorn::event {

/// One thread at a time. Keeps what it learns of names from event to event.
class Flattener {
public:
    explicit Flattener(FieldNames& names) : fields_(names) {}

    /// The event's root as JSON, at the front of `buffer`, which grows where it must; and its
    /// leaves in `document`. Texts of leaves are views into the JSON, or into the event where JSON
    /// has to write them with escapes.
    std::string_view flatten(const Event& event, std::string& buffer, Document& document);

private:
    class Walk;

    FieldCache fields_;
    std::string printed_;  // one value, as JSON has it
};

}  // namespace elkhorn::event
