// main/inspect.h -- `elkhorn inspect`: which field of which encoding takes how much of the disk.
// Reads segments as they lie there, beside a running server or without one.
#pragma once

#include <string>

namespace elkhorn {

struct InspectOptions {
    std::string path;
    bool json = false;
};

int inspect(const InspectOptions& options);

}  // namespace elkhorn
