#include "search/positions/place_node.h"

#include "search/match/bm25.h"
#include "search/match/marks.h"
#include "search/match/text_words.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace elkhorn::search::positions {
namespace {

/// Rows of which the words' places are looked at: the time is asked for once in so many.
constexpr std::uint32_t rows_between_looks = 64;

struct IntervalQuestion {
    IntervalsPtr tree;

    bool needs_places() const {
        return tree->kind != IntervalKind::words && tree->kind != IntervalKind::nothing;
    }

    float frequency(IntervalWalk& walk) const {
        float sum = 0;
        while (walk.next() != no_more) {
            const std::int64_t beyond =
                std::int64_t{walk.end()} - walk.start() + 1 - tree->least_extent + 1;
            sum = static_cast<float>(sum +
                                     1.0 / static_cast<double>(std::max<std::int64_t>(beyond, 1)));
        }
        return sum;
    }
};

struct SpanQuestion {
    SpansPtr tree;

    bool needs_places() const { return tree->kind != SpanKind::words; }

    static float frequency(SpanWalk& walk) {
        float sum = 0;
        while (walk.next() != no_more)
            sum = static_cast<float>(sum + 1.0 / (1.0 + walk.width()));
        return sum;
    }
};

/// The words that are to be seen in a text; not those that must not be there.
void add_seen(const Intervals& tree, std::vector<std::size_t>& words) {
    words.insert(words.end(), tree.words.begin(), tree.words.end());
    const bool of_first = tree.kind == IntervalKind::not_containing ||
                          tree.kind == IntervalKind::not_contained_by ||
                          tree.kind == IntervalKind::not_overlapping;
    for (const IntervalsPtr& part : tree.parts) {
        add_seen(*part, words);
        if (of_first) return;
    }
}

/// What the nodes of both kinds do alike.
template <typename Question>
class PlaceNode : public Node {
public:
    PlaceNode(WordsPtr words, Question question)
        : words_(std::move(words)), question_(std::move(question)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        ASK(context.go_on());
        Bitmap may = ASK(rows_that_may(*question_.tree, *words_, context));
        if (!question_.needs_places() || !may.any()) return may;
        RowPlaces places(*words_);
        ASK(places.enter(context));
        const auto walk = make_walk(*question_.tree);
        Bitmap found(context.rows());
        std::optional<Failure> failure;
        std::uint32_t looks = 0;
        may.for_each([&](std::uint32_t row) {
            if (failure) return;
            Answer<> going;
            if (++looks % rows_between_looks == 0) going = context.go_on();
            if (going) going = places.read(row);
            if (!going) {
                failure = std::move(going).error();
                return;
            }
            walk->reset(places);
            if (walk->next() != no_more) found.set(row);
        });
        if (failure) return std::unexpected(std::move(*failure));
        return found;
    }

    int cost() const override { return 9; }

    std::optional<float> constant() const override { return std::nullopt; }

    const WordList& words() const { return *words_; }

    const Question& question() const { return question_; }

protected:
    void mark_words(Marks& marks, const std::vector<std::size_t>& numbers) const {
        for (const std::size_t number : numbers) {
            const WordList::Word& word = words_->words()[number];
            marks.fields[words_->fields()[word.field].name].words.insert(word.text);
        }
    }

private:
    WordsPtr words_;
    Question question_;
};

/// A row's matches, counted.
template <typename Question>
class PlaceScorer : public RowScorer {
public:
    explicit PlaceScorer(const PlaceNode<Question>& node)
        : node_(node), places_(node.words()), walk_(make_walk(*node.question().tree)) {}

    Answer<> enter(const GroupContext& context) override {
        rows_ = ASK(node_.rows(context));
        return places_.enter(context);
    }

    bool has(std::uint32_t row) const override { return rows_.test(row); }

    Answer<float> score(std::uint32_t row) override {
        ASK(places_.read(row));
        walk_->reset(places_);
        return score_of(node_.question().frequency(*walk_));
    }

protected:
    virtual float score_of(float frequency) const = 0;

    const RowPlaces& places() const { return places_; }

private:
    const PlaceNode<Question>& node_;  // whoever asked for the scorer keeps the tree
    RowPlaces places_;
    decltype(make_walk(*std::declval<Question>().tree)) walk_;
    Bitmap rows_;
};

class IntervalScorer final : public PlaceScorer<IntervalQuestion> {
public:
    IntervalScorer(const PlaceNode<IntervalQuestion>& node, float boost)
        : PlaceScorer(node), boost_(boost) {}

private:
    float score_of(float frequency) const override {
        return boost_ * (1.0F - 1.0F / (1.0F + frequency));
    }

    float boost_;
};

class IntervalNode final : public PlaceNode<IntervalQuestion> {
public:
    using PlaceNode::PlaceNode;

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& /*statistics*/,
                                              float boost) const override {
        return std::make_unique<IntervalScorer>(*this, boost);
    }

    void mark(Marks& marks) const override {
        std::vector<std::size_t> numbers;
        add_seen(*question().tree, numbers);
        mark_words(marks, numbers);
    }
};

class SpanScorer final : public PlaceScorer<SpanQuestion> {
public:
    SpanScorer(const PlaceNode<SpanQuestion>& node, std::optional<Bm25> similarity,
               std::size_t field)
        : PlaceScorer(node), similarity_(similarity), field_(field) {}

private:
    float score_of(float frequency) const override {
        return similarity_ ? similarity_->score(frequency, places().length(field_)) : 0.0F;
    }

    std::optional<Bm25> similarity_;  // nothing: no word of it is anywhere
    std::size_t field_;
};

class SpanNode final : public PlaceNode<SpanQuestion> {
public:
    SpanNode(WordsPtr words, SpansPtr tree, std::size_t field)
        : PlaceNode(std::move(words), {std::move(tree)}), field_(field) {}

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        const FieldCounts counts = ASK(statistics.of_field(words().fields()[field_]));
        double rarity = 0;
        bool any = false;
        for (const std::size_t number : counted_words(*question().tree)) {
            const WordList::Word& word = words().words()[number];
            const double rows =
                ASK(token_frequency(statistics, words().fields()[word.field], word.text));
            if (rows == 0) continue;
            any = true;
            rarity += inverse_frequency(counts.documents, rows);
        }
        std::optional<Bm25> similarity;
        if (any) similarity.emplace(counts, rarity, boost);
        return std::make_unique<SpanScorer>(*this, similarity, field_);
    }

    void mark(Marks& marks) const override { mark_words(marks, counted_words(*question().tree)); }

private:
    std::size_t field_;
};

}  // namespace

NodePtr interval_node(WordsPtr words, IntervalsPtr tree) {
    return std::make_shared<IntervalNode>(std::move(words), IntervalQuestion{std::move(tree)});
}

NodePtr span_node(WordsPtr words, SpansPtr tree, std::size_t field) {
    return std::make_shared<SpanNode>(std::move(words), std::move(tree), field);
}

}  // namespace elkhorn::search::positions
