// crash/regressions.h -- seeds of the simulation that have lost something once, and what it was.
// They run before all others. A seed means another history once steps or faults are added: keep
// the newest twenty, and a test of its own in store/ for what each has found.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace elkhorn::crash {

constexpr std::array<std::pair<std::uint64_t, std::string_view>, 2> regressions = {{
    {2, "a deleted index whose folder could not be removed at once kept the store from starting"},
    {383, "as did a folder that recovery had removed, and that a power cut brought back"},
}};

}  // namespace elkhorn::crash
