// search/fetch/highlight_words.h -- the marked words of a field's values, with their places, in the
// order in which they stand.
//
//   Bounds    a word is marked eight times at most, however many tests it passes.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/marks.h"

#include <cstdint>
#include <string>
#include <vector>

namespace elkhorn::search {

struct MarkedWord {
    std::uint32_t begin = 0;  // UTF-16 units from the first value's beginning
    std::uint32_t end = 0;
    std::uint32_t term = 0;  // its number: words of one test share one
};

struct MarkedWords {
    std::vector<MarkedWord> words;           // by place
    std::vector<std::uint32_t> frequencies;  // by term
};

/// A value begins one unit behind the end of the one before it.
Answer<MarkedWords> marked_words(const GroupContext& context, const Field& field,
                                 const std::vector<std::string>& values, const FieldMarks& marks);

/// UTF-16 units of a UTF-8 text.
std::uint32_t units_of(std::string_view text);

}  // namespace elkhorn::search
