#include "net/address.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace elkhorn::net {

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
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace elkhorn::net
