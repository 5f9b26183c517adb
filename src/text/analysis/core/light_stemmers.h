// text/analysis/core/light_stemmers.h -- stemmers that are not Snowball's: Jacques Savoy's light
// and minimal ones and their like, each a handful of endings that go or change.
//
//   Damage    a word they cannot shorten stays as it is.
#pragma once

#include "text/analysis/core/token.h"

#include <string_view>

namespace elkhorn::text {

using Stem = void (*)(Wide& word);

/// "light_french", "czech" ...; null where there is none of that name.
Stem find_light_stemmer(std::string_view name);

bool ends_with_any(WideView word, std::initializer_list<WideView> endings);
/// Letters of `from` become those of `to` at their place.
void map_letters(Wide& word, WideView from, WideView to);
/// Drops `units` at the end of the word, if it ends so and is longer than `longer_than`.
bool drop(Wide& word, WideView ending, std::size_t longer_than, std::size_t units);

void stem_light_french(Wide& word);
void stem_minimal_french(Wide& word);
void stem_light_portuguese(Wide& word);

}  // namespace elkhorn::text
