// search/positions/interval_tree.h -- intervals of places as Lucene's intervals query means them: a
// tree of what is looked for, and a walk along one row that gives the shortest ones, none of which
// holds another. Both ends of an interval belong to it.
//
//   ordered(quick, any_of(fox, block(wild, hare)))  -->  any_of(ordered(quick, fox),
//                                                               ordered(quick, block(wild, hare)))
//
// Where alternatives of different lengths stand within something that counts gaps they are pulled
// up, for the shortest one would hide the others. What that may make is bounded.
//
//   Threads   a tree is immutable; a walk belongs to one thread.
//   Cost      a walk takes its words' places times the depth of the tree, and holds nothing else.
#pragma once

#include "search/base/failure.h"
#include "search/positions/word_list.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace elkhorn::search::positions {

constexpr std::int32_t no_more = std::numeric_limits<std::int32_t>::max();

enum class IntervalKind : std::uint8_t {
    nothing,
    words,             // any of some words
    block,             // one behind the other
    ordered,           // in this order, something between them or not
    unordered,         // in any order; they may overlap
    repeated,          // the same several times
    any,               // any of the parts
    extended,          // the part and places around it
    before,            // the place before the part
    after,             // the place behind it
    few_gaps,          // the part, with so many places between its own at most
    containing,        // the first part where it holds the second ...
    contained_by,      // ... is held by it
    overlapping,       // ... shares a place with it
    not_containing,    // the first part where it holds no second
    not_contained_by,  // ... is held by none
    not_overlapping,   // ... shares no place with one
    masked,            // the part, of another field
};

struct Intervals;
using IntervalsPtr = std::shared_ptr<const Intervals>;
using IntervalList = std::vector<IntervalsPtr>;

struct Intervals {
    IntervalKind kind = IntervalKind::nothing;
    IntervalList parts;
    std::vector<std::size_t> words;  // their numbers
    std::int32_t before = 0;         // of extended
    std::int32_t after = 0;
    std::int32_t number = 0;        // the copies of repeated, the gaps of few_gaps
    std::int32_t least_extent = 0;  // no interval is shorter
    std::string key;                // equal trees have equal ones
};

IntervalsPtr no_intervals();
/// Numbers of words; `key` tells them from others.
IntervalsPtr word_intervals(std::vector<std::size_t> words, std::string key);
Answer<IntervalsPtr> block(IntervalList parts);
IntervalsPtr ordered(IntervalList parts);
IntervalsPtr unordered(IntervalList parts);
IntervalsPtr any_interval(IntervalList parts);
IntervalsPtr extended(IntervalsPtr part, std::int32_t before, std::int32_t after);
Answer<IntervalsPtr> few_gaps(IntervalsPtr part, std::int32_t most);
IntervalsPtr masked(IntervalsPtr part, const std::string& field);

/// Those of the first that stand to the second as `kind` (containing ... not_overlapping) says.
Answer<IntervalsPtr> related(IntervalKind kind, IntervalsPtr first, IntervalsPtr second);
/// Those of the first that end before one of the second begins; that begin behind one.
Answer<IntervalsPtr> placed_before(IntervalsPtr first, IntervalsPtr second);
Answer<IntervalsPtr> placed_after(IntervalsPtr first, IntervalsPtr second);

/// Along the intervals of one row. Before the first it stands at -1, behind the last at no_more.
class IntervalWalk {
public:
    virtual ~IntervalWalk() = default;
    virtual void reset(const RowPlaces& places) = 0;
    /// The start of the next one.
    virtual std::int32_t next() = 0;
    virtual std::int32_t start() const = 0;
    virtual std::int32_t end() const = 0;
    /// Places between the parts of the one it stands at.
    virtual std::int32_t gaps() const = 0;

    virtual std::int32_t width() const { return end() - start() + 1; }
};

/// The tree must outlive it.
std::unique_ptr<IntervalWalk> make_walk(const Intervals& tree);

/// Rows that have the words without which there is no interval.
Answer<Bitmap> rows_that_may(const Intervals& tree, const WordList& list,
                             const GroupContext& context);

}  // namespace elkhorn::search::positions
