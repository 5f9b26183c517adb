// Names that somebody else chose, on a real disk: whatever a snapshot, a repository or a file in
// one is called, nothing outside of the repository is read, written or removed.

#include "base/log.h"
#include "base/random.h"
#include "io/folder.h"
#include "store/node/test_store.h"
#include "store/snapshot/snapshots.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace elkhorn::store {
namespace {

namespace fs = std::filesystem;

/// ROOT/data is a store, ROOT/repo/r a repository with the snapshot "s", and ROOT/repo/outside.snap
/// the same snapshot where none may be found.
class Place {
public:
    Place() {
        log::configure(log::Level::off, log::Format::text);
        std::string pattern = testing::TempDir() + "elkhorn-names-XXXXXX";
        root_ = mkdtemp(pattern.data());
        fs::create_directories(root_ / "repo");
        Options options;
        options.flatten = json::flatten_one(names_);
        options.field_names = &names_;
        options.random_seed = 7;
        options.background = false;
        options.snapshot_folders = {(root_ / "repo").string()};
        options.open_folder = io::open_folder;
        store_ = std::move(
            *Store::open(std::move(*io::open_folder(root_ / "data", true)), std::move(options)));
        EXPECT_TRUE(snapshots().put_repository("r", {"fs", {{"location", "r"}}}, true));
        EXPECT_TRUE(snapshots().create("r", {"s", {}, true, ""}));
        fs::copy_file(root_ / "repo/r/snapshots/s.snap", root_ / "repo/outside.snap");
    }

    ~Place() {
        store_.reset();
        fs::remove_all(root_);
    }

    Snapshots& snapshots() { return store_->snapshots(); }

    /// All but what belongs to the store and to the repository, with its size.
    std::set<std::string> outside() const {
        std::set<std::string> files;
        for (const fs::path& parent : {root_, root_.parent_path()}) {
            for (const auto& entry : fs::directory_iterator(parent))
                if (parent == root_ || entry.path() == root_) files.insert(entry.path().string());
        }
        for (const auto& entry : fs::directory_iterator(root_ / "repo"))
            files.insert(entry.path().string());
        return files;
    }

    /// Every way in which a name from outside reaches the disk.
    void use(const std::string& name) {
        const auto made = snapshots().create("r", {name, {}, true, ""});
        const auto found = snapshots().find("r", name);
        EXPECT_EQ(made.has_value() || name == "s", found.has_value()) << name;
        if (!found) {
            EXPECT_EQ(found.error().code, ErrorCode::not_found) << name;
        }
        (void)snapshots().restore("r", name, {});
        if (name == "s") return;
        EXPECT_TRUE(snapshots().remove("r", std::vector<std::string>{name}));
    }

private:
    fs::path root_;
    event::FieldNames names_;
    std::unique_ptr<Store> store_;
};

TEST(SnapshotNames, ASnapshotBesideTheRepositoryIsNeitherFoundNorRemoved) {
    Place place;
    const auto before = place.outside();
    ASSERT_TRUE(place.snapshots().find("r", "s"));
    for (const char* name : {"../../outside", "./../../outside", "../snapshots/s", "./s", "/s"}) {
        const auto found = place.snapshots().find("r", name);
        ASSERT_FALSE(found) << name;
        EXPECT_EQ(found.error().code, ErrorCode::not_found);
        EXPECT_FALSE(place.snapshots().restore("r", name, {}));
        EXPECT_TRUE(place.snapshots().remove("r", std::vector<std::string>{name}));
    }
    EXPECT_EQ(place.outside(), before);
    EXPECT_TRUE(place.snapshots().find("r", "s"));
}

TEST(SnapshotNames, NoNameAtAllTouchesAnythingOutsideOfTheRepository) {
    Place place;
    const auto before = place.outside();
    const std::vector<std::string> parts = {
        "..",  "/", ".",  std::string(1, '\0'),  "outside", "a",    "\\", "~",        "\xc3\xa9",
        "%2e", "s", "\n", std::string(200, 'x'), ".snap",   "\xff", " ",  "snapshots"};
    Random random(23);
    for (int i = 0; i < 1500; ++i) {
        std::string name;
        for (std::uint64_t count = 1 + random.below(6); count > 0; --count)
            name += parts[random.below(parts.size())];
        place.use(name);
    }
    EXPECT_EQ(place.outside(), before);
    EXPECT_TRUE(place.snapshots().find("r", "s"));
}

TEST(SnapshotNames, ARepositoryIsNeverPutOutsideOfItsFolders) {
    Place place;
    const auto before = place.outside();
    const std::string nul(1, '\0');
    for (const std::string& location :
         {std::string(".."), std::string("../x"), std::string("r/../../x"), ".." + nul + "b",
          "r/.." + nul, "../x" + nul, std::string("/tmp"), std::string()}) {
        for (const bool verify : {true, false}) {
            const auto put =
                place.snapshots().put_repository("q", {"fs", {{"location", location}}}, verify);
            ASSERT_FALSE(put) << location;
            EXPECT_EQ(put.error().code, ErrorCode::invalid);
        }
    }
    EXPECT_EQ(place.outside(), before);
}

TEST(SnapshotNames, ASnapshotThatNamesFilesOutsideOfItsRepositoryIsDamaged) {
    Snapshot snapshot;
    snapshot.name = "s";
    snapshot.indices.emplace_back();
    snapshot.indices[0].manifest.name = "i";
    snapshot.indices[0].manifest.uuid = "abc";
    snapshot.indices[0].deletes_file = "0123.del";
    EXPECT_TRUE(parse_snapshot("f", snapshot_bytes(snapshot)));
    for (const char* uuid : {"..", "../x", "", "a/b", "."}) {
        Snapshot other = snapshot;
        other.indices[0].manifest.uuid = uuid;
        const auto read = parse_snapshot("f", snapshot_bytes(other));
        ASSERT_FALSE(read) << uuid;
        EXPECT_EQ(read.error().code, ErrorCode::corruption);
    }
    snapshot.indices[0].deletes_file = "../../data/node.uuid";
    EXPECT_FALSE(parse_snapshot("f", snapshot_bytes(snapshot)));
}

TEST(SnapshotNames, TheRulesAreElasticsearchsAndThoseOfFiles) {
    for (const char* name : {"a", "-a", "+a", "a:b", "\xc3\xa9", "a\nb", "...", "1"})
        EXPECT_TRUE(check_snapshot_name(name)) << name;
    const std::pair<std::string, std::string> bad[] = {
        {"", "cannot be empty"},
        {"a b", "must not contain whitespace"},
        {"a,b", "must not contain ','"},
        {"a#b", "must not contain '#'"},
        {"_a", "must not start with '_'"},
        {"A", "must be lowercase"},
        {"\xc3\x89", "must be lowercase"},
        {"a/b", "must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?]"},
        {"..", "must not be '.' or '..'"},
        {std::string("a\0b", 3), "must not contain a NUL character"},
        {std::string(241, 'a'), "it is too long, (241 > 240)"},
    };
    for (const auto& [name, why] : bad) {
        const auto sound = check_snapshot_name(name);
        ASSERT_FALSE(sound) << name;
        EXPECT_EQ(sound.error().message, fmt::format("Invalid snapshot name [{}], {}", name, why));
    }
    for (const char* name : {"Abc", "_abc", "a:b", "a\tb"})
        EXPECT_TRUE(check_repository_name(name)) << name;
    for (const char* name : {"", "..", "a#b", "a b", "a*", "a/b"})
        EXPECT_FALSE(check_repository_name(name)) << name;
}

}  // namespace
}  // namespace elkhorn::store
