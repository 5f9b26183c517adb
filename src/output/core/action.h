// output/core/action.h -- the option `action`: what a document is to do in an index.
#pragma once

#include "config/fields.h"
#include "output/core/sink.h"

#include <optional>
#include <string_view>

namespace elkhorn::output {

/// index, create, update or delete; never `upsert`, which is update with another option.
std::optional<Sink::Action> action_named(std::string_view name);

/// A mistake where the option is no such word, and no %{...} that an event may turn into one.
void check_action(config::Fields& fields, std::string_view action);

}  // namespace elkhorn::output
