// traffic/traffic.h -- believable log traffic from a seed: for the demo, the tests and the
// benchmarks.
//
//   access-log  lines of a web server's combined log: clients by Zipf's law, bots among them, a
//               daily rhythm of paths, statuses and sizes as real ones have
//   json        an application's structured log lines: levels, services, durations, users
//   api-events  requests to an API, one JSON object each, with `service`, status, duration and host
//   big5        hard documents of about 1 KB in 24 fields, CloudWatch-syslog shape: ids and names
//               of 400 hosts, two random hex ids of 20 and 32 digits, a message of 24 words drawn
//               by Zipf's law from 20,000. `zstd -1` of the whole takes about a fifth.
//
// The same kind, seed and start time give the same bytes. One thread at a time.
#pragma once

#include "base/random.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::traffic {

/// Draws 0..size-1, the first most often: rank r with probability proportional to 1 / (r +
/// 1)^exponent.
class Zipf {
public:
    Zipf(std::size_t size, double exponent);
    std::size_t draw(Random& random) const;

private:
    std::vector<double> cumulative_;
    std::vector<std::uint32_t> shortcut_;  // by the first bits of the draw: where to begin to look
};

class Source {
public:
    virtual ~Source() = default;
    /// Appends one line, without its newline, of an event at that time.
    virtual void append_line(std::string& out, std::int64_t time_ns) = 0;
};

std::span<const std::string_view> kinds();

/// An error names the kinds there are.
Result<std::unique_ptr<Source>> make_source(std::string_view kind, std::uint64_t seed);

}  // namespace elkhorn::traffic
