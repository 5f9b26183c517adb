#include "search/script/script_call.h"

#include "search/base/members.h"

#include <fmt/format.h>

#include <array>

namespace elkhorn::search {

using event::Kind;
using event::Value;

Answer<ScriptCall> read_script(const Value& value) {
    ScriptCall call;
    if (value.is(Kind::string)) {
        call.source = value.as_string();
        return call;
    }
    if (!value.is(Kind::object)) {
        return refuse("x_content_parse_exception",
                      "[script] expected a script as a text or an object");
    }
    constexpr std::array<ParameterTable, 1> tables = {script_members};
    const MemberCheck check = ASK(check_members("a script", value, tables));
    if (!check.undeclared.empty()) {
        return refuse("x_content_parse_exception",
                      fmt::format("[1:1] [script] unknown field [{}]", check.undeclared));
    }
    bool has_source = false;
    for (const event::Member& member : value.as_object().members()) {
        const bool text = member.value.is(Kind::string);
        if (member.name == "params" && member.value.is(Kind::object)) {
            call.arena = std::make_shared<event::Arena>();
            call.params = event::copy_value(*call.arena, member.value);
        } else if (text && (member.name == "source" || member.name == "inline")) {
            call.source = member.value.as_string();
            has_source = true;
        } else if (text && (member.name == "id" || member.name == "stored")) {
            call.id = member.value.as_string();
        } else if (text && member.name == "lang") {
            call.lang = member.value.as_string();
        } else if (member.name != "options") {
            return refuse("x_content_parse_exception",
                          fmt::format("[1:1] [script] failed to parse field [{}]", member.name));
        }
    }
    if (!has_source && call.id.empty()) {
        return refuse("illegal_argument_exception",
                      "must specify either [source] for an inline script or [id] for a stored "
                      "script");
    }
    if (has_source && !call.id.empty()) {
        auto failure =
            refuse("x_content_parse_exception", "[1:1] [script] failed to parse field [source]");
        failure.error().caused_by_type = "illegal_argument_exception";
        failure.error().caused_by_reason =
            "must only use one of [source, id] when specifying a script";
        return failure;
    }
    return call;
}

Answer<std::shared_ptr<const script::Program>> compile(const ScriptCall& call,
                                                       const RequestContext* request,
                                                       const script::Context& context) {
    std::string source = call.source;
    std::string lang = call.lang;
    if (!call.id.empty()) {
        const auto stored = request != nullptr && request->stored_script
                                ? request->stored_script(call.id)
                                : std::nullopt;
        if (!stored) {
            auto failure = refuse_in_phase(
                "resource_not_found_exception",
                fmt::format("unable to find script [{}] in cluster state", call.id));
            failure.error().status = 404;
            return failure;
        }
        lang = stored->first;
        source = stored->second;
    }
    if (lang != "painless" && lang != "expression") {
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("script_lang not supported [{}]", lang));
    }
    script::Compiled compiled = lang == "painless" ? script::compile(source, context)
                                                   : script::compile_expression(source, context);
    if (!compiled) return script_failure(compiled.error(), lang);
    return std::move(*compiled);
}

std::unexpected<Failure> script_failure(const script::Trouble& trouble, std::string_view lang) {
    auto failure =
        refuse_in_phase("script_exception", trouble.compiling ? "compile error" : "runtime error");
    failure.error().caused_by_type = trouble.type;
    failure.error().caused_by_reason = trouble.reason;
    auto place = std::make_shared<ScriptPlace>();
    place->source = trouble.source;
    place->lang = lang;
    place->stack = trouble.stack();
    place->offset = trouble.offset;
    place->start = trouble.lines().start;
    place->end = trouble.lines().end;
    failure.error().script = std::move(place);
    return failure;
}

Failure as_query_failure(Failure cause) {
    if (!cause.phase || cause.over) return cause;
    Failure failure;
    failure.type = "query_shard_exception";
    failure.reason = "failed to create query: " + cause.reason;
    failure.phase = true;
    failure.cause = std::make_shared<const Failure>(std::move(cause));
    return failure;
}

}  // namespace elkhorn::search
