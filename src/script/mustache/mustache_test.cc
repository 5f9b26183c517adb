#include "script/mustache/mustache.h"

#include "json/parse.h"

#include <gtest/gtest.h>

namespace elkhorn::script {
namespace {

std::string made(std::string_view text, std::string_view params = "{}") {
    const auto parsed = Mustache::parse(text);
    if (!parsed) return parsed.error().message;
    json::Parser parser;
    event::Arena arena;
    const auto rendered = parsed->render(parser.parse(params, arena).value(), 1000);
    return rendered ? *rendered : rendered.error().message;
}

TEST(Mustache, ShowsValues) {
    EXPECT_EQ(made("a {{x}} b", R"({"x":"y"})"), "a y b");
    EXPECT_EQ(made("{{ x }}{{&x}}{{{ x }}}", R"({"x":"\"q\""})"), R"(\"q\""q""q")");
    EXPECT_EQ(made("{{a}} {{b}} {{c}} {{d}}.", R"({"a":1,"b":1.5,"c":true,"d":null})"),
              "1 1.5 true .");
    EXPECT_EQ(made("{{missing}}|{{a.b.c}}|{{a.x}}", R"({"a":{"b":{"c":7}}})"), "|7|");
    EXPECT_EQ(made("{{l.1}} {{l.size}} {{l.9}}", R"({"l":["a","b"]})"), "b 2 ");
    EXPECT_EQ(made("{{! nothing }}x"), "x");
    EXPECT_EQ(made("{{=<% %>=}}<%x%> {{x}}", R"({"x":1})"), "1 {{x}}");
}

TEST(Mustache, HasSections) {
    EXPECT_EQ(made("{{#l}}<{{.}}>{{/l}}", R"({"l":[1,"b"]})"), "<1><b>");
    EXPECT_EQ(made("{{#l}}{{n}}{{x}},{{/l}}", R"({"x":9,"l":[{"n":1},{"n":2,"x":3}]})"), "19,23,");
    EXPECT_EQ(made("{{#o}}{{n}}{{/o}}{{^o}}none{{/o}}", R"({"o":{"n":5}})"), "5");
    for (const auto* nothing :
         {"{}", R"({"o":null})", R"({"o":false})", R"({"o":""})", R"({"o":[]})"})
        EXPECT_EQ(made("{{#o}}some{{/o}}{{^o}}none{{/o}}", nothing), "none") << nothing;
    EXPECT_EQ(made("{{#o}}some{{/o}}", R"({"o":0})"), "some");
}

TEST(Mustache, HasFunctions) {
    EXPECT_EQ(made("{{#toJson}}o{{/toJson}}", R"({"o":{"a":[1,"x"]}})"), R"({"a":[1,"x"]})");
    EXPECT_EQ(made("{{#join}}l{{/join}}", R"({"l":["a",2]})"), "a,2");
    EXPECT_EQ(made("{{#join delimiter=' || '}}l{{/join delimiter=' || '}}", R"({"l":["a","b"]})"),
              "a || b");
    EXPECT_EQ(made("{{#url}}{{a}}/b c{{/url}}", R"({"a":"x&y"})"), "x%26y%2Fb+c");
}

TEST(Mustache, RefusesWithThePlace) {
    EXPECT_EQ(made("a\n {{x"), "{{ is not closed by }} @[query-template:2:2]");
    EXPECT_EQ(made("{{#a}}x"), "Failed to close 'a' tag @[query-template:1:1]");
    EXPECT_EQ(made("{{#a}}{{/b}}"), "section a is closed by b @[query-template:1:7]");
    EXPECT_EQ(made("{{/a}}"), "there is no section a to close @[query-template:1:1]");
    EXPECT_EQ(made("{{> other}}"), "other templates cannot be put into one @[query-template:1:1]");
    std::string deep;
    for (int i = 0; i < 1000; ++i)
        deep += "{{#a}}";
    EXPECT_EQ(made(deep), "sections are nested too deep @[query-template:1:601]");
}

TEST(Mustache, IsBoundInWhatItMakes) {
    EXPECT_EQ(made("{{#l}}{{#l}}{{#l}}{{#l}}xxxxxxxxxx{{/l}}{{/l}}{{/l}}{{/l}}",
                   R"({"l":[1,2,3,4,5,6,7,8,9]})"),
              "a template may become 1000 bytes");
    std::string sections;
    std::string ends;
    for (int i = 0; i < 50; ++i) {
        sections += "{{#l}}";
        ends = "{{/l}}" + ends;
    }
    EXPECT_EQ(made(sections + ends, R"({"l":[1,2,3,4,5,6,7,8,9]})"),
              "the sections of a template are repeated too often");
}

}  // namespace
}  // namespace elkhorn::script
