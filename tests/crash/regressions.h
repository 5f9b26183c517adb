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
    {8, "the name of the log's own folder was never synced: a power cut took the whole log"},
    {402, "a repository whose making was cut off could not be made again"},
}};

}  // namespace elkhorn::crash
