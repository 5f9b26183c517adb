#include "base/bytes.h"

#include <gtest/gtest.h>

#include <string>

namespace elkhorn {
namespace {

TEST(SameText, SeesADifferenceAtEveryPlaceOfEveryLength) {
    for (std::size_t size = 0; size <= 70; ++size) {
        const std::string text(size, 'x');
        const std::string same = text;
        EXPECT_TRUE(same_text(text, same));
        EXPECT_FALSE(same_text(text, text + "x"));
        for (std::size_t at = 0; at < size; ++at) {
            std::string other = text;
            other[at] = 'y';
            EXPECT_FALSE(same_text(text, other)) << size << " bytes, at " << at;
        }
    }
}

TEST(LiesWithin, IsAboutTheBytesNotTheirValues) {
    const std::string whole = "a word";
    const std::string word = "word";
    EXPECT_TRUE(lies_within(std::string_view(whole).substr(2), whole));
    EXPECT_TRUE(lies_within(whole, whole));
    EXPECT_FALSE(lies_within(word, whole));
    EXPECT_FALSE(lies_within(whole, std::string_view(whole).substr(1)));
}

}  // namespace
}  // namespace elkhorn
