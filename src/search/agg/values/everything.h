// search/agg/values/everything.h -- all that stands in the request's indices, whether the query
// found it or not: what significant terms are held against.
#pragma once

#include "search/base/context.h"
#include "search/source/nested_objects.h"

#include <string>
#include <utility>

namespace elkhorn::search::agg {

/// Calls visit(context) for each row group of each index, or for its objects at the path of a
/// nested field.
template <typename Visit>
Answer<> for_each_group(const RequestContext& request, const std::string& nested, Visit&& visit) {
    for (const auto& index : request.indices) {
        for (const store::GroupView& view : index->groups) {
            ASK(request.go_on());
            GroupContext context;
            context.request = &request;
            context.index = index.get();
            context.group = view.group.get();
            context.live = store::Bitmap(view.group->rows(), true);
            if (view.deleted != nullptr) context.live.and_not(*view.deleted);
            if (nested.empty()) {
                ASK(visit(context));
                continue;
            }
            for (const GroupContext& inside : ASK(objects_of(context, nested)))
                ASK(visit(inside));
        }
    }
    return {};
}

}  // namespace elkhorn::search::agg
