#include "search/run/part.h"

#include "base/wildcard.h"
#include "search/query/core/parse.h"

#include <algorithm>

namespace elkhorn::search {
namespace {

Answer<SortValue> score_after(const event::Value& value) {
    if (value.is(event::Kind::real)) return SortValue::of(value.as_real());
    if (value.is(event::Kind::integer))
        return SortValue::of(static_cast<double>(value.as_integer()));
    return refuse_in_phase("illegal_argument_exception",
                           "Failed to parse search_after value for field [_score].");
}

Answer<> plan_order(Part& part, const Request& request, const RequestContext& context) {
    for (std::size_t i = 0; i < request.sort.size(); ++i) {
        const auto& sort = request.sort[i];
        const bool score = sort->kind == Sort::Kind::score;
        part.columns.push_back(score ? nullptr
                                     : ASK(make_sort_column(sort, context, *part.index, {}, true)));
        if (!request.search_after || i >= request.search_after->as_array().size()) continue;
        const event::Value& after = request.search_after->as_array()[i];
        part.after.push_back(score ? ASK(score_after(after))
                                   : ASK(part.columns.back()->parse_after(after)));
    }
    return {};
}

/// What scores in the index count for: the first pattern of indices_boost that it matches.
float boost_of(const Request& request, const std::string& index) {
    for (const IndexBoost& boost : request.indices_boost) {
        if (matches_star(boost.pattern, index)) return boost.boost;
    }
    return 1;
}

Answer<> plan_scores(Part& part, const Request& request, const RequestContext& context) {
    const float boost = boost_of(request, part.index->name);
    if (const auto constant = part.node->constant()) {
        part.constant = *constant * boost;
        return {};
    }
    part.statistics = std::make_unique<Statistics>(context, *part.index);
    part.scorer = ASK(part.node->scorer(*part.statistics, boost));
    return {};
}

void tell_scores(Part& part) {
    for (const auto& column : part.columns) {
        if (column == nullptr || !column->wants_scores()) continue;
        column->set_scores([&part](std::uint32_t row) -> Answer<float> {
            if (part.scorer == nullptr) return part.constant;
            return part.scorer->score(row);
        });
    }
}

}  // namespace

Answer<std::unique_ptr<Part>> plan_part(const Request& request, const RequestContext& context,
                                        const store::IndexView& index, std::size_t number,
                                        PartNeeds needs) {
    auto part = std::make_unique<Part>();
    part->index = &index;
    part->number = number;
    Scope scope;
    scope.index = &index;
    scope.request = &context;
    scope.named = &part->named;
    scope.inner_hits = &part->inner_hits;
    scope.relative_hits = &part->relative_hits;
    if (request.profile || request.explain) {  // who explains names queries, too
        part->profile = std::make_unique<PartProfile>();
        part->profile->index = index.name;
        scope.profile = &part->profile->root;
    }
    const ProfileTimer planning(part->profile.get(), &PartProfile::plan_ns, context.clock);
    part->node = ASK(plan_query(*request.query, scope));
    scope.profile = nullptr;
    if (request.post_filter) part->post_filter = ASK(plan_query(*request.post_filter, scope));
    if (request.highlight && needs.hits)
        part->highlighter = ASK(Highlighter::plan(*request.highlight, scope, part->node));
    if (!request.script_fields.empty() && needs.hits)
        part->script_fields = ASK(ScriptFields::plan(request.script_fields, context));
    ASK(plan_order(*part, request, context));
    part->sorts_by_scores = std::ranges::any_of(part->columns, [](const auto& column) {
        return column != nullptr && column->wants_scores();
    });
    if (request.collapse) part->collapse = ASK(CollapseColumn::plan(*request.collapse, index));
    if (request.slice) part->slice = ASK(SliceRows::plan(*request.slice, index));
    const bool scores = needs.scores || part->sorts_by_scores;
    if (scores || (request.explain && needs.hits)) ASK(plan_scores(*part, request, context));
    tell_scores(*part);
    Scope second;  // names and inner hits are of the query alone
    second.index = &index;
    second.request = &context;
    if (needs.hits) part->rescores = ASK(plan_rescores(request.rescores, second));
    return part;
}

}  // namespace elkhorn::search
