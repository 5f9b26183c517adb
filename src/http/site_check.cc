#include "http/site_check.h"

#include "base/strings.h"
#include "base/wildcard.h"
#include "net/address.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::http {
namespace {

/// What stands between "http://" and the path, and in Host.
struct Authority {
    std::string host;  // lower case, without brackets and without the root's dot
    std::string port;  // as written; empty where none is
};

std::optional<Authority> parse_authority(std::string_view text) {
    Authority authority;
    const std::size_t end = text.starts_with('[') ? text.find(']') : text.find(':');
    std::string_view rest;
    if (text.starts_with('[')) {
        if (end == text.npos) return std::nullopt;
        authority.host = to_lower(text.substr(1, end - 1));
        if (!net::is_address(authority.host)) return std::nullopt;
        rest = text.substr(end + 1);
    } else {
        authority.host = to_lower(text.substr(0, end));
        if (end != text.npos) rest = text.substr(end);
        if (authority.host.ends_with('.')) authority.host.pop_back();
    }
    if (authority.host.empty() || authority.host.find_first_of("@/ \t,") != std::string::npos)
        return std::nullopt;
    if (rest.empty()) return authority;
    authority.port = rest.substr(1);
    const bool digits = authority.port.find_first_not_of("0123456789") == std::string::npos;
    if (!rest.starts_with(':') || !digits) return std::nullopt;
    return authority;
}

/// "https://logs.local:8443", with the port that a scheme has of itself.
std::optional<Authority> parse_origin(std::string_view text) {
    const std::size_t mark = text.find("://");
    if (mark == text.npos) return std::nullopt;
    auto authority = parse_authority(text.substr(mark + 3));
    if (!authority) return std::nullopt;
    const std::string scheme = to_lower(text.substr(0, mark));
    if (authority->port.empty()) authority->port = scheme == "https" ? "443" : "80";
    return authority;
}

/// Of every header of that name: what two of them mean is not for us to guess.
std::vector<std::string_view> values_of(const Headers& headers, std::string_view name) {
    std::vector<std::string_view> values;
    for (const Header& header : headers.list()) {
        if (to_lower(header.name) == name) values.push_back(trim(header.value));
    }
    return values;
}

/// The site of the page that asks, where the browser tells no Origin.
std::string_view site_of(std::string_view referer) {
    const std::size_t mark = referer.find("://");
    if (mark == referer.npos) return {};
    return referer.substr(0, referer.find_first_of("/?#", mark + 3));
}

}  // namespace

SiteCheck::SiteCheck(std::string_view address, SiteRules rules)
    : address_(to_lower(address)), rules_(std::move(rules)) {
    for (std::string& name : rules_.allowed_hosts)
        name = to_lower(name);
}

bool SiteCheck::listed(std::string_view host) const {
    return std::ranges::any_of(rules_.allowed_hosts,
                               [&](const std::string& name) { return matches_star(name, host); });
}

bool SiteCheck::ours(std::string_view host) const {
    if (net::is_loopback(host) || listed(host)) return true;
    if (net::is_any_address(address_)) return net::is_address(host);
    return net::same_address(host, address_);
}

std::optional<std::string> SiteCheck::host_objection(const Headers& headers) const {
    const auto hosts = values_of(headers, "host");
    if (hosts.empty()) return std::nullopt;
    const auto authority = hosts.size() == 1 ? parse_authority(hosts[0]) : std::nullopt;
    if (authority && ours(authority->host)) return std::nullopt;
    return fmt::format(
        "Host [{}] is no name of this server: list it in {} if it shall answer to that one",
        hosts[0], rules_.setting);
}

std::optional<std::string> SiteCheck::origin_objection(std::string_view origin,
                                                       const Headers& headers) const {
    const auto from = parse_origin(origin);
    if (from && listed(from->host)) return std::nullopt;
    const auto hosts = values_of(headers, "host");
    auto to = hosts.size() == 1 ? parse_authority(hosts[0]) : std::nullopt;
    if (from && to && from->host == to->host) {
        const bool usual = from->port == "80" || from->port == "443";
        if (from->port == to->port || (to->port.empty() && usual)) return std::nullopt;
    }
    return fmt::format(
        "a page of [{}] may not use this server: list its host in {} if it shall be let", origin,
        rules_.setting);
}

/// A link from anywhere may be followed; what a page takes into itself may not come from here.
std::optional<std::string> SiteCheck::cross_site_objection(std::string_view method,
                                                           const Headers& headers) const {
    if (headers.find("Sec-Fetch-Site") != "cross-site") return std::nullopt;
    const bool link = headers.find("Sec-Fetch-Mode") == "navigate";
    if (link && (method == "GET" || method == "HEAD")) return std::nullopt;
    const std::string_view site = site_of(headers.find("Referer").value_or(""));
    const auto from = parse_origin(site);
    if (from && listed(from->host)) return std::nullopt;
    return fmt::format(
        "a page of another site [{}] may not use this server: list its host in {} if it shall be "
        "let",
        site, rules_.setting);
}

std::optional<std::string> SiteCheck::objection(std::string_view method,
                                                const Headers& headers) const {
    const auto origins = values_of(headers, "origin");
    if (!rules_.browsers_only || !origins.empty()) {
        if (auto refused = host_objection(headers)) return refused;
    }
    if (origins.empty()) return cross_site_objection(method, headers);
    for (const std::string_view origin : origins) {
        if (auto refused = origin_objection(origin, headers)) return refused;
    }
    return std::nullopt;
}

}  // namespace elkhorn::http
