// api/core/router.h -- from method and path to an endpoint, with Elasticsearch's precedence: a
// literal segment before a placeholder. {index} never stands for a segment that begins with '_' but
// `_all`, so that an unknown `_word` is refused and never becomes an index.
#pragma once

#include "api/core/api.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

class Router {
public:
    Router();

    /// Runs the endpoint, or says in Elasticsearch's words why there is none.
    Reply route(Call& call) const;

private:
    struct Route {
        std::vector<std::string_view> segments;
        std::vector<std::string_view> methods;
        const Endpoint* endpoint = nullptr;
    };

    static bool matches(const Route& route, const std::vector<std::string>& path);
    static bool more_literal(const Route& a, const Route& b);
    static search::Answer<> check_parameters(const Call& call, const Endpoint& endpoint);

    std::vector<Route> routes_;
};

}  // namespace elkhorn::api
