// filter/core/conversion.h -- a value of one type as another, as mutate's convert does it.
//
//   integer  "1,000" is 1000, "1e3" too, "0x1f" is 31, true is 1, 2.9 is 2; text that is no number
//            is 0
//   float    likewise; the _eu forms swap comma and point
//   boolean  true t yes y 1 1.0, and false f no n 0 0.0 and the empty text; others stay as they are
//   string   as %{field} would print it
//
// Lists are converted item by item; objects are left alone.
#pragma once

#include "event/event.h"

#include <optional>
#include <string_view>

namespace elkhorn::filter {

enum class Conversion { integer, integer_eu, real, real_eu, boolean, string };

std::optional<Conversion> parse_conversion(std::string_view word);

/// False when the value stays as it was.
bool convert(event::Arena& arena, event::Value& value, Conversion conversion);

}  // namespace elkhorn::filter
