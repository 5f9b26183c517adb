// event/flatten.h -- an Event as a flat Document, for the store (the other way in is
// json/flatten.h).
#pragma once

#include "event/document.h"
#include "event/event.h"

namespace elkhorn::event {

/// Clears `document` and fills it with the leaves of the event's root; texts are views into the
/// event.
void flatten(const Event& event, FieldCache& fields, Document& document);

}  // namespace elkhorn::event
