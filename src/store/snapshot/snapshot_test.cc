// Snapshots on the fake disk: what they hold, what they cost, that each index is as of one moment,
// and that a crash at any call leaves data folder and repository sound.

#include "store/snapshot/snapshot.h"

#include "base/log.h"
#include "io/workers.h"
#include "store/node/test_store.h"
#include "store/offline/verify.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>

namespace elkhorn::store {
namespace {

/// A store in "data" and repositories in "repo" of one disk, or of two.
class Scene {
public:
    explicit Scene(io::FakeDisk& disk) : Scene(disk, disk) {}

    Scene(io::FakeDisk& disk, io::FakeDisk& repositories) : disk_(disk) {
        log::configure(log::Level::off, log::Format::text);
        Options options;
        options.flatten = json::flatten_one(names_);
        options.field_names = &names_;
        options.random_seed = 7;
        options.background = false;
        options.snapshot_folders = {"/repo"};
        options.open_folder = [&repositories](const std::string& path, bool) {
            return Result<std::unique_ptr<io::Folder>>(repositories.view(path.substr(1)));
        };
        auto opened = Store::open(disk_.view("data"), std::move(options));
        if (opened)
            store_ = std::move(*opened);
        else
            ADD_FAILURE() << opened.error().message;
    }

    Store& store() { return *store_; }

    Snapshots& snapshots() { return store_->snapshots(); }

    void add_repository() {
        const auto put = snapshots().put_repository("r", {"fs", {{"location", "r"}}}, true);
        ASSERT_TRUE(put) << put.error().message;
    }

    Written put(const std::string& index, const std::string& id, int number) {
        const std::string source =
            fmt::format("{{\"n\":{},\"t\":\"line {} of all\"}}", number, number);
        event::Document document;
        json::Flattener flattener(names_);
        EXPECT_TRUE(flattener.flatten(source, source.size(), document));
        const Write write{index, Action::index, id, source, &document, {}};
        auto written = store_->write(std::span(&write, 1));
        if (!written) return {written.error(), "", 0, 0, Effect::missing};
        return written->front();
    }

    void remove(const std::string& index, const std::string& id) {
        const Write write{index, Action::remove, id, "", nullptr, {}};
        EXPECT_TRUE(store_->write(std::span(&write, 1)));
    }

    Result<Snapshot> snapshot(const std::string& name, std::vector<std::string> indices = {"i"}) {
        return snapshots().create("r", {name, std::move(indices), true, ""});
    }

    Result<> restore(const std::string& name, const std::string& to) {
        const RestoreIndex wanted{"i", to, ""};
        return snapshots().restore("r", name, std::span(&wanted, 1));
    }

    Documents documents(const std::string& index) { return documents_of(*store_, index); }

private:
    io::FakeDisk& disk_;
    event::FieldNames names_;
    std::unique_ptr<Store> store_;
};

void fill(Scene& scene) {
    for (int i = 0; i < 60; ++i) {
        scene.put("i", i % 3 == 0 ? "" : fmt::format("id{}", i % 25), i);
        if (i == 40) {
            EXPECT_TRUE(scene.store().flush());
        }
    }
    scene.remove("i", "id4");
}

std::uint64_t repository_bytes(const io::FakeDisk& disk) {
    std::uint64_t bytes = 0;
    for (const std::string& name : disk.names()) {
        if (name.starts_with("repo/r/indices")) bytes += disk.get(name).size();
    }
    return bytes;
}

TEST(Snapshot, IsRestoredUnderAnotherNameWithTheSameDocumentsAndIds) {
    io::FakeDisk disk;
    Scene scene(disk);
    scene.add_repository();
    fill(scene);
    const Documents before = scene.documents("i");
    ASSERT_TRUE(scene.snapshot("s1"));
    scene.put("i", "later", 1);
    ASSERT_TRUE(scene.restore("s1", "copy"));
    EXPECT_EQ(scene.documents("copy"), before);
    EXPECT_NE(scene.store().uuid("copy"), scene.store().uuid("i"));
    // By its id, too, and for good.
    Scene again(disk);
    EXPECT_EQ(again.documents("copy"), before);
    for (const auto& [id, source] : before) {
        const auto found = again.store().get("copy", id);
        ASSERT_TRUE(found && *found) << id;
        EXPECT_EQ((*found)->source, source);
    }
    const auto sound = verify(*disk.view("data"), true);
    ASSERT_TRUE(sound);
    EXPECT_EQ(sound->damage, std::vector<std::string>());
}

TEST(Snapshot, ACopyNeverGeneratesAnIdThatItsOriginalGeneratesToo) {
    io::FakeDisk disk;
    Scene scene(disk);
    scene.add_repository();
    fill(scene);
    ASSERT_TRUE(scene.snapshot("s1"));
    ASSERT_TRUE(scene.restore("s1", "copy"));
    ASSERT_TRUE(scene.restore("s1", "copy2"));
    std::set<std::string> ids;
    for (const std::string index : {"i", "copy", "copy2"}) {
        for (int i = 0; i < 10; ++i)
            EXPECT_TRUE(ids.insert(scene.put(index, "", i).id).second);
    }
    ASSERT_TRUE(scene.store().flush());
    Scene again(disk);
    for (const std::string& id : ids) {
        const int found = (*again.store().get("i", id) ? 1 : 0) +
                          (*again.store().get("copy", id) ? 1 : 0) +
                          (*again.store().get("copy2", id) ? 1 : 0);
        EXPECT_EQ(found, 1);
    }
}

TEST(Snapshot, TheSecondBringsOnlyWhatIsNew) {
    io::FakeDisk disk;
    io::FakeDisk elsewhere;  // where links cannot lead: bytes are copied
    Scene scene(disk, elsewhere);
    scene.add_repository();
    fill(scene);
    const auto first = scene.snapshot("s1");
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->indices[0].added.bytes, first->indices[0].all.bytes);
    EXPECT_EQ(repository_bytes(elsewhere), first->indices[0].all.bytes);
    scene.put("i", "one more", 1);
    const auto second = scene.snapshot("s2");
    ASSERT_TRUE(second);
    const auto& files = second->indices[0];
    EXPECT_EQ(files.added.count, 1U);
    EXPECT_EQ(files.all.count, first->indices[0].all.count + 1);
    EXPECT_EQ(repository_bytes(elsewhere), first->indices[0].all.bytes + files.added.bytes);
    const auto third = scene.snapshot("s3");
    ASSERT_TRUE(third);
    EXPECT_EQ(third->indices[0].added.count, 0U);
}

TEST(Snapshot, DeletingOneLeavesWhatOthersName) {
    io::FakeDisk disk;
    Scene scene(disk);
    scene.add_repository();
    fill(scene);
    ASSERT_TRUE(scene.snapshot("s1"));
    scene.remove("i", "id7");
    scene.put("i", "one more", 1);
    const Documents before = scene.documents("i");
    ASSERT_TRUE(scene.snapshot("s2"));
    const std::vector<std::string> first = {"s1"};
    ASSERT_TRUE(scene.snapshots().remove("r", first));
    ASSERT_TRUE(scene.store().delete_index("i"));
    EXPECT_FALSE(scene.restore("s1", "i"));
    ASSERT_TRUE(scene.restore("s2", "i"));
    EXPECT_EQ(scene.documents("i"), before);
    const std::vector<std::string> second = {"s2"};
    ASSERT_TRUE(scene.snapshots().remove("r", second));
    EXPECT_EQ(repository_bytes(disk), 0U);
    EXPECT_EQ(scene.documents("i"), before);
}

TEST(Snapshot, AnOpenIndexIsNotTouched) {
    io::FakeDisk disk;
    Scene scene(disk);
    scene.add_repository();
    fill(scene);
    ASSERT_TRUE(scene.snapshot("s1"));
    scene.put("i", "one more", 1);
    const Documents before = scene.documents("i");
    const auto restored = scene.restore("s1", "i");
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().code, ErrorCode::conflict);
    EXPECT_EQ(scene.documents("i"), before);
}

TEST(Snapshot, EachIndexIsAsOfOneMomentWhileItIsWritten) {
    io::FakeDisk disk;
    Scene scene(disk);
    scene.add_repository();
    constexpr int ids = 40;
    for (int i = 0; i < ids; ++i)
        scene.put("i", std::to_string(i), 0);
    std::atomic<bool> enough = false;
    {
        // Every document is replaced over and over: a moment has each of them once.
        io::Thread writer("writer", [&] {
            for (int n = 1; !enough; ++n)
                scene.put("i", std::to_string(n * 7 % ids), n);
        });
        // And segments are replaced by merged ones.
        io::Thread merger("merger", [&] {
            while (!enough)
                EXPECT_TRUE(scene.store().merge("i", ForceMerge{1, false}));
        });
        for (int s = 0; s < 25; ++s)
            EXPECT_TRUE(scene.snapshot(fmt::format("s{}", s)));
        enough = true;
        writer.join();
        merger.join();
    }
    for (int s = 0; s < 25; ++s) {
        ASSERT_TRUE(scene.restore(fmt::format("s{}", s), fmt::format("copy{}", s)));
        EXPECT_EQ(scene.documents(fmt::format("copy{}", s)).size(), std::size_t{ids}) << s;
    }
}

TEST(Snapshot, DamageInTheRepositoryIsFoundBeforeAnythingIsRestored) {
    io::FakeDisk disk;
    io::FakeDisk elsewhere;
    Scene scene(disk, elsewhere);
    scene.add_repository();
    fill(scene);
    ASSERT_TRUE(scene.snapshot("s1"));
    for (const std::string& name : elsewhere.names()) {
        if (!name.ends_with(".seg") && !name.ends_with(".del") && !name.ends_with(".snap"))
            continue;
        elsewhere.flip(name, elsewhere.get(name).size() / 3, 0x10);
        const auto restored = scene.restore("s1", "copy");
        EXPECT_FALSE(restored) << name;
        EXPECT_FALSE(scene.store().exists("copy"));
        elsewhere.flip(name, elsewhere.get(name).size() / 3, 0x10);
    }
    EXPECT_TRUE(scene.restore("s1", "copy"));
}

TEST(Snapshot, AFolderOfSomebodyElseIsNoRepository) {
    io::FakeDisk disk;
    disk.put("repo/r/thesis.doc", "years of work");
    Scene scene(disk);
    const auto put = scene.snapshots().put_repository("r", {"fs", {{"location", "r"}}}, true);
    ASSERT_FALSE(put);
    EXPECT_NE(put.error().message.find("thesis.doc"), std::string::npos) << put.error().message;
    const auto out =
        scene.snapshots().put_repository("r", {"fs", {{"location", "/repo/../x"}}}, true);
    ASSERT_FALSE(out);
    EXPECT_NE(out.error().message.find("doesn't match"), std::string::npos);
}

// -- crashes --------------------------------------------------------------------------------------

/// What holds after a crash at any call: the store opens with all its documents, whatever snapshot
/// is listed can be restored whole, and the next one can be made.
void check_after_crash(io::FakeDisk& disk, const Documents& before, const std::string& call) {
    Scene scene(disk);
    EXPECT_EQ(scene.documents("i"), before) << "call " << call;
    const auto listed = scene.snapshots().list("r");
    ASSERT_TRUE(listed) << "call " << call << ": " << listed.error().message;
    int copies = 0;
    for (const Snapshot& snapshot : *listed) {
        const std::string name = fmt::format("copy{}", copies++);
        const auto restored = scene.restore(snapshot.name, name);
        ASSERT_TRUE(restored) << "call " << call << ": " << restored.error().message;
        if (snapshot.name == "s2") {
            EXPECT_EQ(scene.documents(name), before) << "call " << call;
        }
    }
    if (scene.store().exists("restored")) {
        EXPECT_EQ(scene.documents("restored"), before) << "call " << call;
    }
    const auto made = scene.snapshot("next");
    ASSERT_TRUE(made) << "call " << call << ": " << made.error().message;
    ASSERT_TRUE(scene.restore("next", "restored-next"));
    EXPECT_EQ(scene.documents("restored-next"), before) << "call " << call;
    const auto sound = verify(*disk.view("data"), true);
    ASSERT_TRUE(sound);
    EXPECT_EQ(sound->damage, std::vector<std::string>()) << "call " << call;
}

/// Fails at that call of the disk, then cuts the power. True when `act` ended before that call.
template <typename Act>
bool crash_at(int call, std::uint64_t seed, Act& act) {
    io::FakeDisk disk;
    Documents before;
    bool went_through = false;
    {
        Scene scene(disk);
        scene.add_repository();
        fill(scene);
        EXPECT_TRUE(scene.snapshot("s1"));
        scene.put("i", "one more", 1);
        scene.remove("i", "id7");
        before = scene.documents("i");
        disk.fail_after(call);
        act(scene);
        went_through = !disk.failed();
        Random random(seed * 1000 + static_cast<std::uint64_t>(call));
        disk.crash(random);
    }
    check_after_crash(disk, before, fmt::format("{}, seed {}", call, seed));
    return went_through;
}

template <typename Act>
void crash_at_every_call(Act&& act) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        bool went_through = false;
        for (int call = 0; !went_through && call < 300; ++call) {
            went_through = crash_at(call, seed, act);
            if (testing::Test::HasFailure()) return;
        }
        EXPECT_TRUE(went_through);
    }
}

TEST(SnapshotCrash, WhileARepositoryIsMadeWhichCanBeMadeThen) {
    bool went_through = false;
    for (int call = 0; !went_through && call < 50; ++call) {
        io::FakeDisk disk;
        {
            Scene scene(disk);
            disk.fail_after(call);
            (void)scene.snapshots().put_repository("r", {"fs", {{"location", "r"}}}, true);
            went_through = !disk.failed();
        }
        Random random(static_cast<std::uint64_t>(call));
        disk.crash(random);
        Scene scene(disk);
        scene.add_repository();
        EXPECT_FALSE(HasFailure()) << "call " << call;
        fill(scene);
        EXPECT_TRUE(scene.snapshot("s1"));
    }
    EXPECT_TRUE(went_through);
}

TEST(SnapshotCrash, WhileOneIsMade) {
    crash_at_every_call([](Scene& scene) { return scene.snapshot("s2").has_value(); });
}

TEST(SnapshotCrash, WhileAnIndexIsDeleted) {
    crash_at_every_call([](Scene& scene) {
        scene.put("x", "1", 1);
        return scene.store().flush() && scene.store().delete_index("x");
    });
}

TEST(SnapshotCrash, WhileOneIsDeleted) {
    crash_at_every_call([](Scene& scene) {
        const std::vector<std::string> names = {"s1"};
        return scene.snapshots().remove("r", names).has_value();
    });
}

TEST(SnapshotCrash, WhileOneIsRestored) {
    crash_at_every_call([](Scene& scene) {
        if (!scene.snapshot("s2")) return false;
        return scene.restore("s2", "restored").has_value();
    });
}

}  // namespace
}  // namespace elkhorn::store
