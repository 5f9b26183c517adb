// traffic/words.h -- made-up words, and the hard documents made of them.
#pragma once

#include "traffic/traffic.h"

#include <cstdint>
#include <memory>
#include <string>

namespace elkhorn::traffic {

/// Two or three syllables.
std::string make_word(Random& random);

std::unique_ptr<Source> make_big5(std::uint64_t seed);

}  // namespace elkhorn::traffic
