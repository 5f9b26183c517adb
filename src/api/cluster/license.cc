// api/cluster/license.cc -- GET /_license: what Logstash and Beats from 7.13 on ask for before they
// send anything;
// without an active one inside "license" they treat the server as dead.

#include "api/core/api.h"
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

}  // namespace

extern constinit const Endpoint spec{"GET", "/_license /_xpack/license",
                                     "human local accept_enterprise", handle};

}  // namespace elkhorn::api::license
