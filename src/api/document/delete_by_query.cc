// api/document/delete_by_query.cc -- POST /{index}/_delete_by_query: deletes what a query finds.
// Without a query it is refused: everything must be meant.

#include "api/document/parts/by_query.h"

namespace elkhorn::api::delete_by_query {
namespace {

Reply handle(const Call& call) {
    return by_query(call, store::Action::remove);
}

}  // namespace

extern constinit const Endpoint spec{"POST", "/{index}/_delete_by_query", by_query_parameters,
                                     handle};

}  // namespace elkhorn::api::delete_by_query
