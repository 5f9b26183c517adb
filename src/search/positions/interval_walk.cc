// search/positions/interval_walk.cc -- the walks behind interval_tree.h, after "Efficient optimally
// lazy algorithms for minimal-interval semantics" (Boldi and Vigna) as Lucene has them: which
// intervals are given decides the score.

#include "search/positions/interval_tree.h"

#include <algorithm>
#include <utility>

namespace elkhorn::search::positions {
namespace {

using WalkPtr = std::unique_ptr<IntervalWalk>;

std::int32_t added(std::int32_t a, std::int32_t b) {
    return static_cast<std::int32_t>(std::min<std::int64_t>(std::int64_t{a} + b, no_more - 1));
}

class WordsWalk final : public IntervalWalk {
public:
    explicit WordsWalk(const std::vector<std::size_t>& words) : words_(words) {}

    void reset(const RowPlaces& places) override {
        at_ = 0;
        started_ = false;
        places_ = places.of(words_, merged_);
        if (words_.size() == 1) return;
        merged_.erase(std::unique(merged_.begin(), merged_.end()), merged_.end());
        places_ = merged_;
    }

    std::int32_t next() override {
        if (started_) ++at_;
        started_ = true;
        return start();
    }

    std::int32_t start() const override {
        if (!started_) return -1;
        return at_ < places_.size() ? places_[at_] : no_more;
    }

    std::int32_t end() const override { return start(); }

    std::int32_t gaps() const override { return 0; }

private:
    const std::vector<std::size_t>& words_;  // the tree's
    std::span<const std::int32_t> places_;   // of the row, or merged_
    std::vector<std::int32_t> merged_;
    std::size_t at_ = 0;
    bool started_ = false;
};

/// What has parts and an interval of its own.
class JoinedWalk : public IntervalWalk {
public:
    explicit JoinedWalk(std::vector<WalkPtr> parts) : parts_(std::move(parts)) {}

    void reset(const RowPlaces& places) override {
        for (const WalkPtr& part : parts_)
            part->reset(places);
        start_ = end_ = -1;
        gaps_ = 0;
    }

    std::int32_t start() const override { return start_; }

    std::int32_t end() const override { return end_; }

    std::int32_t gaps() const override { return gaps_; }

protected:
    std::int32_t finish() { return start_ = end_ = no_more; }

    /// What of the interval belongs to no part.
    void measure() {
        gaps_ = width();
        for (const WalkPtr& part : parts_)
            gaps_ -= part->width();
    }

    std::vector<WalkPtr> parts_;
    std::int32_t start_ = -1;
    std::int32_t end_ = -1;
    std::int32_t gaps_ = 0;
};

class BlockWalk final : public JoinedWalk {
public:
    using JoinedWalk::JoinedWalk;

    std::int32_t next() override {
        if (parts_[0]->next() == no_more) return finish();
        for (std::size_t i = 1; i < parts_.size();) {
            while (parts_[i]->start() <= parts_[i - 1]->end()) {
                if (parts_[i]->next() == no_more) return finish();
            }
            if (parts_[i]->start() == parts_[i - 1]->end() + 1) {
                ++i;
                continue;
            }
            if (parts_[0]->next() == no_more) return finish();
            i = 1;
        }
        start_ = parts_.front()->start();
        end_ = parts_.back()->end();
        return start_;
    }
};

class OrderedWalk final : public JoinedWalk {
public:
    using JoinedWalk::JoinedWalk;

    void reset(const RowPlaces& places) override {
        JoinedWalk::reset(places);
        parts_[0]->next();
        at_ = 1;
    }

    /// Finds one, and then moves its start nearer while its end stays before `bound`.
    std::int32_t next() override {
        start_ = end_ = no_more;
        std::int32_t bound = no_more;
        bool found = false;
        at_ = 1;
        while (line_up(bound, found)) {
            found = true;
            start_ = parts_[0]->start();
            if (start_ == no_more) return end_ = no_more;
            end_ = parts_.back()->end();
            measure();
            bound = parts_.back()->start();
            at_ = 1;
            if (parts_[0]->next() == no_more) return start_;
        }
        return start_;
    }

private:
    /// Each part behind the one before it; false once that cannot be before `bound`. Until one is
    /// found every part moves on, for the next interval shares none with the last; then parts that
    /// stand in line stay there.
    bool line_up(std::int32_t bound, bool found) {
        while (true) {
            if (parts_[at_ - 1]->end() >= bound) return false;
            if (at_ == parts_.size()) return true;
            if (found && parts_[at_]->start() > parts_[at_ - 1]->end()) return true;
            do {
                if (parts_[at_]->end() >= bound || parts_[at_]->next() == no_more) return false;
            } while (parts_[at_]->start() <= parts_[at_ - 1]->end());
            ++at_;
        }
    }

    std::size_t at_ = 1;  // the first part that may not stand in line
};

/// A heap of walks: the one that `Before` says on top.
template <typename Before>
class Queue {
public:
    void clear() { walks_.clear(); }

    std::size_t size() const { return walks_.size(); }

    IntervalWalk* top() const { return walks_.front(); }

    void push(IntervalWalk* walk) {
        walks_.push_back(walk);
        std::ranges::push_heap(walks_, Before());
    }

    IntervalWalk* pop() {
        std::ranges::pop_heap(walks_, Before());
        IntervalWalk* walk = walks_.back();
        walks_.pop_back();
        return walk;
    }

private:
    std::vector<IntervalWalk*> walks_;
};

/// Heaps have their greatest on top, so these say what comes later.
struct LaterStart {
    bool operator()(const IntervalWalk* a, const IntervalWalk* b) const {
        return a->start() != b->start() ? a->start() > b->start() : a->end() < b->end();
    }
};

struct LaterEnd {
    bool operator()(const IntervalWalk* a, const IntervalWalk* b) const {
        return a->end() != b->end() ? a->end() > b->end() : a->start() < b->start();
    }
};

class UnorderedWalk final : public JoinedWalk {
public:
    using JoinedWalk::JoinedWalk;

    void reset(const RowPlaces& places) override {
        JoinedWalk::reset(places);
        furthest_ = -1;
        queue_.clear();
        for (const WalkPtr& part : parts_) {
            if (part->next() == no_more) break;
            push(part.get());
        }
    }

    std::int32_t next() override {
        while (all_there() && queue_.top()->start() == start_)
            move_first();
        if (!all_there()) return finish();
        do {
            start_ = queue_.top()->start();
            end_ = furthest_;
            measure();
            if (queue_.top()->end() == end_) return start_;
            move_first();
        } while (all_there() && end_ == furthest_);
        return start_;
    }

private:
    bool all_there() const { return queue_.size() == parts_.size(); }

    void push(IntervalWalk* walk) {
        queue_.push(walk);
        furthest_ = std::max(furthest_, walk->end());
    }

    void move_first() {
        IntervalWalk* walk = queue_.pop();
        if (walk->next() != no_more) push(walk);
    }

    Queue<LaterStart> queue_;
    std::int32_t furthest_ = -1;
};

class AnyWalk final : public JoinedWalk {
public:
    using JoinedWalk::JoinedWalk;

    void reset(const RowPlaces& places) override {
        JoinedWalk::reset(places);
        queue_.clear();
        for (const WalkPtr& part : parts_) {
            part->next();
            queue_.push(part.get());
        }
    }

    /// Whatever holds the one before is passed by.
    std::int32_t next() override {
        if (start_ == no_more) return no_more;
        while (start_ >= 0 && queue_.size() > 0 && holds_current(*queue_.top())) {
            IntervalWalk* walk = queue_.pop();
            if (walk->next() != no_more) queue_.push(walk);
        }
        if (queue_.size() == 0) return finish();
        start_ = queue_.top()->start();
        end_ = queue_.top()->end();
        return start_;
    }

    std::int32_t gaps() const override { return queue_.size() == 0 ? 0 : queue_.top()->gaps(); }

private:
    bool holds_current(const IntervalWalk& walk) const {
        return start_ >= walk.start() && start_ <= walk.end() && end_ >= walk.start() &&
               end_ <= walk.end();
    }

    Queue<LaterEnd> queue_;
};

/// So many intervals of the part that follow one another.
class RepeatedWalk final : public IntervalWalk {
public:
    RepeatedWalk(WalkPtr part, std::int32_t copies)
        : part_(std::move(part)), kept_(static_cast<std::size_t>(copies)) {}

    void reset(const RowPlaces& places) override {
        part_->reset(places);
        started_ = exhausted_ = false;
        first_ = 0;
        std::ranges::fill(kept_, std::pair(-1, -1));
    }

    std::int32_t next() override {
        if (exhausted_) return no_more;
        if (started_) {
            const std::size_t oldest = first_;
            first_ = (first_ + 1) % kept_.size();
            return keep(oldest);
        }
        started_ = true;
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            if (keep(i) == no_more) return no_more;
        }
        return start();
    }

    std::int32_t start() const override { return exhausted_ ? no_more : kept_[first_].first; }

    std::int32_t end() const override {
        return exhausted_ ? no_more : kept_[(first_ + kept_.size() - 1) % kept_.size()].second;
    }

    std::int32_t gaps() const override { return IntervalWalk::width() - width(); }

    /// Lucene's: an interval longer than a place counts for less than it is.
    std::int32_t width() const override {
        std::int32_t width = 0;
        for (const auto& [start, end] : kept_)
            width += start - end + 1;
        return width;
    }

private:
    std::int32_t keep(std::size_t place) {
        if (part_->next() == no_more) {
            exhausted_ = true;
            return no_more;
        }
        kept_[place] = {part_->start(), part_->end()};
        return start();
    }

    WalkPtr part_;
    std::vector<std::pair<std::int32_t, std::int32_t>> kept_;  // a ring
    std::size_t first_ = 0;
    bool started_ = false;
    bool exhausted_ = false;
};

class ExtendedWalk final : public IntervalWalk {
public:
    ExtendedWalk(WalkPtr part, std::int32_t before, std::int32_t after)
        : part_(std::move(part)), before_(before), after_(after) {}

    void reset(const RowPlaces& places) override {
        part_->reset(places);
        started_ = false;
    }

    std::int32_t next() override {
        started_ = true;
        part_->next();
        return start();
    }

    std::int32_t start() const override {
        if (!started_) return -1;
        const std::int32_t start = part_->start();
        return start == no_more ? no_more : std::max(0, start - before_);
    }

    std::int32_t end() const override {
        if (!started_) return -1;
        const std::int32_t end = part_->end();
        return end == no_more ? no_more : added(end, after_);
    }

    std::int32_t gaps() const override { return part_->gaps(); }

private:
    WalkPtr part_;
    std::int32_t before_;
    std::int32_t after_;
    bool started_ = false;
};

/// The place before the part's interval, or the one behind it.
class BesideWalk final : public IntervalWalk {
public:
    BesideWalk(WalkPtr part, bool before) : part_(std::move(part)), before_(before) {}

    void reset(const RowPlaces& places) override { part_->reset(places); }

    std::int32_t next() override {
        part_->next();
        return start();
    }

    std::int32_t start() const override {
        const std::int32_t at = before_ ? part_->start() : part_->end();
        if (at == -1 || at == no_more) return at;
        return before_ ? std::max(0, at - 1) : added(at, 1);
    }

    std::int32_t end() const override { return start(); }

    std::int32_t gaps() const override { return 0; }

private:
    WalkPtr part_;
    bool before_;
};

class FewGapsWalk final : public IntervalWalk {
public:
    FewGapsWalk(WalkPtr part, std::int32_t most) : part_(std::move(part)), most_(most) {}

    void reset(const RowPlaces& places) override { part_->reset(places); }

    std::int32_t next() override {
        while (part_->next() != no_more && part_->gaps() > most_) {
        }
        return part_->start();
    }

    std::int32_t start() const override { return part_->start(); }

    std::int32_t end() const override { return part_->end(); }

    std::int32_t gaps() const override { return part_->gaps(); }

private:
    WalkPtr part_;
    std::int32_t most_;
};

/// Intervals of one walk as they stand to those of another.
class RelatedWalk final : public IntervalWalk {
public:
    RelatedWalk(IntervalKind kind, WalkPtr first, WalkPtr second)
        : kind_(kind), first_(std::move(first)), second_(std::move(second)) {}

    void reset(const RowPlaces& places) override {
        first_->reset(places);
        second_->reset(places);
        more_ = second_->next() != no_more;
    }

    std::int32_t next() override {
        if (!more_) return is_difference() ? first_->next() : no_more;
        while (first_->next() != no_more) {
            while (lies_behind()) {
                if (second_->next() != no_more) continue;
                // As in Lucene, where `containing` goes on to stand at what it has refused.
                more_ = kind_ == IntervalKind::containing;
                return is_difference() ? first_->start() : no_more;
            }
            if (stands_as_asked()) return first_->start();
        }
        if (!is_difference()) more_ = false;
        return no_more;
    }

    std::int32_t start() const override { return is_over() ? no_more : first_->start(); }

    std::int32_t end() const override { return is_over() ? no_more : first_->end(); }

    std::int32_t gaps() const override { return first_->gaps(); }

private:
    bool is_difference() const {
        return kind_ == IntervalKind::not_containing || kind_ == IntervalKind::not_contained_by ||
               kind_ == IntervalKind::not_overlapping;
    }

    bool is_over() const { return !more_ && !is_difference(); }

    /// Whether the second's interval has nothing to say of this one, nor of any that comes.
    bool lies_behind() const {
        switch (kind_) {
            case IntervalKind::containing:
            case IntervalKind::not_containing:
                return second_->start() < first_->start() && second_->end() < first_->end();
            case IntervalKind::contained_by:
            case IntervalKind::not_contained_by: return second_->end() < first_->end();
            default: return second_->end() < first_->start();
        }
    }

    bool stands_as_asked() const {
        switch (kind_) {
            case IntervalKind::containing:
                return first_->start() <= second_->start() && first_->end() >= second_->end();
            case IntervalKind::not_containing:
            case IntervalKind::not_overlapping: return second_->start() > first_->end();
            case IntervalKind::contained_by: return second_->start() <= first_->start();
            case IntervalKind::not_contained_by: return first_->start() < second_->start();
            default: return second_->start() <= first_->end();
        }
    }

    IntervalKind kind_;
    WalkPtr first_;
    WalkPtr second_;
    bool more_ = false;  // of the second
};

std::vector<WalkPtr> walks_of(const IntervalList& parts) {
    std::vector<WalkPtr> walks;
    for (const IntervalsPtr& part : parts)
        walks.push_back(make_walk(*part));
    return walks;
}

const std::vector<std::size_t> no_words;

}  // namespace

std::unique_ptr<IntervalWalk> make_walk(const Intervals& tree) {
    switch (tree.kind) {
        case IntervalKind::nothing: return std::make_unique<WordsWalk>(no_words);
        case IntervalKind::words: return std::make_unique<WordsWalk>(tree.words);
        case IntervalKind::block: return std::make_unique<BlockWalk>(walks_of(tree.parts));
        case IntervalKind::ordered: return std::make_unique<OrderedWalk>(walks_of(tree.parts));
        case IntervalKind::unordered: return std::make_unique<UnorderedWalk>(walks_of(tree.parts));
        case IntervalKind::any: return std::make_unique<AnyWalk>(walks_of(tree.parts));
        case IntervalKind::masked: return make_walk(*tree.parts[0]);
        case IntervalKind::repeated:
            return std::make_unique<RepeatedWalk>(make_walk(*tree.parts[0]), tree.number);
        case IntervalKind::extended:
            return std::make_unique<ExtendedWalk>(make_walk(*tree.parts[0]), tree.before,
                                                  tree.after);
        case IntervalKind::before:
        case IntervalKind::after:
            return std::make_unique<BesideWalk>(make_walk(*tree.parts[0]),
                                                tree.kind == IntervalKind::before);
        case IntervalKind::few_gaps:
            return std::make_unique<FewGapsWalk>(make_walk(*tree.parts[0]), tree.number);
        default:
            return std::make_unique<RelatedWalk>(tree.kind, make_walk(*tree.parts[0]),
                                                 make_walk(*tree.parts[1]));
    }
}

}  // namespace elkhorn::search::positions
