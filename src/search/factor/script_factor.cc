// search/factor/script_factor.cc -- script_score within function_score, and the table of all.

#include "script/core/script.h"
#include "script/value/java_text.h"
#include "search/factor/factor.h"
#include "search/query/core/query_parse.h"
#include "search/script/row_script.h"
#include "search/script/script_call.h"

#include <fmt/format.h>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Member;
using event::Value;

class ScriptFactor final : public Factor {
public:
    ScriptFactor(std::shared_ptr<const script::Program> program, const ScriptCall& call,
                 const RequestContext& request)
        : script_(std::move(program), call.params, &request) {
        script_.host().score = [this](std::uint32_t) -> Answer<float> {
            return score_;
        };
    }

    Answer<> enter(const GroupContext& context) override { return script_.enter(context); }

    Answer<double> of(std::uint32_t row, float score) override {
        score_ = score;
        const double result = ASK(script_.number(row));
        if (result >= 0 || std::isnan(result)) return result;
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("script score function must not produce negative "
                                           "scores, but got: [{}]",
                                           script::java_text(result)));
    }

private:
    float score_ = 0;
    RowScript script_;
};

class ScriptKind final : public FactorKind {
public:
    explicit ScriptKind(ScriptCall call) : call_(std::move(call)) {}

    Answer<> plan(const Scope& scope) override {
        auto program = compile(call_, scope.request, script::contexts::score);
        if (!program) {
            Failure failure = as_query_failure(std::move(program.error()));
            failure.reason = "script_score: the script could not be loaded";
            return std::unexpected(std::move(failure));
        }
        program_ = std::move(*program);
        return {};
    }

    Answer<FactorPtr> make(const RequestContext& request) const override {
        return std::make_unique<ScriptFactor>(program_, call_, request);
    }

private:
    ScriptCall call_;
    std::shared_ptr<const script::Program> program_;
};

}  // namespace

Answer<MakeFactorKind> read_script_factor(const Value& body) {
    std::optional<ScriptCall> call;
    for (const Member& member : body.as_object().members()) {
        if (member.name != "script")
            return bad_syntax(fmt::format("script_score query does not support [{}]", member.name));
        call = ASK(read_script(member.value));
    }
    if (!call) return bad_syntax("script_score requires 'script' field");
    return MakeFactorKind([call = *call] { return std::make_unique<ScriptKind>(call); });
}

bool is_function(std::string_view name) {
    return name == "field_value_factor" || name == "gauss" || name == "exp" || name == "linear" ||
           name == "random_score" || name == "script_score";
}

Answer<MakeFactorKind> read_function(const Member& member) {
    if (!member.value.is(Kind::object)) {
        return bad_syntax(
            fmt::format("[{}] query malformed, no start_object after query name", member.name));
    }
    if (member.name == "field_value_factor") return read_value_factor(member.value);
    if (member.name == "random_score") return read_random(member.value);
    if (member.name == "script_score") return read_script_factor(member.value);
    return read_decay(member.name, member.value);
}

std::unexpected<Failure> broken_score(std::string reason) {
    auto failure = refuse_in_phase("exception", std::move(reason));
    failure.error().status = 500;
    return failure;
}

}  // namespace elkhorn::search
