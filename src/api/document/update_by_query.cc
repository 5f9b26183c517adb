// api/document/update_by_query.cc -- POST /{index}/_update_by_query: writes what a query finds
// again, as it is, so that it takes up a mapping that changed since. Scripts are refused.

#include "api/document/parts/by_query.h"

namespace elkhorn::api::update_by_query {
namespace {

Reply handle(const Call& call) {
    return by_query(call, store::Action::index);
}

}  // namespace

extern constinit const Endpoint spec{"POST", "/{index}/_update_by_query", by_query_parameters,
                                     handle};

}  // namespace elkhorn::api::update_by_query
