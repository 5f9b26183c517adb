// api/document/document_update.cc -- POST /{index}/_update/{id}: a part of a document, merged into
// it, or a script that changes it.
//
// What tests/es/updates.yaml holds us to: a change that changes nothing is a `noop` that takes no
// version; `_source` in the URL or the body shows the document as it is then, under `get`; the
// index is made where it is missing, and then the document is what is missing. An update reads and
// writes in one step, so it meets no conflict but that of its own if_seq_no.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/document/parts/document_answer.h"
#include "api/document/parts/document_change.h"
#include "api/search/parts/script_context.h"
#include "base/strings.h"
#include "json/writer.h"

#include <fmt/format.h>

namespace elkhorn::api::document_update {
namespace {

Reply answer(const Call& call, const std::string& index, const DocumentChange& change,
             const store::Written& outcome, Refresh refresh) {
    const bool changed = outcome.effect != store::Effect::unchanged;
    json::Writer out;
    out.begin_object();
    write_outcome(out, call.context(), index, outcome, changed && refresh == Refresh::yes,
                  !changed);
    ASK(write_get(out, change, outcome));
    out.end_object();
    auto response = json_response(out.take(), status_of(outcome));
    if (outcome.effect == store::Effect::created) {
        response.headers.add("Location",
                             fmt::format("/{}/_doc/{}", index, http::percent_encode(outcome.id)));
    }
    return response;
}

// What a document may be made in without anybody counting.
constexpr std::uint64_t free_bytes = 256 << 10;

Reply handle(const Call& call) {
    const Refresh refresh = ASK(refresh_parameter(call));
    const std::int64_t retries = call.number("retry_on_conflict", 0);
    store::Store& store = *call.context().store;
    json::Flattener flattener(store.field_names());
    json::Parser parser;
    store::MemoryHold room(&store.memory(), store::MemoryUse::requests, free_bytes);
    DocumentChange change(parser, flattener);
    change.room = &room;
    change.versioning = ASK(versioning(call));
    if (change.versioning.version) change.versioning.type = VersionType::internal;
    change.shown = ASK(source_parameters(call));
    const search::RequestContext request = script_context(call);
    const std::string index = ASK(single_name(call, call.path("index")));
    change.set_request(&request, index);
    ASK(change.parse(trim(call.body())));
    ASK(change.check(true, retries));
    ASK(check_id(call.path("id")));
    store::Write write = change.write(call.path("id"));
    write.index = index;
    const auto written = store.write(std::span(&write, 1));
    if (!written) return std::unexpected(to_failure(written.error()));
    const store::Written& outcome = written->front();
    if (outcome.error && change.script_failure() != nullptr)
        return std::unexpected(*change.script_failure());
    if (outcome.error)
        return std::unexpected(document_failure(call.context(), index, *outcome.error));
    const bool changed = outcome.effect != store::Effect::unchanged;
    if (changed && refresh != Refresh::no) ASK(store.refresh(index));
    return answer(call, index, change, outcome, refresh);
}

constexpr Parameter parameters[] = {
    {"retry_on_conflict", Takes::integer},
    {"lang", Takes::text, Use::refused, "say it in the script"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/write/update",
    .methods = "POST",
    .routes = "/{index}/_update/{id} /{index}/_doc/{id}/_update",
    .parameters = {parameters, source_parameters_table, write_parameters, version_parameters},
    .body = Body::free,
    .handle = handle,
};

}  // namespace elkhorn::api::document_update
