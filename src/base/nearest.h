// base/nearest.h -- "did you mean": the known word nearest to a mistyped one, by edit distance.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace elkhorn {

/// Levenshtein distance, insertions, deletions, substitutions and neighbours swapped costing one
/// each.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest known word, or empty when none is within a third of the word's length (at least 2).
std::string nearest_word(std::string_view word, std::span<const std::string_view> known);

}  // namespace elkhorn
