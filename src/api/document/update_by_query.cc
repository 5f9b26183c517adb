// api/document/update_by_query.cc -- POST /{index}/_update_by_query: writes what a query finds
// again, as it is, so that it takes up a mapping that changed since, or as a script makes it.

#include "api/core/parameters.h"
#include "api/document/parts/by_query.h"
#include "search/run/request_tables.h"

namespace elkhorn::api::update_by_query {
namespace {

Reply handle(const Call& call) {
    return by_query(call, store::Action::index);
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/write/update/byquery",
    .methods = "POST",
    .routes = "/{index}/_update_by_query",
    .parameters = {by_query_parameters, search::query_parameters, index_parameters,
                   one_node_parameters},
    .body = Body::members,
    .members = {by_query_members},
    .unknown_member = nullptr,
    .handle = handle,
};

}  // namespace elkhorn::api::update_by_query
