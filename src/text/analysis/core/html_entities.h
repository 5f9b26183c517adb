// text/analysis/core/html_entities.h -- the named characters of HTML 4 and "apos": "amp" is &.
#pragma once

#include <optional>
#include <string_view>

namespace elkhorn::text {

std::optional<char32_t> html_entity(std::string_view name);

}  // namespace elkhorn::text
