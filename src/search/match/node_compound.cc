// search/match/node_compound.cc -- nodes made of nodes: bool, the best of several, constant scores,
// boosts.

#include "search/match/bm25.h"
#include "search/match/plan.h"
#include "search/match/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace elkhorn::search {
namespace {

class ConstantScorer final : public RowScorer {
public:
    ConstantScorer(const Node& node, float score) : node_(node), score_(score) {}

    Answer<> enter(const GroupContext& context) override {
        rows_ = ASK(node_.rows(context));
        return {};
    }

    bool has(std::uint32_t row) const override { return rows_.test(row); }

    Answer<float> score(std::uint32_t /*row*/) override { return score_; }

private:
    const Node& node_;  // whoever asked for the scorer keeps the tree
    float score_;
    Bitmap rows_;
};

class AllNode final : public Node {
public:
    Answer<Bitmap> rows(const GroupContext& context) const override {
        return Bitmap(context.rows(), true);
    }

    int cost() const override { return 0; }
};

class NoNode final : public Node {
public:
    Answer<Bitmap> rows(const GroupContext& context) const override {
        return Bitmap(context.rows());
    }

    int cost() const override { return 0; }
};

/// What several clauses have in common; `has` is the node's own rows.
class SumScorer : public RowScorer {
public:
    SumScorer(const Node& node, std::vector<std::unique_ptr<RowScorer>> parts)
        : node_(node), parts_(std::move(parts)) {}

    Answer<> enter(const GroupContext& context) override {
        rows_ = ASK(node_.rows(context));
        for (const auto& part : parts_)
            ASK(part->enter(context));
        return {};
    }

    bool has(std::uint32_t row) const override { return rows_.test(row); }

    Answer<float> score(std::uint32_t row) override {
        double sum = 0;
        for (const auto& part : parts_) {
            if (part->has(row)) sum += ASK(part->score(row));
        }
        return static_cast<float>(sum);
    }

    Answer<Explanation> explain(std::uint32_t row) override {
        std::vector<Explanation> parts = ASK(explain_parts(row));
        if (parts_.size() == 1) return std::move(parts[0]);
        return Explanation{ASK(score(row)), "sum of:", std::move(parts)};
    }

protected:
    Answer<std::vector<Explanation>> explain_parts(std::uint32_t row) {
        std::vector<Explanation> parts;
        for (const auto& part : parts_) {
            if (part->has(row)) parts.push_back(ASK(part->explain(row)));
        }
        return parts;
    }

    const Node& node_;  // see ConstantScorer
    std::vector<std::unique_ptr<RowScorer>> parts_;
    Bitmap rows_;
};

class BestScorer final : public SumScorer {
public:
    BestScorer(const Node& node, std::vector<std::unique_ptr<RowScorer>> parts, float tie_breaker)
        : SumScorer(node, std::move(parts)), tie_breaker_(tie_breaker) {}

    Answer<float> score(std::uint32_t row) override {
        double best = 0;
        double others = 0;
        for (const auto& part : parts_) {
            if (!part->has(row)) continue;
            const double score = ASK(part->score(row));
            others += std::min(best, score);
            best = std::max(best, score);
        }
        return static_cast<float>(best + others * tie_breaker_);
    }

    Answer<Explanation> explain(std::uint32_t row) override {
        std::string what = tie_breaker_ == 0
                               ? "max of:"
                               : fmt::format("max plus {} times others of:", tie_breaker_);
        return Explanation{ASK(score(row)), std::move(what), ASK(explain_parts(row))};
    }

private:
    float tie_breaker_;
};

Answer<std::vector<std::unique_ptr<RowScorer>>> scorers_of(const std::vector<NodePtr>& nodes,
                                                           Statistics& statistics, float boost) {
    std::vector<std::unique_ptr<RowScorer>> scorers;
    for (const NodePtr& node : nodes)
        scorers.push_back(ASK(node->scorer(statistics, boost)));
    return scorers;
}

/// Adds the rows to those counted, in as many bits a row as are needed: levels[i] has the rows that
/// `i + 1` or more clauses matched.
void count_rows(std::vector<Bitmap>& levels, const Bitmap& rows) {
    for (std::size_t i = levels.size() - 1; i > 0; --i) {
        Bitmap carried = levels[i - 1];
        carried.and_with(rows);
        levels[i].or_with(carried);
    }
    levels[0].or_with(rows);
}

class BoolNode final : public Node {
public:
    explicit BoolNode(Clauses clauses) : clauses_(std::move(clauses)) {
        for (const auto& required : {clauses_.must, clauses_.filter}) {
            required_.insert(required_.end(), required.begin(), required.end());
        }
        std::ranges::sort(required_, {}, [](const NodePtr& node) { return node->cost(); });
        least_ =
            std::max(clauses_.should_match, required_.empty() && !clauses_.should.empty() ? 1 : 0);
    }

    Answer<Bitmap> rows(const GroupContext& context) const override {
        return rows_among(context, Bitmap(context.rows(), true));
    }

    Answer<Bitmap> rows_among(const GroupContext& context,
                              const Bitmap& candidates) const override {
        ASK(context.go_on());
        Bitmap result = candidates;
        for (const NodePtr& node : required_) {
            result.and_with(ASK(node->rows_among(context, result)));
            if (!result.any()) return result;
        }
        if (least_ > static_cast<int>(clauses_.should.size())) return Bitmap(context.rows());
        if (least_ > 0) result.and_with(ASK(rows_of_should(context, result)));
        for (const NodePtr& node : clauses_.must_not) {
            if (!result.any()) return result;
            result.and_not(ASK(node->rows_among(context, result)));
        }
        return result;
    }

    int cost() const override {
        int cost = 0;
        for (const auto* nodes : {&required_, &clauses_.should, &clauses_.must_not}) {
            for (const NodePtr& node : *nodes)
                cost = std::max(cost, node->cost());
        }
        return cost;
    }

    std::optional<float> constant() const override {
        if (!clauses_.should.empty()) return std::nullopt;
        float sum = 0;
        for (const NodePtr& node : clauses_.must) {
            const auto score = node->constant();
            if (!score) return std::nullopt;
            sum += *score;
        }
        return sum;
    }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        auto parts = ASK(scorers_of(clauses_.must, statistics, boost));
        auto optional = ASK(scorers_of(clauses_.should, statistics, boost));
        std::ranges::move(optional, std::back_inserter(parts));
        return sum_scorer(*this, std::move(parts));
    }

    void mark(Marks& marks) const override {
        for (const auto* nodes : {&clauses_.must, &clauses_.filter, &clauses_.should}) {
            for (const NodePtr& node : *nodes)
                node->mark(marks);
        }
    }

private:
    Answer<Bitmap> rows_of_should(const GroupContext& context, const Bitmap& candidates) const {
        std::vector<Bitmap> levels(static_cast<std::size_t>(least_), Bitmap(context.rows()));
        for (const NodePtr& node : clauses_.should)
            count_rows(levels, ASK(node->rows_among(context, candidates)));
        return levels.back();
    }

    Clauses clauses_;
    std::vector<NodePtr> required_;  // must and filter, the cheapest first
    int least_ = 0;                  // of should
};

class BestNode final : public Node {
public:
    BestNode(std::vector<NodePtr> nodes, float tie_breaker)
        : nodes_(std::move(nodes)), tie_breaker_(tie_breaker) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        ASK(context.go_on());
        Bitmap result(context.rows());
        for (const NodePtr& node : nodes_)
            result.or_with(ASK(node->rows(context)));
        return result;
    }

    int cost() const override {
        int cost = 0;
        for (const NodePtr& node : nodes_)
            cost = std::max(cost, node->cost());
        return cost;
    }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        auto parts = ASK(scorers_of(nodes_, statistics, boost));
        return std::make_unique<BestScorer>(*this, std::move(parts), tie_breaker_);
    }

    void mark(Marks& marks) const override {
        for (const NodePtr& node : nodes_)
            node->mark(marks);
    }

private:
    std::vector<NodePtr> nodes_;
    float tie_breaker_;
};

class ConstantNode final : public Node {
public:
    ConstantNode(NodePtr node, float score) : node_(std::move(node)), score_(score) {}

    Answer<Bitmap> rows(const GroupContext& context) const override { return node_->rows(context); }

    Answer<Bitmap> rows_among(const GroupContext& context,
                              const Bitmap& candidates) const override {
        return node_->rows_among(context, candidates);
    }

    int cost() const override { return node_->cost(); }

    std::optional<float> constant() const override { return score_; }

    void mark(Marks& marks) const override { node_->mark(marks); }

private:
    NodePtr node_;
    float score_;
};

class BoostedNode final : public Node {
public:
    BoostedNode(NodePtr node, float boost) : node_(std::move(node)), boost_(boost) {}

    Answer<Bitmap> rows(const GroupContext& context) const override { return node_->rows(context); }

    Answer<Bitmap> rows_among(const GroupContext& context,
                              const Bitmap& candidates) const override {
        return node_->rows_among(context, candidates);
    }

    int cost() const override { return node_->cost(); }

    std::optional<float> constant() const override {
        const auto score = node_->constant();
        return score ? std::optional(*score * boost_) : std::nullopt;
    }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        return node_->scorer(statistics, boost * boost_);
    }

    void mark(Marks& marks) const override { node_->mark(marks); }

private:
    NodePtr node_;
    float boost_;
};

class DemotedScorer final : public RowScorer {
public:
    DemotedScorer(std::unique_ptr<RowScorer> positive, const Node& negative, float factor)
        : positive_(std::move(positive)), negative_(negative), factor_(factor) {}

    Answer<> enter(const GroupContext& context) override {
        demoted_ = ASK(negative_.rows(context));
        return positive_->enter(context);
    }

    bool has(std::uint32_t row) const override { return positive_->has(row); }

    Answer<float> score(std::uint32_t row) override {
        const float score = ASK(positive_->score(row));
        return demoted_.test(row) ? score * factor_ : score;
    }

    Answer<Explanation> explain(std::uint32_t row) override {
        if (!demoted_.test(row)) return positive_->explain(row);
        return Explanation{ASK(score(row)),
                           "product of:",
                           {ASK(positive_->explain(row)), {factor_, "negative_boost"}}};
    }

private:
    std::unique_ptr<RowScorer> positive_;
    const Node& negative_;  // see ConstantScorer
    float factor_;
    Bitmap demoted_;
};

class DemotedNode final : public Node {
public:
    DemotedNode(NodePtr positive, NodePtr negative, float factor)
        : positive_(std::move(positive)), negative_(std::move(negative)), factor_(factor) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        return positive_->rows(context);
    }

    int cost() const override { return positive_->cost(); }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        auto positive = ASK(positive_->scorer(statistics, boost));
        return std::make_unique<DemotedScorer>(std::move(positive), *negative_, factor_);
    }

    void mark(Marks& marks) const override { positive_->mark(marks); }

private:
    NodePtr positive_;
    NodePtr negative_;
    float factor_;
};

}  // namespace

Answer<std::unique_ptr<RowScorer>> Node::scorer(Statistics& /*statistics*/, float boost) const {
    return alike_scorer(*this, constant().value_or(1.0F) * boost);
}

std::unique_ptr<RowScorer> alike_scorer(const Node& node, float score) {
    return std::make_unique<ConstantScorer>(node, score);
}

std::unique_ptr<RowScorer> sum_scorer(const Node& node,
                                      std::vector<std::unique_ptr<RowScorer>> parts) {
    return std::make_unique<SumScorer>(node, std::move(parts));
}

NodePtr all_rows() {
    static const NodePtr node = std::make_shared<AllNode>();
    return node;
}

NodePtr no_rows() {
    static const NodePtr node = std::make_shared<NoNode>();
    return node;
}

NodePtr bool_node(Clauses clauses) {
    return std::make_shared<BoolNode>(std::move(clauses));
}

NodePtr any_of(std::vector<NodePtr> nodes) {
    if (nodes.empty()) return no_rows();
    if (nodes.size() == 1) return nodes[0];
    Clauses clauses;
    clauses.should = std::move(nodes);
    return bool_node(std::move(clauses));
}

NodePtr best_of(std::vector<NodePtr> nodes, float tie_breaker) {
    if (nodes.empty()) return no_rows();
    if (nodes.size() == 1) return nodes[0];
    return std::make_shared<BestNode>(std::move(nodes), tie_breaker);
}

NodePtr constant_node(NodePtr node, float score) {
    return std::make_shared<ConstantNode>(std::move(node), score);
}

NodePtr boosted(NodePtr node, float boost) {
    return boost == 1.0F ? node : std::make_shared<BoostedNode>(std::move(node), boost);
}

NodePtr demoted(NodePtr positive, NodePtr negative, float factor) {
    return std::make_shared<DemotedNode>(std::move(positive), std::move(negative), factor);
}

Answer<NodePtr> PlannedQuery::plan(const Scope& scope) const {
    if (!plan_) return no_rows();
    if (scope.request != nullptr) ASK(scope.request->go_on());
    const bool watched = scope.profile != nullptr && !kind_.empty();
    NodePtr node = boosted(ASK(watched ? plan_watched(scope) : plan_(scope)), boost_);
    if (!name_.empty() && scope.named != nullptr) scope.named->emplace_back(name_, node);
    return node;
}

Answer<NodePtr> PlannedQuery::plan_watched(const Scope& scope) const {
    const Clock& clock = *scope.request->clock;
    const std::int64_t began = clock.steady_ns();
    auto entry = std::make_unique<ProfileEntry>();
    entry->kind = kind_;
    entry->description = description_;
    Scope inner = scope;
    inner.profile = entry.get();
    NodePtr node = ASK(plan_(inner));
    entry->plan_ns = clock.steady_ns() - began;
    node = profiled(std::move(node), *entry, clock);
    scope.profile->below.push_back(std::move(entry));
    return node;
}

QueryPtr PlannedQuery::called(std::string_view kind, std::string description) const {
    auto query = std::make_shared<PlannedQuery>(*this);
    query->kind_ = kind;
    query->description_ = std::move(description);
    return query;
}

Answer<Bitmap> PlannedQuery::rows(const GroupContext& context) const {
    Scope scope;
    scope.index = context.index;
    scope.request = context.request;
    const NodePtr node = ASK(plan(scope));
    return node->rows(context);
}

Answer<NodePtr> plan_query(const Query& query, const Scope& scope) {
    return static_cast<const PlannedQuery&>(query).plan(scope);
}

QueryPtr match_nothing() {
    static const QueryPtr nothing = std::make_shared<PlannedQuery>(Plan{}, 1.0F, "", 1.0F);
    return nothing;
}

bool matches_nothing(const Query& query) {
    return static_cast<const PlannedQuery&>(query).matches_nothing();
}

}  // namespace elkhorn::search
