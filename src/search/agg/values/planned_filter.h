// search/agg/values/planned_filter.h -- a query inside an aggregation: planned once for each index
// of the request when the aggregation is bound, so that it is refused before rows are read.
#pragma once

#include "search/match/plan.h"

#include <map>
#include <string>

namespace elkhorn::search::agg {

class PlannedFilter {
public:
    explicit PlannedFilter(QueryPtr query) : query_(std::move(query)) {}

    Answer<> bind(const RequestContext& request, const std::string& nested) {
        for (const auto& index : request.indices) {
            Scope scope;
            scope.index = index.get();
            scope.request = &request;
            scope.nested = nested;
            nodes_[index.get()] = ASK(plan_query(*query_, scope));
        }
        return {};
    }

    Answer<store::Bitmap> rows(const GroupContext& context) const {
        const auto found = nodes_.find(context.index);
        return found == nodes_.end() ? query_->rows(context) : found->second->rows(context);
    }

private:
    QueryPtr query_;
    std::map<const store::IndexView*, NodePtr> nodes_;
};

}  // namespace elkhorn::search::agg
