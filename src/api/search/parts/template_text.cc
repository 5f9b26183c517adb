#include "api/search/parts/template_text.h"

#include "api/search/parts/stored_scripts.h"
#include "json/writer.h"
#include "script/mustache/mustache.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

using event::Kind;
using event::Value;

constexpr std::size_t most_bytes = 4 << 20;

search::Answer<std::string> source_of(const Call& call, const Value& body, std::string_view id) {
    const Value* source = nullptr;
    std::string name(id);
    if (body.is(Kind::object)) {
        for (const event::Member& member : body.as_object().members()) {
            if (member.name == "source" || member.name == "inline") source = &member.value;
            if (member.name == "id" && member.value.is(Kind::string))
                name = member.value.as_string();
        }
    }
    if (source != nullptr && source->is(Kind::string)) return std::string(source->as_string());
    if (source != nullptr) {
        json::Writer out;
        out.value(*source);
        return out.take();
    }
    if (name.empty()) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: template is missing;2: template's script type "
                              "is missing;");
    }
    auto stored = stored_script(*call.context().store, name);
    if (!stored) {
        auto failure =
            search::refuse("resource_not_found_exception",
                           fmt::format("unable to find script [{}] in cluster state", name));
        failure.error().status = 404;
        return failure;
    }
    if (stored->lang == "mustache") return std::move(stored->source);
    return search::refuse(
        "illegal_argument_exception",
        fmt::format("[{}] is a script of the language [{}] and no template", name, stored->lang));
}

}  // namespace

search::Answer<std::string> template_text(const Call& call, const Value& body,
                                          std::string_view id) {
    const std::string source = ASK(source_of(call, body, id));
    const auto parsed = script::Mustache::parse(source);
    if (!parsed) {
        auto failure = search::refuse("script_exception", parsed.error().message);
        failure.error().caused_by_type = "mustache_exception";
        failure.error().caused_by_reason = parsed.error().message;
        return failure;
    }
    const Value* params = body.is(Kind::object) ? body.as_object().find("params") : nullptr;
    auto rendered = parsed->render(params == nullptr ? Value() : *params, most_bytes);
    if (rendered) return std::move(*rendered);
    return search::refuse("illegal_argument_exception", rendered.error().message);
}

}  // namespace elkhorn::api
