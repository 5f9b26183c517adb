#include "store/schema/ip_address.h"

#include "base/bytes.h"
#include "base/strings.h"

#include <arpa/inet.h>

namespace elkhorn::store {
namespace {

constexpr std::string_view v4_prefix{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};

}  // namespace

std::optional<IpBytes> parse_ip(std::string_view text) {
    if (text.size() > INET6_ADDRSTRLEN || text.size() < 2) return std::nullopt;
    const std::string terminated(text);
    IpBytes bytes{};
    if (text.find(':') != std::string_view::npos) {
        if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
        return bytes;
    }
    copy_bytes(bytes.data(), v4_prefix.data(), v4_prefix.size());
    if (inet_pton(AF_INET, terminated.c_str(), bytes.data() + 12) != 1) return std::nullopt;
    return bytes;
}

std::string format_ip(std::string_view bytes16) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (bytes16.size() != 16) return "";
    if (bytes16.starts_with(v4_prefix))
        inet_ntop(AF_INET, bytes16.data() + 12, text.data(), text.size());
    else
        inet_ntop(AF_INET6, bytes16.data(), text.data(), text.size());
    return text.data();
}

std::optional<std::pair<IpBytes, IpBytes>> parse_cidr(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto address = parse_ip(text.substr(0, slash));
    const auto length = to_integer(text.substr(slash + 1));
    if (!address || !length || *length < 0) return std::nullopt;
    const bool v4 = text.find(':') == std::string_view::npos;
    const std::int64_t bits = *length + (v4 ? 96 : 0);
    if (bits > 128) return std::nullopt;
    IpBytes first = *address;
    IpBytes last = *address;
    for (std::int64_t bit = bits; bit < 128; ++bit) {
        const auto mask = static_cast<unsigned char>(0x80U >> (bit % 8));
        const auto at = static_cast<std::size_t>(bit / 8);
        first[at] = static_cast<char>(static_cast<unsigned char>(first[at]) & ~mask);
        last[at] = static_cast<char>(static_cast<unsigned char>(last[at]) | mask);
    }
    return std::pair{first, last};
}

}  // namespace elkhorn::store
