// main/generate.h -- `elkhorn generate KIND`: believable traffic to standard output, a TCP port or
// a _bulk endpoint, at a rate or as fast as it is taken.
#pragma once

#include <cstdint>
#include <string>

namespace elkhorn {

struct GenerateOptions {
    std::string kind = "access-log";
    std::string to;          // empty: standard output; "tcp://host:port", "http://host:port/index"
    std::int64_t count = 0;  // 0: until interrupted
    double rate = 0;         // lines a second; 0: as fast as it goes
    std::uint64_t seed = 1;
    // ISO time of the first line; empty: now, and each line at its own time
    std::string start;
    double step_ms = 10;  // between lines, when `start` is given
    int connections = 1;
};

/// Exit code.
int generate(const GenerateOptions& options);

}  // namespace elkhorn
