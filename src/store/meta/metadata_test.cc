// What is named is there after a crash, whole as it was before or as it is after a change.

#include "store/meta/metadata.h"

#include "base/random.h"
#include "io/fake_folder.h"

#include <gtest/gtest.h>

#include <string>

namespace elkhorn::store {
namespace {

constexpr auto script = MetadataKind::script;

std::string text_of(const Metadata& metadata, std::string_view name) {
    const auto all = metadata.all(script);
    if (all == nullptr) return "none";
    const auto found = all->find(name);
    return found == all->end() ? "none" : found->second;
}

TEST(Metadata, IsThereAfterARestart) {
    io::FakeDisk disk;
    const auto folder = disk.view();
    Metadata metadata(*folder);
    ASSERT_TRUE(metadata.load());
    EXPECT_EQ(text_of(metadata, "a"), "none");
    ASSERT_TRUE(metadata.put(script, "a", "1"));
    ASSERT_TRUE(metadata.put(script, "b", std::string("x\0y", 3)));
    ASSERT_TRUE(metadata.put(script, "a", "2"));
    EXPECT_TRUE(metadata.remove(script, "b").value());
    EXPECT_FALSE(metadata.remove(script, "b").value());
    Random random(3);
    disk.crash(random);
    const auto after = disk.view();
    Metadata again(*after);
    ASSERT_TRUE(again.load());
    EXPECT_EQ(text_of(again, "a"), "2");
    EXPECT_EQ(text_of(again, "b"), "none");
    EXPECT_TRUE(check_metadata_file(*after));
}

TEST(Metadata, AChangeThatFailsChangesNothing) {
    io::FakeDisk disk;
    const auto folder = disk.view();
    Metadata metadata(*folder);
    ASSERT_TRUE(metadata.load());
    ASSERT_TRUE(metadata.put(script, "a", "1"));
    EXPECT_EQ(metadata.put(script, "b", std::string(65 << 20, 'x')).error().code,
              ErrorCode::too_large);
    EXPECT_EQ(text_of(metadata, "b"), "none");
    EXPECT_EQ(text_of(metadata, "a"), "1");
}

TEST(Metadata, NothingIsChangedWhereNothingMayBe) {
    io::FakeDisk disk;
    const auto folder = disk.view();
    bool broken = false;
    Metadata metadata(*folder, [&]() -> Result<> {
        if (broken) return fail(ErrorCode::io, "a sync has failed");
        return {};
    });
    ASSERT_TRUE(metadata.put(script, "a", "1"));
    broken = true;
    EXPECT_FALSE(metadata.put(script, "a", "2"));
    EXPECT_FALSE(metadata.remove(script, "a"));
    EXPECT_EQ(text_of(metadata, "a"), "1");
}

TEST(Metadata, DamageIsTold) {
    io::FakeDisk disk;
    const auto folder = disk.view();
    Metadata metadata(*folder);
    ASSERT_TRUE(metadata.put(script, "a", "some text that is long enough"));
    const std::string sound = folder->read(metadata_file).value();
    for (std::size_t i = 0; i < sound.size(); ++i) {
        if (i == 10 || i == 11) continue;  // of the header, and nothing yet
        std::string damaged = sound;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x21);
        auto file = folder->create(metadata_file).value();
        ASSERT_TRUE(file->append(damaged));
        EXPECT_FALSE(check_metadata_file(*folder)) << "byte " << i;
    }
}

}  // namespace
}  // namespace elkhorn::store
