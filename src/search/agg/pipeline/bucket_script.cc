// search/agg/pipeline/bucket_script.cc -- bucket_script and bucket_selector: a script over the
// numbers of each bucket, whose answer is a value of the bucket, or whether it stays.

#include "script/run/run.h"
#include "search/agg/core/pipeline_kind.h"
#include "search/script/script_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg::bucket_script {
namespace {

using event::Value;

/// A script of a request, and its program.
struct Compiled {
    ScriptCall call;
    std::shared_ptr<const script::Program> program;
};

/// No world but its params.
class NumbersHost final : public script::Host {
public:
    explicit NumbersHost(const Ledger& ledger) : ledger_(ledger) {}

    script::Value variable(script::Run& /*run*/, script::Role /*role*/) override { return {}; }

    bool go_on() override { return ledger_.go_on().has_value(); }

private:
    const Ledger& ledger_;  // the aggregation's
};

class Scripted : public ParentPipeline {
public:
    Scripted(Common common, Settings settings, Compiled script)
        : ParentPipeline(std::move(common), std::move(settings)), script_(std::move(script)) {}

protected:
    /// The script over one bucket's numbers after another.
    class Runs {
    public:
        Runs(const Scripted& of, MultiBucket& parent, const BucketList& list)
            : of_(of),
              parent_(parent),
              list_(list),
              host_(of.ledger()),
              run_(of.script_.program, host_, {}) {
            run_.set_params(of.script_.call.params);
        }

        /// Sets its params; false: one of the numbers is missing.
        Answer<bool> set(std::size_t index) {
            bool complete = true;
            for (const auto& [name, path] : of_.settings().paths) {
                const double value =
                    ASK(of_.number(parent_, list_, index, path, of_.settings().insert_zeros));
                run_.set_param(name, script::Value::of_double(value));
                complete = complete && !std::isnan(value);
            }
            return complete;
        }

        Answer<script::Value> value() {
            run_.leave_row();
            const script::Value value = run_.execute();
            if (!value.thrown()) return value;
            ASK(of_.ledger().go_on());
            return script_failure(run_.trouble());
        }

    private:
        const Scripted& of_;
        MultiBucket& parent_;
        const BucketList& list_;
        NumbersHost host_;
        script::Run run_;
    };

private:
    Compiled script_;
};

class BucketScript final : public Scripted {
public:
    using Scripted::Scripted;

    std::string typed_name() const override { return "simple_value"; }

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        std::vector<PipelineValue> made(list.buckets.size());
        Runs runs(*this, parent, list);
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            if (!ASK(runs.set(i))) continue;
            const script::Value value = ASK(runs.value());
            if (!value.is_null()) made[i] = {true, value.as_double(), 0};
        }
        list.made[place()] = std::move(made);
        return {};
    }
};

class BucketSelector final : public Scripted {
public:
    using Scripted::Scripted;

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        BucketList kept;
        kept.made.resize(list.made.size());
        Runs runs(*this, parent, list);
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            ASK(runs.set(i));
            const script::Value value = ASK(runs.value());
            const bool stays =
                value.is(script::Tag::boolean) ? value.as_boolean() : value.as_double() != 0;
            if (stays) keep(list, i, kept);
        }
        list = std::move(kept);
        return {};
    }

private:
    static void keep(const BucketList& list, std::size_t index, BucketList& kept) {
        kept.buckets.push_back(list.buckets[index]);
        for (std::size_t p = 0; p < list.made.size(); ++p) {
            if (!list.made[p].empty()) kept.made[p].push_back(list.made[p][index]);
        }
    }
};

template <typename Kind>
MadePipeline make(Common common, PipelineOptions& options, const script::Context& context) {
    const Value* given = options.rest().any("script");
    if (given != nullptr && !given->is(event::Kind::string) && !given->is(event::Kind::object))
        return options.unexpected({"script", *given});
    Compiled script;
    if (given != nullptr) {
        auto call = read_script(*given);
        if (!call && call.error().type == "x_content_parse_exception") {
            options.rest().fail("script", call.error().type, call.error().reason);
            ASK(options.finish());
        }
        script.call = ASK(std::move(call));
        script.program = ASK(compile(script.call, common.ledger->request(), context));
    }
    ASK(options.finish());
    if (given == nullptr) return options.missing("script");
    return std::make_unique<Kind>(std::move(common), std::move(options.settings()),
                                  std::move(script));
}

MadePipeline make_script(Common common, PipelineOptions& options) {
    return make<BucketScript>(std::move(common), options, script::contexts::bucket_aggregation);
}

MadePipeline make_selector(Common common, PipelineOptions& options) {
    return make<BucketSelector>(std::move(common), options, script::contexts::bucket_selector);
}

constexpr Parameter members[] = {{"script", Takes::any}};

constexpr PipelineKind kinds[] = {
    {"bucket_script", make_script, {path_member, gap_member, format_member, members}},
    {"bucket_selector", make_selector, {path_member, gap_member, members}, PipelineWords::token},
};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::bucket_script
