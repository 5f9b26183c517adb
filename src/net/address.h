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

/// True for 127.0.0.0/8, ::1 and "localhost"; never for a name that only begins like one.
bool is_loopback(std::string_view host);

/// Whether it is a numeric address, of either family, without brackets.
bool is_address(std::string_view host);

/// 0.0.0.0 and ::, which stand for every address of the machine.
bool is_any_address(std::string_view host);

/// Whether two numeric addresses are one, however they are written.
bool same_address(std::string_view a, std::string_view b);

}  // namespace elkhorn::net
