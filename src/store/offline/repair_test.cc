// Every kind of file of a small folder is changed, cut and removed, one at a time; after a repair
// the folder verifies, a store opens on it, and all it has is what was written.

#include "store/offline/repair.h"

#include "base/log.h"
#include "store/node/test_store.h"
#include "store/offline/verify.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace elkhorn::store {
namespace {

using Files = std::map<std::string, std::string>;

class Flattening {
public:
    const json::FlattenOne& function() { return function_; }

    event::FieldNames& names() { return names_; }

private:
    event::FieldNames names_;
    json::FlattenOne function_ = json::flatten_one(names_);
};

Result<std::unique_ptr<Store>> open(io::FakeDisk& disk, Flattening& flattening) {
    Options options;
    options.flatten = flattening.function();
    options.field_names = &flattening.names();
    options.random_seed = 7;
    options.background = false;
    options.group_rows = 20;
    options.groups_per_segment = 2;
    options.log_file_bytes = 500;  // so that the log forgets what segments have
    return Store::open(disk.view(), std::move(options));
}

Result<Repaired> repair_disk(io::FakeDisk& disk, bool dry_run = false) {
    Flattening flattening;
    RepairOptions options;
    options.flatten = flattening.function();
    options.field_names = &flattening.names();
    options.moved_to = "damaged-now";
    options.dry_run = dry_run;
    return repair(*disk.view(), options);
}

void put(Store& store, Flattening& flattening, const std::string& index, const std::string& id,
         int number) {
    const std::string source =
        fmt::format("{{\"n\":{},\"t\":\"line {} of all that were there\",\"h\":\"host-{}\"}}",
                    number, number, number % 4);
    event::Document document;
    ASSERT_TRUE(flattening.function()(source, document));
    const Write write{index, Action::index, id, source, &document, {}};
    ASSERT_TRUE(store.write(std::span(&write, 1)));
}

Files files_of(const io::FakeDisk& disk) {
    Files files;
    for (const std::string& name : disk.names())
        files[name] = disk.get(name);
    return files;
}

/// Two indices in segments, with given and generated ids, replaced and deleted documents, and some
/// that only the log has.
Files sound_folder() {
    log::configure(log::Level::off, log::Format::text);
    io::FakeDisk disk;
    Flattening flattening;
    auto store = open(disk, flattening);
    EXPECT_TRUE(store);
    for (int i = 0; i < 90; ++i) {
        put(**store, flattening, "i", i % 3 == 0 ? "" : fmt::format("id{}", i % 50), i);
        if (i % 30 == 0) put(**store, flattening, "other", "", i);
        if (i == 75) {
            EXPECT_TRUE((*store)->flush());
        }
    }
    const Write remove{"i", Action::remove, "id4", "", nullptr, {}};
    EXPECT_TRUE((*store)->write(std::span(&remove, 1)));
    return files_of(disk);
}

void put_files(io::FakeDisk& disk, const Files& files) {
    for (const auto& [name, bytes] : files)
        disk.put(name, bytes);
}

/// An index may be lost.
Documents found_in(Store& store, const std::string& index) {
    return store.exists(index) ? documents_of(store, index) : Documents();
}

struct Outcome {
    bool refused = false;  // it looks like a newer program's
    Repaired repaired;
    std::size_t documents = 0;
    std::size_t damage = 0;  // that verify found before
};

/// Repairs the folder and checks what must hold whatever was wrong with it.
Outcome check(const Files& damaged, const std::set<std::string>& sources, const std::string& what) {
    io::FakeDisk disk;
    put_files(disk, damaged);
    Outcome outcome;
    const auto before = verify(*disk.view(), true);
    EXPECT_TRUE(before) << what;
    outcome.damage = before->damage.size();
    auto repaired = repair_disk(disk);
    if (!repaired) {
        outcome.refused = true;
        EXPECT_NE(repaired.error().message.find("newer"), std::string::npos)
            << what << ": " << repaired.error().message;
        EXPECT_EQ(files_of(disk), damaged) << what;
        return outcome;
    }
    outcome.repaired = std::move(*repaired);
    // Nothing that was there is gone: it is where it was, or among what was moved.
    for (const auto& [name, bytes] : damaged) {
        const bool there = disk.get(name) == bytes || disk.get("damaged-now/" + name) == bytes;
        EXPECT_TRUE(there) << what << ": " << name;
    }
    const auto after = verify(*disk.view(), true);
    EXPECT_TRUE(after) << what;
    EXPECT_EQ(after->damage, std::vector<std::string>()) << what;
    Flattening flattening;
    auto store = open(disk, flattening);
    EXPECT_TRUE(store) << what << ": " << (store ? "" : store.error().message);
    if (!store) return outcome;
    for (const std::string& index : (*store)->index_names()) {
        const Documents documents = found_in(**store, index);
        outcome.documents += documents.size();
        for (const auto& [id, source] : documents)
            EXPECT_TRUE(sources.contains(source)) << what << ": " << source;
    }
    return outcome;
}

class Repairs : public testing::Test {
protected:
    void SetUp() override {
        sound_ = sound_folder();
        io::FakeDisk disk;
        put_files(disk, sound_);
        Flattening flattening;
        auto store = open(disk, flattening);
        ASSERT_TRUE(store);
        documents_ = found_in(**store, "i");
        all_ = documents_.size() + found_in(**store, "other").size();
        for (int i = 0; i < 90; ++i) {
            sources_.insert(fmt::format(
                "{{\"n\":{},\"t\":\"line {} of all that were there\",\"h\":\"host-{}\"}}", i, i,
                i % 4));
        }
    }

    std::string file(std::string_view ending) const {
        for (const auto& [name, bytes] : sound_) {
            if (name.ends_with(ending)) return name;
        }
        ADD_FAILURE() << "no file ends in " << ending;
        return "";
    }

    Files sound_;
    Documents documents_;  // of the index i
    std::size_t all_ = 0;
    std::set<std::string> sources_;
};

TEST_F(Repairs, ASoundFolderIsLeftAsItIs) {
    io::FakeDisk disk;
    put_files(disk, sound_);
    const auto repaired = repair_disk(disk);
    ASSERT_TRUE(repaired) << repaired.error().message;
    EXPECT_FALSE(repaired->changed());
    EXPECT_EQ(files_of(disk), sound_);
}

TEST_F(Repairs, ADryRunSaysTheSameAndChangesNothing) {
    Files damaged = sound_;
    damaged.erase(file("/manifest"));
    damaged[file(".seg")][100] ^= 0x10;
    io::FakeDisk disk;
    put_files(disk, damaged);
    const auto planned = repair_disk(disk, true);
    ASSERT_TRUE(planned);
    EXPECT_TRUE(planned->changed());
    EXPECT_EQ(files_of(disk), damaged);
    const auto done = repair_disk(disk);
    ASSERT_TRUE(done);
    ASSERT_EQ(planned->indices.size(), done->indices.size());
    for (std::size_t i = 0; i < done->indices.size(); ++i) {
        EXPECT_EQ(planned->indices[i].kept, done->indices[i].kept);
        EXPECT_EQ(planned->indices[i].notes, done->indices[i].notes);
    }
}

TEST_F(Repairs, EveryByteChanged) {
    for (const auto& [name, bytes] : sound_) {
        for (std::size_t at = 0; at < bytes.size(); at += 3) {
            Files damaged = sound_;
            damaged[name][at] = static_cast<char>(damaged[name][at] ^ 0x10);
            const auto outcome = check(damaged, sources_, fmt::format("{} at {}", name, at));
            if (testing::Test::HasFailure()) return;
            // One byte costs one row group, or one frame of the log, and no more.
            if (outcome.refused) continue;
            EXPECT_GE(outcome.documents + 20, all_) << name << " at " << at;
        }
    }
}

TEST_F(Repairs, EveryFileCutShort) {
    for (const auto& [name, bytes] : sound_) {
        for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 23) {
            Files damaged = sound_;
            damaged[name].resize(size);
            check(damaged, sources_, fmt::format("{} cut to {}", name, size));
            if (testing::Test::HasFailure()) return;
        }
    }
}

TEST_F(Repairs, EveryFileRemoved) {
    for (const auto& [name, bytes] : sound_) {
        Files damaged = sound_;
        damaged.erase(name);
        const auto outcome = check(damaged, sources_, name + " removed");
        if (testing::Test::HasFailure()) return;
        if (name.ends_with("/manifest") || name.ends_with("/identity")) {
            EXPECT_EQ(outcome.documents, all_) << name;
        }
    }
}

TEST_F(Repairs, WithoutItsManifestAnIndexKeepsNameDocumentsAndIds) {
    Files damaged = sound_;
    damaged.erase("indices/1/manifest");
    io::FakeDisk disk;
    put_files(disk, damaged);
    const auto repaired = repair_disk(disk);
    ASSERT_TRUE(repaired) << repaired.error().message;
    Flattening flattening;
    auto store = open(disk, flattening);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(found_in(**store, "i"), documents_);
}

TEST_F(Repairs, WithoutAnythingOfItsManifestAnIndexKeepsItsDocuments) {
    Files damaged;
    for (const auto& [name, bytes] : sound_) {
        const bool index = name.starts_with("indices/1/");
        if (name.ends_with(".seg") || name.ends_with(".del") || !index) damaged[name] = bytes;
    }
    std::erase_if(damaged, [](const auto& file) { return file.first.ends_with(".wal"); });
    io::FakeDisk disk;
    put_files(disk, damaged);
    const auto repaired = repair_disk(disk);
    ASSERT_TRUE(repaired) << repaired.error().message;
    Flattening flattening;
    auto store = open(disk, flattening);
    ASSERT_TRUE(store) << store.error().message;
    const Documents documents = found_in(**store, "recovered-1");
    EXPECT_EQ(documents.size(), repaired->indices[0].kept);
    EXPECT_GT(documents.size(), 40U);
    EXPECT_TRUE(documents.contains("id1"));
    EXPECT_NE((*(*store)->view("recovered-1"))->mapping->find("n"), nullptr);
}

TEST_F(Repairs, ADamagedColumnIsPutTogetherFromSoundDocuments) {
    // Where the most rows are: some byte of some column.
    const std::string name = file("indices/1/1.seg");
    const std::size_t size = sound_[name].size();
    std::uint64_t most_kept = 0;
    for (std::size_t at = 16; at < size; at += 5) {
        Files damaged = sound_;
        damaged[name][at] = static_cast<char>(damaged[name][at] ^ 0x10);
        io::FakeDisk disk;
        put_files(disk, damaged);
        const auto repaired = repair_disk(disk);
        ASSERT_TRUE(repaired);
        const RepairedIndex& index = repaired->indices[0];
        if (!index.notes.empty() && index.lost == 0 && index.lost_at_most == 0)
            most_kept = std::max(most_kept, index.kept);
    }
    EXPECT_GT(most_kept, 40U);  // a column that no source needs costs nothing at all
}

TEST_F(Repairs, ARepairThatIsCutOffIsRunAgain) {
    Files damaged = sound_;
    damaged.erase("indices/2/manifest");
    damaged["indices/1/1.seg"][100] ^= 0x10;
    for (auto& [name, bytes] : damaged) {
        if (name.ends_with(".del")) bytes[30] ^= 0x10;
        if (name.ends_with(".wal") && bytes.size() > 400) bytes[60] ^= 0x10;
    }
    io::FakeDisk whole;
    put_files(whole, damaged);
    ASSERT_TRUE(repair_disk(whole));
    Flattening first;
    const auto repaired_store = open(whole, first);
    ASSERT_TRUE(repaired_store);
    const Documents expected = found_in(**repaired_store, "i");
    bool went_through = false;
    for (int call = 0; !went_through && call < 300; ++call) {
        io::FakeDisk disk;
        put_files(disk, damaged);
        disk.fail_after(call);
        const auto ignored = repair_disk(disk);
        went_through = !disk.failed();
        Random random(static_cast<std::uint64_t>(call));
        disk.crash(random);
        const auto again = repair_disk(disk);
        ASSERT_TRUE(again) << call << ": " << again.error().message;
        const auto sound = verify(*disk.view(), true);
        EXPECT_EQ(sound->damage, std::vector<std::string>()) << call;
        Flattening flattening;
        const auto store = open(disk, flattening);
        ASSERT_TRUE(store) << call << ": " << store.error().message;
        EXPECT_EQ(found_in(**store, "i"), expected) << call;
        if (HasFailure()) return;
    }
    EXPECT_TRUE(went_through);
}

TEST_F(Repairs, EntriesAfterDamageInTheLogAreApplied) {
    const std::string name = [&] {
        for (const auto& [file, bytes] : sound_) {
            if (file.ends_with(".wal") && bytes.size() > 400) return file;
        }
        return std::string();
    }();
    ASSERT_FALSE(name.empty());
    Files damaged = sound_;
    damaged[name][60] ^= 0x10;  // in its first entry; others follow
    io::FakeDisk disk;
    put_files(disk, damaged);
    ASSERT_EQ(verify(*disk.view(), false)->damage.size(), 1U);
    const auto repaired = repair_disk(disk);
    ASSERT_TRUE(repaired);
    EXPECT_EQ(repaired->log_entries_lost, 1U);
    EXPECT_GT(repaired->log_entries_kept, 10U);
    EXPECT_FALSE(repaired->moved.empty());
}

}  // namespace
}  // namespace elkhorn::store
