#include "base/civil_time.h"

#include <gtest/gtest.h>

namespace elkhorn {
namespace {

std::string iso_ms(std::int64_t year, int month, int day, std::int64_t more_ms) {
    CivilTime time;
    time.year = year;
    time.month = month;
    time.day = day;
    std::string out;
    append_iso_ms(out, ms_from_civil(time) + more_ms);
    return out;
}

TEST(CivilTime, PrintsYearsOfAnySize) {
    EXPECT_EQ(iso_ms(2015, 5, 19, 43'513'007), "2015-05-19T12:05:13.007Z");
    EXPECT_EQ(iso_ms(1970, 1, 1, -1), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(iso_ms(0, 1, 1, 0), "0000-01-01T00:00:00.000Z");
    EXPECT_EQ(iso_ms(7, 1, 1, 0), "0007-01-01T00:00:00.000Z");
    EXPECT_EQ(iso_ms(-44, 3, 15, 0), "-0044-03-15T00:00:00.000Z");
    EXPECT_EQ(iso_ms(9999, 12, 31, 86'399'999), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(iso_ms(12'345, 6, 7, 0), "12345-06-07T00:00:00.000Z");
}

TEST(CivilTime, PrintsAsManyDigitsAsTheFractionNeeds) {
    EXPECT_EQ(format_iso(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(format_iso(1'500'000), "1970-01-01T00:00:00.001500Z");
    EXPECT_EQ(format_iso(-1), "1969-12-31T23:59:59.999999999Z");
}

}  // namespace
}  // namespace elkhorn
