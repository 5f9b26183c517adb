// search/query/script/script_query.cc -- script: the rows for which a script says true; and
// script_score: the rows of a query, each with the score that a script gives it.
//
// A script is run for the rows alone that the other clauses of a bool have left, as Lucene does: it
// may rely on what they make sure of.

#include "script/core/script.h"
#include "script/value/java_text.h"
#include "search/match/bm25.h"
#include "search/match/least_score.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/script/row_script.h"
#include "search/script/script_call.h"

#include <fmt/format.h>

#include <cmath>

namespace elkhorn::search::script_query {
namespace {

using event::Kind;
using event::Value;
using ProgramPtr = std::shared_ptr<const script::Program>;

class ScriptNode final : public Node {
public:
    ScriptNode(ProgramPtr program, ScriptCall call)
        : program_(std::move(program)), call_(std::move(call)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        return rows_among(context, Bitmap(context.rows(), true));
    }

    Answer<Bitmap> rows_among(const GroupContext& context,
                              const Bitmap& candidates) const override {
        Bitmap rows = candidates;
        rows.and_with(context.live);
        Bitmap found(context.rows());
        RowScript script(program_, call_.params, context.request);
        ASK(script.enter(context));
        Answer<> going = context.go_on();
        std::uint32_t steps = 0;
        rows.for_each([&](std::uint32_t row) {
            if (!going) return;
            if (++steps % 4096 == 0) going = context.go_on();
            const auto matches = script.test(row);
            if (!matches)
                going = std::unexpected(matches.error());
            else if (*matches)
                found.set(row);
        });
        ASK(std::move(going));
        return found;
    }

    int cost() const override { return 10; }

private:
    ProgramPtr program_;
    ScriptCall call_;
};

Answer<QueryPtr> parse_script(const Value& body) {
    Common common;
    std::optional<ScriptCall> call;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name != "script") {
            return bad_syntax(fmt::format("[script] query does not support [{}]", member.name));
        }
        if (member.value.is(Kind::array)) {
            return bad_syntax(
                "[script] query does not support an array of scripts. Use a bool query with a "
                "clause per script instead.");
        }
        call = ASK(read_script(member.value));
    }
    if (!call) return bad_syntax("script must be provided with a [script] filter");
    return make_query(
        [call = *call](const Scope& scope) -> Answer<NodePtr> {
            auto program = compile(call, scope.request, script::contexts::filter);
            if (!program) return std::unexpected(as_query_failure(std::move(program.error())));
            return std::make_shared<ScriptNode>(std::move(*program), call);
        },
        common, 1.0F);
}

// -- script_score ---------------------------------------------------------------------------------

class ScriptScorer final : public RowScorer {
public:
    ScriptScorer(std::unique_ptr<RowScorer> inner, const ProgramPtr& program,
                 const ScriptCall& call, const RequestContext* request, float boost)
        : inner_(std::move(inner)), script_(program, call.params, request), boost_(boost) {
        script_.host().score = [this](std::uint32_t row) {
            return inner_->score(row);
        };
    }

    Answer<> enter(const GroupContext& context) override {
        ASK(inner_->enter(context));
        return script_.enter(context);
    }

    bool has(std::uint32_t row) const override { return inner_->has(row); }

    Answer<float> score(std::uint32_t row) override {
        const auto score = static_cast<float>(ASK(script_.number(row)));
        if (score >= 0 && !std::isinf(score)) return score * boost_;
        if (score >= 0) return score;
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("script_score script returned an invalid score [{}] for "
                                           "doc [{}]. Must be a non-negative score!",
                                           script::java_text(score), row));
    }

private:
    std::unique_ptr<RowScorer> inner_;
    RowScript script_;
    float boost_;
};

class ScriptScoreNode final : public Node {
public:
    ScriptScoreNode(NodePtr inner, ProgramPtr program, ScriptCall call,
                    std::optional<double> min_score, float boost)
        : inner_(std::move(inner)),
          program_(std::move(program)),
          call_(std::move(call)),
          min_score_(min_score),
          boost_(boost) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        return rows_among(context, Bitmap(context.rows(), true));
    }

    Answer<Bitmap> rows_among(const GroupContext& context,
                              const Bitmap& candidates) const override {
        Bitmap rows = ASK(inner_->rows_among(context, candidates));
        if (!min_score_) return rows;
        rows.and_with(candidates);
        rows.and_with(context.live);
        return rows_with_score(*this, context, rows, *min_score_, boost_);
    }

    int cost() const override { return min_score_ ? 10 : inner_->cost(); }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        auto inner = ASK(inner_->scorer(statistics, 1.0F));
        return std::make_unique<ScriptScorer>(std::move(inner), program_, call_,
                                              &statistics.request(), boost);
    }

    void mark(Marks& marks) const override { inner_->mark(marks); }

private:
    NodePtr inner_;
    ProgramPtr program_;
    ScriptCall call_;
    std::optional<double> min_score_;
    float boost_;  // of the query, which min_score looks at
};

Answer<QueryPtr> parse_script_score(const Value& body) {
    Common common;
    QueryPtr inner;
    std::optional<ScriptCall> call;
    std::optional<double> min_score;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "query")
            inner = ASK(inner_query(member, "script_score"));
        else if (member.name == "script" && !member.value.is(Kind::object))
            return bad_content(
                fmt::format("[script_score] script doesn't support values of type: {}",
                            token_name(member.value)));
        else if (member.name == "script")
            call = ASK(read_script(member.value));
        else if (member.name == "min_score")
            min_score = ASK(number_option(member));
        else
            return bad_content(fmt::format("[script_score] unknown field [{}]", member.name));
    }
    if (!inner || !call) {
        return refuse("illegal_argument_exception",
                      fmt::format("Required [{}]", !inner && !call ? "query, script"
                                                   : !inner        ? "query"
                                                                   : "script"));
    }
    return make_query(
        [inner, call = *call, min_score,
         boost = common.boost](const Scope& scope) -> Answer<NodePtr> {
            auto program = compile(call, scope.request, script::contexts::score);
            if (!program) return std::unexpected(as_query_failure(std::move(program.error())));
            return std::make_shared<ScriptScoreNode>(ASK(plan_query(*inner, scope)),
                                                     std::move(*program), call, min_score, boost);
        },
        common);
}

constexpr Parameter script_query_members[] = {{"script", Takes::any}};
constexpr Parameter script_score_members[] = {
    {"query", Takes::object}, {"script", Takes::any}, {"min_score", Takes::real}};

constexpr QueryKind kinds[] = {
    {"script", parse_script, {script_query_members}},
    {"script_score", parse_script_score, {script_score_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::script_query
