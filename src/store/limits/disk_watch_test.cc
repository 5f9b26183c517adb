// Watermarks as text and as bytes, what each means, and how a store goes into them and out again.

#include "store/limits/disk_watch.h"

#include "base/log.h"
#include "store/node/test_store.h"

#include <gtest/gtest.h>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t gb = 1ULL << 30;

std::uint64_t free_bytes(std::string_view text, std::uint64_t total) {
    const auto mark = Watermark::parse(text);
    EXPECT_TRUE(mark) << mark.error().message;
    return mark->free_bytes(total);
}

DiskWatermarks marks(std::string_view low, std::string_view high, std::string_view flood) {
    auto parsed = DiskWatermarks::parse(low, high, flood);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return *parsed;
}

TEST(DiskWatch, AWatermarkIsAShareThatIsUsedOrBytesThatAreFree) {
    EXPECT_EQ(free_bytes("75%", 100 * gb), 25 * gb);
    EXPECT_EQ(free_bytes("100%", 100 * gb), 0U);
    EXPECT_EQ(free_bytes("10gb", 100 * gb), 10 * gb);
    EXPECT_EQ(free_bytes("75%, 10gb", 100 * gb), 10 * gb) << "whichever leaves less free";
    EXPECT_EQ(free_bytes("75%, 10gb", 20 * gb), 5 * gb);
    EXPECT_EQ(Watermark().free_bytes(gb), 0U) << "without one nothing is ever reached";
    for (const char* wrong : {"", "%", "101%", "-1%", "much", "10gb,"})
        EXPECT_FALSE(Watermark::parse(wrong)) << wrong;
}

TEST(DiskWatch, WatermarksInTheWrongOrderAreRefused) {
    EXPECT_TRUE(DiskWatermarks::parse("85%", "90%", "95%"));
    EXPECT_TRUE(DiskWatermarks::parse("5gb", "5gb", "5gb"));
    const auto wrong = DiskWatermarks::parse("90%", "85%", "95%");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().message.substr(0, 15), "disk.watermark:");
    EXPECT_FALSE(DiskWatermarks::parse("5gb", "10gb", "1gb"));
    EXPECT_EQ(DiskWatermarks::parse("x", "10gb", "1gb").error().message.substr(0, 18),
              "disk.watermark.low");
}

TEST(DiskWatch, EachStageIsEnteredAtItsMarkAndLeftAboveTheNext) {
    log::configure(log::Level::off, log::Format::text);
    using enum DiskWatch::State;
    DiskWatch watch(marks("30gb", "20gb", "10gb"));
    const std::vector<std::pair<std::uint64_t, DiskWatch::State>> steps = {
        {30 * gb, plenty},   {30 * gb - 1, low},     {31 * gb, low},  {32 * gb, plenty},
        {20 * gb - 1, high}, {25 * gb, high},        {30 * gb, low},  {10 * gb - 1, flooded},
        {10 * gb, flooded},  {20 * gb - 1, flooded}, {20 * gb, high}, {0, flooded},
        {40 * gb, plenty}};
    for (const auto& [free, wanted] : steps) {
        watch.look(free, 100 * gb);
        EXPECT_EQ(watch.state(), wanted) << free / gb << " gb";
        EXPECT_EQ(watch.merges_allowed(), wanted < high);
        EXPECT_EQ(watch.writes_allowed(), wanted < flooded);
        EXPECT_EQ(watch.warnings().empty(), wanted == plenty);
    }
}

TEST(DiskWatch, AtFloodStageWritesAreRefusedAndIndicesCanBeDeleted) {
    TestStore bench([](Options& options) { options.watermarks = marks("30mb", "20mb", "10mb"); });
    Store& store = bench.store();
    io::FakeDisk& disk = bench.disk();
    const auto put = [&](std::string_view index, Action action) {
        event::Document document;
        const Write write{index, action, "a", "{}", &document, {}};
        return store.write(std::span(&write, 1));
    };
    ASSERT_TRUE(put("logs", Action::index));
    disk.fill_after(5 << 20);
    ASSERT_TRUE(store.keep_limits());
    for (const Action action : {Action::index, Action::create, Action::remove}) {
        const auto refused = put("logs", action);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
        EXPECT_EQ(refused.error().message,
                  "index [logs] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage "
                  "watermark, index has read-only-allow-delete block];");
    }
    EXPECT_EQ(store.create_index("more", {}).error().code, ErrorCode::overloaded);
    EXPECT_EQ(store.put_mapping("logs", {}).error().code, ErrorCode::overloaded);
    EXPECT_EQ(store.warnings().size(), 1U);
    const auto found = store.get("logs", "a");
    EXPECT_TRUE(found && *found) << "it can be read";
    EXPECT_TRUE(store.flush());
    EXPECT_TRUE(store.delete_index("logs"));
    disk.fill_after(25 << 20);
    ASSERT_TRUE(store.keep_limits());
    EXPECT_TRUE(put("logs", Action::index)) << "out of it by itself";
    EXPECT_EQ(store.warnings().size(), 1U) << "but still beyond the high watermark";
    disk.fill_after(100 << 20);
    ASSERT_TRUE(store.keep_limits());
    EXPECT_TRUE(store.warnings().empty());
}

}  // namespace
}  // namespace elkhorn::store
