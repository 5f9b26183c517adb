// api/document/document_delete.cc -- DELETE /{index}/_doc/{id}: 200 once the delete is on disk.
//
// What tests/es/deletes.yaml holds us to: a document that is not there is 404 `not_found`, and
// takes a version and a sequence number all the same; an index that is not there is not made,
// unless the delete carries an external version, which must be remembered.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/document/parts/document_answer.h"
#include "api/document/parts/document_version.h"
#include "json/writer.h"

namespace elkhorn::api::document_delete {
namespace {

Reply handle(const Call& call) {
    const Refresh refresh = ASK(refresh_parameter(call));
    const Versioning wanted = ASK(versioning(call));
    ASK(check(wanted, store::Action::remove, true));
    ASK(check_id(call.path("id")));
    const std::string index = ASK(single_name(call, call.path("index")));
    store::Store& store = *call.context().store;
    store::Write write;
    write.index = index;
    write.action = store::Action::remove;
    write.id = call.path("id");
    wanted.require(write);
    const auto written = store.write(std::span(&write, 1));
    if (!written) return std::unexpected(to_failure(written.error()));
    const store::Written& outcome = written->front();
    if (outcome.error)
        return std::unexpected(document_failure(call.context(), index, *outcome.error));
    if (refresh != Refresh::no) ASK(store.refresh(index));
    json::Writer out;
    out.begin_object();
    write_outcome(out, call.context(), index, outcome, refresh == Refresh::yes);
    out.end_object();
    return json_response(out.take(), status_of(outcome));
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/write/delete",
    .methods = "DELETE",
    .routes = "/{index}/_doc/{id}",
    .parameters = {write_parameters, version_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::document_delete
