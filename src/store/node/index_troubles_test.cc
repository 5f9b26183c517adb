// One index's trouble is that index's: a segment that cannot be written, a flood of fields. The
// others go on, and health names the one.

#include "store/node/index_troubles.h"

#include "store/index/index.h"
#include "store/node/test_store.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

bool has(const std::vector<std::string>& sentences, std::string_view part) {
    return std::ranges::any_of(sentences,
                               [&](const auto& each) { return each.find(part) != each.npos; });
}

DiskHook failing(std::string_view call, std::string part, ErrorCode code = ErrorCode::io) {
    return [=](std::string_view asked, const std::string& name) -> std::optional<Error> {
        if (asked != call || name.find(part) == name.npos) return std::nullopt;
        return Error{code, fmt::format("cannot {} {}: as the test says", call, name)};
    };
}

std::vector<std::string> files_of(TestStore& bench, std::string_view folder) {
    std::vector<std::string> found;
    for (const std::string& name : bench.disk().names()) {
        if (name.starts_with(folder)) found.push_back(name);
    }
    return found;
}

TEST(IndexTroubles, AFlushThatFailsHoldsUpNoOtherIndex) {
    TestStore bench;
    for (const char* name : {"a", "b", "c"})
        EXPECT_FALSE(bench.put(name, R"({"n":1})", "x").error);
    bench.disk_hook = failing("create", "indices/1/1.seg");
    const auto flushed = bench.store().flush();
    ASSERT_FALSE(flushed);
    EXPECT_NE(flushed.error().message.find("index [a]"), std::string::npos)
        << flushed.error().message;
    EXPECT_FALSE(files_of(bench, "indices/2/manifest").empty());
    EXPECT_FALSE(files_of(bench, "indices/3/manifest").empty());
    EXPECT_TRUE(has(bench.store().warnings(), "index [a]: flush failed"));
    EXPECT_FALSE(has(bench.store().warnings(), "index [b]"));
    EXPECT_TRUE(bench.store().healthy(nullptr));

    bench.disk_hook = {};
    ASSERT_TRUE(bench.store().flush());
    EXPECT_TRUE(bench.store().warnings().empty());
    bench.crash(1);
    for (const char* name : {"a", "b", "c"})
        EXPECT_EQ(bench.contents(name), (Documents{{"x", R"({"n":1})"}}));
}

TEST(IndexTroubles, WritersAreNotHeldUpByAnIndexThatCannotBeFlushed) {
    TestStore bench([](Options& options) { options.groups_per_segment = 1; });
    bench.put("a", R"({"n":0})");
    bench.disk_hook = failing("append", "indices/1/");
    for (int i = 0; i < 120; ++i)  // one row group of it is full
        bench.put("a", R"({"n":1})");
    for (int i = 0; i < 120; ++i)
        bench.put("b", R"({"n":1})");
    EXPECT_FALSE(files_of(bench, "indices/2/manifest").empty());
    EXPECT_TRUE(has(bench.store().warnings(), "index [a]: flush failed"));
    ASSERT_TRUE(bench.store().delete_index("a"));
    EXPECT_TRUE(bench.store().warnings().empty()) << bench.store().warnings()[0];
}

TEST(IndexTroubles, ATroubleIsTriedAgainLaterAndLater) {
    ManualClock clock{0};
    IndexTroubles troubles(clock);
    Options options;
    event::FieldNames names;
    options.field_names = &names;
    Node node;
    node.options = &options;
    Manifest manifest;
    manifest.incarnation = 1;
    manifest.name = "a";
    const Index index(node, manifest);
    EXPECT_TRUE(troubles.due(index, "flush"));
    EXPECT_FALSE(troubles.note(index, "flush", fail(ErrorCode::io, "no")));
    EXPECT_FALSE(troubles.due(index, "flush"));
    EXPECT_TRUE(troubles.due(index, "merge"));
    clock.advance_ns(1'000'000'000);
    EXPECT_TRUE(troubles.due(index, "flush"));
    EXPECT_FALSE(troubles.note(index, "flush", fail(ErrorCode::io, "no")));
    clock.advance_ns(1'999'000'000);
    EXPECT_FALSE(troubles.due(index, "flush"));
    clock.advance_ns(1'000'000);
    EXPECT_TRUE(troubles.due(index, "flush"));
    EXPECT_TRUE(troubles.note(index, "flush", {}));
    EXPECT_TRUE(troubles.warnings().empty());
}

TEST(IndexTroubles, AFlushThatFailsLeavesNoFiles) {
    const std::pair<const char*, const char*> points[] = {
        {"append", ".seg"},     {"sync", ".seg"},     {"sync_names", "indices/1"},
        {"create", ".del"},     {"append", ".del"},   {"rename", ".del"},
        {"create", "manifest"}, {"sync", "manifest"}, {"rename", "manifest"},
        {"map", ".seg"},
    };
    for (const auto& [call, part] : points) {
        TestStore bench;
        bench.put("a", R"({"n":1})", "x");
        ASSERT_TRUE(bench.store().flush());
        bench.put("a", R"({"n":2})", "x");
        bench.put("a", R"({"n":2})", "y");
        const auto before = files_of(bench, "indices/1/");
        bench.disk_hook = failing(call, part);
        EXPECT_FALSE(bench.store().flush()) << call << " " << part;
        EXPECT_EQ(files_of(bench, "indices/1/"), before) << call << " " << part;
        bench.disk_hook = {};
        ASSERT_TRUE(bench.store().flush());
        bench.crash(3);
        EXPECT_EQ(bench.contents("a"), (Documents{{"x", R"({"n":2})"}, {"y", R"({"n":2})"}}));
    }
}

TEST(IndexTroubles, FilesThatAManifestMayNameGoWithTheNextFlush) {
    TestStore bench;
    bench.put("a", R"({"n":1})", "x");
    ASSERT_TRUE(bench.store().flush());
    bench.put("a", R"({"n":2})", "x");
    int syncs = 0;  // that of the manifest's name comes after its rename
    bool renamed = false;
    bench.disk_hook = [&](std::string_view call, const std::string& name) -> std::optional<Error> {
        renamed = renamed || (call == "rename" && name.ends_with("manifest"));
        if (!renamed || call != "sync_names" || ++syncs > 1) return std::nullopt;
        return Error{ErrorCode::io, "cannot sync names"};
    };
    EXPECT_FALSE(bench.store().flush());
    EXPECT_FALSE(files_of(bench, "indices/1/2.seg").empty()) << "the disk may have that manifest";
    bench.disk_hook = {};
    ASSERT_TRUE(bench.store().flush());
    EXPECT_TRUE(files_of(bench, "indices/1/2.seg").empty());
    bench.crash(5);
    EXPECT_EQ(bench.contents("a"), (Documents{{"x", R"({"n":2})"}}));
}

TEST(IndexTroubles, NamesPastTheProcessLimitAreFieldsAllTheSame) {
    event::FieldNames few(2);
    json::Flattener flattener(few);
    TestStore small([&](Options& options) {
        options.field_names = &few;
        options.flatten = json::flatten_one(few);
    });
    const std::string source = R"({"a":1,"b":"x","c":{"d":[2,3],"e":"deep"},"f":null})";
    event::Document document;
    ASSERT_TRUE(flattener.flatten(source, source.size(), document));
    EXPECT_FALSE(small.write({"i", Action::index, "1", source, &document, {}}).error);
    EXPECT_EQ(small.contents("i"), (Documents{{"1", source}}));
    const auto view = *small.store().view("i");
    for (const char* path : {"a", "b", "c.d", "c.e"})
        EXPECT_NE(view->mapping->find(path), nullptr) << path;
    EXPECT_NE(view->groups[0].group->find("c.e", ColumnKind::text), nullptr);
    const Column* numbers = view->groups[0].group->find("c.d", ColumnKind::integer);
    ASSERT_NE(numbers, nullptr);
    EXPECT_EQ(numbers->value_count(), 2U);
    small.open();  // the log's replay goes the same way
    EXPECT_EQ(small.contents("i"), (Documents{{"1", source}}));
    EXPECT_EQ((*small.store().view("i"))->mapping->fields.size(), 4U);
}

TEST(IndexTroubles, TheLimitOfFieldsIsEachIndexsOwnAndNamed) {
    TestStore bench([](Options& options) { options.fields_limit = 3; });
    bench.put("crowded", R"({"a":1,"b":2,"c":3,"d":4})", "1");
    bench.put("other", R"({"e":1})", "1");
    EXPECT_EQ((*bench.store().view("crowded"))->mapping->fields.size(), 3U);
    EXPECT_EQ((*bench.store().view("other"))->mapping->fields.size(), 1U);
    EXPECT_EQ(bench.contents("crowded"), (Documents{{"1", R"({"a":1,"b":2,"c":3,"d":4})"}}));
    ASSERT_EQ(bench.store().warnings().size(), 1U);
    EXPECT_TRUE(has(bench.store().warnings(), "index [crowded]: it has 3 fields"));
}

}  // namespace
}  // namespace elkhorn::store
