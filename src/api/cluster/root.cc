// api/cluster/root.cc -- GET|HEAD /: who the server says it is. Clients read number, flavour and
// tagline, and the product header that every answer carries; that combination passes the checks of
// Logstash, the 7, 8 and 9 clients of Elasticsearch and those of OpenSearch (design.md section 7).
// It is an interoperability string.

#include "api/core/api.h"
#include "json/writer.h"

namespace elkhorn::api::root {
namespace {

Reply handle(const Call& call) {
    const Context& context = call.context();
    json::Writer out;
    out.begin_object();
    out.member("name", context.node_name).member("cluster_name", context.cluster_name);
    out.member("cluster_uuid", context.cluster_uuid);
    out.key("version").begin_object();
    out.member("number", "7.10.2").member("build_flavor", "default").member("build_type", "tar");
    out.member("build_hash", "elkhorn").member("build_date", context.build_date);
    out.member("build_snapshot", false).member("lucene_version", "8.7.0");
    out.member("minimum_wire_compatibility_version", "6.8.0");
    out.member("minimum_index_compatibility_version", "6.0.0-beta1");
    out.end_object();
    out.member("tagline", "You Know, for Search").end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:monitor/main",
    .methods = "GET",
    .routes = "/",
    .handle = handle,
};

}  // namespace elkhorn::api::root
