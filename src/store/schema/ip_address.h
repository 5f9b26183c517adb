// store/schema/ip_address.h -- IP addresses as 16 bytes that sort as addresses do: IPv6 as it is,
// IPv4 as ::ffff:a.b.c.d.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::store {

using IpBytes = std::array<char, 16>;

std::optional<IpBytes> parse_ip(std::string_view text);
/// The shortest form, IPv4 in dots.
std::string format_ip(std::string_view bytes16);
/// "10.0.0.0/8": the first and the last address.
std::optional<std::pair<IpBytes, IpBytes>> parse_cidr(std::string_view text);

}  // namespace elkhorn::store
