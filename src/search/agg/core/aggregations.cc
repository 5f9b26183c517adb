// The "aggs" object read into a tree of aggregators (aggregator.h), fed and written.

#include "search/agg/core/aggregations.h"

#include "base/nearest.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/options.h"
#include "search/agg/core/pipeline_kind.h"
#include "search/base/members.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <span>

namespace elkhorn::search {
namespace agg {
namespace {

using event::Kind;
using event::Value;

constexpr int depth_most = 100;

/// The parts of one definition: its type with its object, what is inside, meta.
struct Definition {
    std::string_view type;
    const Value* body = nullptr;
    const Value* inside = nullptr;
    std::string meta;
};

Answer<Definition> split_definition(std::string_view name, const Value& value) {
    if (!value.is(Kind::object)) {
        return refuse_parsing(
            fmt::format("Aggregation definition for [{} starts with a [{}], expected a "
                        "[START_OBJECT].",
                        name, token_name(value)));
    }
    Definition definition;
    for (const event::Member& member : value.as_object().members()) {
        if (!member.value.is(Kind::object)) {
            return refuse_parsing(
                fmt::format("Expected [START_OBJECT] under [{}], but got a [{}] in [{}]",
                            member.name, token_name(member.value), name));
        }
        if (member.name == "meta") {
            json::Writer meta;
            meta.value(member.value);
            definition.meta = meta.take();
        } else if (member.name == "aggs" || member.name == "aggregations") {
            if (definition.inside != nullptr) {
                return refuse_parsing(
                    fmt::format("Found two sub aggregation definitions under [{}]", name));
            }
            definition.inside = &member.value;
        } else if (definition.body != nullptr) {
            return refuse_parsing(
                fmt::format("Found two aggregation type definitions in [{}]: [{}] and [{}]", name,
                            definition.type, member.name));
        } else {
            definition.type = member.name;
            definition.body = &member.value;
        }
    }
    if (definition.body == nullptr) {
        return refuse_parsing(fmt::format("Missing definition for aggregation [{}]", name));
    }
    return definition;
}

std::unexpected<Failure> unknown_type(std::string_view type) {
    std::vector<std::string_view> known;
    const auto know = [&](const auto& families) {
        for (const auto* family : families) {
            for (const auto& kind : family->kinds)
                known.push_back(kind.name);
        }
    };
    know(all_pipeline_kinds());
    know(all_aggregation_kinds());
    const std::string near = nearest_word(type, known);
    auto failure =
        refuse_parsing(fmt::format("Unknown aggregation type [{}]{}", type,
                                   near.empty() ? "" : fmt::format(" did you mean [{}]?", near)));
    failure.error().caused_by_type = "named_object_not_found_exception";
    failure.error().caused_by_reason = fmt::format("[1:1] unknown field [{}]", type);
    return failure;
}

Answer<> check_name(std::string_view name) {
    if (!name.empty() && name.find_first_of("[]>") == std::string_view::npos) return {};
    return refuse_parsing(
        fmt::format("Invalid aggregation name [{}]. Aggregation names can contain any character "
                    "except '[', ']', and '>'",
                    name));
}

/// Where one reads: what is around it.
struct Place {
    Ledger* ledger = nullptr;
    Aggregator* parent = nullptr;
    std::string nested;  // path
    int depth = 0;
    bool global = false;
};

Answer<Children> read_children(const Value& aggs, const Place& place);

/// The body with the members that the kind declares as used; those in no table are refused in the
/// words of Elasticsearch's parser (options.h).
Made make_declared(const AggregationKind& kind, Common common, const Value& body) {
    const std::string whose = fmt::format("a [{}] aggregation", kind.name);
    const MemberCheck check = ASK(check_members(whose, body, kind.members));
    event::Arena arena;
    const std::string name = common.name;
    auto made = ASK(kind.make(std::move(common),
                              check.leaves_out ? used_members(arena, body, kind.members) : body));
    if (!check.undeclared.empty()) {
        return refuse_parsing(fmt::format("[{}] unknown field [{}]", name, check.undeclared));
    }
    return made;
}

Answer<std::unique_ptr<Aggregator>> read_aggregator(Common common, const Definition& definition,
                                                    const Place& place) {
    const std::string type = common.type;
    const AggregationKind* kind = find_aggregation_kind(type);
    if (kind == nullptr) return unknown_type(type);
    std::unique_ptr<Aggregator> made =
        ASK(make_declared(*kind, std::move(common), *definition.body));
    made->set_parent(place.parent);
    if (definition.inside == nullptr) return made;
    if (!made->may_have_children()) {
        auto failure =
            refuse("aggregation_initialization_exception",
                   fmt::format("Aggregator [{}] of type [{}] cannot accept sub-aggregations",
                               made->name(), type));
        failure.error().status = 500;
        return failure;
    }
    Place inside{place.ledger, made.get(), place.nested, place.depth + 1,
                 place.global || type == "global"};
    if (type == "nested" || type == "reverse_nested") {
        const Value* path = definition.body->as_object().find("path");
        inside.nested = path == nullptr ? "" : path->as_string();
    }
    made->children() = ASK(read_children(*definition.inside, inside));
    return made;
}

Answer<Children> read_children(const Value& aggs, const Place& place) {
    if (!aggs.is(Kind::object)) {
        return refuse_parsing(fmt::format("Unknown key for a {} in [aggs].", token_name(aggs)));
    }
    if (place.depth > depth_most) {
        return refuse("illegal_argument_exception", "aggregations are nested too deep");
    }
    Children children;
    std::set<std::string_view> names;
    for (const event::Member& member : aggs.as_object().members()) {
        ASK(check_name(member.name));
        if (!names.insert(member.name).second) {
            return refuse("illegal_argument_exception",
                          fmt::format("Two sibling aggregations cannot have the same name: [{}]",
                                      member.name));
        }
        Definition definition = ASK(split_definition(member.name, member.value));
        Common common;
        common.name = member.name;
        common.type = definition.type;
        common.meta = std::move(definition.meta);
        common.ledger = place.ledger;
        common.top = place.parent == nullptr;
        common.nested = place.nested;
        common.global = place.global;
        if (const PipelineKind* kind = find_pipeline_kind(definition.type)) {
            children.pipelines.push_back(
                ASK(make_pipeline(*kind, std::move(common), *definition.body)));
        } else {
            children.aggregators.push_back(
                ASK(read_aggregator(std::move(common), definition, place)));
        }
    }
    ASK(check_pipelines(children, place.parent));
    return children;
}

Answer<> check_globals(const Children& children) {
    for (const auto& aggregator : children.aggregators) {
        for (const auto& inside : aggregator->children().aggregators) {
            if (inside->type() != "global") continue;
            auto failure =
                refuse_in_phase("aggregation_execution_exception",
                                fmt::format("Aggregation [{}] cannot have a global sub-aggregation "
                                            "[{}]. Global aggregations can only "
                                            "be defined as top level aggregations",
                                            aggregator->name(), inside->name()));
            failure.error().status = 500;
            return failure;
        }
        ASK(check_globals(aggregator->children()));
    }
    return {};
}

class Tree final : public Aggregations {
public:
    explicit Tree(const RequestContext& request)
        : request_(request), ledger_(request.max_buckets, request.memory, &request) {}

    Answer<> read(const Value& aggs) {
        Place top;
        top.ledger = &ledger_;
        children_ = ASK(read_children(aggs, top));
        ASK(check_globals(children_));
        return children_.bind(request_);
    }

    Answer<> collect(const GroupContext& context, const store::Bitmap& matching) override {
        if (children_.wants_all_rows()) seen_.insert(context.group);
        Selection all;
        all.whole = matching.count() == context.rows();
        if (all.whole) {
            all.rows = std::span(every_row()).first(context.rows());
        } else {
            rows_.clear();
            matching.for_each([this](std::uint32_t row) { rows_.push_back(row); });
            all.rows = rows_;
        }
        return children_.collect(context, all);
    }

    bool merges() const override { return !children_.wants_all_rows() && children_.merges(); }

    Answer<> merge(Aggregations& other) override {
        constexpr std::array<std::uint32_t, 1> top = {0};
        return children_.merge(static_cast<Tree&>(other).children_, top);
    }

    Answer<> render(json::Writer& out, bool typed_keys) override {
        if (children_.wants_all_rows()) ASK(collect_others());
        ASK(children_.finish());
        ledger_.typed_keys = typed_keys;
        ledger_.begin_answer();
        return children_.render(out, 0, nullptr, 0);
    }

private:
    static const std::vector<std::uint32_t>& every_row() {
        static const std::vector<std::uint32_t> rows = [] {
            std::vector<std::uint32_t> all(store::max_group_rows);
            std::iota(all.begin(), all.end(), 0U);
            return all;
        }();
        return rows;
    }

    /// Row groups that the search left out because nothing in them matches.
    Answer<> collect_others() {
        for (const auto& index : request_.indices) {
            for (const store::GroupView& view : index->groups) {
                if (seen_.contains(view.group.get())) continue;
                GroupContext context;
                context.request = &request_;
                context.index = index.get();
                context.group = view.group.get();
                context.live = store::Bitmap(view.group->rows(), true);
                if (view.deleted != nullptr) context.live.and_not(*view.deleted);
                ASK(collect(context, store::Bitmap(view.group->rows())));
            }
        }
        return {};
    }

    const RequestContext& request_;  // the search's, which outlives its aggregations
    Ledger ledger_;
    Children children_;
    std::vector<std::uint32_t> rows_;
    std::set<const store::RowGroup*> seen_;
};

}  // namespace

const AggregationKind* find_aggregation_kind(std::string_view name) {
    for (const AggregationKinds* family : all_aggregation_kinds()) {
        const auto found = std::ranges::find(family->kinds, name, &AggregationKind::name);
        if (found != family->kinds.end()) return &*found;
    }
    return nullptr;
}

}  // namespace agg

Answer<std::unique_ptr<Aggregations>> parse_aggregations(const event::Value& aggs,
                                                         const RequestContext& request) {
    auto tree = std::make_unique<agg::Tree>(request);
    ASK(tree->read(aggs));
    return tree;
}

}  // namespace elkhorn::search
