// filter/core/decoration.h -- the options that every filter has: add_field, remove_field, add_tag,
// remove_tag, applied in this order to events that the filter succeeded with; and id,
// enable_metric, periodic_flush.
//
// add_field never overwrites: a field that is there becomes a list. Where it cannot be put
// (Event::set) it is left out and the event is tagged _setfailure.
#pragma once

#include "base/clock.h"
#include "config/fields.h"
#include "event/event.h"
#include "event/format.h"
#include "filter/core/field_name.h"

#include <vector>

namespace elkhorn::filter {

class Decoration {
public:
    explicit Decoration(const Clock& clock) : clock_(&clock) {}

    void read(config::Fields& fields);
    void apply(event::Event& event);

private:
    struct Addition {
        FieldName name;
        std::vector<event::Format> values;
    };

    void add_fields(event::Event& event);

    const Clock* clock_;
    std::vector<Addition> additions_;
    std::vector<FieldName> removals_;
    std::vector<event::Format> tags_added_;
    std::vector<event::Format> tags_removed_;
    bool empty_ = true;
    std::string text_;  // scratch
};

/// Adds beside what is there: a scalar becomes a list, a list grows. False as Event::set.
[[nodiscard]] bool add_value(event::Event& event, const event::FieldPath& path, event::Value value);

}  // namespace elkhorn::filter
