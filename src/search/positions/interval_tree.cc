#include "search/positions/interval_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace elkhorn::search::positions {
namespace {

constexpr std::size_t most_alternatives = 1024;

Answer<IntervalList> alternatives_of(const IntervalsPtr& tree);

std::string_view kind_name(IntervalKind kind) {
    switch (kind) {
        case IntervalKind::nothing: return "nothing";
        case IntervalKind::words: return "words";
        case IntervalKind::block: return "block";
        case IntervalKind::ordered: return "ordered";
        case IntervalKind::unordered: return "unordered";
        case IntervalKind::repeated: return "repeated";
        case IntervalKind::any: return "any";
        case IntervalKind::extended: return "extended";
        case IntervalKind::before: return "before";
        case IntervalKind::after: return "after";
        case IntervalKind::few_gaps: return "few_gaps";
        case IntervalKind::containing: return "containing";
        case IntervalKind::contained_by: return "contained_by";
        case IntervalKind::overlapping: return "overlapping";
        case IntervalKind::not_containing: return "not_containing";
        case IntervalKind::not_contained_by: return "not_contained_by";
        case IntervalKind::not_overlapping: return "not_overlapping";
        case IntervalKind::masked: return "masked";
    }
    return "";
}

std::int32_t least_extent_of(const Intervals& tree) {
    std::int64_t extent = 0;
    switch (tree.kind) {
        case IntervalKind::nothing: return 0;
        case IntervalKind::words:
        case IntervalKind::before:
        case IntervalKind::after: return 1;
        case IntervalKind::block:
        case IntervalKind::ordered:
        case IntervalKind::unordered:
            for (const IntervalsPtr& part : tree.parts)
                extent += part->least_extent;
            break;
        case IntervalKind::any:
            extent = no_more;
            for (const IntervalsPtr& part : tree.parts)
                extent = std::min<std::int64_t>(extent, part->least_extent);
            break;
        case IntervalKind::extended:
            extent = std::int64_t{tree.before} + tree.parts[0]->least_extent + tree.after;
            break;
        default: return tree.parts[0]->least_extent;
    }
    return static_cast<std::int32_t>(std::min<std::int64_t>(extent, no_more));
}

IntervalsPtr finished(Intervals tree) {
    tree.least_extent = least_extent_of(tree);
    if (tree.key.empty()) {
        tree.key =
            fmt::format("{}/{}/{}/{}(", kind_name(tree.kind), tree.number, tree.before, tree.after);
        for (const IntervalsPtr& part : tree.parts)
            tree.key += part->key + ",";
        tree.key += ")";
    }
    return std::make_shared<const Intervals>(std::move(tree));
}

IntervalsPtr of_parts(IntervalKind kind, IntervalList parts) {
    Intervals tree;
    tree.kind = kind;
    tree.parts = std::move(parts);
    return finished(std::move(tree));
}

/// With the parts of parts of the same kind in their place.
IntervalList flattened(IntervalKind kind, const IntervalList& parts) {
    IntervalList flat;
    for (const IntervalsPtr& part : parts) {
        if (part->kind == kind)
            flat.insert(flat.end(), part->parts.begin(), part->parts.end());
        else
            flat.push_back(part);
    }
    return flat;
}

/// Alternatives of one place each are as good as one: none of them hides a longer one.
Answer<IntervalList> split(const IntervalsPtr& tree) {
    IntervalList short_ones;
    IntervalList long_ones;
    for (const IntervalsPtr& one : ASK(alternatives_of(tree)))
        (one->least_extent == 1 ? short_ones : long_ones).push_back(one);
    if (!short_ones.empty())
        long_ones.insert(long_ones.begin(), any_interval(std::move(short_ones)));
    return long_ones;
}

using MakeOne = std::function<IntervalsPtr(IntervalsPtr)>;
using MakeOfAll = std::function<IntervalsPtr(IntervalList)>;

Answer<IntervalList> pull_up(const IntervalsPtr& part, const MakeOne& make) {
    IntervalList made;
    for (const IntervalsPtr& one : ASK(split(part)))
        made.push_back(make(one));
    return made;
}

/// Every way to take one alternative of each part.
Answer<IntervalList> pull_up(const IntervalList& parts, const MakeOfAll& make) {
    std::vector<IntervalList> ways(1);
    for (const IntervalsPtr& part : parts) {
        const IntervalList choices = ASK(split(part));
        if (choices.size() > 1 && ways.size() * choices.size() > most_alternatives) {
            return cannot_create("illegal_argument_exception", "Too many disjunctions to expand");
        }
        std::vector<IntervalList> longer;
        for (const IntervalsPtr& choice : choices) {
            for (const IntervalList& way : ways) {
                longer.push_back(way);
                longer.back().push_back(choice);
            }
        }
        ways = std::move(longer);
    }
    IntervalList made;
    for (IntervalList& way : ways)
        made.push_back(make(std::move(way)));
    return made;
}

MakeOfAll maker(IntervalKind kind) {
    return [kind](IntervalList parts) {
        return of_parts(kind, std::move(parts));
    };
}

MakeOne related_maker(IntervalKind kind, bool first_given, const IntervalsPtr& other) {
    return [kind, first_given, other](IntervalsPtr part) {
        return first_given ? of_parts(kind, {other, std::move(part)})
                           : of_parts(kind, {std::move(part), other});
    };
}

/// What the tree is any of, as far as that may be said from outside.
Answer<IntervalList> alternatives_of(const IntervalsPtr& tree) {
    switch (tree->kind) {
        case IntervalKind::nothing: return IntervalList{};
        case IntervalKind::any: return tree->parts;
        case IntervalKind::ordered:
        case IntervalKind::unordered:
        case IntervalKind::overlapping: return pull_up(tree->parts, maker(tree->kind));
        case IntervalKind::containing:
            return pull_up(tree->parts[0], related_maker(tree->kind, false, tree->parts[1]));
        case IntervalKind::contained_by:
            return pull_up(tree->parts[1], related_maker(tree->kind, true, tree->parts[0]));
        case IntervalKind::extended: {
            const IntervalList inner = ASK(alternatives_of(tree->parts[0]));
            if (inner.empty()) return IntervalList{tree};
            return pull_up(tree->parts[0], [&](IntervalsPtr part) {
                return extended(std::move(part), tree->before, tree->after);
            });
        }
        case IntervalKind::masked: {
            const IntervalList inner = ASK(alternatives_of(tree->parts[0]));
            if (inner.size() == 1) return IntervalList{tree};
            IntervalList outer;
            for (const IntervalsPtr& one : inner)
                outer.push_back(of_parts(IntervalKind::masked, {one}));
            return outer;
        }
        default: return IntervalList{tree};
    }
}

IntervalsPtr repeated(const IntervalsPtr& part, std::int32_t copies) {
    if (copies == 1) return part;
    Intervals several;
    several.kind = IntervalKind::repeated;
    several.parts = {part};
    several.number = copies;
    return finished(std::move(several));
}

IntervalsPtr offset(IntervalKind kind, IntervalsPtr part) {
    return of_parts(kind, {std::move(part)});
}

}  // namespace

IntervalsPtr no_intervals() {
    return finished(Intervals{});
}

IntervalsPtr word_intervals(std::vector<std::size_t> words, std::string key) {
    Intervals tree;
    tree.kind = IntervalKind::words;
    tree.words = std::move(words);
    tree.key = std::move(key);
    return finished(std::move(tree));
}

Answer<IntervalsPtr> block(IntervalList parts) {
    if (parts.size() == 1) return parts[0];
    return any_interval(ASK(pull_up(parts, [](const IntervalList& way) {
        return of_parts(IntervalKind::block, flattened(IntervalKind::block, way));
    })));
}

IntervalsPtr ordered(IntervalList parts) {
    if (parts.size() == 1) return parts[0];
    IntervalList different;
    std::int32_t copies = 0;
    const IntervalList flat = flattened(IntervalKind::ordered, parts);
    for (std::size_t i = 0; i < flat.size(); ++i) {
        ++copies;
        if (i + 1 < flat.size() && flat[i + 1]->key == flat[i]->key) continue;
        different.push_back(repeated(flat[i], copies));
        copies = 0;
    }
    if (different.size() == 1) return different[0];
    return of_parts(IntervalKind::ordered, std::move(different));
}

IntervalsPtr unordered(IntervalList parts) {
    if (parts.size() == 1) return parts[0];
    std::vector<std::pair<IntervalsPtr, std::int32_t>> counted;
    std::map<std::string, std::size_t> places;
    for (const IntervalsPtr& part : flattened(IntervalKind::unordered, parts)) {
        const auto [place, is_new] = places.try_emplace(part->key, counted.size());
        if (is_new)
            counted.emplace_back(part, 1);
        else
            ++counted[place->second].second;
    }
    IntervalList different;
    for (const auto& [part, copies] : counted)
        different.push_back(repeated(part, copies));
    if (different.size() == 1) return different[0];
    return of_parts(IntervalKind::unordered, std::move(different));
}

IntervalsPtr any_interval(IntervalList parts) {
    IntervalList different;
    std::set<std::string> keys;
    for (const IntervalsPtr& part : flattened(IntervalKind::any, parts)) {
        if (keys.insert(part->key).second) different.push_back(part);
    }
    if (different.size() == 1) return different[0];
    return of_parts(IntervalKind::any, std::move(different));
}

IntervalsPtr extended(IntervalsPtr part, std::int32_t before, std::int32_t after) {
    if (before == 0 && after == 0) return part;
    Intervals tree;
    tree.kind = IntervalKind::extended;
    tree.parts = {std::move(part)};
    tree.before = before;
    tree.after = after;
    return finished(std::move(tree));
}

Answer<IntervalsPtr> few_gaps(IntervalsPtr part, std::int32_t most) {
    IntervalList made;
    for (const IntervalsPtr& one : ASK(alternatives_of(part))) {
        Intervals tree;
        tree.kind = IntervalKind::few_gaps;
        tree.parts = {one};
        tree.number = most;
        made.push_back(finished(std::move(tree)));
    }
    return any_interval(std::move(made));
}

IntervalsPtr masked(IntervalsPtr part, const std::string& field) {
    Intervals tree;
    tree.kind = IntervalKind::masked;
    tree.key = fmt::format("masked({},{})", field, part->key);
    tree.parts = {std::move(part)};
    return finished(std::move(tree));
}

Answer<IntervalsPtr> related(IntervalKind kind, IntervalsPtr first, IntervalsPtr second) {
    switch (kind) {
        case IntervalKind::containing:
        case IntervalKind::not_containing:
            return any_interval(ASK(pull_up(first, related_maker(kind, false, second))));
        case IntervalKind::contained_by:
        case IntervalKind::not_contained_by:
            return any_interval(ASK(pull_up(second, related_maker(kind, true, first))));
        default: return of_parts(kind, {std::move(first), std::move(second)});
    }
}

Answer<IntervalsPtr> placed_before(IntervalsPtr first, IntervalsPtr second) {
    return related(IntervalKind::contained_by, std::move(first),
                   extended(offset(IntervalKind::before, std::move(second)), no_more, 0));
}

Answer<IntervalsPtr> placed_after(IntervalsPtr first, IntervalsPtr second) {
    return related(IntervalKind::contained_by, std::move(first),
                   extended(offset(IntervalKind::after, std::move(second)), 0, no_more));
}

Answer<Bitmap> rows_that_may(const Intervals& tree, const WordList& list,
                             const GroupContext& context) {
    switch (tree.kind) {
        case IntervalKind::nothing: return Bitmap(context.rows());
        case IntervalKind::words:
        case IntervalKind::any: {
            Bitmap rows(context.rows());
            for (const std::size_t word : tree.words)
                rows.or_with(ASK(list.rows_with(context, word)));
            for (const IntervalsPtr& part : tree.parts)
                rows.or_with(ASK(rows_that_may(*part, list, context)));
            return rows;
        }
        case IntervalKind::block:
        case IntervalKind::ordered:
        case IntervalKind::unordered:
        case IntervalKind::containing:
        case IntervalKind::contained_by:
        case IntervalKind::overlapping: {
            Bitmap rows(context.rows(), true);
            for (const IntervalsPtr& part : tree.parts) {
                rows.and_with(ASK(rows_that_may(*part, list, context)));
                if (!rows.any()) break;
            }
            return rows;
        }
        default: return rows_that_may(*tree.parts[0], list, context);
    }
}

}  // namespace elkhorn::search::positions
