#include "text/date/time_zone.h"

#include "base/civil_time.h"

#include <gtest/gtest.h>

namespace elkhorn::text {
namespace {

std::int64_t seconds(std::int64_t year, int month, int day, int hour, int minute) {
    CivilTime t;
    t.year = year;
    t.month = month;
    t.day = day;
    t.hour = hour;
    t.minute = minute;
    return ms_from_civil(t) / 1000;
}

TimeZone::Ptr zone(std::string_view id) {
    auto found = TimeZone::find(id);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : TimeZone::utc();
}

TEST(TimeZone, KnowsSummerAndWinter) {
    const auto berlin = zone("Europe/Berlin");
    EXPECT_EQ(berlin->offset_seconds(seconds(2015, 1, 10, 0, 0)), 3600);
    EXPECT_EQ(berlin->offset_seconds(seconds(2015, 7, 10, 0, 0)), 7200);
    EXPECT_EQ(zone("Asia/Kolkata")->offset_seconds(0), 19'800);
    EXPECT_FALSE(berlin->fixed());
}

TEST(TimeZone, FollowsItsRuleBeyondTheTable) {
    const auto berlin = zone("Europe/Berlin");
    EXPECT_EQ(berlin->offset_seconds(seconds(2091, 7, 10, 0, 0)), 7200);
    EXPECT_EQ(berlin->offset_seconds(seconds(9999, 7, 10, 0, 0)), 7200);
    EXPECT_EQ(berlin->offset_seconds(seconds(9999, 12, 10, 0, 0)), 3600);
    EXPECT_EQ(zone("Australia/Sydney")->offset_seconds(seconds(2200, 1, 1, 0, 0)), 11 * 3600);
    EXPECT_EQ(zone("Australia/Sydney")->offset_seconds(seconds(2200, 7, 1, 0, 0)), 10 * 3600);
}

TEST(TimeZone, ATimeThatNeverWasMovesForwardAndOneThatWasTwiceIsTheEarlier) {
    const auto berlin = zone("Europe/Berlin");
    const auto gap = seconds(2015, 3, 29, 2, 30);
    EXPECT_TRUE(berlin->in_gap(gap));
    EXPECT_EQ(berlin->to_utc(gap), seconds(2015, 3, 29, 1, 30));
    const auto twice = seconds(2015, 10, 25, 2, 30);
    EXPECT_FALSE(berlin->in_gap(twice));
    EXPECT_EQ(berlin->to_utc(twice), seconds(2015, 10, 25, 0, 30));
    EXPECT_EQ(berlin->to_utc(seconds(2015, 10, 25, 3, 0)), seconds(2015, 10, 25, 2, 0));
    EXPECT_EQ(berlin->to_utc(seconds(2015, 3, 29, 3, 0)), seconds(2015, 3, 29, 1, 0));
}

TEST(TimeZone, ReadsOffsetsInEverySpelling) {
    EXPECT_EQ(zone("+02:00")->offset_seconds(0), 7200);
    EXPECT_EQ(zone("+0200")->offset_seconds(0), 7200);
    EXPECT_EQ(zone("-8")->offset_seconds(0), -8 * 3600);
    EXPECT_EQ(zone("UTC+5:30")->offset_seconds(0), 19'800);
    EXPECT_EQ(zone("GMT-03:30")->offset_seconds(0), -12'600);
    EXPECT_EQ(zone("Z")->offset_seconds(0), 0);
}

TEST(TimeZone, RefusesWhatIsNoZone) {
    for (const auto* id :
         {"", "Europe/Nowhere", "../../etc/passwd", "/etc/passwd", "+99:00", "+1:2:", "tz\nfile"}) {
        EXPECT_FALSE(TimeZone::find(id)) << id;
    }
}

TEST(TimeZone, RoundTripsThroughLocalTimeAllYear) {
    for (const auto* id : {"America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
                           "Pacific/Apia", "Asia/Tehran", "America/St_Johns"}) {
        const auto z = zone(id);
        for (std::int64_t t = seconds(2009, 1, 1, 0, 0); t < seconds(2013, 1, 1, 0, 0); t += 7919) {
            const std::int64_t local = t + z->offset_seconds(t);
            const std::int64_t back = z->to_utc(local);
            EXPECT_EQ(back + z->offset_seconds(back), local) << id << " " << t;
            EXPECT_LE(back, t) << id;
        }
    }
}

TEST(TimeZone, DamagedFilesAreErrors) {
    EXPECT_FALSE(TimeZone::from_tzif("x", ""));
    EXPECT_FALSE(TimeZone::from_tzif("x", "TZif2"));
    EXPECT_FALSE(TimeZone::from_tzif("x", std::string(200, 'T')));
}

}  // namespace
}  // namespace elkhorn::text
