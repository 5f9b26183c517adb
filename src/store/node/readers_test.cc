// Readers beside writers: nobody who reads holds up who writes, a refresh shows one moment and
// ends, and row groups are encoded by several threads.

#include "io/workers.h"
#include "store/index/shared_work.h"
#include "store/log/write_log.h"
#include "store/node/hooked_folder.h"
#include "store/node/test_store.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace elkhorn::store {
namespace {

TEST(SharedWork, SeveralThreadsShareIt) {
    SharedWork work(1);
    Mutex mutex;
    CondVar changed;
    int inside = 0;
    // Two pieces, each of which waits until the other has begun.
    const auto done = work.run(2, [&](std::size_t) -> Result<> {
        const Lock lock(mutex);
        ++inside;
        changed.notify_all();
        while (inside < 2)
            changed.wait(mutex);
        return {};
    });
    EXPECT_TRUE(done);
}

TEST(SharedWork, AllPiecesAreDoneThoughOneFailsAndWithinOneThereMayBeOthers) {
    for (const std::size_t threads : {0U, 1U, 3U}) {
        SharedWork work(threads);
        std::atomic<int> pieces{0};
        const auto done = work.run(10, [&](std::size_t piece) -> Result<> {
            if (piece == 3) return fail(ErrorCode::io, "the third");
            return work.run(10, [&](std::size_t) -> Result<> {
                ++pieces;
                return {};
            });
        });
        EXPECT_EQ(pieces, 90);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().message, "the third");
    }
}

TEST(Readers, AGetReadsTheDiskWithoutHoldingUpAWriter) {
    TestStore bench;
    for (int i = 0; i < 10; ++i)
        bench.put("a", fmt::format(R"({{"n":{}}})", i), fmt::format("id{}", i));
    ASSERT_TRUE(bench.store().flush());
    bench.open();  // nothing is decoded
    std::promise<bool> written;
    bool stuck = false;
    std::atomic<bool> writing{false};
    io::Thread writer;
    bench.disk_hook = [&](std::string_view call, const std::string&) -> std::optional<Error> {
        if (call != "touch" || writing.exchange(true)) return std::nullopt;
        writer = io::Thread("writer",
                            [&] { written.set_value(!bench.put("a", R"({"n":"new"})").error); });
        // Only a reader who holds the writer up waits to the end of it.
        stuck =
            written.get_future().wait_for(std::chrono::seconds(10)) != std::future_status::ready;
        return std::nullopt;
    };
    const auto found = bench.store().get("a", "id3");
    writer.join();
    bench.disk_hook = {};
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->source, R"({"n":3})");
    EXPECT_TRUE(writing);
    EXPECT_FALSE(stuck);
}

TEST(Readers, ADocumentThatIsReplacedWhileItIsLookedForIsFoundAsItIsThen) {
    TestStore bench;
    for (const char* id : {"x", "y"})
        bench.put("a", R"({"n":1})", id);
    ASSERT_TRUE(bench.store().flush());
    bench.open();
    int touched = 0;
    bench.disk_hook = [&](std::string_view call, const std::string&) -> std::optional<Error> {
        if (call != "touch" || ++touched != 1) return std::nullopt;
        bench.put("a", R"({"n":2})", "x");  // its old row is deleted now
        return std::nullopt;
    };
    const auto found = bench.store().get("a", "x");
    bench.disk_hook = {};
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->source, R"({"n":2})");
    EXPECT_GE(touched, 1);
}

TEST(Readers, AGeneratedIdFindsNoDocumentThatWasGivenAnother) {
    TestStore bench;
    const std::string generated = bench.put("a", R"({"n":1})").id;
    bench.open();
    TestStore other;
    other.put("a", R"({"n":1})", "explicit");
    EXPECT_FALSE(other.store().get("a", generated)->has_value()) << "in the tail";
    ASSERT_TRUE(other.store().flush());
    EXPECT_FALSE(other.store().get("a", generated)->has_value()) << "in a segment";
    EXPECT_TRUE(bench.store().get("a", generated)->has_value());
    ASSERT_TRUE(bench.store().flush());
    EXPECT_TRUE(bench.store().get("a", generated)->has_value());
}

TEST(Readers, ADiskThatStallsKeepsNobodyWaitingWhoHoldsALock) {
    io::FakeDisk disk;
    std::atomic<bool> stalls{false};
    std::promise<void> stalled;
    std::promise<void> mended;
    const std::shared_future<void> mending = mended.get_future().share();
    const DiskHook hook = [&](std::string_view call, const std::string&) -> std::optional<Error> {
        if (call == "sync" && stalls.exchange(false)) {
            stalled.set_value();
            mending.wait();
        }
        return std::nullopt;
    };
    HookedFolder folder(disk.view("log"), hook);
    WriteLog::Options options;
    options.pending_limit_bytes = 10;
    const auto log =
        WriteLog::open(folder, options, [](Lsn, std::string_view) { return Result<>(); });
    ASSERT_TRUE(log) << log.error().message;
    stalls = true;
    (*log)->append(std::string("the first"));
    stalled.get_future().wait();
    std::promise<Lsn> appended;
    std::promise<void> roomy;
    auto last = appended.get_future();
    auto room = roomy.get_future();
    const io::Thread writer("writer", [&] {
        Lsn lsn = 0;
        for (int i = 0; i < 5; ++i)
            lsn = (*log)->append(std::string(100, 'a'));
        appended.set_value(lsn);
        (*log)->wait_for_room();
        roomy.set_value();
    });
    EXPECT_EQ(last.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_EQ(room.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
    mended.set_value();
    room.wait();
    EXPECT_TRUE((*log)->commit(last.get()));
}

class BesideAWriter : public testing::Test {
protected:
    /// Writes all the time, 300 documents a call of which 50 have an id, until the test is done.
    void start() {
        writer_ = io::Thread("writer", [this] {
            json::Flattener flattener(bench_.store().field_names());
            for (int round = 0; !stop_; ++round) {
                std::vector<std::string> texts;
                texts.reserve(600);
                std::vector<event::Document> documents(300);
                std::vector<Write> writes;
                for (int i = 0; i < 300; ++i) {
                    texts.push_back(i < 50 ? fmt::format("id{}", i) : "");
                    texts.push_back(fmt::format(R"({{"round":{}}})", round));
                    event::Document& document = documents[static_cast<std::size_t>(i)];
                    (void)flattener.flatten(texts.back(), texts.back().size(), document);
                    writes.push_back({i < 50 ? "same" : "more",
                                      Action::index,
                                      texts[texts.size() - 2],
                                      texts.back(),
                                      &document,
                                      {}});
                }
                if (bench_.store().write(writes)) ++rounds_;
            }
        });
        while (rounds_ < 2)
            std::this_thread::yield();
    }

    void TearDown() override {
        stop_ = true;
        writer_.join();
    }

    TestStore bench_{[](Options& options) {
        options.background = true;
        options.encode_threads = 2;
        options.group_rows = 100;
    }};
    std::atomic<bool> stop_{false};
    std::atomic<int> rounds_{0};
    io::Thread writer_;
};

TEST_F(BesideAWriter, ARefreshEndsAndShowsWhatWasThereBeforeIt) {
    start();
    for (int i = 0; i < 20; ++i) {
        const auto written = static_cast<std::uint64_t>(rounds_.load());
        ASSERT_TRUE(bench_.store().refresh("more"));
        EXPECT_GE((*bench_.store().view("more"))->documents, written * 250);
    }
}

TEST_F(BesideAWriter, AViewIsOneMomentAndADocumentIsThereOnce) {
    start();
    for (int i = 0; i < 30; ++i)
        ASSERT_EQ(bench_.contents("same").size(), 50U);
    for (int i = 0; i < 200; ++i) {
        const auto found = bench_.store().get("same", fmt::format("id{}", i % 50));
        ASSERT_TRUE(found && *found) << i;
    }
}

}  // namespace
}  // namespace elkhorn::store
