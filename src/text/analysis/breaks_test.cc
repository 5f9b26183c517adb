#include "text/analysis/breaks.h"

#include <gtest/gtest.h>

namespace elkhorn::text {
namespace {

using Places = std::vector<std::uint32_t>;

TEST(Breaks, AFullStopEndsASentenceOnlyBeforeACapital) {
    EXPECT_EQ(sentence_breaks(u"It is. Then"), (Places{0, 7, 11}));
    EXPECT_EQ(sentence_breaks(u"e.g. this. 10 more"), (Places{0, 18}));
    EXPECT_EQ(sentence_breaks(u"So! and? on"), (Places{0, 4, 9, 11}));
    EXPECT_EQ(sentence_breaks(u"one\ntwo"), (Places{0, 7}));
    EXPECT_EQ(sentence_breaks(u""), (Places{0}));
}

TEST(Breaks, WordsHoldWhatJoinsThem) {
    EXPECT_EQ(word_breaks(u"GET /a-b.html 3,14%"), (Places{0, 3, 4, 5, 13, 14, 19}));
    EXPECT_EQ(word_breaks(u"a  b"), (Places{0, 1, 3, 4}));
}

}  // namespace
}  // namespace elkhorn::text
