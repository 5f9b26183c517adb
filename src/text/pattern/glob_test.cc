#include "text/pattern/glob.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace elkhorn::text {
namespace {

TEST(Glob, WildcardsStayWithinAName) {
    EXPECT_TRUE(glob_match("/var/log/*.log", "/var/log/a.log"));
    EXPECT_FALSE(glob_match("/var/log/*.log", "/var/log/x/a.log"));
    EXPECT_FALSE(glob_match("/var/log/*.log", "/var/log/.a.log"));
    EXPECT_TRUE(glob_match("/var/log/?[a-c].{log,txt}", "/var/log/xb.txt"));
    EXPECT_FALSE(glob_match("/var/log/[!a]*", "/var/log/abc"));
    EXPECT_TRUE(glob_match("*a*b*c*", "xxaxxbxxc"));
    EXPECT_FALSE(glob_match("*a*b*c*", "xxaxxcxxb"));
}

TEST(Glob, TwoStarsAreAnyNumberOfFolders) {
    EXPECT_TRUE(glob_match("/var/**/*.log", "/var/a.log"));
    EXPECT_TRUE(glob_match("/var/**/*.log", "/var/x/y/a.log"));
    EXPECT_FALSE(glob_match("/var/**/*.log", "/etc/x/y/a.log"));
}

TEST(Glob, FindsFilesInOrder) {
    const auto folder = std::filesystem::temp_directory_path() / "elkhorn_glob_test";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "x" / "y");
    for (const auto* name : {"b.log", "a.log", "x/y/c.log", "x/d.txt"})
        std::ofstream(folder / name) << "1";
    const std::string top = folder.string();
    EXPECT_EQ(glob_files(top + "/*.log"),
              (std::vector<std::string>{top + "/a.log", top + "/b.log"}));
    EXPECT_EQ(glob_files(top + "/**/*.log"),
              (std::vector<std::string>{top + "/a.log", top + "/b.log", top + "/x/y/c.log"}));
    EXPECT_EQ(glob_files(top + "/x/*"), (std::vector<std::string>{top + "/x/d.txt"}));
    EXPECT_TRUE(glob_files(top + "/none/*").empty());
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace elkhorn::text
