// A mapped file whose end somebody cut away is what a disk is that cannot read a page: touching it
// raises SIGBUS.

#include "io/unreadable_pages.h"

#include "io/folder.h"
#include "io/workers.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>

namespace elkhorn::io {
namespace {

class UnreadablePages : public testing::Test {
protected:
    void SetUp() override {
        std::string path = "/tmp/elkhorn-unreadable-XXXXXX";
        ASSERT_NE(::mkdtemp(path.data()), nullptr);
        path_ = path;
        folder_ = *open_folder(path_, false);
        const auto file = *folder_->create("file");
        ASSERT_TRUE(file->append(std::string(3 * page, 'x')));
    }

    void TearDown() override { std::filesystem::remove_all(path_); }

    static constexpr std::size_t page = 4096;
    std::string path_;
    std::unique_ptr<Folder> folder_;
};

TEST_F(UnreadablePages, AreZerosThatTheMappingKnowsOf) {
    const auto mapped = *folder_->map("file");
    const auto other = *folder_->map("file");
    const std::string_view bytes = mapped->bytes();
    std::filesystem::resize_file(path_ + "/file", page);
    EXPECT_EQ(bytes[page - 1], 'x');
    EXPECT_FALSE(mapped->unreadable(bytes));
    EXPECT_EQ(std::ranges::count(bytes.substr(2 * page), '\0'), page);
    EXPECT_TRUE(mapped->unreadable(bytes));
    EXPECT_TRUE(mapped->unreadable(bytes.substr(2 * page + 7, 1)));
    EXPECT_TRUE(mapped->unreadable(bytes.substr(page, page + 1)));
    EXPECT_FALSE(mapped->unreadable(bytes.substr(0, 2 * page)));
    EXPECT_FALSE(mapped->unreadable(bytes.substr(2 * page, 0)));
    EXPECT_FALSE(other->unreadable(other->bytes())) << "nobody has read it there";
    EXPECT_EQ(std::ranges::count(other->bytes(), '\0'), 2 * page);
    EXPECT_TRUE(other->unreadable(other->bytes().substr(page, 1)));
}

TEST_F(UnreadablePages, AMappingThatFollowsBeginsAnew) {
    {
        const auto mapped = *folder_->map("file");
        std::filesystem::resize_file(path_ + "/file", page);
        EXPECT_EQ(mapped->bytes()[page], '\0');
        EXPECT_TRUE(mapped->unreadable(mapped->bytes()));
    }
    const auto again = *folder_->map("file");
    EXPECT_EQ(again->bytes(), std::string(page, 'x'));
    EXPECT_FALSE(again->unreadable(again->bytes()));
}

TEST_F(UnreadablePages, AreMetByAnyThread) {
    const auto mapped = *folder_->map("file");
    std::filesystem::resize_file(path_ + "/file", page);
    char read = 'x';
    Thread thread("reads", [&] { read = mapped->bytes()[page]; });
    thread.join();
    EXPECT_EQ(read, '\0');
    EXPECT_TRUE(mapped->unreadable(mapped->bytes()));
}

TEST_F(UnreadablePages, OtherSignalsOfTheKindEndTheProcess) {
    const auto mapped = *folder_->map("file");
#ifdef __SANITIZE_ADDRESS__  // its handler reports the signal and ends the process by itself
    EXPECT_DEATH(raise(SIGBUS), "AddressSanitizer: BUS");
#else
    EXPECT_EXIT(raise(SIGBUS), testing::KilledBySignal(SIGBUS), "");
#endif
}

}  // namespace
}  // namespace elkhorn::io
