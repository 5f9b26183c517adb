// net/address.h -- addresses as people write them, and whether they can be reached from outside.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace elkhorn::net {

struct Endpoint {
    std::string host;  // a numeric address or a name, without brackets
    std::uint16_t port = 0;
};

/// "127.0.0.1:9200", "localhost", "[::1]:9200"; `default_port` where none is written.
Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port);

/// True for 127.0.0.0/8, ::1 and "localhost".
bool is_loopback(std::string_view host);

}  // namespace elkhorn::net
