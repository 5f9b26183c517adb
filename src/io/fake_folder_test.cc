// The disk that lies: what it may lose at a power cut, and what it must keep.

#include "io/fake_folder.h"

#include <gtest/gtest.h>

#include <functional>

namespace elkhorn::io {
namespace {

void write(Folder& folder, const std::string& name, bool synced = true) {
    auto file = folder.create(name);
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_TRUE((*file)->append("bytes"));
    if (synced) {
        ASSERT_TRUE((*file)->sync());
    }
}

/// In how many of 200 power cuts after `act` what `look` says is true.
int times(const std::function<void(FakeDisk&, Folder&)>& act,
          const std::function<bool(FakeDisk&)>& look) {
    int count = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        FakeDisk disk;
        const auto folder = disk.view();
        act(disk, *folder);
        Random random(seed);
        disk.crash(random);
        count += look(disk) ? 1 : 0;
    }
    return count;
}

bool whole(const FakeDisk& disk, const std::string& name) {
    return disk.get(name) == "bytes";
}

bool sometimes(int count) {
    return count > 20 && count < 180;
}

TEST(FakeDisk, KeepsWhatIsSyncedWithItsName) {
    EXPECT_EQ(times(
                  [](FakeDisk&, Folder& folder) {
                      write(folder, "a");
                      ASSERT_TRUE(folder.sync_names(""));
                  },
                  [](FakeDisk& disk) { return whole(disk, "a"); }),
              200);
}

TEST(FakeDisk, MayLoseAFileWhoseNameIsNotSynced) {
    EXPECT_TRUE(sometimes(times([](FakeDisk&, Folder& folder) { write(folder, "a"); },
                                [](FakeDisk& disk) { return whole(disk, "a"); })));
}

TEST(FakeDisk, MayLoseASyncedFileWithAFolderThatIsNot) {
    const auto act = [](FakeDisk&, Folder& folder) {
        ASSERT_TRUE(folder.make_folder("f/g"));
        write(folder, "f/g/a");
        ASSERT_TRUE(folder.sync_names("f/g"));
    };
    const auto look = [](FakeDisk& disk) {
        return whole(disk, "f/g/a");
    };
    EXPECT_TRUE(sometimes(times(act, look)));
    EXPECT_EQ(times(
                  [&](FakeDisk& disk, Folder& folder) {
                      act(disk, folder);
                      ASSERT_TRUE(folder.sync_names("f"));
                      ASSERT_TRUE(folder.sync_names(""));
                  },
                  look),
              200);
}

TEST(FakeDisk, MayUndoARenameThatIsNotSynced) {
    const auto act = [](FakeDisk&, Folder& folder) {
        write(folder, "a");
        ASSERT_TRUE(folder.sync_names(""));
        ASSERT_TRUE(folder.rename("a", "b"));
    };
    EXPECT_TRUE(sometimes(times(act, [](FakeDisk& disk) { return whole(disk, "b"); })));
    EXPECT_EQ(times(act, [](FakeDisk& disk) { return whole(disk, "a") || whole(disk, "b"); }), 200)
        << "but never takes both names";
}

TEST(FakeDisk, MayBringBackAFolderWhoseRemovalIsNotSynced) {
    const auto act = [](FakeDisk& disk, Folder& folder) {
        disk.put("f/a", "bytes");
        ASSERT_TRUE(folder.remove_tree("f"));
        ASSERT_FALSE(folder.exists("f"));
    };
    const auto back = [](FakeDisk& disk) {
        return disk.view()->exists("f");
    };
    EXPECT_TRUE(sometimes(times(act, back)));
    EXPECT_TRUE(sometimes(times(act, [](FakeDisk& disk) { return whole(disk, "f/a"); })));
    EXPECT_EQ(times(
                  [&](FakeDisk& disk, Folder& folder) {
                      act(disk, folder);
                      ASSERT_TRUE(folder.sync_names(""));
                  },
                  back),
              0);
}

TEST(FakeDisk, AFolderMadeAnewHasNothingOfTheOldOne) {
    EXPECT_EQ(times(
                  [](FakeDisk& disk, Folder& folder) {
                      disk.put("f/old", "bytes");
                      ASSERT_TRUE(folder.remove_tree("f"));
                      ASSERT_TRUE(folder.make_folder("f"));
                      write(folder, "f/new");
                      ASSERT_TRUE(folder.sync_names("f"));
                      ASSERT_TRUE(folder.sync_names(""));
                  },
                  [](FakeDisk& disk) { return whole(disk, "f/new") && disk.names().size() == 1; }),
              200);
}

TEST(FakeDisk, MakesNothingInAFolderThatIsNotThere) {
    FakeDisk disk;
    const auto folder = disk.view();
    EXPECT_FALSE(folder->create("f/a"));
    EXPECT_FALSE(folder->sync_names("f"));
    write(*folder, "a");
    EXPECT_FALSE(folder->rename("a", "f/a"));
    EXPECT_TRUE(folder->exists("a"));
}

TEST(FakeDisk, LosesAFileOfTwoNamesInOneWay) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        FakeDisk disk;
        const auto folder = disk.view();
        write(*folder, "a", false);
        ASSERT_TRUE(folder->link("a", *folder, "b"));
        ASSERT_TRUE(folder->sync_names(""));
        Random random(seed);
        disk.crash(random);
        EXPECT_EQ(disk.get("a"), disk.get("b")) << seed;
    }
}

TEST(FakeDisk, AFailedRemovalMayHaveTakenAPart) {
    FakeDisk disk;
    for (const char* name : {"f/1", "f/2", "f/3", "f/4"})
        disk.put(name, "bytes");
    const auto folder = disk.view();
    disk.fail_after(0);
    EXPECT_FALSE(folder->remove_tree("f"));
    EXPECT_EQ(disk.names().size(), 2U);
}

TEST(FakeDisk, NeglectsASyncAsItIsTold) {
    const auto lost = [](FakeDisk::Duty duty, bool of_folders, bool more) {
        return 200 - times(
                         [=](FakeDisk& disk, Folder& folder) {
                             disk.neglect([=](std::string_view, bool is_folder) {
                                 return is_folder == of_folders ? duty : FakeDisk::Duty::done;
                             });
                             write(folder, "a");
                             ASSERT_TRUE(folder.sync_names(""));
                             if (more) (void)folder.remove("another");
                         },
                         [](FakeDisk& disk) { return whole(disk, "a"); });
    };
    for (const bool of_folders : {false, true}) {
        EXPECT_EQ(lost(FakeDisk::Duty::done, of_folders, false), 0);
        EXPECT_GT(lost(FakeDisk::Duty::never, of_folders, true), 20);
    }
    EXPECT_GT(lost(FakeDisk::Duty::late, true, false), 20);
    EXPECT_EQ(lost(FakeDisk::Duty::late, true, true), 0);
}

}  // namespace
}  // namespace elkhorn::io
