// api/script/script_put.cc -- PUT|POST /_scripts/{id} and /_scripts/{id}/{context}: keeps a script
// or a search template under a name. With a context it is compiled for it first.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/parameters.h"
#include "json/writer.h"
#include "script/core/script.h"
#include "script/mustache/mustache.h"
#include "search/script/script_call.h"
#include "store/meta/metadata.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::api::script_put {
namespace {

using event::Kind;
using event::Value;

constexpr std::size_t most_bytes = 65'535;  // of the body: script.max_size_in_bytes

struct Given {
    std::string lang;
    std::string source;
    bool is_object = false;  // the source is JSON
};

search::Answer<Given> read(const Value& body) {
    const Value* script = nullptr;
    if (body.is(Kind::object)) {
        for (const event::Member& member : body.as_object().members()) {
            if (member.name != "script") {
                return search::refuse(
                    "parsing_exception",
                    fmt::format("unexpected field [{}], expected [script]", member.name));
            }
            script = &member.value;
        }
    }
    if (script == nullptr) {
        return search::refuse("illegal_argument_exception",
                              "must specify <script> for stored script");
    }
    if (!script->is(Kind::object)) {
        return search::refuse("parsing_exception",
                              "unexpected token [VALUE_STRING], expected [{, <source>]");
    }
    Given given;
    for (const event::Member& member : script->as_object().members()) {
        if (member.name == "lang" && member.value.is(Kind::string)) {
            given.lang = member.value.as_string();
        } else if (member.name == "source" && member.value.is(Kind::string)) {
            given.source = member.value.as_string();
        } else if (member.name == "source" && member.value.is(Kind::object)) {
            json::Writer out;
            out.value(member.value);
            given.source = out.take();
            given.is_object = true;
        } else if (member.name != "options") {
            return search::refuse(
                "x_content_parse_exception",
                fmt::format("[1:1] [stored script source] unknown field [{}]", member.name));
        }
    }
    if (given.lang.empty())
        return search::refuse("illegal_argument_exception", "must specify lang for stored script");
    if (given.source.empty() && given.lang != "mustache") {
        return search::refuse("illegal_argument_exception",
                              "must specify source for stored script");
    }
    return given;
}

search::Answer<> check(const std::string& id, const Given& given, std::size_t bytes) {
    if (id.find('#') != std::string::npos) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: id cannot contain '#' for stored script;");
    }
    if (given.lang != "painless" && given.lang != "expression" && given.lang != "mustache") {
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("unable to put stored script with unsupported lang [{}]", given.lang));
    }
    if (bytes > most_bytes) {
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("exceeded max allowed stored script size in bytes [{}] with size [{}] for "
                        "script [{}]",
                        most_bytes, bytes, id));
    }
    return {};
}

search::Answer<> compile_for(const std::string& id, const std::string& name, const Given& given) {
    if (given.lang == "mustache") {
        const auto parsed = script::Mustache::parse(given.source);
        if (parsed) return {};
        return search::refuse("illegal_argument_exception", parsed.error().message);
    }
    constexpr std::array contexts = {
        std::pair("filter", &script::contexts::filter),
        std::pair("score", &script::contexts::score),
        std::pair("field", &script::contexts::field),
        std::pair("number_sort", &script::contexts::number_sort),
        std::pair("string_sort", &script::contexts::string_sort),
        std::pair("update", &script::contexts::update),
        std::pair("aggs", &script::contexts::aggs),
        std::pair("bucket_aggregation", &script::contexts::bucket_aggregation),
        std::pair("aggregation_selector", &script::contexts::bucket_selector),
        std::pair("moving-function", &script::contexts::moving_function),
        std::pair("terms_set", &script::contexts::terms_set),
        std::pair("painless_test", &script::contexts::painless_test)};
    for (const auto& [known, context] : contexts) {
        if (name != known) continue;
        search::ScriptCall call;
        call.lang = given.lang;
        call.source = given.source;
        auto compiled = search::compile(call, nullptr, *context);
        if (compiled) return {};
        compiled.error().phase = false;
        return std::unexpected(std::move(compiled.error()));
    }
    auto failure = search::refuse("illegal_argument_exception",
                                  fmt::format("failed to parse/compile stored script [{}]", id));
    failure.error().caused_by_type = "illegal_argument_exception";
    failure.error().caused_by_reason = fmt::format("Unknown context [{}]", name);
    return failure;
}

Reply handle(const Call& call) {
    const std::string& id = call.path("id");
    const auto named = call.parameter("context");
    const Given given = ASK(read(ASK(call.json_body())));
    ASK(check(id, given, call.body().size()));
    std::string context = call.path("context");
    if (named && context.empty()) context = std::string(*named);
    if (!context.empty()) ASK(compile_for(id, context, given));
    json::Writer text;
    text.begin_object().member("lang", given.lang).member("source", given.source);
    if (given.is_object) {
        text.key("options").begin_object();
        text.member("content_type", "application/json; charset=UTF-8").end_object();
    }
    text.end_object();
    const auto kept =
        call.context().store->metadata().put(store::MetadataKind::script, id, text.take());
    if (!kept) return std::unexpected(to_failure(kept.error()));
    json::Writer out;
    out.begin_object().member("acknowledged", true).end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {{"context", Takes::text}};
constexpr Parameter members[] = {{"script", Takes::any}};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/script/put",
    .methods = "PUT POST",
    .routes = "/_scripts/{id} /_scripts/{id}/{context}",
    .parameters = {parameters, master_parameters},
    .body = Body::members,
    .members = {members},
    .unknown_member = nullptr,
    .handle = handle,
};

}  // namespace elkhorn::api::script_put
