#include "api/document/parts/script_change.h"

#include "script/value/object.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

using script::Class;
using script::MapObject;
using script::Role;
using script::Value;

constexpr script::Limits limits{.steps_most = 10'000'000, .bytes_most = 64 << 20, .keeps = true};

class ChangeHost final : public script::Host {
public:
    explicit ChangeHost(const search::RequestContext& of) : request(of) {}

    Value variable(script::Run& /*run*/, Role role) override {
        return role == Role::ctx ? ctx : Value();
    }

    bool go_on() override {
        auto going = request.go_on();
        if (!going) failure = std::move(going.error());
        return !failure;
    }

    Value ctx;
    const search::RequestContext& request;
    std::optional<search::Failure> failure;  // why it was ended
};

}  // namespace

search::Answer<> ScriptChange::parse(const event::Value& value,
                                     const search::RequestContext* request) {
    call_ = ASK(search::read_script(value));
    if (request != nullptr) request_ = *request;
    auto program = search::compile(call_, request, script::contexts::update);
    if (program)
        program_ = std::move(*program);
    else
        trouble_ = std::move(program.error());
    return {};
}

search::Failure ScriptChange::wrapped(search::Failure cause) const {
    cause.phase = false;
    if (kind_ == Kind::by_query) return cause;
    search::Failure failure;
    failure.status = cause.status >= 500 ? cause.status : 400;
    failure.type = "illegal_argument_exception";
    failure.reason = "failed to execute script";
    failure.cause = std::make_shared<const search::Failure>(std::move(cause));
    return failure;
}

search::Answer<ScriptChange::Outcome> ScriptChange::run(const ScriptedDocument& document,
                                                        event::Arena& arena) {
    if (trouble_) return std::unexpected(wrapped(*trouble_));
    ChangeHost host(request_);
    script::Run run(program_, host, limits);
    run.set_params(call_.params);
    MapObject* ctx = run.make_map(Class::hash_map);
    const auto put = [&](std::string_view name, Value value) {
        ctx->put(Value::of_text(name), value);
    };
    put("op", Value::of_text(document.op));
    if (document.op != "create" || kind_ == Kind::by_query) {
        put("_index", Value::of_text(document.index));
        put("_type", Value::of_text("_doc"));
        put("_id", Value::of_text(document.id));
        put("_routing", Value());
    }
    if (document.version != 0) put("_version", Value::of_long(document.version));
    if (document.seq_no >= 0) put("_seq_no", Value::of_long(document.seq_no));
    if (kind_ == Kind::update) put("_now", Value::of_long(document.now_ms));
    put("_source", run.from_json(document.source, run.heap(), Class::linked_hash_map));
    host.ctx = Value::of(ctx);
    const bool thrown = run.execute().thrown();
    if (thrown && host.failure) return std::unexpected(*host.failure);
    if (thrown) return std::unexpected(wrapped(search::script_failure(run.trouble()).error()));
    Outcome outcome;
    const Value* op = ctx->find("op");
    if (op != nullptr && op->is_text()) outcome.op = op->as_text();
    const Value* source = ctx->find("_source");
    const bool map = source != nullptr && script::object_as<MapObject>(*source) != nullptr;
    const auto json = map ? run.to_json(*source, arena) : std::nullopt;
    if (!json) {
        search::Failure failure;
        failure.type = "illegal_argument_exception";
        failure.reason = "the script has left no object of JSON in ctx._source";
        return std::unexpected(failure);
    }
    outcome.source = *json;
    return outcome;
}

}  // namespace elkhorn::api
