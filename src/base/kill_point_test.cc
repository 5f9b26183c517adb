#include "base/kill_point.h"

#include <gtest/gtest.h>

#include <csignal>

namespace elkhorn {
namespace {

KillPoint here{"test.here"};
KillPoint there{"test.there"};

TEST(KillPoint, OneThatIsNotChosenDoesNothing) {
    here.reached();
    EXPECT_EQ(kill_point_names(), (std::vector<std::string>{"test.here", "test.there"}));
}

TEST(KillPoint, TheChosenOneEndsTheProcessAtItsTime) {
    const auto end_at_third = [] {
        if (!arm_kill_point("test.there:3")) return;
        there.reached();
        here.reached();
        there.reached();
        there.reached();
    };
    EXPECT_EXIT(end_at_third(), testing::KilledBySignal(SIGKILL), "");
    there.reached();  // only the child was armed
}

TEST(KillPoint, AnUnknownNameIsRefusedWithTheNearest) {
    const auto armed = arm_kill_point("test.hree");
    ASSERT_FALSE(armed);
    EXPECT_NE(armed.error().message.find("did you mean [test."), std::string::npos)
        << armed.error().message;
}

TEST(KillPoint, TheTimeIsANumberFromOne) {
    EXPECT_FALSE(arm_kill_point("test.here:0"));
    EXPECT_FALSE(arm_kill_point("test.here:often"));
    EXPECT_FALSE(arm_kill_point("test.here:"));
}

}  // namespace
}  // namespace elkhorn
