// search/agg/pipeline/bucket_script.cc -- bucket_script and bucket_selector: a script over the
// numbers of each bucket, whose answer is a value of the bucket, or whether it stays.

#include "search/agg/core/pipeline_kind.h"
#include "search/agg/core/script.h"
#include "search/base/members.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg::bucket_script {
namespace {

using event::Kind;
using event::Value;
using ScriptPtr = std::shared_ptr<const Script>;

class Scripted : public ParentPipeline {
public:
    Scripted(Common common, Settings settings, ScriptPtr script)
        : ParentPipeline(std::move(common), std::move(settings)), script_(std::move(script)) {}

    Answer<> check(const Children& beside, const Aggregator* parent) const final {
        ASK(ParentPipeline::check(beside, parent));
        std::vector<std::string> known;
        for (const auto& [variable, path] : settings().paths)
            known.push_back(variable);
        if (script_->unknown_names(known).empty()) return {};
        return refuse_in_phase("script_exception", "runtime error");
    }

protected:
    struct Ran {
        double value = no_number;
        bool missing = false;  // one of its numbers is
    };

    Answer<Ran> run(MultiBucket& parent, const BucketList& list, std::size_t index) const {
        Script::Variables variables;
        Ran ran;
        for (const auto& [name, path] : settings().paths) {
            const double value = ASK(number(parent, list, index, path, settings().insert_zeros));
            variables[name] = value;
            ran.missing = ran.missing || std::isnan(value);
        }
        ran.value = script_->run(variables);
        return ran;
    }

private:
    ScriptPtr script_;
};

class BucketScript final : public Scripted {
public:
    using Scripted::Scripted;

    std::string typed_name() const override { return "simple_value"; }

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        std::vector<PipelineValue> made(list.buckets.size());
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            const Ran ran = ASK(run(parent, list, i));
            if (!ran.missing) made[i] = {true, ran.value, 0};
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
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            const double value = ASK(run(parent, list, i)).value;
            if (value != 0 && !std::isnan(value)) keep(list, i, kept);
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

constexpr ParameterTable script_tables[] = {script_members};

Script::Variables constants_of(const Value* params) {
    Script::Variables constants;
    if (params == nullptr || !params->is(Kind::object)) return constants;
    for (const event::Member& member : params->as_object().members()) {
        const auto text = scalar_text(member.value);
        constants[std::string(member.name)] = text ? parse_real(*text).value_or(0) : 0;
    }
    return constants;
}

Answer<ScriptPtr> read_script_object(const Value& value, Options& options) {
    const MemberCheck check = ASK(check_members("a script", value, script_tables));
    if (!check.undeclared.empty()) {
        options.fail("script", "x_content_parse_exception",
                     fmt::format("[1:1] [script] unknown field [{}]", check.undeclared));
        return ScriptPtr();
    }
    const event::Object& object = value.as_object();
    const Value* source = object.find("source");
    if (source == nullptr) source = object.find("inline");
    if (source == nullptr || !source->is(Kind::string)) {
        return refuse("illegal_argument_exception",
                      "must specify either [source] for an inline script or [id] for a "
                      "stored script");
    }
    return Script::parse(source->as_string(), constants_of(object.find("params")));
}

/// Null where the options know why there is none.
Answer<ScriptPtr> read_script(PipelineOptions& options) {
    const Value* given = options.rest().any("script");
    if (given == nullptr) return ScriptPtr();
    if (given->is(Kind::string)) return Script::parse(given->as_string(), {});
    if (!given->is(Kind::object)) return options.unexpected({"script", *given});
    return read_script_object(*given, options.rest());
}

template <typename Kind>
MadePipeline make(Common common, PipelineOptions& options) {
    ScriptPtr script = ASK(read_script(options));
    ASK(options.finish());
    if (script == nullptr) return options.missing("script");
    return std::make_unique<Kind>(std::move(common), std::move(options.settings()),
                                  std::move(script));
}

constexpr Parameter members[] = {{"script", Takes::any}};

constexpr PipelineKind kinds[] = {
    {"bucket_script", make<BucketScript>, {path_member, gap_member, format_member, members}},
    {"bucket_selector",
     make<BucketSelector>,
     {path_member, gap_member, members},
     PipelineWords::token},
};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::bucket_script
