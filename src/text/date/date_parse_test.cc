#include "text/date/date_parse.h"

#include "base/civil_time.h"
#include "base/random.h"
#include "text/date/date_format.h"

#include <gtest/gtest.h>

namespace elkhorn::text {
namespace {

constexpr std::int64_t now_ns = 1'431'857'103'000'000'000;  // 2015-05-17T10:05:03Z

std::string iso(const std::optional<ParsedDate>& date) {
    return date ? format_iso(date->first.ns()) : "nothing";
}

std::string joda(std::string_view pattern, std::string_view text, std::string_view zone = "UTC",
                 std::int64_t now = now_ns) {
    const auto parser = DateParser::joda(pattern);
    if (!parser) return parser.error().message;
    return iso(parser->parse(text, **TimeZone::find(zone), now));
}

std::optional<ParsedDate> es(std::string_view format, std::string_view text,
                             std::string_view zone = "UTC") {
    const auto parser = DateParser::elasticsearch(format);
    EXPECT_TRUE(parser) << parser.error().message;
    return parser->parse(text, **TimeZone::find(zone), now_ns);
}

TEST(DateParse, ReadsTheDatesThatLogsHold) {
    EXPECT_EQ(joda("dd/MMM/yyyy:HH:mm:ss Z", "17/May/2015:10:05:03 +0200"),
              "2015-05-17T08:05:03.000Z");
    EXPECT_EQ(joda("MMM dd HH:mm:ss", "Mar  7 01:02:03"), "nothing");
    EXPECT_EQ(joda("MMM  d HH:mm:ss", "Mar  7 01:02:03"), "2015-03-07T01:02:03.000Z");
    EXPECT_EQ(joda("MMM dd HH:mm:ss", "mar 7 01:02:03"), "2015-03-07T01:02:03.000Z");
    EXPECT_EQ(joda("yyyy-MM-dd HH:mm:ss,SSS", "2015-05-17 10:05:03,120"),
              "2015-05-17T10:05:03.120Z");
    EXPECT_EQ(joda("yyyyMMddHHmmss", "20150517100503"), "2015-05-17T10:05:03.000Z");
    EXPECT_EQ(joda("EEE MMM dd HH:mm:ss yyyy", "Sun May 17 10:05:03 2015"),
              "2015-05-17T10:05:03.000Z");
    EXPECT_EQ(joda("EEEE, d MMMM yyyy h:mm a", "Sunday, 17 May 2015 12:05 am"),
              "2015-05-17T00:05:00.000Z");
    EXPECT_EQ(joda("yy/MM/dd", "99/01/02"), "1999-01-02T00:00:00.000Z");
    EXPECT_EQ(joda("yy/MM/dd", "34/01/02"), "2034-01-02T00:00:00.000Z");
    EXPECT_EQ(joda("yyyy-MM-dd HH:mm:ss z", "2015-05-17 10:05:03 EST"), "2015-05-17T15:05:03.000Z");
    EXPECT_EQ(joda("yyyy-MM-dd HH:mm:ss ZZZ", "2015-05-17 10:05:03 Europe/Berlin"),
              "2015-05-17T08:05:03.000Z");
    EXPECT_EQ(joda("xxxx-'W'ww-e", "2015-W20-7"), "2015-05-17T00:00:00.000Z");
    EXPECT_EQ(joda("yyyy-DDD", "2015-137"), "2015-05-17T00:00:00.000Z");
}

TEST(DateParse, TheMinuteLetterWhereTheMonthWasMeantIsTheMinute) {
    EXPECT_EQ(joda("yyyy-mm-dd", "2015-05-17"), "2015-01-17T00:05:00.000Z");
}

TEST(DateParse, NamedJodaFormats) {
    EXPECT_EQ(joda("ISO8601", "2015-05-17T10:05:03.123456+02:00"), "2015-05-17T08:05:03.123456Z");
    EXPECT_EQ(joda("ISO8601", "2015-05-17 10:05:03,123"), "2015-05-17T10:05:03.123Z");
    EXPECT_EQ(joda("ISO8601", "2015-05-17"), "2015-05-17T00:00:00.000Z");
    EXPECT_EQ(joda("ISO8601", "no date"), "nothing");
    EXPECT_EQ(joda("UNIX", "1431857103.478"), "2015-05-17T10:05:03.478Z");
    EXPECT_EQ(joda("UNIX", "-1"), "1969-12-31T23:59:59.000Z");
    EXPECT_EQ(joda("UNIX_MS", "1431857103478"), "2015-05-17T10:05:03.478Z");
    EXPECT_EQ(joda("TAI64N", "@4000000050d506482dbdf024"), "2012-12-22T01:00:46.767422500Z");
}

TEST(DateParse, ATimeOfTheGivenZoneBecomesUtcAndAGapFails) {
    EXPECT_EQ(joda("yyyy-MM-dd HH:mm", "2015-07-01 12:00", "Europe/Berlin"),
              "2015-07-01T10:00:00.000Z");
    EXPECT_EQ(joda("yyyy-MM-dd HH:mm", "2015-03-29 02:30", "Europe/Berlin"), "nothing");
}

TEST(DateParse, GuessesTheYearAroundNewYear) {
    constexpr std::int64_t january = 1'420'156'800'000'000'000;   // 2015-01-02
    constexpr std::int64_t december = 1'451'520'000'000'000'000;  // 2015-12-31
    EXPECT_EQ(joda("MMM dd HH:mm:ss", "Dec 31 23:59:59", "UTC", january),
              "2014-12-31T23:59:59.000Z");
    EXPECT_EQ(joda("MMM dd HH:mm:ss", "Jan 01 00:00:01", "UTC", december),
              "2016-01-01T00:00:01.000Z");
    EXPECT_EQ(joda("MMM dd HH:mm:ss", "Feb 01 00:00:01", "UTC", december),
              "2015-02-01T00:00:01.000Z");
}

TEST(DateParse, OfADayThatThisYearHasNotNoOtherIsMade) {
    constexpr std::int64_t leap = 1'456'747'200'000'000'000;      // 2016-02-29T12:00Z
    constexpr std::int64_t leap_new = 1'451'700'000'000'000'000;  // 2016-01-02
    constexpr std::int64_t january = 1'483'315'200'000'000'000;   // 2017-01-02
    constexpr std::int64_t december = 1'450'000'000'000'000'000;  // 2015-12-13
    const char* day = "Feb 29 12:00:00";
    EXPECT_EQ(joda("MMM dd HH:mm:ss", day, "UTC", leap), "2016-02-29T12:00:00.000Z");
    EXPECT_EQ(joda("MMM dd HH:mm:ss", day, "UTC", leap_new), "2016-02-29T12:00:00.000Z");
    EXPECT_EQ(joda("MMM dd HH:mm:ss", day, "Pacific/Auckland", leap), "2016-02-28T23:00:00.000Z");
    EXPECT_EQ(joda("MMM dd HH:mm:ss", day, "UTC", january), "nothing");
    EXPECT_EQ(joda("MMM dd HH:mm:ss", day, "UTC", december), "nothing");
    EXPECT_EQ(joda("DDD HH", "366 12", "UTC", leap), "2016-12-31T12:00:00.000Z");
    EXPECT_EQ(joda("DDD HH", "366 12", "UTC", january), "2016-12-31T12:00:00.000Z");
    EXPECT_EQ(joda("DDD HH", "366 12", "UTC", december), "nothing");
}

TEST(DateParse, GuessesTheYearOfADayOfTheYearAndOfAWeekToo) {
    constexpr std::int64_t january = 1'420'156'800'000'000'000;   // 2015-01-02
    constexpr std::int64_t december = 1'451'520'000'000'000'000;  // 2015-12-31
    EXPECT_EQ(joda("DDD HH", "365 12", "UTC", december), "2015-12-31T12:00:00.000Z");
    EXPECT_EQ(joda("DDD HH", "001 12", "UTC", december), "2016-01-01T12:00:00.000Z");
    EXPECT_EQ(joda("DDD HH", "365 12", "UTC", january), "2014-12-31T12:00:00.000Z");
    EXPECT_EQ(joda("DDD HH", "060 12", "UTC", now_ns), "2015-03-01T12:00:00.000Z");
    EXPECT_EQ(joda("ww e HH", "20 7 10", "UTC", now_ns), "2015-05-17T10:00:00.000Z");
}

TEST(DateParse, RefusesDaysAndHoursThatAreNot) {
    EXPECT_EQ(joda("yyyy-MM-dd", "2015-02-29"), "nothing");
    EXPECT_EQ(joda("yyyy-MM-dd", "2016-02-29"), "2016-02-29T00:00:00.000Z");
    EXPECT_EQ(joda("yyyy-MM-dd HH", "2015-02-01 24"), "nothing");
    EXPECT_EQ(joda("yyyy-MM-dd", "2015-02-01x"), "nothing");
    EXPECT_EQ(joda("yyyy 'unclosed", "x"),
              "date pattern \"yyyy 'unclosed\": the quote in column 6 is not closed");
    EXPECT_EQ(joda("yyyy bb", "x"),
              "date pattern \"yyyy bb\": column 6: no such letter 'b'; put text in quotes");
}

TEST(DateParse, ElasticsearchFormatsSayWhatIsMissing) {
    const auto day = es("strict_date_optional_time||epoch_millis", "2015-05-17");
    ASSERT_TRUE(day);
    EXPECT_EQ(format_iso(day->first.ns()), "2015-05-17T00:00:00.000Z");
    EXPECT_EQ(format_iso(day->last.ns()), "2015-05-17T23:59:59.999999999Z");
    EXPECT_EQ(day->finest, DateUnit::day);
    EXPECT_FALSE(day->zoned);
    const auto minute = es("strict_date_optional_time", "2015-05-17T10:05Z");
    ASSERT_TRUE(minute);
    EXPECT_EQ(format_iso(minute->last.ns()), "2015-05-17T10:05:59.999999999Z");
    EXPECT_TRUE(minute->zoned);
    const auto month = es("yyyy-MM", "2015-12");
    ASSERT_TRUE(month);
    EXPECT_EQ(format_iso(month->last.ns()), "2015-12-01T23:59:59.999999999Z");
}

TEST(DateParse, ElasticsearchEpochsAndLists) {
    const auto ms = es("strict_date_optional_time||epoch_millis", "1431857103478");
    ASSERT_TRUE(ms);
    EXPECT_EQ(ms->first.ms(), 1'431'857'103'478);
    EXPECT_EQ(ms->last.ns(), 1'431'857'103'478'999'999);
    EXPECT_EQ(iso(es("epoch_second", "1431857103")), "2015-05-17T10:05:03.000Z");
    EXPECT_EQ(iso(es("yyyy-MM-dd HH:mm:ss||yyyy-MM-dd", "2015-05-17 10:05:03")),
              "2015-05-17T10:05:03.000Z");
    EXPECT_EQ(iso(es("yyyy-MM-dd HH:mm:ss||yyyy-MM-dd", "2015-05-17")), "2015-05-17T00:00:00.000Z");
    EXPECT_EQ(iso(es("strict_date_optional_time", "2015-5-17")), "nothing");
    EXPECT_EQ(iso(es("date_optional_time", "2015-5-17")), "2015-05-17T00:00:00.000Z");
    EXPECT_EQ(iso(es("yyyy-MM-dd['T'HH:mm[:ss]]", "2015-05-17T10:05")), "2015-05-17T10:05:00.000Z");
    EXPECT_EQ(iso(es("basic_date", "20150517")), "2015-05-17T00:00:00.000Z");
    EXPECT_EQ(iso(es("date_time", "2015-05-17T10:05:03.1Z")), "2015-05-17T10:05:03.100Z");
    EXPECT_EQ(iso(es("strict_date_time", "2015-05-17T10:05:03.100+02:00")),
              "2015-05-17T08:05:03.100Z");
    EXPECT_EQ(iso(es("dd/MMM/yyyy:HH:mm:ss Z", "17/May/2015:10:05:03 +0000")),
              "2015-05-17T10:05:03.000Z");
}

TEST(DateParse, FarYearsKeepTheirMilliseconds) {
    const auto far = es("strict_date_optional_time", "9999-12-31T23:59:59.999Z");
    ASSERT_TRUE(far);
    EXPECT_EQ(far->first.ms(), 253'402'300'799'999);
}

TEST(DateFormat, WritesYearsThatNanosecondsCannotSay) {
    const auto text = [](std::int64_t ms, DateFormat::Dialect dialect) {
        std::string out;
        DateFormat::parse("yyyy-MM-dd HH:mm:ss.SSS", dialect)
            .value()
            .append_to(out, Instant::from_ms(ms));
        return out;
    };
    using enum DateFormat::Dialect;
    EXPECT_EQ(text(253'402'300'799'999, java_time), "9999-12-31 23:59:59.999");
    EXPECT_EQ(text(253'402'300'800'000, java_time), "+10000-01-01 00:00:00.000");
    EXPECT_EQ(text(253'402'300'800'000, joda), "10000-01-01 00:00:00.000");
    EXPECT_EQ(text(-62'135'596'800'001, joda), "0000-12-31 23:59:59.999");
    EXPECT_EQ(text(std::numeric_limits<std::int64_t>::min(), joda),
              "-292275055-05-16 16:47:04.192");
    EXPECT_EQ(Instant::from_ms(-1).ms(), -1);
    EXPECT_EQ(Instant::from_ns(-1).ns(), -1);
}

TEST(DateParse, ReadsBackWhatDateFormatWrites) {
    Random random(7);
    for (const auto* pattern : {"dd/MMM/yyyy:HH:mm:ss.SSS Z", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS",
                                "EEE, d MMMM yyyy hh:mm:ss.SSSSSSSSS a", "yyyyDDDHHmmssSSS"}) {
        const auto format = DateFormat::parse(pattern, DateFormat::Dialect::joda);
        const auto parser = DateParser::joda(pattern);
        ASSERT_TRUE(format && parser);
        for (int i = 0; i < 2000; ++i) {
            const auto ns = static_cast<std::int64_t>(random.below(4'000'000'000'000)) * 1'000'000;
            std::string text;
            format->append_to(text, ns);
            EXPECT_EQ(iso(parser->parse(text, *TimeZone::utc(), now_ns)), format_iso(ns)) << text;
        }
    }
}

}  // namespace
}  // namespace elkhorn::text
