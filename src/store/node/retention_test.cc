// What retention decides, and what the engine then does.

#include "store/limits/retention.h"

#include "base/log.h"
#include "io/fake_folder.h"
#include "io/workers.h"
#include "json/flatten.h"
#include "store/index/index.h"
#include "store/limits/retention_clock.h"
#include "store/node/store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>

namespace elkhorn::store {
namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t now = 1000 * day;

RetainedGroup group(std::int64_t seq_no, std::optional<std::int64_t> newest_ms,
                    std::uint64_t rows = 10, std::uint64_t bytes = 100) {
    return {seq_no, rows, bytes, newest_ms};
}

RetainedIndex index(std::string name, std::int64_t created_ms, std::vector<RetainedGroup> groups) {
    return {std::move(name), created_ms, std::move(groups), {}};
}

RetentionRule by_age(std::string pattern, std::int64_t max_age_ms) {
    return {std::move(pattern), max_age_ms, {}, {}};
}

/// "index reason whole" or "index reason 1,2" of each, in order.
std::vector<std::string> told(const std::vector<RetentionRule>& rules,
                              const std::vector<RetainedIndex>& indices,
                              RetentionMoment moment = {now, 0}) {
    std::vector<std::string> lines;
    for (const Drop& drop : decide_drops(rules, indices, moment)) {
        std::string line = indices[drop.index].name + " " + std::string(name_of(drop.reason));
        if (drop.whole) line += " whole";
        if (drop.flush) line += " flush";
        for (const std::int64_t seq_no : drop.first_seq_nos)
            line += fmt::format(" {}", seq_no);
        lines.push_back(line);
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST(Retention, WithoutRulesNothingIsEverDropped) {
    const std::vector<RetainedIndex> indices = {index("logs-1", 0, {group(0, 0)}),
                                                index("logs-2", 1, {group(0, 1)})};
    EXPECT_EQ(told({}, indices), Lines{});
    EXPECT_EQ(told({by_age("metrics-*", 1)}, indices), Lines{});
    EXPECT_EQ(told({{"logs-*", {}, {}, {}}}, indices), Lines{});
}

TEST(Retention, GroupsPastTheirAgeGoAndYoungerOnesStay) {
    const std::vector<RetainedIndex> indices = {index(
        "logs", 0, {group(0, now - 31 * day), group(10, now - 30 * day), group(20, now - day)})};
    EXPECT_EQ(told({by_age("logs", 30 * day)}, indices), Lines{"logs max_age 0"})
        << "at exactly its age it stays";
}

TEST(Retention, AnIndexWithNothingLeftGoesWholeUnlessItIsTheNewest) {
    const std::vector<RetainedIndex> indices = {
        index("logs-1", 1, {group(0, now - 50 * day), group(10, now - 40 * day)}),
        index("logs-2", 2, {group(0, now - 35 * day)}),
    };
    EXPECT_EQ(told({by_age("logs-*", 30 * day)}, indices),
              (Lines{"logs-1 max_age whole", "logs-2 max_age 0"}));
    const auto drops = decide_drops(std::vector{by_age("logs-*", 30 * day)}, indices, {now, 0});
    EXPECT_EQ(drops[0].rows, 20U);
    EXPECT_EQ(drops[0].size_bytes, 200U);
}

TEST(Retention, ATailThatIsYoungKeepsItsIndex) {
    std::vector<RetainedIndex> indices = {index("logs-1", 1, {group(0, now - 50 * day)}),
                                          index("logs-2", 2, {group(0, now)})};
    indices[0].tail = {5, 50, now - day, 15};
    EXPECT_EQ(told({by_age("logs-*", 30 * day)}, indices), Lines{"logs-1 max_age 0"});
    indices[0].tail.newest_ms = now - 40 * day;
    EXPECT_EQ(told({by_age("logs-*", 30 * day)}, indices), Lines{"logs-1 max_age whole"});
    std::swap(indices[0].created_ms, indices[1].created_ms);
    EXPECT_EQ(told({by_age("logs-*", 30 * day)}, indices), Lines{"logs-1 max_age flush 0"})
        << "the newest index stays; its old tail goes by way of a segment";
}

TEST(Retention, RowsWithoutATimeAreAsOldAsTheirIndexButNotInTheNewestOne) {
    const std::vector<RetainedIndex> indices = {index("users-1", now - 50 * day, {group(0, {})}),
                                                index("users-2", now - 40 * day, {group(0, {})})};
    EXPECT_EQ(told({by_age("users-*", 30 * day)}, indices), Lines{"users-1 max_age whole"});
    EXPECT_EQ(told({by_age("users-1", 30 * day)}, indices), Lines{})
        << "alone it is the newest, and may have been written to a moment ago";
}

TEST(Retention, AnEmptyIndexGoesByItsOwnAge) {
    const std::vector<RetainedIndex> indices = {index("logs-1", now - 31 * day, {}),
                                                index("logs-2", now - 29 * day, {}),
                                                index("logs-3", now, {})};
    EXPECT_EQ(told({by_age("logs-*", 30 * day)}, indices), Lines{"logs-1 max_age whole"});
}

TEST(Retention, TheFirstRuleThatFitsWinsAndOneWithoutLimitsKeeps) {
    const std::vector<RetainedIndex> indices = {
        index("logs-audit-1", 1, {group(0, 0)}), index("logs-audit-2", 2, {group(0, 0)}),
        index("logs-web-1", 3, {group(0, 0)}), index("logs-web-2", 4, {group(0, 0)})};
    const std::vector<RetentionRule> rules = {{"logs-audit-*", {}, {}, {}}, by_age("logs-*", day)};
    EXPECT_EQ(told(rules, indices), (Lines{"logs-web-1 max_age whole", "logs-web-2 max_age 0"}));
    EXPECT_EQ(told(rules, indices, {now, 1'000'000}),
              (Lines{"logs-web-1 max_age whole", "logs-web-2 max_age 0"}))
        << "not even for a full disk";
}

TEST(Retention, BytesAreThoseOfAllIndicesOfARuleOldestFirst) {
    std::vector<RetainedIndex> indices = {index("logs-b", 2, {group(0, 30), group(10, 10)}),
                                          index("logs-a", 1, {group(0, 20), group(10, 40)}),
                                          index("other", 1, {group(0, 5, 10, 1 << 20)})};
    const RetentionRule rule{"logs-*", {}, 250, {}};
    EXPECT_EQ(told({rule}, indices), (Lines{"logs-b max_bytes 10", "logs-a max_bytes 0"}));
    EXPECT_EQ(told({{"logs-*", {}, 400, {}}}, indices), Lines{});
    indices[0].tail = {1, 1, 50, 21};
    EXPECT_EQ(told({{"logs-*", {}, 400, {}}}, indices), Lines{"logs-b max_bytes 10"})
        << "the tail counts, though it cannot go";
    EXPECT_EQ(told({{"logs-*", {}, 0, {}}}, indices),
              (Lines{"logs-b max_bytes 0 10", "logs-a max_bytes whole"}));
}

TEST(Retention, RowsAreCountedLikeBytes) {
    const std::vector<RetainedIndex> indices = {
        index("logs", 1, {group(0, 1, 100), group(100, 2, 100), group(200, 3, 50)})};
    EXPECT_EQ(told({{"logs", {}, {}, 150}}, indices), Lines{"logs max_rows 0"});
    EXPECT_EQ(told({{"logs", {}, 150, 50}}, indices), (Lines{"logs max_bytes 0 100"}))
        << "what the bytes took, the rows need not take again";
}

TEST(Retention, AFullDiskTakesTheOldestOfAllButInternalsAndTheLastGroup) {
    const std::vector<RetainedIndex> indices = {
        index(".kibana", 1, {group(0, 0)}), index("logs-1", 2, {group(0, 3)}),
        index("logs-2", 4, {group(0, 9), group(10, 8)}), index("metrics", 3, {group(0, 1)})};
    EXPECT_EQ(told({}, indices, {now, 1}), Lines{"metrics retention.free_disk whole"});
    EXPECT_EQ(told({}, indices, {now, 150}),
              (Lines{"logs-1 retention.free_disk whole", "metrics retention.free_disk whole"}));
    EXPECT_EQ(told({}, indices, {now, 1 << 30}),
              (Lines{"logs-1 retention.free_disk whole", "logs-2 retention.free_disk 10",
                     "metrics retention.free_disk whole"}));
    EXPECT_EQ(told({by_age("metrics", day)}, indices, {now, 100}), Lines{"metrics max_age 0"})
        << "what goes for its age makes room, too";
}

TEST(Retention, ASegmentIsNotWrittenAnewForLessThanAQuarterOfIt) {
    std::vector<RetainedGroup> groups;
    groups.reserve(12);
    for (int g = 0; g < 10; ++g)
        groups.push_back(group(g, now - (20 - g) * day));
    groups.push_back({10, 10, 100, now - 25 * day, 2});  // of another segment
    groups.push_back({11, 10, 100, now - 5 * day, 2});
    const std::vector<RetainedIndex> indices = {index("logs", 1, groups)};
    EXPECT_EQ(told({by_age("logs", 18 * day)}, indices), Lines{"logs max_age 10"}) << "two of ten";
    EXPECT_EQ(told({by_age("logs", 17 * day)}, indices), Lines{"logs max_age 0 1 2 10"});
    EXPECT_EQ(told({{"logs", {}, 900, {}}}, indices), Lines{"logs max_bytes 10"});
    EXPECT_EQ(told({{"logs", {}, 900, {}}}, indices, {now, 301}),
              (Lines{"logs max_bytes 0 1 10", "logs retention.free_disk 2"}))
        << "on a disk that is short of room it is";
}

TEST(Retention, ExtremeTimesDoNotOverflow) {
    const std::int64_t least = std::numeric_limits<std::int64_t>::min();
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const std::vector<RetainedIndex> indices = {
        index("logs", 1, {group(0, least), group(1, most), group(2, now)})};
    EXPECT_EQ(told({by_age("logs", 30 * day)}, indices), Lines{"logs max_age 0"});
    EXPECT_EQ(told({by_age("logs", most)}, indices), Lines{"logs max_age 0"});
    EXPECT_EQ(told({by_age("logs", most)}, indices, {least, 0}), Lines{});
    EXPECT_EQ(told({by_age("logs", 0)}, indices, {most, 0}), (Lines{"logs max_age 0 2"}));
}

TEST(Retention, ARuleSaysWhatItIs) {
    const RetentionRule rule{"logs-*", 30 * day, 50ULL << 30, 100};
    EXPECT_EQ(describe(rule, DropReason::age), "logs-* max_age 30d");
    EXPECT_EQ(describe(by_age("x", 90'000), DropReason::age), "x max_age 90s");
    EXPECT_EQ(describe(rule, DropReason::bytes), "logs-* max_bytes 50gb");
    EXPECT_EQ(describe(rule, DropReason::rows), "logs-* max_rows 100");
}

// -- the clock ------------------------------------------------------------------------------------

TEST(RetentionClock, AnEmptyFolderBelievesTheClockAndALeapHoldsIt) {
    RetentionClock clock(now, 0, {});
    EXPECT_EQ(clock.look(now + hour, hour), now + hour);
    EXPECT_EQ(clock.look(now + 365 * day, 2 * hour), now + 2 * hour) << "a year in an hour";
    EXPECT_EQ(clock.state(), RetentionClock::State::ahead);
    EXPECT_EQ(clock.ahead_ms(), 365 * day - 2 * hour);
    EXPECT_EQ(clock.look(now + 366 * day, 26 * hour), now + 26 * hour) << "it goes on, steadily";
    EXPECT_EQ(clock.known_ms(), now + 26 * hour);
    EXPECT_EQ(clock.look(now + 27 * hour, 27 * hour), now + 27 * hour) << "it came back";
    EXPECT_EQ(clock.state(), RetentionClock::State::agrees);
}

TEST(RetentionClock, AnOperatorCanBelieveIt) {
    RetentionClock clock(now, 0, {});
    clock.look(now + 10 * day, hour);
    ASSERT_EQ(clock.state(), RetentionClock::State::ahead);
    clock.believe(now + 10 * day, hour);
    EXPECT_EQ(clock.state(), RetentionClock::State::agrees);
    EXPECT_EQ(clock.look(now + 10 * day + hour, 2 * hour), now + 10 * day + hour);
}

TEST(RetentionClock, ARestartComparesWithWhatTheFolderKnows) {
    RetentionClock soon(now, 5, now - hour);
    EXPECT_EQ(soon.state(), RetentionClock::State::agrees) << "a restart within the hour";
    RetentionClock late(now, 5, now - 60 * day);
    EXPECT_EQ(late.state(), RetentionClock::State::ahead);
    EXPECT_EQ(late.look(now + hour, hour + 5), now - 60 * day + hour);
    RetentionClock behind(now - std::int64_t{50} * 365 * day, 5, now);
    EXPECT_EQ(behind.state(), RetentionClock::State::behind);
    EXPECT_EQ(behind.look(now - std::int64_t{50} * 365 * day, 5),
              now - std::int64_t{50} * 365 * day)
        << "nothing is old then";
    EXPECT_EQ(behind.known_ms(), now) << "the next start still knows";
    EXPECT_EQ(behind.look(now + hour, hour), now + hour) << "the time server has set it right";
    EXPECT_EQ(behind.state(), RetentionClock::State::agrees);
}

TEST(RetentionClock, SmallLeapsAreForgivenButDoNotAddUp) {
    RetentionClock clock(now, 0, {});
    std::int64_t wall = now;
    std::int64_t steady = 0;
    for (int minute = 0; minute < 10 * 24 * 60; ++minute) {  // asleep for half an hour a day
        wall += 60'000 + (minute % (24 * 60) == 0 ? hour / 2 : 0);
        steady += 60'000;
        EXPECT_EQ(clock.look(wall, steady), wall);
    }
    EXPECT_EQ(clock.state(), RetentionClock::State::agrees);
    std::int64_t counted = 0;
    const std::int64_t before = wall;
    for (int minute = 0; minute < 60; ++minute) {  // half an hour more each minute
        wall += hour / 2;
        steady += 60'000;
        counted = clock.look(wall, steady);
    }
    EXPECT_EQ(clock.state(), RetentionClock::State::ahead);
    EXPECT_LT(counted, before + 4 * hour);
}

// -- the engine -----------------------------------------------------------------------------------

/// A wall clock that can leap without the steady one.
class LeapingClock final : public Clock {
public:
    std::int64_t wall_ns() const override { return wall_ns_; }

    std::int64_t steady_ns() const override { return steady_ns_; }

    void pass(std::int64_t ms) {
        wall_ns_ += ms * 1'000'000;
        steady_ns_ += ms * 1'000'000;
    }

    void leap(std::int64_t ms) { wall_ns_ += ms * 1'000'000; }

private:
    std::int64_t wall_ns_ = now * 1'000'000;
    std::int64_t steady_ns_ = 77;
};

/// A store with retention on a fake disk.
class Bench {
public:
    explicit Bench(std::vector<RetentionRule> rules, std::uint64_t free_disk_bytes = 0) {
        options_.retention.rules = std::move(rules);
        options_.retention.free_disk_bytes = free_disk_bytes;
        open();
    }

    void open() {
        log::configure(log::Level::off, log::Format::text);
        store_.reset();
        names_ = std::make_unique<event::FieldNames>();
        flattener_ = std::make_shared<json::Flattener>(*names_);
        options_.flatten = json::flatten_one(*names_);
        options_.field_names = names_.get();
        options_.clock = &clock;
        options_.random_seed = 7;
        options_.group_rows = 10;
        options_.groups_per_segment = 1;
        options_.background = false;
        auto opened = Store::open(disk.view(), options_);
        ASSERT_TRUE(opened) << opened.error().message;
        store_ = std::move(*opened);
    }

    void put(std::string_view index, std::int64_t time_ms, int count = 1) {
        for (int i = 0; i < count; ++i) {
            const std::string source = fmt::format(R"({{"@timestamp":{},"n":{}}})", time_ms, i);
            event::Document document;
            flattener_->reset();
            ASSERT_TRUE(flattener_->flatten(source, source.size(), document));
            const Write write{index, Action::index, {}, source, &document, {}};
            const auto written = store_->write(std::span(&write, 1));
            ASSERT_TRUE(written && !written->front().error);
        }
    }

    /// With `@timestamp` mapped as a date.
    void make(std::string_view index) {
        IndexSettings settings;
        settings.mapping.fields.emplace("@timestamp", dynamic_field(FieldType::date));
        ASSERT_TRUE(store_->create_index(index, settings));
    }

    std::uint64_t count(std::string_view index) {
        EXPECT_TRUE(store_->refresh(index));
        return (*store_->view(index))->documents;
    }

    Store& store() { return *store_; }

    LeapingClock clock;
    io::FakeDisk disk;

private:
    Options options_;
    std::unique_ptr<event::FieldNames> names_;
    std::shared_ptr<json::Flattener> flattener_;
    std::unique_ptr<Store> store_;
};

TEST(RetentionInStore, OldGroupsGoAndAreGoneAfterARestart) {
    Bench bench({by_age("logs-*", 30 * day)});
    bench.make("logs-1");
    bench.put("logs-1", now - 40 * day, 10);
    bench.put("logs-1", now - 5 * day, 10);
    ASSERT_TRUE(bench.store().flush());
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs-1"), 10U);
    bench.open();
    EXPECT_EQ(bench.count("logs-1"), 10U);
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs-1"), 10U);
}

TEST(RetentionInStore, ARowOfTheFutureAgesWithTheRowsItCameWith) {
    constexpr std::int64_t year_2099 = 47'000 * day;
    Bench bench({by_age("logs", 30 * day)});
    bench.make("logs");
    bench.put("logs", now - day, 9);
    bench.put("logs", year_2099);      // a row group of ten
    bench.put("logs", year_2099, 10);  // and one that nobody can tell the age of
    ASSERT_TRUE(bench.store().flush());
    bench.put("logs", now - 2 * day, 3);  // a tail
    bench.put("logs", year_2099);
    bench.clock.pass(28 * day);
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs"), 24U) << "all are within their age";
    bench.clock.pass(day + 2);
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs"), 10U);
    bench.open();
    EXPECT_EQ(bench.count("logs"), 10U);
}

TEST(RetentionInStore, AClockThatIsBehindMakesNoRowOneOfTheFuture) {
    Bench bench({by_age("logs", 30 * day)});
    bench.make("logs");
    bench.put("logs", now - 33 * day, 9);
    bench.put("logs", now);
    ASSERT_TRUE(bench.store().flush());
    ASSERT_TRUE(bench.store().keep_limits());
    bench.clock.pass(2 * day);
    bench.clock.leap(-4 * day);  // by that the last row is of the future, and the others are old
    bench.put("logs", now - 2 * day, 1);
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs"), 11U);
}

TEST(RetentionInStore, AnOldIndexGoesWholeAndItsNameIsFree) {
    Bench bench({by_age("logs-*", 30 * day)});
    bench.make("logs-1");
    bench.clock.pass(1);
    bench.make("logs-2");
    bench.put("logs-1", now - 40 * day, 15);  // five of them in the tail
    bench.put("logs-2", now - day, 3);
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_FALSE(bench.store().exists("logs-1"));
    EXPECT_EQ(bench.count("logs-2"), 3U);
    bench.put("logs-1", now, 1);
    EXPECT_EQ(bench.count("logs-1"), 1U);
    bench.open();
    EXPECT_EQ(bench.store().index_names(), (std::vector<std::string>{"logs-1", "logs-2"}));
    EXPECT_EQ(bench.count("logs-1"), 1U);
}

TEST(RetentionInStore, ARetiredIndexTakesNoWrites) {
    io::FakeDisk disk;
    const auto folder = disk.view();
    event::FieldNames names;
    Options options;
    options.field_names = &names;
    WriteLog::Options log_options;
    log_options.background = false;
    const auto log =
        WriteLog::open(*folder, log_options, [](Lsn, std::string_view) { return Result<>(); });
    ASSERT_TRUE(log);
    Node node;
    node.folder = folder.get();
    node.log = log->get();
    node.options = &options;
    node.cache = std::make_shared<Cache>(1 << 20);
    Manifest manifest;
    manifest.incarnation = 1;
    manifest.name = "logs";
    Index index(node, manifest);
    event::Document document;
    const Write write{"logs", Action::index, {}, "{}", &document, {}};
    Written written;
    const Write* const writes[] = {&write};
    Written* const results[] = {&written};
    ASSERT_TRUE(index.write(writes, results));
    EXPECT_FALSE(index.retire(0)) << "something was written since";
    ASSERT_TRUE(index.write(writes, results));
    EXPECT_TRUE(index.retire(2));
    EXPECT_FALSE(index.write(writes, results));
    EXPECT_EQ(index.unsealed().rows, 2U);
}

/// A document that comes while its old index is on its way out is in the next of that name.
TEST(RetentionInStore, WhatIsWrittenMeanwhileIsNotLost) {
    int made_anew = 0;
    for (int round = 0; round < 200; ++round) {
        Bench bench({by_age("logs-*", 30 * day)});
        bench.make("logs-1");
        bench.clock.pass(1);
        bench.make("logs-2");
        bench.put("logs-1", now - 40 * day, 3);
        const auto uuid = bench.store().uuid("logs-1");
        std::atomic<bool> started = false;
        io::Thread keeper("keeper", [&] {
            started = true;
            EXPECT_TRUE(bench.store().keep_limits());
        });
        while (!started) {
        }
        for (int i = 0; i < round % 7; ++i)
            EXPECT_FALSE(bench.store().get("logs-2", "nobody").value_or(std::nullopt));
        bench.put("logs-1", now, 1);
        keeper.join();
        EXPECT_GE(bench.count("logs-1"), 1U);
        if (bench.store().uuid("logs-1") != uuid) ++made_anew;
        bench.open();
        EXPECT_GE(bench.count("logs-1"), 1U) << "round " << round;
    }
    RecordProperty("made_anew", made_anew);
}

TEST(RetentionInStore, TheOldTailOfTheNewestIndexGoesByWayOfASegment) {
    Bench bench({by_age("logs-*", 30 * day)});
    bench.make("logs-1");
    bench.put("logs-1", now - 40 * day, 5);
    ASSERT_TRUE(bench.store().keep_limits());
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_TRUE(bench.store().exists("logs-1"));
    EXPECT_EQ(bench.count("logs-1"), 0U);
}

TEST(RetentionInStore, AClockThatLeapsDeletesNothingUntilItIsBelieved) {
    Bench bench({by_age("logs-*", 30 * day)});
    bench.make("logs-1");
    bench.put("logs-1", now, 10);
    ASSERT_TRUE(bench.store().flush());
    bench.clock.pass(60'000);
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_TRUE(bench.store().warnings().empty());
    bench.clock.leap(365 * day);
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs-1"), 10U);
    ASSERT_EQ(bench.store().warnings().size(), 1U);
    EXPECT_NE(bench.store().warnings()[0].find("POST /_elkhorn/clock"), std::string::npos);
    bench.open();  // the next start is not taken in either
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs-1"), 10U);
    EXPECT_EQ(bench.store().warnings().size(), 1U);
    bench.store().believe_clock();
    EXPECT_TRUE(bench.store().warnings().empty());
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs-1"), 0U) << "now it is a year old";
}

TEST(RetentionInStore, AFirstStartWithOldDataBelievesTheNewestOfIt) {
    Bench bench({});
    bench.make("logs-1");
    bench.put("logs-1", now, 10);
    ASSERT_TRUE(bench.store().flush());
    Bench later({by_age("logs-*", 30 * day)});
    for (const std::string& name : bench.disk.names())
        later.disk.put(name, bench.disk.get(name));
    later.clock.leap(90 * day);
    later.open();
    ASSERT_TRUE(later.store().keep_limits());
    EXPECT_EQ(later.count("logs-1"), 10U);
    EXPECT_EQ(later.store().warnings().size(), 1U);
}

TEST(RetentionInStore, AFullDiskDropsTheOldestUntilThereIsRoom) {
    Bench bench({}, 1 << 20);
    bench.make("logs-1");
    for (int i = 0; i < 5; ++i)
        bench.put("logs-1", now + i, 10);
    ASSERT_TRUE(bench.store().flush());
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs-1"), 50U);
    bench.disk.fill_after((1 << 20) - 100);  // 100 bytes too few
    ASSERT_TRUE(bench.store().keep_limits());
    EXPECT_EQ(bench.count("logs-1"), 40U);
    EXPECT_EQ((*bench.store().view("logs-1"))->groups.front().group->first_seq_no(), 10);
}

}  // namespace
}  // namespace elkhorn::store
