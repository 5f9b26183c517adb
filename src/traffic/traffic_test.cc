// Traffic is the same for the same seed, and shaped as it promises.

#include "traffic/traffic.h"

#include <gtest/gtest.h>

#include <set>

namespace elkhorn::traffic {
namespace {

std::string lines(std::string_view kind, std::uint64_t seed, int count) {
    auto source = make_source(kind, seed);
    EXPECT_TRUE(source) << source.error().message;
    std::string out;
    for (int i = 0; i < count; ++i) {
        (*source)->append_line(out, 1'750'000'000'000'000'000 + i * 1'000'000LL);
        out += '\n';
    }
    return out;
}

TEST(Traffic, TheSameSeedGivesTheSameBytes) {
    for (const std::string_view kind : kinds()) {
        EXPECT_EQ(lines(kind, 3, 50), lines(kind, 3, 50)) << kind;
        EXPECT_NE(lines(kind, 3, 50), lines(kind, 4, 50)) << kind;
    }
}

TEST(Traffic, Big5IsAboutAKilobyteADocument) {
    const std::string all = lines("big5", 1, 1000);
    EXPECT_GT(all.size(), 900'000U);
    EXPECT_LT(all.size(), 1'200'000U);
}

TEST(Traffic, AnUnknownKindNamesTheNearest) {
    const auto source = make_source("acess-log", 1);
    ASSERT_FALSE(source);
    EXPECT_NE(source.error().message.find("access-log"), std::string::npos);
}

TEST(Zipf, DrawsTheFirstMostOften) {
    const Zipf zipf(1000, 1.0);
    Random random(5);
    std::vector<int> counts(1000);
    for (int i = 0; i < 100'000; ++i)
        ++counts[zipf.draw(random)];
    EXPECT_GT(counts[0], counts[1]);
    EXPECT_GT(counts[1], counts[9]);
    EXPECT_NEAR(counts[0] / 100'000.0, 0.1336, 0.01) << "1 / H(1000)";
}

}  // namespace
}  // namespace elkhorn::traffic
