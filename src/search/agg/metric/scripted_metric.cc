// search/agg/metric/scripted_metric.cc -- scripted_metric: four scripts over a state of their own.
//
//   init     once for each bucket      map     for each row, with `state` and `doc`
//   combine  state to what is kept     reduce  `states`, one for each index, to the answer
//
// All four keep what they make until the answer is written, for one's state is the next one's: what
// they hold is charged to the ledger, and bounded.

#include "script/run/run.h"
#include "script/value/object.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/options.h"
#include "search/script/row_script.h"
#include "search/script/script_call.h"

#include <fmt/format.h>

#include <map>

namespace elkhorn::search::agg::scripted_metric {
namespace {

using event::Value;

constexpr script::Limits limits{.bytes_most = 256 << 20, .keeps = true};

struct Scripts {
    std::optional<ScriptCall> init;
    ScriptCall map;
    ScriptCall combine;
    ScriptCall reduce;
    Value params;  // of all four
    std::shared_ptr<event::Arena> arena = std::make_shared<event::Arena>();
};

/// Rows as any script sees them, and the state of the bucket that one goes to.
class StateHost final : public RowHost {
public:
    using RowHost::RowHost;

    script::Value variable(script::Run& run, script::Role role) override {
        if (role == script::Role::state) return state;
        if (role == script::Role::states) return states;
        return RowHost::variable(run, role);
    }

    script::Value state;
    script::Value states;
};

/// One of the scripts, ready to run.
class Part {
public:
    Part(std::shared_ptr<const script::Program> program, const Value& params,
         const RequestContext* request)
        : host_(request), run_(std::move(program), host_, limits) {
        run_.set_params(params);
    }

    StateHost& host() { return host_; }

    script::Run& run() { return run_; }

    Answer<script::Value> execute() {
        const script::Value value = run_.execute();
        if (!value.thrown()) return value;
        if (host_.failure) return std::unexpected(*host_.failure);
        return script_failure(run_.trouble());
    }

private:
    StateHost host_;
    script::Run run_;
};

class ScriptedMetric final : public Aggregator {
public:
    ScriptedMetric(Common common, Scripts scripts)
        : Aggregator(std::move(common)), scripts_(std::move(scripts)) {}

    Shape shape() const override { return Shape::other; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        if (scripts_.init)
            init_ = ASK(part(*scripts_.init, request, script::contexts::metric_init));
        map_ = ASK(part(scripts_.map, request, script::contexts::metric_map));
        combine_ = ASK(part(scripts_.combine, request, script::contexts::metric_combine));
        reduce_ = ASK(part(scripts_.reduce, request, script::contexts::metric_reduce));
        for (const auto& index : request.indices)
            indices_.push_back(index.get());
        return {};
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(map_->host().enter(context));
        Answer<> going = context.go_on();
        selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
            if (going) going = add(context, row, bucket);
        });
        ASK(std::move(going));
        return charge();
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        std::vector<script::Value> states;
        for (const store::IndexView* index : indices_) {
            combine_->host().state = ASK(state_of(index, bucket));
            states.push_back(ASK(combine_->execute()));
        }
        reduce_->host().states = script::Value::of(reduce_->run().make_list(std::move(states)));
        const script::Value value = ASK(reduce_->execute());
        event::Arena arena;
        const auto json = reduce_->run().to_json(value, arena);
        if (!json) return refuse_execution("the value of a script cannot be shown as JSON");
        out.member("value", *json);
        return charge();
    }

private:
    Answer<std::unique_ptr<Part>> part(const ScriptCall& call, const RequestContext& request,
                                       const script::Context& context) {
        event::Object* params = event::make_object(*scripts_.arena);
        for (const Value& from : {scripts_.params, call.params}) {
            if (!from.is(event::Kind::object)) continue;
            for (const event::Member& member : from.as_object().members()) {
                if (params->find(member.name) != nullptr) {
                    return refuse_in_phase(
                        "illegal_argument_exception",
                        fmt::format("Parameter name \"{}\" used in both aggregation and script "
                                    "parameters",
                                    member.name));
                }
                params->add(*scripts_.arena, member.name, member.value);
            }
        }
        auto program = ASK(compile(call, &request, context));
        return std::make_unique<Part>(std::move(program), Value::object(params), &request);
    }

    Answer<script::Value> state_of(const store::IndexView* index, std::uint32_t bucket) {
        const auto [it, made] = states_.try_emplace({index, bucket});
        if (!made) return it->second;
        it->second = script::Value::of(map_->run().make_map());
        ASK(ledger().hold(sizeof(*it)));
        if (init_ == nullptr) return it->second;
        init_->host().state = it->second;
        ASK(init_->execute());
        return it->second;
    }

    Answer<> add(const GroupContext& context, std::uint32_t row, std::uint32_t bucket) {
        map_->host().state = ASK(state_of(context.index, bucket));
        map_->host().at(row);
        ASK(map_->execute());
        return {};
    }

    /// What the scripts hold beyond what was charged.
    Answer<> charge() {
        std::size_t held = 0;
        for (const auto* one : {&init_, &map_, &combine_, &reduce_}) {
            if (*one != nullptr) held += (*one)->run().heap().used_bytes();
        }
        if (held <= charged_) return {};
        ASK(ledger().hold(held - charged_));
        charged_ = held;
        return {};
    }

    Scripts scripts_;
    std::unique_ptr<Part> init_;  // null: none
    std::unique_ptr<Part> map_;
    std::unique_ptr<Part> combine_;
    std::unique_ptr<Part> reduce_;
    std::vector<const store::IndexView*> indices_;  // of the request
    std::map<std::pair<const store::IndexView*, std::uint32_t>, script::Value> states_;
    std::size_t charged_ = 0;
};

Answer<std::optional<ScriptCall>> read_part(Options& options, std::string_view name) {
    const Value* given = options.any(name);
    if (given == nullptr) return std::nullopt;
    auto call = read_script(*given);
    if (call) return std::optional(std::move(*call));
    options.fail(name, call.error().type, call.error().reason);
    return std::nullopt;
}

Made make(Common common, const Value& body) {
    Options options(common.type, common.name, body);
    Scripts scripts;
    scripts.init = ASK(read_part(options, "init_script"));
    auto map = ASK(read_part(options, "map_script"));
    auto combine = ASK(read_part(options, "combine_script"));
    auto reduce = ASK(read_part(options, "reduce_script"));
    if (const Value* params = options.object("params"); params != nullptr)
        scripts.params = event::copy_value(*scripts.arena, *params);
    ASK(options.finish());
    const auto missing = [&](std::string_view which) {
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("[{}] must not be null: [{}]", which, common.name));
    };
    if (!map) return refuse("illegal_argument_exception", "Required [map_script]");
    if (!combine) return missing("combineScript");
    if (!reduce) return missing("reduceScript");
    scripts.map = std::move(*map);
    scripts.combine = std::move(*combine);
    scripts.reduce = std::move(*reduce);
    return std::make_unique<ScriptedMetric>(std::move(common), std::move(scripts));
}

constexpr Parameter members[] = {{"init_script", Takes::any},
                                 {"map_script", Takes::any},
                                 {"combine_script", Takes::any},
                                 {"reduce_script", Takes::any},
                                 {"params", Takes::object}};

constexpr AggregationKind kinds[] = {{"scripted_metric", make, {members}}};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::scripted_metric
