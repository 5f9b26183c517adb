#include "api/document/parts/document_write.h"

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/document/parts/document_answer.h"
#include "api/document/parts/document_version.h"
#include "json/flatten.h"
#include "json/writer.h"

#include <fmt/format.h>

namespace elkhorn::api {

Reply write_document(const Call& call, bool create) {
    const auto refresh = refresh_parameter(call);
    if (!refresh) return std::unexpected(refresh.error());
    create = call.parameter("op_type") == "create" || create || call.path("id").empty();
    const Versioning wanted = ASK(versioning(call));
    const store::Action action = create ? store::Action::create : store::Action::index;
    ASK(check(wanted, action, !call.path("id").empty()));
    if (call.body().empty()) return std::unexpected(body_required());
    if (auto sound = check_id(call.path("id")); !sound) return std::unexpected(sound.error());
    const auto index = single_name(call, call.path("index"));
    if (!index) return std::unexpected(index.error());
    store::Store& store = *call.context().store;
    json::Flattener flattener(store.field_names());
    event::Document document;
    if (auto flat = flattener.flatten(call.body(), call.body().size(), document); !flat) {
        return std::unexpected(unparsable(flat.error()));
    }
    store::Write write{*index, action, call.path("id"), call.body(), &document, {}};
    wanted.require(write);
    auto written = store.write(std::span(&write, 1));
    if (!written) return std::unexpected(to_failure(written.error()));
    const store::Written& outcome = written->front();
    if (outcome.error)
        return std::unexpected(document_failure(call.context(), *index, *outcome.error));
    if (*refresh != Refresh::no) {
        if (auto done = store.refresh(*index); !done) return search::broken(done.error());
    }
    json::Writer out;
    out.begin_object();
    write_outcome(out, call.context(), *index, outcome, *refresh == Refresh::yes);
    out.end_object();
    auto response = json_response(out.take(), status_of(outcome));
    if (outcome.effect == store::Effect::created) {
        response.headers.add("Location",
                             fmt::format("/{}/_doc/{}", *index, http::percent_encode(outcome.id)));
    }
    return response;
}

}  // namespace elkhorn::api
