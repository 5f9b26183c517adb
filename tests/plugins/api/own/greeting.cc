// api/own/greeting.cc -- GET /_elkhorn/greeting: a greeting for `name`, said `times` times.

#include "api/core/api.h"
#include "json/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::api::greeting {
namespace {

Reply handle(const Call& call) {
    json::Writer out;
    out.begin_object().key("greetings").begin_array();
    const auto times = std::min<std::int64_t>(call.number("times", 1), 10);
    for (std::int64_t i = 0; i < times; ++i)
        out.value(fmt::format("good day, {}", call.parameter("name").value_or("stranger")));
    out.end_array().end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {{"name", Takes::text}, {"times", Takes::integer}};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:monitor/greeting",
    .methods = "GET",
    .routes = "/_elkhorn/greeting",
    .parameters = {parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::greeting
