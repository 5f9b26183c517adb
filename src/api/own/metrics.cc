// api/own/metrics.cc -- GET /metrics: counters and gauges in Prometheus' text format.

#include "base/metrics.h"

#include "api/core/api.h"

namespace elkhorn::api::metrics {
namespace {

Reply handle(const Call& /*call*/) {
    http::Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = elkhorn::metrics::render();
    return response;
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:monitor/metrics",
    .methods = "GET",
    .routes = "/metrics",
    .handle = handle,
};

}  // namespace elkhorn::api::metrics
