#include "net/address.h"

#include "base/strings.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

namespace elkhorn::net {
namespace {

/// Of IPv6; an IPv4 address is its ::ffff:a.b.c.d.
using Bytes = std::array<unsigned char, 16>;

constexpr std::size_t v4_begin = 12;

std::optional<Bytes> address_bytes(std::string_view text) {
    const std::string host(text);
    Bytes bytes{};
    if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return bytes;
    bytes[10] = bytes[11] = 0xff;
    if (inet_pton(AF_INET, host.c_str(), bytes.data() + v4_begin) == 1) return bytes;
    return std::nullopt;
}

bool only_zeros(std::span<const unsigned char> bytes) {
    return std::ranges::all_of(bytes, [](unsigned char b) { return b == 0; });
}

bool is_v4(const Bytes& bytes) {
    return bytes[10] == 0xff && bytes[11] == 0xff && only_zeros(std::span(bytes).first(10));
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
    Endpoint endpoint;
    endpoint.port = default_port;
    std::string_view host = trim(text);
    std::string_view port;
    if (host.starts_with('[')) {
        const std::size_t close = host.find(']');
        if (close == std::string_view::npos) {
            return fail(ErrorCode::invalid, fmt::format("\"{}\": the bracket is not closed", text));
        }
        port = host.substr(close + 1);
        host = host.substr(1, close - 1);
        if (port.starts_with(':')) port.remove_prefix(1);
    } else if (host.find(':') == host.rfind(':') && host.find(':') != std::string_view::npos) {
        port = host.substr(host.find(':') + 1);
        host = host.substr(0, host.find(':'));
    }
    if (!port.empty()) {
        const auto number = to_integer(port);
        if (!number || *number < 0 || *number > 65'535) {
            return fail(ErrorCode::invalid, fmt::format("\"{}\": \"{}\" is no port", text, port));
        }
        endpoint.port = static_cast<std::uint16_t>(*number);
    }
    if (host.empty()) return fail(ErrorCode::invalid, fmt::format("\"{}\" names no host", text));
    endpoint.host = host;
    return endpoint;
}

bool is_loopback(std::string_view host) {
    if (host == "localhost") return true;
    const auto bytes = address_bytes(host);
    if (!bytes) return false;
    if (is_v4(*bytes)) return (*bytes)[v4_begin] == 127;
    return (*bytes)[15] == 1 && only_zeros(std::span(*bytes).first(15));
}

bool is_address(std::string_view host) {
    return address_bytes(host).has_value();
}

bool is_any_address(std::string_view host) {
    const auto bytes = address_bytes(host);
    if (!bytes) return false;
    return only_zeros(is_v4(*bytes) ? std::span(*bytes).subspan(v4_begin) : std::span(*bytes));
}

bool same_address(std::string_view a, std::string_view b) {
    const auto first = address_bytes(a);
    return first && first == address_bytes(b);
}

}  // namespace elkhorn::net
