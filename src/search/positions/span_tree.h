// search/positions/span_tree.h -- spans of places as Lucene's span queries mean them: a tree of
// what is looked for, and a walk along one row that gives every span by its start, then its end,
// those that lie in one another too. A span ends before its end.
//
//   near(quick, fox), slop 1, in order    "the quick brown fox": 1 to 4, a width of 1
//
//   Threads   a tree is immutable; a walk belongs to one thread.
//   Cost      a walk takes its words' places times the parts of the tree, and holds nothing else.
#pragma once

#include "search/base/failure.h"
#include "search/positions/word_list.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace elkhorn::search::positions {

enum class SpanKind : std::uint8_t {
    words,       // any of some words
    ordered,     // one part behind the other
    unordered,   // the parts in any order
    any,         // any of the parts
    without,     // the first part where no span of the second is near
    first,       // the part where it ends early
    containing,  // the first part where it holds the second
    within,      // the first part where the second holds it
    gap,         // so many places, wherever they are wanted; only within ordered
};

struct Spans;
using SpansPtr = std::shared_ptr<const Spans>;

struct Spans {
    SpanKind kind = SpanKind::words;
    std::vector<SpansPtr> parts;
    std::vector<std::size_t> words;  // their numbers
    std::int32_t slop = 0;           // between parts, or the places of a gap
    std::int32_t before = 0;         // of `without`: how near is near
    std::int32_t after = 0;
    std::int32_t end = 0;  // of `first`
};

/// Along the spans of one row. Before the first one it stands at -1, behind the last at no_more.
class SpanWalk {
public:
    virtual ~SpanWalk() = default;
    virtual void reset(const RowPlaces& places) = 0;
    /// The start of the next one.
    virtual std::int32_t next() = 0;
    virtual std::int32_t start() const = 0;
    virtual std::int32_t end() const = 0;
    /// The less, the more a match counts.
    virtual std::int32_t width() const = 0;

    /// To the first one that starts at `place` or later.
    virtual std::int32_t skip_to(std::int32_t place);
};

/// The tree must outlive it.
std::unique_ptr<SpanWalk> make_walk(const Spans& tree);

/// The words that make a match rarer or commoner, each once: not those that must not be there.
std::vector<std::size_t> counted_words(const Spans& tree);

/// Rows that have the words without which there is no span.
Answer<Bitmap> rows_that_may(const Spans& tree, const WordList& list, const GroupContext& context);

}  // namespace elkhorn::search::positions
