#include "config/settings.h"

#include <gtest/gtest.h>

#include <array>

namespace elkhorn::config {
namespace {

constexpr std::array<Setting, 5> known = {{{"http.port", SettingType::integer, "9200", ""},
                                           {"path.data", SettingType::text, "data", ""},
                                           {"queue.max_bytes", SettingType::bytes, "64mb", ""},
                                           {"flush.interval", SettingType::duration_ms, "5s", ""},
                                           {"hosts", SettingType::list, "a, b", ""}}};

Result<Settings> read(std::string yaml, TextMap<std::string> variables = {}, Flags flags = {}) {
    Settings::Sources sources;
    sources.yaml = std::move(yaml);
    sources.flags = std::move(flags);
    sources.environment = [variables](std::string_view name) -> std::optional<std::string> {
        const auto it = variables.find(name);
        if (it == variables.end()) return std::nullopt;
        return it->second;
    };
    return Settings::read(known, sources);
}

TEST(Settings, FileThenEnvironmentThenFlags) {
    auto s = read("http:\n  port: 1\npath.data: ${ROOT}/x\n", {{"ROOT", "/srv"}});
    ASSERT_TRUE(s) << s.error().message;
    EXPECT_EQ(s->integer("http.port"), 1);
    EXPECT_EQ(s->text("path.data"), "/srv/x");
    EXPECT_EQ(s->integer("queue.max_bytes"), 64 << 20);
    EXPECT_EQ(s->integer("flush.interval"), 5000);
    EXPECT_EQ(s->list("hosts"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(s->source("http.port"), "elkhorn.yml: line 2");
    EXPECT_FALSE(s->given("hosts"));
    EXPECT_EQ(read("http.port: 1", {{"ELKHORN_HTTP_PORT", "2"}})->integer("http.port"), 2);
    EXPECT_EQ(read("", {{"ELKHORN_HTTP_PORT", "2"}}, {{"http.port", "3"}})->integer("http.port"),
              3);
    EXPECT_EQ(read("hosts: [x, y]")->list("hosts"), (std::vector<std::string>{"x", "y"}));
}

TEST(Settings, MistakesNameFileLineAndTheNearestKey) {
    EXPECT_EQ(read("path.data: x\nhttp.prot: 1\nqueue:\n  max_bytes: much\n").error().message,
              "elkhorn.yml: line 2: there is no setting http.prot (did you mean http.port?)\n"
              "elkhorn.yml: line 4: queue.max_bytes: \"much\" is no size such as 64mb");
    EXPECT_EQ(read("a: [").error().message.substr(0, 20), "elkhorn.yml: line 1:");
    EXPECT_FALSE(read("just text"));
    EXPECT_EQ(read("", {}, {{"htp.port", "1"}}).error().message,
              "--htp.port: there is no setting htp.port (did you mean http.port?)");
}

}  // namespace
}  // namespace elkhorn::config
