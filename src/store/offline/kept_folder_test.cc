// Folders that older programs left, in tests/data (made by tests/data/make.py): each opens,
// verifies and has the documents it had, for ever.

#include "base/log.h"
#include "event/value.h"
#include "io/folder.h"
#include "json/parse.h"
#include "json/writer.h"
#include "store/node/test_store.h"
#include "store/offline/inspect.h"
#include "store/offline/verify.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace elkhorn::store {
namespace {

namespace fs = std::filesystem;

fs::path kept_folders() {
    const char* root = std::getenv("ELKHORN_SOURCE_DIR");
    return fs::path(root != nullptr ? root : ".") / "tests" / "data";
}

/// A copy that may be written to.
class Copy {
public:
    explicit Copy(const fs::path& kept)
        : path_(fs::path(testing::TempDir()) / ("kept-" + kept.filename().string())) {
        fs::remove_all(path_);
        fs::copy(kept / "data", path_, fs::copy_options::recursive);
    }

    ~Copy() { fs::remove_all(path_); }

    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;

    std::string path() const { return path_.string(); }

private:
    fs::path path_;
};

/// As in expected.ndjson.
std::string line(const std::string& index, const std::string& id, std::string_view source) {
    event::Arena arena;
    json::Parser parser;
    const auto parsed = parser.parse(source, arena);
    EXPECT_TRUE(parsed) << source;
    json::Writer out;
    out.begin_object().member("_index", index).member("_id", id).key("_source");
    out.value(*parsed).end_object();
    return out.take();
}

std::multiset<std::string> documents_of(Store& store) {
    std::multiset<std::string> all;
    for (const std::string& index : store.index_names()) {
        for (const auto& [id, source] : documents_of(store, index))
            all.insert(line(index, id, source));
    }
    return all;
}

/// Written again by our own writer, for the sake of how numbers look.
std::multiset<std::string> expected_of(const fs::path& kept) {
    std::multiset<std::string> all;
    std::ifstream in(kept / "expected.ndjson");
    for (std::string text; std::getline(in, text);) {
        event::Arena arena;
        json::Parser parser;
        const auto parsed = parser.parse(text, arena);
        EXPECT_TRUE(parsed) << text;
        json::Writer out;
        out.value(*parsed);
        all.insert(out.take());
    }
    return all;
}

void check(const fs::path& kept) {
    const Copy copy(kept);
    auto folder = io::open_folder(copy.path(), true);
    ASSERT_TRUE(folder) << folder.error().message;
    const auto sound = verify(**folder, true);
    ASSERT_TRUE(sound) << sound.error().message;
    EXPECT_EQ(sound->damage, std::vector<std::string>());
    event::FieldNames names;
    Options options;
    options.flatten = json::flatten_one(names);
    options.field_names = &names;
    options.background = false;
    const auto store = Store::open(std::move(*folder), std::move(options));
    ASSERT_TRUE(store) << store.error().message;
    const auto expected = expected_of(kept);
    EXPECT_GT(expected.size(), 100U);
    EXPECT_EQ(documents_of(**store), expected);
    // Their ids find them, too, and they are still there once all is in segments of today.
    ASSERT_TRUE((*store)->flush());
    EXPECT_EQ(documents_of(**store), expected);
}

TEST(KeptFolder, OpensForEver) {
    log::configure(log::Level::off, log::Format::text);
    int folders = 0;
    for (const auto& entry : fs::directory_iterator(kept_folders())) {
        if (!entry.is_directory()) continue;
        SCOPED_TRACE(entry.path().filename().string());
        ++folders;
        check(entry.path());
    }
    EXPECT_GE(folders, 1);
}

TEST(KeptFolder, HasEveryEncoding) {
    std::set<std::string> seen;
    for (const auto& entry : fs::recursive_directory_iterator(kept_folders())) {
        if (entry.path().extension() != ".seg") continue;
        SegmentUse use;
        ASSERT_TRUE(inspect_segment(entry.path().string(), use));
        for (const auto& [key, unused] : use.fields)
            seen.insert(key.second);
    }
    const std::set<std::string> all = {"integers", "reals",     "decimals", "dictionary", "blocks",
                                       "hex",      "templates", "derived",  "shapes"};
    EXPECT_EQ(seen, all);
}

}  // namespace
}  // namespace elkhorn::store
