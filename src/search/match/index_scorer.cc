// search/match/index_scorer.cc -- scores as a whole search gives them, row by row, for whoever
// walks rows by itself.

#include "search/match/bm25.h"
#include "search/match/plan.h"

#include <memory>
#include <utility>

namespace elkhorn::search {
namespace {

class IndexScorer final : public Scorer {
public:
    IndexScorer(NodePtr node, std::unique_ptr<Statistics> statistics,
                std::unique_ptr<RowScorer> scorer)
        : node_(std::move(node)), statistics_(std::move(statistics)), scorer_(std::move(scorer)) {}

    Answer<float> score(const GroupContext& context, std::uint32_t row) override {
        if (context.group != entered_) ASK(scorer_->enter(context));
        entered_ = context.group;
        return scorer_->score(row);
    }

private:
    NodePtr node_;
    std::unique_ptr<Statistics> statistics_;
    std::unique_ptr<RowScorer> scorer_;
    const store::RowGroup* entered_ = nullptr;  // only compared
};

}  // namespace

Answer<std::unique_ptr<Scorer>> make_scorer(const QueryPtr& query, const RequestContext& request,
                                            const store::IndexView& index) {
    Scope scope;
    scope.index = &index;
    scope.request = &request;
    NodePtr node = ASK(plan_query(*query, scope));
    auto statistics = std::make_unique<Statistics>(request, index);
    auto scorer = ASK(node->scorer(*statistics, 1.0F));
    return std::make_unique<IndexScorer>(std::move(node), std::move(statistics), std::move(scorer));
}

}  // namespace elkhorn::search
