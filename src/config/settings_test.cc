#include "config/settings.h"

#include <gtest/gtest.h>

#include <array>

namespace elkhorn::config {
namespace {

constexpr std::array<Setting, 6> known = {{{"http.port", SettingType::integer, "9200", ""},
                                           {"path.data", SettingType::text, "data", ""},
                                           {"queue.max_bytes", SettingType::bytes, "64mb", ""},
                                           {"flush.interval", SettingType::duration_ms, "5s", ""},
                                           {"hosts", SettingType::list, "a, b", ""},
                                           {"rules", SettingType::maps, "", ""}}};

Result<Settings> read(std::string yaml, const TextMap<std::string>& variables = {},
                      Flags flags = {}) {
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

TEST(Settings, ListsOfMappingsFromFileVariableAndFlag) {
    using Members = std::vector<std::pair<std::string, std::string>>;
    const Members wanted = {{"pattern", "logs-*"}, {"max_age", "30d"}};
    auto s = read("rules:\n  - pattern: logs-*\n    max_age: ${AGE:30d}\n  - {pattern: x}\n");
    ASSERT_TRUE(s) << s.error().message;
    ASSERT_EQ(s->maps("rules").size(), 2U);
    EXPECT_EQ(s->maps("rules")[0].members, wanted);
    EXPECT_EQ(s->maps("rules")[0].source, "elkhorn.yml: line 2");
    EXPECT_EQ(s->maps("rules")[1].source, "elkhorn.yml: line 4");
    const std::string line = R"([{pattern: "logs-*", max_age: 30d}])";
    s = read("rules: [{pattern: a}]", {{"ELKHORN_RULES", line}});
    ASSERT_TRUE(s) << s.error().message;
    ASSERT_EQ(s->maps("rules").size(), 1U);
    EXPECT_EQ(s->maps("rules")[0].members, wanted);
    EXPECT_EQ(s->maps("rules")[0].source, "ELKHORN_RULES");
    s = read("", {}, {{"rules", line}});
    ASSERT_TRUE(s) << s.error().message;
    EXPECT_EQ(s->maps("rules")[0].source, "--rules");
    EXPECT_TRUE(read("")->maps("rules").empty());
    EXPECT_TRUE(read("rules: []")->maps("rules").empty());
}

TEST(Settings, MappingsOutOfPlaceAreRefused) {
    EXPECT_EQ(read("rules: x").error().message,
              "elkhorn.yml: line 1: rules: \"x\" is no list of mappings");
    EXPECT_EQ(read("hosts: [{a: b}]").error().message,
              "elkhorn.yml: line 1: hosts: mappings where texts are wanted");
    EXPECT_EQ(read("rules: [{a: [b]}]").error().message,
              "elkhorn.yml: line 1: rules: texts by name are wanted");
    EXPECT_FALSE(read("rules: [{a: b}, c]"));
    EXPECT_FALSE(read("rules: [[c]]"));
    EXPECT_EQ(read("", {}, {{"rules", "logs 30d"}}).error().message,
              "--rules: logs 30d is no list of mappings such as [{name: text}]");
    EXPECT_FALSE(read("", {}, {{"rules", "[{a: b"}}));
}

}  // namespace
}  // namespace elkhorn::config
