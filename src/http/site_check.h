// http/site_check.h -- keeps web pages of other sites away from a server that knows no users.
//
// Any page that a browser shows may send requests to loopback. Two things give it away. `Host` is
// the page's own name where that name was made to point here (DNS rebinding): only names of this
// server pass. `Origin` is the page's site wherever it sends more than a link: it must be the one
// that `Host` names. Where a browser sends none (an image, a script), `Sec-Fetch-Site` tells.
// Programs send neither Origin nor Sec-Fetch-Site, and HTTP/1.0 without Host is no browser either.
//
// Names of this server are the loopback ones, the address it is bound to (any address where it is
// bound to all), and the ones that are listed.
#pragma once

#include "http/message.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::http {

struct SiteRules {
    /// Further names, without ports, for Host as for Origin; '*' stands for anything.
    std::vector<std::string> allowed_hosts;
    /// What refusals tell to list a name in.
    std::string setting = "http.allowed_hosts";
    /// Look at Host only where Origin shows a browser: for servers that have nothing to read, which
    /// programs reach by any name.
    bool browsers_only = false;
};

class SiteCheck {
public:
    /// `address` is the one bound to.
    SiteCheck(std::string_view address, SiteRules rules);

    /// Why the request is refused (403); nothing where it may go on.
    std::optional<std::string> objection(std::string_view method, const Headers& headers) const;

private:
    bool ours(std::string_view host) const;
    bool listed(std::string_view host) const;
    std::optional<std::string> host_objection(const Headers& headers) const;
    std::optional<std::string> origin_objection(std::string_view origin,
                                                const Headers& headers) const;
    std::optional<std::string> cross_site_objection(std::string_view method,
                                                    const Headers& headers) const;

    std::string address_;
    SiteRules rules_;
};

}  // namespace elkhorn::http
