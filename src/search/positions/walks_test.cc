// Random texts and random trees: a walk gives what trying out every combination gives.

#include "base/random.h"
#include "search/positions/interval_tree.h"
#include "search/positions/span_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search::positions {
namespace {

using Interval = std::pair<std::int32_t, std::int32_t>;  // both ends belong to it
using Found = std::vector<Interval>;

constexpr std::size_t words = 5;
constexpr int whole_depth = 3;

std::vector<std::vector<std::int32_t>> random_places(Random& random) {
    std::vector<std::vector<std::int32_t>> places(words);
    std::int32_t at = 0;
    for (std::uint64_t i = random.below(24); i > 0; --i) {
        places[random.below(words)].push_back(at);
        at += random.chance(0.05) ? 101 : 1;  // the next value
    }
    return places;
}

/// Those that hold no other one, in order.
Found shortest(const std::set<Interval>& all) {
    Found found;
    for (const Interval& one : all) {
        const bool holds = std::ranges::any_of(all, [&](const Interval& other) {
            return other != one && other.first >= one.first && other.second <= one.second;
        });
        if (!holds) found.push_back(one);
    }
    return found;
}

/// By trying all combinations.
class Plain {
public:
    explicit Plain(const std::vector<std::vector<std::int32_t>>& places) : places_(places) {}

    Found of(const Intervals& tree) const {
        switch (tree.kind) {
            case IntervalKind::nothing: return {};
            case IntervalKind::words: {
                std::set<Interval> all;
                for (const std::size_t word : tree.words) {
                    for (const std::int32_t at : places_[word])
                        all.emplace(at, at);
                }
                return shortest(all);
            }
            case IntervalKind::any: {
                std::set<Interval> all;
                for (const IntervalsPtr& part : tree.parts) {
                    for (const Interval& one : of(*part))
                        all.insert(one);
                }
                return shortest(all);
            }
            case IntervalKind::block:
            case IntervalKind::ordered:
            case IntervalKind::unordered: {
                std::set<Interval> all;
                combine(tree, 0, {}, all);
                return shortest(all);
            }
            default: return related_to(tree);
        }
    }

private:
    void combine(const Intervals& tree, std::size_t part, const Found& chosen,
                 std::set<Interval>& all) const {
        if (part == tree.parts.size()) {
            Interval whole = chosen[0];
            for (const auto& [start, end] : chosen) {
                whole.first = std::min(whole.first, start);
                whole.second = std::max(whole.second, end);
            }
            all.insert(whole);
            return;
        }
        for (const Interval& next : of(*tree.parts[part])) {
            if (tree.kind == IntervalKind::ordered && part > 0 &&
                next.first <= chosen.back().second)
                continue;
            if (tree.kind == IntervalKind::block && part > 0 &&
                next.first != chosen.back().second + 1)
                continue;
            Found longer = chosen;
            longer.push_back(next);
            combine(tree, part + 1, longer, all);
        }
    }

    Found related_to(const Intervals& tree) const {
        const Found others = of(*tree.parts[1]);
        Found found;
        for (const Interval& one : of(*tree.parts[0])) {
            const auto any = [&](auto&& test) {
                return std::ranges::any_of(others, test);
            };
            const bool holds = any([&](const Interval& other) {
                return other.first >= one.first && other.second <= one.second;
            });
            const bool held = any([&](const Interval& other) {
                return one.first >= other.first && one.second <= other.second;
            });
            const bool meets = any([&](const Interval& other) {
                return other.first <= one.second && other.second >= one.first;
            });
            // Lucene's: what is first not wholly before decides, be it held or only met.
            const auto next = std::ranges::find_if(others, [&](const Interval& other) {
                return other.first >= one.first || other.second >= one.second;
            });
            const bool before_all = next == others.end() || next->first > one.second;
            const bool wanted = tree.kind == IntervalKind::containing         ? holds
                                : tree.kind == IntervalKind::contained_by     ? held
                                : tree.kind == IntervalKind::overlapping      ? meets
                                : tree.kind == IntervalKind::not_containing   ? before_all
                                : tree.kind == IntervalKind::not_contained_by ? !held
                                                                              : !meets;
            if (wanted) found.push_back(one);
        }
        return found;
    }

    const std::vector<std::vector<std::int32_t>>& places_;
};

/// Parts are of different words, so that none is the same several times.
IntervalsPtr random_tree(Random& random, int depth, std::vector<std::size_t> left) {
    if (depth == 0 || left.size() < 2 || random.chance(0.3)) {
        const std::size_t word = left[random.below(left.size())];
        return word_intervals({word}, "=" + std::to_string(word));
    }
    const std::size_t cut = 1 + random.below(left.size() - 1);
    IntervalList parts{random_tree(random, depth - 1,
                                   {left.begin(), left.begin() + static_cast<std::ptrdiff_t>(cut)}),
                       random_tree(random, depth - 1,
                                   {left.begin() + static_cast<std::ptrdiff_t>(cut), left.end()})};
    constexpr std::array relations{IntervalKind::containing,       IntervalKind::contained_by,
                                   IntervalKind::overlapping,      IntervalKind::not_containing,
                                   IntervalKind::not_contained_by, IntervalKind::not_overlapping};
    switch (random.below(5)) {
        case 0:
            // Of three in order and more Lucene passes some intervals by: not compared.
            if (parts[0]->kind == IntervalKind::ordered || parts[1]->kind == IntervalKind::ordered)
                return unordered(std::move(parts));
            return ordered(std::move(parts));
        case 1: return unordered(std::move(parts));
        case 2: return any_interval(std::move(parts));
        case 3: return *block(std::move(parts));
        default: break;
    }
    // Within `any` a walk of `containing` stands at what it refused last, as Lucene's does: it is
    // compared as a whole tree alone.
    const bool alone = depth == whole_depth && parts[0]->kind == IntervalKind::words;
    const std::size_t first = alone ? 0 : 1;
    const std::size_t chosen = first + random.below(relations.size() - first);
    return *related(relations[chosen], parts[0], parts[1]);
}

Found walked(const Intervals& tree, const std::vector<std::vector<std::int32_t>>& places) {
    const RowPlaces row(places);
    const auto walk = make_walk(tree);
    walk->reset(row);
    Found found;
    while (walk->next() != no_more)
        found.emplace_back(walk->start(), walk->end());
    return found;
}

TEST(IntervalWalk, GivesWhatTryingAllCombinationsGives) {
    Random random(11);
    std::vector<std::size_t> all(words);
    for (std::size_t i = 0; i < words; ++i)
        all[i] = i;
    std::size_t with_some = 0;
    for (int round = 0; round < 20'000; ++round) {
        const auto places = random_places(random);
        const IntervalsPtr tree = random_tree(random, whole_depth, all);
        const Found expected = Plain(places).of(*tree);
        with_some += expected.empty() ? 0 : 1;
        ASSERT_EQ(walked(*tree, places), expected)
            << "round " << round << ": " << tree->key << testing::PrintToString(places);
    }
    EXPECT_GT(with_some, 2000U) << "most trees find nothing: nothing is compared";
}

TEST(IntervalWalk, OfThreeInOrderPassesByWhatLucenePassesBy) {
    const auto three =
        ordered({word_intervals({0}, "a"), word_intervals({1}, "b"), word_intervals({2}, "c")});
    const std::vector<std::vector<std::int32_t>> places{{0, 2}, {1, 4}, {3, 5}, {}, {}};
    EXPECT_EQ(walked(*three, places), (Found{{0, 3}})) << "and not 2 to 5: so scores are Lucene's";
}

TEST(IntervalWalk, CountsTheGapsBetweenParts) {
    const std::vector<std::vector<std::int32_t>> places{{0}, {3}, {}, {}, {}};
    const auto apart = ordered({word_intervals({0}, "a"), word_intervals({1}, "b")});
    EXPECT_TRUE(walked(**few_gaps(apart, 1), places).empty());
    EXPECT_EQ(walked(**few_gaps(apart, 2), places), (Found{{0, 3}}));
}

TEST(IntervalWalk, FindsTheSameWordAsOftenAsItIsAskedFor) {
    const auto word = word_intervals({0}, "a");
    const auto twice = unordered({word, word});
    EXPECT_TRUE(walked(*twice, {{4}, {}, {}, {}, {}}).empty());
    EXPECT_EQ(walked(*twice, {{4, 9}, {}, {}, {}, {}}), (Found{{4, 9}}));
}

TEST(IntervalTree, RefusesMoreAlternativesThanItMayTryOut) {
    IntervalList parts;
    std::size_t number = 0;
    for (int i = 0; i < 6; ++i) {
        IntervalList alternatives;
        for (int j = 0; j < 4; ++j, ++number) {
            const std::string key = std::to_string(number);
            alternatives.push_back(
                ordered({word_intervals({0}, key), word_intervals({1}, key + "b")}));
        }
        parts.push_back(any_interval(std::move(alternatives)));
    }
    const auto refused = block(std::move(parts));  // 4^6
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().caused_by_reason, "Too many disjunctions to expand");
}

SpansPtr span_words(std::size_t word) {
    Spans spans;
    spans.words = {word};
    return std::make_shared<const Spans>(std::move(spans));
}

bool any_span(const Spans& tree, const std::vector<std::vector<std::int32_t>>& places) {
    const RowPlaces row(places);
    const auto walk = make_walk(tree);
    walk->reset(row);
    return walk->next() != no_more;
}

TEST(SpanWalk, NearInAnyOrderIsWhereSomeCombinationIsNear) {
    Random random(12);
    for (int round = 0; round < 5000; ++round) {
        const auto places = random_places(random);
        Spans near;
        near.kind = SpanKind::unordered;
        near.slop = static_cast<std::int32_t>(random.below(6));
        near.parts = {span_words(0), span_words(1), span_words(2)};
        bool expected = false;
        for (const std::int32_t a : places[0]) {
            for (const std::int32_t b : places[1]) {
                for (const std::int32_t c : places[2])
                    expected =
                        expected || std::max({a, b, c}) + 1 - std::min({a, b, c}) - 3 <= near.slop;
            }
        }
        ASSERT_EQ(any_span(near, places), expected) << "round " << round;
    }
}

TEST(SpanWalk, WithoutLeavesOutWhatIsNear) {
    Random random(13);
    for (int round = 0; round < 5000; ++round) {
        const auto places = random_places(random);
        Spans alone;
        alone.kind = SpanKind::without;
        alone.before = static_cast<std::int32_t>(random.below(3));
        alone.after = static_cast<std::int32_t>(random.below(3));
        alone.parts = {span_words(0), span_words(1)};
        const bool expected = std::ranges::any_of(places[0], [&](std::int32_t at) {
            return std::ranges::none_of(places[1], [&](std::int32_t other) {
                return other + 1 > at - alone.before && other - alone.after < at + 1;
            });
        });
        ASSERT_EQ(any_span(alone, places), expected) << "round " << round;
    }
}

}  // namespace
}  // namespace elkhorn::search::positions
