// What the store promises of a disk that is full, takes sectors in any order, or loses power while
// an index is deleted.

#include "base/log.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "store/node/store.h"
#include "store/node/test_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t plenty = ~std::uint64_t{0};

class Bench {
public:
    explicit Bench(std::uint64_t log_file_bytes = 64 << 20) : log_file_bytes_(log_file_bytes) {
        open();
    }

    bool open() {
        log::configure(log::Level::off, log::Format::text);
        store_.reset();
        names_ = std::make_unique<event::FieldNames>();
        flattener_ = std::make_shared<json::Flattener>(*names_);
        Options options;
        options.flatten = json::flatten_one(*names_);
        options.field_names = names_.get();
        options.clock = &clock_;
        options.random_seed = 7;
        options.log_frame_bytes = 100;
        options.log_file_bytes = log_file_bytes_;
        options.background = false;
        auto opened = Store::open(disk_.view(), options);
        refusal_ = opened ? "" : opened.error().message;
        if (opened) store_ = std::move(*opened);
        return refusal_.empty();
    }

    bool crash(std::uint64_t seed) {
        Random random(seed);
        disk_.fill_after(plenty);
        disk_.crash(random);
        return open();
    }

    /// One write of documents n, n + 1, ... in an index each, and so of several frames of the log.
    Result<std::vector<Written>> put(int first, int count) {
        std::vector<std::string> texts;
        std::vector<event::Document> documents(static_cast<std::size_t>(count));
        std::vector<Write> writes;
        for (int i = 0; i < count; ++i) {
            texts.push_back(fmt::format("i{}", i));
            texts.push_back(fmt::format("id{}", first + i));
            texts.push_back(fmt::format("{{\"n\":{},\"t\":\"{:0>120}\"}}", first + i, first));
        }
        flattener_->reset();
        for (std::size_t i = 0; i < documents.size(); ++i) {
            const std::string& source = texts[i * 3 + 2];
            EXPECT_TRUE(flattener_->flatten(source, source.size(), documents[i]));
            writes.push_back(
                {texts[i * 3], Action::index, texts[i * 3 + 1], source, &documents[i], {}});
        }
        return store_->write(writes);
    }

    /// How often each id is there.
    std::map<std::string, int> found() {
        std::map<std::string, int> ids;
        for (const std::string& name : store_->index_names()) {
            EXPECT_TRUE(store_->refresh(name));
            const auto view = *store_->view(name);
            for (const GroupView& shown : view->groups) {
                for (std::uint32_t row = 0; row < shown.group->rows(); ++row) {
                    if (shown.deleted == nullptr || !shown.deleted->test(row))
                        ++ids[*shown.group->id(row)];
                }
            }
        }
        return ids;
    }

    std::string newest_log() {
        std::string newest;
        for (const std::string& name : disk_.names()) {
            if (name.ends_with(".wal") && disk_.get(name).size() > 100) newest = name;
        }
        return newest;
    }

    io::FakeDisk& disk() { return disk_; }

    Store& store() { return *store_; }

    const std::string& refusal() const { return refusal_; }

private:
    const std::uint64_t log_file_bytes_;
    io::FakeDisk disk_;
    ManualClock clock_{1'700'000'000'000'000'000};
    std::unique_ptr<event::FieldNames> names_;
    std::shared_ptr<json::Flattener> flattener_;
    std::unique_ptr<Store> store_;
    std::string refusal_;
};

TEST(FullDisk, WritingGoesOnOnceThereIsRoom) {
    Bench bench;
    ASSERT_TRUE(bench.put(0, 3));
    bench.disk().fill_after(200);
    const auto refused = bench.put(10, 3);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_NE(refused.error().message.find("free some"), std::string::npos);
    std::string reason;
    EXPECT_FALSE(bench.store().healthy(&reason));
    EXPECT_EQ(reason, refused.error().message);
    EXPECT_FALSE(bench.put(20, 3)) << "nothing is taken in while nothing can be acknowledged";
    EXPECT_TRUE(bench.store().get("i0", "id0")->has_value()) << "reads go on";

    bench.disk().fill_after(plenty);
    ASSERT_TRUE(bench.put(30, 3));
    EXPECT_TRUE(bench.store().healthy(nullptr));
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        ASSERT_TRUE(bench.crash(seed)) << bench.refusal();
        const auto ids = bench.found();
        for (const int n : {0, 1, 2, 30, 31, 32})
            EXPECT_EQ(ids.at(fmt::format("id{}", n)), 1);
        EXPECT_FALSE(ids.contains("id20"));
    }
}

TEST(Descriptors, WritingGoesOnOnceThereAreSomeAgain) {
    for (int at = 0; at < 24; ++at) {
        Bench bench(100);  // each write begins a new file of the log
        ASSERT_TRUE(bench.put(0, 3));
        // Whatever is opened first, second, ... of a flush, or of a new file of the log.
        const int opens = at / 2;
        bench.disk().open_at_most(opens);
        const bool flushed = at % 2 == 0 && bench.store().flush().has_value();
        const auto during = bench.put(10, 4);
        EXPECT_TRUE(during || during.error().code == ErrorCode::unavailable) << opens;
        EXPECT_TRUE(bench.store().get("i0", "id0")->has_value()) << "reads go on";
        EXPECT_TRUE(!flushed || opens >= 2) << opens;

        bench.disk().open_at_most(-1);
        ASSERT_TRUE(bench.put(20, 4)) << opens;
        EXPECT_TRUE(bench.store().healthy(nullptr));
        EXPECT_TRUE(bench.store().flush()) << opens;
        for (std::uint64_t seed = 0; seed < 5; ++seed) {
            ASSERT_TRUE(bench.crash(seed)) << bench.refusal();
            const auto ids = bench.found();
            for (const int n : {0, 1, 2, 20, 21, 22, 23})
                EXPECT_EQ(ids.at(fmt::format("id{}", n)), 1) << opens;
            for (const int n : {10, 11, 12, 13}) {
                EXPECT_TRUE(!during || ids.at(fmt::format("id{}", n)) == 1) << opens;
            }
        }
    }
}

TEST(PowerCut, TheFolderOfASyncedLogIsThere) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        Bench bench;
        ASSERT_TRUE(bench.put(0, 1));
        ASSERT_TRUE(bench.crash(seed)) << bench.refusal();
        EXPECT_EQ(bench.found(), (std::map<std::string, int>{{"id0", 1}})) << seed;
    }
}

TEST(FullDisk, WhatAnAbandonedFileHasOfAWriteIsReadOnce) {
    for (std::uint64_t room = 100; room < 1500; room += 50) {
        Bench bench;
        ASSERT_TRUE(bench.put(0, 3));
        bench.disk().fill_after(room);
        if (bench.put(10, 6)) continue;  // it had room enough
        bench.disk().fill_after(plenty);
        ASSERT_TRUE(bench.put(30, 3));
        ASSERT_TRUE(bench.open()) << bench.refusal();
        for (const auto& [id, times] : bench.found())
            EXPECT_EQ(times, 1) << id << " with room for " << room;
        EXPECT_EQ(bench.found().size(), 12U);
    }
}

TEST(FullDisk, AStartOnItReadsAndWaitsForRoom) {
    Bench bench;
    ASSERT_TRUE(bench.put(0, 3));
    bench.disk().fill_after(0);
    ASSERT_TRUE(bench.open()) << bench.refusal();
    EXPECT_EQ(bench.found().size(), 3U);
    EXPECT_FALSE(bench.put(10, 3));
    EXPECT_FALSE(bench.store().create_index("new", {}));
    EXPECT_FALSE(bench.store().exists("new"));
    bench.disk().fill_after(plenty);
    EXPECT_TRUE(bench.put(10, 3));
}

TEST(FullDisk, AFlushThatFailsGivesItsRoomBack) {
    Bench bench;
    ASSERT_TRUE(bench.put(0, 1));
    const auto before = bench.disk().names();
    for (std::uint64_t room = 0; room < 2000; room += 100) {
        bench.disk().fill_after(room);
        if (bench.store().flush()) break;
        // The note of the index stays, which is written once.
        EXPECT_LE(bench.disk().names().size(), before.size() + 1) << "with room for " << room;
    }
    bench.disk().fill_after(plenty);
    ASSERT_TRUE(bench.store().flush());
    ASSERT_TRUE(bench.crash(1)) << bench.refusal();
    EXPECT_EQ(bench.found().size(), 1U);
}

TEST(FullDisk, AnIndexIsDeletedOnItAndStaysDeleted) {
    for (std::uint64_t room = 0; room < 1000; room += 50) {
        for (const bool restarts : {false, true}) {
            Bench bench;
            ASSERT_TRUE(bench.put(0, 3));
            if (room % 100 == 0) {
                ASSERT_TRUE(bench.store().flush());
            }
            bench.disk().fill_after(room);
            const bool taken = bench.put(10, 3).has_value();
            bench.disk().fill_after(0);
            const auto deleted = bench.store().delete_index("i0");
            ASSERT_TRUE(deleted) << deleted.error().message;
            EXPECT_FALSE(bench.store().exists("i0"));
            if (restarts) {
                ASSERT_TRUE(bench.crash(room)) << bench.refusal();
            }
            EXPECT_FALSE(bench.store().exists("i0"));
            EXPECT_TRUE(bench.store().get("i1", "id1")->has_value());
            bench.disk().fill_after(plenty);
            ASSERT_TRUE(bench.put(20, 1));  // makes i0 anew
            ASSERT_TRUE(bench.store().flush());
            ASSERT_TRUE(bench.crash(room + 1)) << bench.refusal();
            const auto ids = bench.found();
            EXPECT_TRUE(ids.contains("id20") && ids.contains("id1") && ids.contains("id2"));
            EXPECT_FALSE(ids.contains("id0") || ids.contains("id10")) << room << " " << taken;
            for (const std::string& name : bench.disk().names())
                EXPECT_FALSE(name.starts_with("removed/")) << name;
        }
    }
}

TEST(DeletedIndex, ADeleteThatFailedLeavesTheIndexWhole) {
    int failures = 0;
    for (std::uint64_t seed = 0; seed < 80; ++seed) {
        Bench bench;
        ASSERT_TRUE(bench.put(0, 2));
        if (seed % 2 == 0) {
            ASSERT_TRUE(bench.store().flush());
        }
        bench.disk().fail_after(static_cast<int>(seed % 10));
        const bool deleted = bench.store().delete_index("i0").has_value();
        bench.disk().fail_after(-1);
        if (!deleted) ++failures;
        EXPECT_EQ(bench.store().exists("i0"), !deleted);
        ASSERT_TRUE(bench.put(10, 2));
        if (seed % 3 == 0) {
            const auto flushed = bench.store().flush();
            ASSERT_TRUE(flushed) << "seed " << seed << ": " << flushed.error().message;
        }
        ASSERT_TRUE(bench.crash(seed)) << "seed " << seed << ": " << bench.refusal();
        const auto ids = bench.found();
        EXPECT_TRUE(ids.contains("id1") && ids.contains("id10") && ids.contains("id11"));
        EXPECT_EQ(ids.contains("id0"), !deleted) << "seed " << seed;
    }
    EXPECT_GT(failures, 5);
}

/// Without descriptors nothing can be opened: no file, no folder to sync.
TEST(NoDescriptors, WritesAreRefusedOnlyAsLongAsNothingCanBeOpened) {
    for (const std::string_view call : {"create", "sync_names", "map"}) {
        TestStore bench([](Options& options) { options.log_file_bytes = 200; });
        bool none_left = false;
        bench.disk_hook = [&](std::string_view asked,
                              const std::string& name) -> std::optional<Error> {
            if (!none_left || asked != call) return std::nullopt;
            return Error{ErrorCode::unavailable, "cannot open " + name + ": too many open files"};
        };
        Documents acknowledged;
        int refused = 0;
        for (int i = 0; i < 60; ++i) {
            none_left = i % 20 >= 10;
            const std::string id = fmt::format("id{}", i);
            const std::string source = fmt::format(R"({{"n":{},"t":"{:0>120}"}})", i, i);
            const Written written = bench.put("a", source, id);
            if (written.error) {
                ++refused;
                EXPECT_EQ(written.error->code, ErrorCode::unavailable) << written.error->message;
                EXPECT_TRUE(none_left) << i;
            } else {
                acknowledged[id] = source;
            }
            if (i % 10 != 5) continue;
            EXPECT_EQ(bench.store().flush().has_value(), !none_left) << call;
        }
        EXPECT_EQ(refused > 0, call != "map");
        none_left = false;
        EXPECT_FALSE(bench.put("a", R"({"n":0})", "last").error);
        ASSERT_TRUE(bench.store().flush());
        EXPECT_TRUE(bench.store().healthy(nullptr));
        EXPECT_TRUE(bench.store().warnings().empty());
        bench.crash(7);
        const Documents there = bench.contents("a");
        for (const auto& [id, source] : acknowledged)
            EXPECT_EQ(there.contains(id) ? there.at(id) : "", source) << call << " " << id;
    }
}

TEST(NoDescriptors, AMergeIsTriedAgain) {
    TestStore bench([](Options& options) {
        options.merge_segments = 2;
        options.groups_per_segment = 1;
    });
    bool none_left = true;
    bench.disk_hook = [&](std::string_view call, const std::string& name) -> std::optional<Error> {
        if (!none_left || call != "create" || !name.ends_with("/3.seg")) return std::nullopt;
        return Error{ErrorCode::unavailable, "cannot open " + name + ": too many open files"};
    };
    for (int i = 0; i < 2; ++i) {
        bench.put("a", R"({"n":1})");
        ASSERT_TRUE(bench.store().flush());
    }
    EXPECT_FALSE(bench.store().merge("a", {}));
    none_left = false;
    ASSERT_TRUE(bench.store().merge("a", {}));
    EXPECT_EQ((*bench.store().view("a"))->segments, 1U);
    EXPECT_EQ(bench.contents("a").size(), 2U);
}

TEST(Log, FurtherFramesOfAWriteThatWasCutOffAreNoDamage) {
    Bench bench;
    ASSERT_TRUE(bench.put(0, 3));
    const std::size_t before = bench.disk().get(bench.newest_log()).size();
    ASSERT_TRUE(bench.put(10, 6));
    // The last write's first frame did not reach the disk, the others did; as if not yet synced.
    bench.disk().flip(bench.newest_log(), before + 40, 0x10);
    ASSERT_TRUE(bench.open()) << bench.refusal();
    EXPECT_EQ(bench.found().size(), 3U);
}

TEST(Log, AWriteAfterTheDamageProvesIt) {
    Bench bench;
    ASSERT_TRUE(bench.put(0, 3));
    const std::size_t before = bench.disk().get(bench.newest_log()).size();
    ASSERT_TRUE(bench.put(10, 6));
    ASSERT_TRUE(bench.put(20, 1));
    bench.disk().flip(bench.newest_log(), before + 40, 0x10);
    ASSERT_FALSE(bench.open());
    EXPECT_NE(bench.refusal().find(fmt::format("offset {}", before)), std::string::npos)
        << bench.refusal();
}

TEST(DeletedIndex, TheLogOfItsFormerLifeDoesNotHideTheNewOne) {
    Bench bench;
    ASSERT_TRUE(bench.put(0, 2));
    ASSERT_TRUE(bench.store().delete_index("i0"));
    ASSERT_TRUE(bench.put(10, 1));
    // Its manifest is written, but the other index's is not, which so keeps the log.
    bench.disk().fail_after(12);
    EXPECT_FALSE(bench.store().flush());
    ASSERT_TRUE(bench.open()) << bench.refusal();
    EXPECT_TRUE(bench.store().exists("i0"));
    EXPECT_TRUE(bench.found().contains("id10"));
}

TEST(DeletedIndex, ADeleteThatIsCutOffIsDoneOrNotBegun) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Bench bench;
        ASSERT_TRUE(bench.put(0, 2));
        ASSERT_TRUE(bench.store().flush());
        bench.disk().fail_after(static_cast<int>(seed % 8));
        const bool deleted = bench.store().delete_index("i0").has_value();
        ASSERT_TRUE(bench.crash(seed)) << "seed " << seed << ": " << bench.refusal();
        EXPECT_TRUE(bench.store().exists("i1"));
        EXPECT_FALSE(deleted && bench.store().exists("i0"));
        EXPECT_EQ(bench.found().size(), bench.store().exists("i0") ? 2U : 1U);
    }
}

}  // namespace
}  // namespace elkhorn::store
