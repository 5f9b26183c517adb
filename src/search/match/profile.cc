#include "search/match/profile.h"

#include <optional>
#include <utility>

namespace elkhorn::search {
namespace {

/// Adds the time until its end.
class Timed {
public:
    Timed(std::atomic<std::int64_t>& sum, const Clock& clock)
        : sum_(sum), clock_(clock), began_(clock.steady_ns()) {}

    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

    ~Timed() { sum_ += clock_.steady_ns() - began_; }

private:
    std::atomic<std::int64_t>& sum_;
    const Clock& clock_;
    std::int64_t began_;
};

class ProfiledScorer final : public RowScorer {
public:
    ProfiledScorer(std::unique_ptr<RowScorer> scorer, ProfileEntry& entry, const Clock& clock)
        : scorer_(std::move(scorer)), entry_(entry), clock_(clock) {}

    Answer<> enter(const GroupContext& context) override {
        const Timed timed(entry_.score_ns, clock_);
        return scorer_->enter(context);
    }

    bool has(std::uint32_t row) const override { return scorer_->has(row); }

    Answer<float> score(std::uint32_t row) override {
        const Timed timed(entry_.score_ns, clock_);
        ++entry_.scored;
        return scorer_->score(row);
    }

    Answer<Explanation> explain(std::uint32_t row) override {
        Explanation explanation = ASK(scorer_->explain(row));
        if (explanation.description.empty())
            explanation.description = entry_.kind + " " + entry_.description;
        return explanation;
    }

private:
    std::unique_ptr<RowScorer> scorer_;
    ProfileEntry& entry_;
    const Clock& clock_;
};

class ProfiledNode final : public Node {
public:
    ProfiledNode(NodePtr node, ProfileEntry& entry, const Clock& clock)
        : node_(std::move(node)), entry_(entry), clock_(clock) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        return counted([&] { return node_->rows(context); });
    }

    Answer<Bitmap> rows_among(const GroupContext& context,
                              const Bitmap& candidates) const override {
        return counted([&] { return node_->rows_among(context, candidates); });
    }

    int cost() const override { return node_->cost(); }

    std::optional<float> constant() const override { return node_->constant(); }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        auto scorer = ASK(node_->scorer(statistics, boost));
        return std::make_unique<ProfiledScorer>(std::move(scorer), entry_, clock_);
    }

    void mark(Marks& marks) const override { node_->mark(marks); }

private:
    template <typename Rows>
    Answer<Bitmap> counted(Rows&& rows) const {
        const Timed timed(entry_.rows_ns, clock_);
        Bitmap found = ASK(rows());
        const std::uint32_t count = found.count();
        ++entry_.groups;
        entry_.empty += count == 0 ? 1 : 0;
        entry_.rows += count;
        return found;
    }

    NodePtr node_;
    ProfileEntry& entry_;
    const Clock& clock_;
};

}  // namespace

NodePtr profiled(NodePtr node, ProfileEntry& entry, const Clock& clock) {
    return std::make_shared<ProfiledNode>(std::move(node), entry, clock);
}

}  // namespace elkhorn::search
