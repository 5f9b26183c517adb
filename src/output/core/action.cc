#include "output/core/action.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace elkhorn::output {
namespace {

using Action = Sink::Action;

constexpr std::array actions{std::pair{"index", Action::index}, std::pair{"create", Action::create},
                             std::pair{"update", Action::update},
                             std::pair{"delete", Action::remove}};

}  // namespace

std::optional<Action> action_named(std::string_view name) {
    for (const auto& [word, action] : actions) {
        if (word == name) return action;
    }
    return std::nullopt;
}

void check_action(config::Fields& fields, std::string_view action) {
    if (action_named(action) || action.contains("%{")) return;
    fields.mistake("action",
                   fmt::format("\"{}\" is none of index, create, update, delete", action));
}

}  // namespace elkhorn::output
