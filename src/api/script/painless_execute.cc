// api/script/painless_execute.cc -- POST /_scripts/painless/_execute: runs a script once and shows
// what it gives, as a text (context painless_test), for a document that the request brings
// (filter: a boolean, score: a number).
//
// The document is looked at by the mapping of `context_setup.index`; it is not stored.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/script/parts/document_host.h"
#include "api/search/parts/script_context.h"
#include "json/writer.h"
#include "script/run/run.h"
#include "script/value/java_text.h"
#include "search/script/script_call.h"

#include <fmt/format.h>

namespace elkhorn::api::painless_execute {
namespace {

using event::Kind;
using event::Value;

struct Asked {
    search::ScriptCall script;
    std::string context = "painless_test";
    std::string index;
    const Value* document = nullptr;
};

search::Answer<> read_setup(const Value& setup, Asked& asked) {
    if (!setup.is(Kind::object)) return {};
    for (const event::Member& member : setup.as_object().members()) {
        if (member.name == "index" && member.value.is(Kind::string)) {
            asked.index = member.value.as_string();
        } else if (member.name == "document") {
            asked.document = &member.value;
        } else if (member.name == "query") {
            return search::refuse("illegal_argument_exception",
                                  "[context_setup] has no query here: a score is 0.0");
        } else {
            return search::refuse(
                "x_content_parse_exception",
                fmt::format("[1:1] [execute_script_context] unknown field [{}]", member.name));
        }
    }
    return {};
}

search::Answer<Asked> read(const Value& body) {
    Asked asked;
    const Value* script = body.is(Kind::object) ? body.as_object().find("script") : nullptr;
    if (script == nullptr) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: a script must be specified;");
    }
    asked.script = ASK(search::read_script(*script));
    if (const Value* context = body.as_object().find("context"); context != nullptr)
        asked.context = context->is(Kind::string) ? context->as_string() : "";
    if (const Value* setup = body.as_object().find("context_setup"); setup != nullptr)
        ASK(read_setup(*setup, asked));
    return asked;
}

Reply result(const script::Value& value) {
    json::Writer out;
    out.begin_object().key("result");
    if (value.is(script::Tag::boolean))
        out.value(value.as_boolean());
    else if (value.is_real())
        out.value(value.as_real());
    else
        out.value(script::java_text(value));
    out.end_object();
    return json_response(out.take());
}

Reply run(const Asked& asked, const search::RequestContext& request, const script::Context& context,
          script::Host& host) {
    auto program = search::compile(asked.script, &request, context);
    if (!program) {
        program.error().phase = false;
        return std::unexpected(std::move(program.error()));
    }
    script::Run run(std::move(*program), host, {.steps_most = 50'000'000, .keeps = true});
    run.set_params(asked.script.params);
    const script::Value value = run.execute();
    if (value.thrown()) {
        auto failure = search::script_failure(run.trouble());
        failure.error().phase = false;
        return failure;
    }
    if (asked.context != "painless_test") return result(value);
    return result(run.text(script::java_text(value)));
}

Reply handle(const Call& call) {
    const Value body = ASK(call.json_body());
    const Asked asked = ASK(read(body));
    const search::RequestContext request = script_context(call);
    if (asked.context == "painless_test") {
        DocumentHost host(nullptr, nullptr, request);
        return run(asked, request, script::contexts::painless_test, host);
    }
    const bool filter = asked.context == "filter";
    if (!filter && asked.context != "score") {
        return search::refuse("illegal_argument_exception",
                              fmt::format("unsupported script context name [{}]", asked.context));
    }
    if (asked.index.empty() || asked.document == nullptr) {
        return search::refuse("illegal_argument_exception",
                              "context_setup needs an [index] and a [document]");
    }
    const auto view = call.context().store->view(asked.index);
    if (!view) return std::unexpected(index_not_found(asked.index));
    DocumentHost host(view->get(), asked.document, request);
    return run(asked, request, filter ? script::contexts::filter : script::contexts::score, host);
}

constexpr Parameter members[] = {
    {"script", Takes::any}, {"context", Takes::text}, {"context_setup", Takes::object}};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/scripts/painless/execute",
    .methods = "GET POST",
    .routes = "/_scripts/painless/_execute",
    .parameters = {},
    .body = Body::members,
    .members = {members},
    .handle = handle,
};

}  // namespace elkhorn::api::painless_execute
