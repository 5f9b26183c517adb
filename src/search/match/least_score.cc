#include "search/match/least_score.h"

#include "search/match/bm25.h"

namespace elkhorn::search {

Answer<Bitmap> rows_with_score(const Node& node, const GroupContext& context, const Bitmap& rows,
                               double least, float boost) {
    const RequestContext none;
    Statistics statistics(context.request == nullptr ? none : *context.request, *context.index);
    const auto scorer = ASK(node.scorer(statistics, boost));
    ASK(scorer->enter(context));
    Bitmap kept(rows.size());
    Answer<> going = context.go_on();
    std::uint32_t steps = 0;
    rows.for_each([&](std::uint32_t row) {
        if (!going || !scorer->has(row)) return;
        if (++steps % 4096 == 0) going = context.go_on();
        const auto score = scorer->score(row);
        if (!score)
            going = std::unexpected(score.error());
        else if (*score >= static_cast<float>(least))
            kept.set(row);
    });
    ASK(std::move(going));
    return kept;
}

}  // namespace elkhorn::search
