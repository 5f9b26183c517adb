// A sound folder verifies; every byte changed in its segment, deletes file, manifest or log is
// named with its file, or changes nothing that is read.

#include "store/offline/verify.h"

#include "base/log.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "store/node/store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace elkhorn::store {
namespace {

/// A disk with two segments, deleted rows, and documents that only the log has.
class Scene {
public:
    Scene() : flattener_(std::make_shared<json::Flattener>(names_)) {
        log::configure(log::Level::off, log::Format::text);
        auto opened = Store::open(disk_.view(), options());
        EXPECT_TRUE(opened) << opened.error().message;
        for (int i = 0; i < 120; ++i) {
            put(**opened, fmt::format("id{}", i % 70), i);
            if (i % 50 == 49) {
                EXPECT_TRUE((*opened)->flush());
            }
        }
    }

    io::FakeDisk& disk() { return disk_; }

private:
    Options options() {
        Options options;
        options.flatten = json::flatten_one(names_);
        options.field_names = &names_;
        options.random_seed = 7;
        options.background = false;
        return options;
    }

    void put(Store& store, const std::string& id, int number) {
        const std::string source =
            fmt::format("{{\"n\":{},\"t\":\"line {} of all\"}}", number, number);
        event::Document document;
        flattener_->reset();
        ASSERT_TRUE(flattener_->flatten(source, source.size(), document));
        const Write write{"i", Action::index, id, source, &document, {}};
        ASSERT_TRUE(store.write(std::span(&write, 1)));
    }

    io::FakeDisk disk_;
    event::FieldNames names_;
    std::shared_ptr<json::Flattener> flattener_;
};

std::size_t sealed_gap(std::string_view name) {
    return name.ends_with(".seg") ? 6 + 2 * 7 : 2;  // zeros of the header, padding of row groups
}

TEST(Verify, ASoundFolderIsSound) {
    Scene scene;
    const auto found = verify(*scene.disk().view(), true);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->damage, std::vector<std::string>());
    EXPECT_EQ(found->indices, 1U);
    EXPECT_EQ(found->documents, 100U);
    EXPECT_GE(found->log_entries, 20U);
}

TEST(Verify, EveryByteThatSaysSomethingIsLookedAt) {
    Scene scene;
    for (const std::string& name : scene.disk().names()) {
        const bool sealed =
            name.ends_with(".seg") || name.ends_with(".del") || name.ends_with("manifest");
        if (!sealed) continue;
        std::size_t unseen = 0;
        for (std::size_t at = 0; at < scene.disk().get(name).size(); ++at) {
            scene.disk().flip(name, at, 0x10);
            const auto found = verify(*scene.disk().view(), true);
            scene.disk().flip(name, at, 0x10);
            ASSERT_TRUE(found) << found.error().message;
            if (found->damage.empty()) ++unseen;
            for (const std::string& sentence : found->damage)
                EXPECT_NE(sentence.find("indices/"), std::string::npos) << sentence;
        }
        EXPECT_LE(unseen, sealed_gap(name)) << name;
    }
}

TEST(Verify, DamageInTheLogIsNamedUnlessItLooksLikeAWriteCutOff) {
    Scene scene;
    int checked = 0;
    for (const std::string& name : scene.disk().names()) {
        if (!name.ends_with(".wal") || scene.disk().get(name).size() < 100) continue;
        scene.disk().flip(name, 60, 0x10);  // in its first entries; others follow
        const auto found = verify(*scene.disk().view(), false);
        ASSERT_TRUE(found);
        ASSERT_EQ(found->damage.size(), 1U);
        EXPECT_NE(found->damage[0].find(name), std::string::npos) << found->damage[0];
        scene.disk().flip(name, 60, 0x10);
        ++checked;
    }
    EXPECT_GT(checked, 0);
}

TEST(Verify, AMissingSegmentIsNamed) {
    Scene scene;
    const auto folder = scene.disk().view();
    for (const std::string& name : scene.disk().names()) {
        if (!name.ends_with(".seg")) continue;
        ASSERT_TRUE(folder->remove(name));
        const auto found = verify(*folder, false);
        ASSERT_TRUE(found);
        ASSERT_FALSE(found->damage.empty());
        EXPECT_NE(found->damage[0].find(name), std::string::npos) << found->damage[0];
        return;
    }
    FAIL() << "there is no segment";
}

}  // namespace
}  // namespace elkhorn::store
