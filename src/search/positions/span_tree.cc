#include "search/positions/span_tree.h"

#include "search/positions/interval_tree.h"

#include <algorithm>
#include <utility>

namespace elkhorn::search::positions {
namespace {

using WalkPtr = std::unique_ptr<SpanWalk>;

class WordsWalk final : public SpanWalk {
public:
    explicit WordsWalk(const std::vector<std::size_t>& words) : words_(words) {}

    void reset(const RowPlaces& places) override {
        at_ = 0;
        started_ = false;
        places_ = places.of(words_, merged_);
    }

    std::int32_t next() override {
        if (started_ && at_ < places_.size()) ++at_;
        started_ = true;
        return start();
    }

    std::int32_t start() const override {
        if (!started_) return -1;
        return at_ < places_.size() ? places_[at_] : no_more;
    }

    std::int32_t end() const override {
        const std::int32_t at = start();
        return at == -1 || at == no_more ? at : at + 1;
    }

    std::int32_t width() const override { return 0; }

private:
    const std::vector<std::size_t>& words_;  // the tree's
    std::span<const std::int32_t> places_;   // of the row, or merged_
    std::vector<std::int32_t> merged_;
    std::size_t at_ = 0;
    bool started_ = false;
};

/// Is wherever it is asked for.
class GapWalk final : public SpanWalk {
public:
    explicit GapWalk(std::int32_t width) : width_(width) {}

    void reset(const RowPlaces& /*places*/) override { at_ = -1; }

    std::int32_t next() override { return ++at_; }

    std::int32_t start() const override { return at_; }

    std::int32_t end() const override { return at_ + width_; }

    std::int32_t width() const override { return width_; }

    std::int32_t skip_to(std::int32_t place) override { return at_ = place; }

private:
    std::int32_t width_;
    std::int32_t at_ = -1;
};

class OrderedWalk final : public SpanWalk {
public:
    OrderedWalk(std::vector<WalkPtr> parts, std::int32_t slop)
        : parts_(std::move(parts)), slop_(slop) {}

    void reset(const RowPlaces& places) override {
        for (const WalkPtr& part : parts_)
            part->reset(places);
        start_ = end_ = width_ = -1;
    }

    std::int32_t next() override {
        exhausted_ = false;
        while (parts_[0]->next() != no_more && !exhausted_) {
            if (line_up() && width_ <= slop_) return start_;
        }
        return start_ = end_ = no_more;
    }

    std::int32_t start() const override { return start_; }

    std::int32_t end() const override { return end_; }

    std::int32_t width() const override { return width_; }

private:
    /// Moves every part but the first as little as is needed to stand behind the one before it.
    bool line_up() {
        start_ = parts_[0]->start();
        width_ = 0;
        for (std::size_t i = 1; i < parts_.size(); ++i) {
            const std::int32_t from = parts_[i - 1]->end();
            if (parts_[i]->skip_to(from) == no_more) {
                exhausted_ = true;
                return false;
            }
            width_ += parts_[i]->start() - from;
        }
        end_ = parts_.back()->end();
        return true;
    }

    std::vector<WalkPtr> parts_;
    std::int32_t slop_;
    std::int32_t start_ = -1;
    std::int32_t end_ = -1;
    std::int32_t width_ = -1;
    bool exhausted_ = false;
};

bool is_before(const WalkPtr& a, const WalkPtr& b) {
    return a->start() != b->start() ? a->start() < b->start() : a->end() < b->end();
}

/// What goes through the spans of its parts in their order.
class MergingWalk : public SpanWalk {
public:
    explicit MergingWalk(std::vector<WalkPtr> parts) : parts_(std::move(parts)) {}

    void reset(const RowPlaces& places) override {
        for (const WalkPtr& part : parts_)
            part->reset(places);
        started_ = false;
    }

protected:
    /// The part whose span comes first.
    SpanWalk& top() const { return **std::ranges::min_element(parts_, is_before); }

    std::vector<WalkPtr> parts_;
    bool started_ = false;
};

class UnorderedWalk final : public MergingWalk {
public:
    UnorderedWalk(std::vector<WalkPtr> parts, std::int32_t slop)
        : MergingWalk(std::move(parts)), slop_(slop) {}

    void reset(const RowPlaces& places) override {
        MergingWalk::reset(places);
        exhausted_ = false;
    }

    std::int32_t next() override {
        if (exhausted_) return no_more;
        if (!started_ && begin() && is_match()) return top_->start();
        while (!exhausted_ && move_first()) {
            if (is_match()) return top_->start();
        }
        exhausted_ = true;
        return no_more;
    }

    std::int32_t start() const override {
        return !started_ ? -1 : exhausted_ ? no_more : top_->start();
    }

    std::int32_t end() const override { return !started_ ? -1 : exhausted_ ? no_more : furthest_; }

    std::int32_t width() const override { return furthest_ - top_->start(); }

private:
    bool begin() {
        started_ = true;
        furthest_ = -1;
        covered_ = 0;
        for (const WalkPtr& part : parts_) {
            if (part->next() == no_more) {
                exhausted_ = true;
                return false;
            }
            furthest_ = std::max(furthest_, part->end());
            covered_ += part->end() - part->start();
        }
        top_ = &top();
        return true;
    }

    bool move_first() {
        covered_ -= top_->end() - top_->start();
        if (top_->next() == no_more) return false;
        covered_ += top_->end() - top_->start();
        furthest_ = std::max(furthest_, top_->end());
        top_ = &top();
        return true;
    }

    bool is_match() const { return furthest_ - top_->start() - covered_ <= slop_; }

    std::int32_t slop_;
    SpanWalk* top_ = nullptr;  // of the parts
    std::int32_t furthest_ = -1;
    std::int32_t covered_ = 0;
    bool exhausted_ = false;
};

class AnyWalk final : public MergingWalk {
public:
    using MergingWalk::MergingWalk;

    std::int32_t next() override {
        if (started_) {
            top_->next();
        } else {
            for (const WalkPtr& part : parts_)
                part->next();
        }
        started_ = true;
        top_ = &top();
        return top_->start();
    }

    std::int32_t start() const override { return started_ ? top_->start() : -1; }

    std::int32_t end() const override { return started_ ? top_->end() : -1; }

    std::int32_t width() const override { return top_->width(); }

private:
    SpanWalk* top_ = nullptr;  // of the parts
};

class WithoutWalk final : public SpanWalk {
public:
    WithoutWalk(WalkPtr part, WalkPtr other, std::int32_t before, std::int32_t after)
        : part_(std::move(part)), other_(std::move(other)), before_(before), after_(after) {}

    void reset(const RowPlaces& places) override {
        part_->reset(places);
        other_->reset(places);
    }

    std::int32_t next() override {
        while (part_->next() != no_more && !is_alone()) {
        }
        return part_->start();
    }

    std::int32_t start() const override { return part_->start(); }

    std::int32_t end() const override { return part_->end(); }

    std::int32_t width() const override { return part_->width(); }

private:
    bool is_alone() {
        if (other_->start() == -1) other_->next();
        while (std::int64_t{other_->end()} <= std::int64_t{part_->start()} - before_) {
            if (other_->next() == no_more) return true;
        }
        return other_->start() == no_more || std::int64_t{other_->start()} - after_ >= part_->end();
    }

    WalkPtr part_;
    WalkPtr other_;
    std::int32_t before_;
    std::int32_t after_;
};

class FirstWalk final : public SpanWalk {
public:
    FirstWalk(WalkPtr part, std::int32_t end) : part_(std::move(part)), end_(end) {}

    void reset(const RowPlaces& places) override {
        part_->reset(places);
        over_ = false;
    }

    std::int32_t next() override {
        while (!over_ && part_->next() != no_more && part_->end() > end_)
            over_ = part_->start() >= end_;
        return start();
    }

    std::int32_t start() const override { return over_ ? no_more : part_->start(); }

    std::int32_t end() const override { return over_ ? no_more : part_->end(); }

    std::int32_t width() const override { return part_->width(); }

private:
    WalkPtr part_;
    std::int32_t end_;
    bool over_ = false;
};

/// The spans of one part that hold one of the other's, or are held by one.
class HoldingWalk final : public SpanWalk {
public:
    HoldingWalk(WalkPtr part, WalkPtr other, bool holds)
        : part_(std::move(part)), other_(std::move(other)), holds_(holds) {}

    void reset(const RowPlaces& places) override {
        part_->reset(places);
        other_->reset(places);
        exhausted_ = false;
    }

    std::int32_t next() override {
        while (!exhausted_ && part_->next() != no_more) {
            while (holds_ ? other_->start() < part_->start() : other_->end() < part_->end()) {
                if (other_->next() != no_more) continue;
                exhausted_ = true;
                return no_more;
            }
            if (holds_ ? part_->end() >= other_->end() : other_->start() <= part_->start())
                return part_->start();
        }
        exhausted_ = true;
        return no_more;
    }

    std::int32_t start() const override { return exhausted_ ? no_more : part_->start(); }

    std::int32_t end() const override { return exhausted_ ? no_more : part_->end(); }

    std::int32_t width() const override { return part_->width(); }

private:
    WalkPtr part_;
    WalkPtr other_;
    bool holds_;
    bool exhausted_ = false;
};

std::vector<WalkPtr> walks_of(const std::vector<SpansPtr>& parts) {
    std::vector<WalkPtr> walks;
    for (const SpansPtr& part : parts)
        walks.push_back(make_walk(*part));
    return walks;
}

void add_words(const Spans& tree, std::vector<std::size_t>& words) {
    words.insert(words.end(), tree.words.begin(), tree.words.end());
    for (const SpansPtr& part : tree.parts) {
        add_words(*part, words);
        if (tree.kind == SpanKind::without) return;
    }
}

}  // namespace

std::int32_t SpanWalk::skip_to(std::int32_t place) {
    while (start() < place)
        next();
    return start();
}

std::unique_ptr<SpanWalk> make_walk(const Spans& tree) {
    const auto part = [&](std::size_t i) {
        return make_walk(*tree.parts[i]);
    };
    switch (tree.kind) {
        case SpanKind::words: return std::make_unique<WordsWalk>(tree.words);
        case SpanKind::ordered:
            return std::make_unique<OrderedWalk>(walks_of(tree.parts), tree.slop);
        case SpanKind::unordered:
            return std::make_unique<UnorderedWalk>(walks_of(tree.parts), tree.slop);
        case SpanKind::any: return std::make_unique<AnyWalk>(walks_of(tree.parts));
        case SpanKind::without:
            return std::make_unique<WithoutWalk>(part(0), part(1), tree.before, tree.after);
        case SpanKind::first: return std::make_unique<FirstWalk>(part(0), tree.end);
        case SpanKind::containing:
        case SpanKind::within:
            return std::make_unique<HoldingWalk>(part(0), part(1),
                                                 tree.kind == SpanKind::containing);
        case SpanKind::gap: break;
    }
    return std::make_unique<GapWalk>(tree.slop);
}

std::vector<std::size_t> counted_words(const Spans& tree) {
    std::vector<std::size_t> words;
    add_words(tree, words);
    std::ranges::sort(words);
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

Answer<Bitmap> rows_that_may(const Spans& tree, const WordList& list, const GroupContext& context) {
    switch (tree.kind) {
        case SpanKind::gap: return Bitmap(context.rows(), true);
        case SpanKind::words:
        case SpanKind::any: {
            Bitmap rows(context.rows());
            for (const std::size_t word : tree.words)
                rows.or_with(ASK(list.rows_with(context, word)));
            for (const SpansPtr& part : tree.parts)
                rows.or_with(ASK(rows_that_may(*part, list, context)));
            return rows;
        }
        case SpanKind::without:
        case SpanKind::first: return rows_that_may(*tree.parts[0], list, context);
        default: break;
    }
    Bitmap rows(context.rows(), true);
    for (const SpansPtr& part : tree.parts) {
        rows.and_with(ASK(rows_that_may(*part, list, context)));
        if (!rows.any()) break;
    }
    return rows;
}

}  // namespace elkhorn::search::positions
