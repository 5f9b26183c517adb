// search/run/count.cc -- how many documents match, and nothing else of them.

#include "search/match/plan.h"
#include "search/run/rows_ahead.h"
#include "search/run/search.h"

#include <utility>
#include <vector>

namespace elkhorn::search {
namespace {

constexpr std::size_t groups_ahead = 8;

}  // namespace

Answer<std::uint64_t> count(const QueryPtr& query, const RequestContext& given) {
    RequestContext context = given;
    if (!context.cache) context.cache = std::make_shared<GroupCache>();
    std::uint64_t total = 0;
    for (const auto& index : context.indices) {
        Scope scope;
        scope.index = index.get();
        scope.request = &context;
        auto node = plan_query(*query, scope);
        if (!node) {
            Failure failure = node.error();
            failure.index = index->name;
            return std::unexpected(std::move(failure));
        }
        std::vector<RowsAhead::Group> groups;
        for (std::size_t group = 0; group < index->groups.size(); ++group)
            groups.push_back({*node, index.get(), group});
        RowsAhead ahead(context, std::move(groups));
        for (std::size_t group = 0; group < index->groups.size(); ++group) {
            ASK(context.go_on());
            const GroupContext place = context_of(context, *index, group);
            Bitmap rows = ASK(ahead.take(group, place, groups_ahead));
            rows.and_with(place.live);
            total += rows.count();
        }
    }
    ASK(context.go_on());
    return total;
}

}  // namespace elkhorn::search
