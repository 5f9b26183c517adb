// event/arrival.h -- what makes parsed members an event: every way in ends here, so that events
// look alike wherever they come from.
//
//   @timestamp   text in ISO 8601 becomes a time; missing becomes now; anything else becomes now,
//                keeps what it was in _@timestamp and is tagged _timestampparsefailure
//   @version     "1" when missing
//   @metadata    an object moves out of the stored part
//   tags         what is neither text nor a list moves to _tags and is tagged _tagsparsefailure
#pragma once

#include "base/clock.h"
#include "event/event.h"

namespace elkhorn::event {

void complete_arrival(Event& event, std::int64_t now_ns);

/// Only what may have come with newly parsed members: an event that is already complete, later on.
void adopt_members(Event& event, std::int64_t now_ns);

}  // namespace elkhorn::event
