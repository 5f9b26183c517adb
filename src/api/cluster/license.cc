// api/cluster/license.cc -- GET /_license: what Logstash and Beats from 7.13 on ask for before they
// send anything;
// without an active one inside "license" they treat the server as dead.

#include "api/core/api.h"
#include "api/core/parameters.h"
#include "json/writer.h"

namespace elkhorn::api::license {
namespace {

Reply handle(const Call& call) {
    json::Writer out;
    out.begin_object().key("license").begin_object();
    out.member("status", "active")
        .member("uid", call.context().cluster_uuid)
        .member("type", "basic");
    out.member("mode", "basic").member("issue_date", "2026-01-01T00:00:00.000Z");
    out.member("issue_date_in_millis", std::int64_t{1767225600000}).member("max_nodes", 1000);
    out.member("issued_to", call.context().cluster_name).member("issuer", "elkhorn");
    out.member("start_date_in_millis", -1).end_object().end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"accept_enterprise", Takes::flag, Use::no_effect, "the licence is basic"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:monitor/xpack/license/get",
    .methods = "GET",
    .routes = "/_license /_xpack/license",
    .parameters = {parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::license
