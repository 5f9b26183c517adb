// api/document/delete_by_query.cc -- POST /{index}/_delete_by_query: deletes what a query finds.
// Without a query it is refused: everything must be meant.

#include "api/core/parameters.h"
#include "api/document/parts/by_query.h"
#include "search/run/request_tables.h"

namespace elkhorn::api::delete_by_query {
namespace {

Reply handle(const Call& call) {
    return by_query(call, store::Action::remove);
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/write/delete/byquery",
    .methods = "POST",
    .routes = "/{index}/_delete_by_query",
    .parameters = {by_query_parameters, search::query_parameters, index_parameters,
                   one_node_parameters},
    .body = Body::members,
    .members = {by_query_members},
    .unknown_member = nullptr,
    .handle = handle,
};

}  // namespace elkhorn::api::delete_by_query
