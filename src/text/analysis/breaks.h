// text/analysis/breaks.h -- where sentences and words of a text end, as the Java that Elasticsearch
// runs on finds them: fragments of highlighted texts are cut there.
//
//   "It failed. Then e.g. this. 10 more"
//    sentences: "It failed. " "Then e.g. this. 10 more"     a full stop alone ends a sentence only
//                                                          before blanks and a capital
//    words:     "It" " " "failed" "." " " "Then" ...
//
// Offsets are UTF-16 units, as everywhere in analysis. These are older rules than Unicode's, so
// ICU's breaks are others: a new line ends no sentence.
//
//   Cost      one walk over the text, four bytes a break.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace elkhorn::text {

/// Ascending, from 0 to the text's length; an empty text has 0 alone.
std::vector<std::uint32_t> sentence_breaks(std::u16string_view text);
std::vector<std::uint32_t> word_breaks(std::u16string_view text);

}  // namespace elkhorn::text
