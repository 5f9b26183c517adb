// What is written in KQL, as a tree; and mistakes as Kibana tells them.

#include "search/kql/kql_syntax.h"

#include <gtest/gtest.h>

#include <string>

namespace elkhorn::search {
namespace {

std::string shown(const KqlLiteral& literal) {
    if (literal.quoted) return "'" + literal.text + "'";
    return literal.wildcard ? "/" + literal.pattern + "/" : literal.text;
}

std::string shown(const KqlSyntax& syntax) {
    std::string parts;
    for (const KqlPtr& part : syntax.parts)
        parts += (parts.empty() ? "" : " ") + shown(*part);
    const std::string field = syntax.field ? shown(*syntax.field) + "=" : "";
    switch (syntax.kind) {
        case KqlSyntax::Kind::all: return "all";
        case KqlSyntax::Kind::both: return "and(" + parts + ")";
        case KqlSyntax::Kind::either: return "or(" + parts + ")";
        case KqlSyntax::Kind::none: return "not(" + parts + ")";
        case KqlSyntax::Kind::nested: return field + "{" + parts + "}";
        case KqlSyntax::Kind::is: return field + shown(syntax.value);
        case KqlSyntax::Kind::range: return field + syntax.relation + " " + shown(syntax.value);
    }
    return "";
}

std::string read(std::string_view text) {
    const auto parsed = parse_kql(text);
    return parsed ? shown(**parsed) : parsed.error().message;
}

TEST(Kql, WordsSideBySideAreOneValue) {
    EXPECT_EQ(read("  connection refused  "), "connection refused");
    EXPECT_EQ(read("message: connection refused and host: a"),
              "and(message=connection refused host=a)");
}

TEST(Kql, AndBindsTighterThanOr) {
    EXPECT_EQ(read("a:1 or b:2 and c:3"), "or(a=1 and(b=2 c=3))");
    EXPECT_EQ(read("(a:1 or b:2) AND NOT c:3"), "and(or(a=1 b=2) not(c=3))");
}

TEST(Kql, OperatorsNeedBlanksAroundThem) {
    EXPECT_EQ(read("andorra or orange"), "or(andorra orange)");
    EXPECT_EQ(read(R"(cats \and dogs)"), "cats and dogs");
}

TEST(Kql, ValuesOfAFieldMayBeJoined) {
    EXPECT_EQ(read("host:(a or b and not c)"), "or(host=a and(host=b not(host=c)))");
}

TEST(Kql, QuotesAndBackslashesTakeCharactersAsTheyAre) {
    EXPECT_EQ(read(R"x(message:"a \"b\" (c)")x"), R"x(message='a "b" (c)')x");
    EXPECT_EQ(read(R"x(path:C\:\\logs\(1\))x"), R"x(path=C:\logs(1))x");
    EXPECT_EQ(read(R"(name:\u004bql)"), "name=Kql");
}

TEST(Kql, AnAsteriskIsAWildcardUnlessEscaped) {
    EXPECT_EQ(read("host:web-*"), "host=/web-*/");
    EXPECT_EQ(read(R"(host:web-\*)"), "host=web-*");
    EXPECT_EQ(read("ma*:what?*"), R"(/ma*/=/what\?*/)");
}

TEST(Kql, RangesAndNestedObjects) {
    EXPECT_EQ(read("took >= 5 and took<9"), "and(took=gte 5 took=lt 9)");
    EXPECT_EQ(read("user:{ name:a and age > 3 }"), "user={and(name=a age=gt 3)}");
}

TEST(Kql, NothingIsEverything) {
    EXPECT_EQ(read(""), "all");
    EXPECT_EQ(read("   "), "all");
}

TEST(Kql, MistakesSayWhatCouldHaveStoodThere) {
    EXPECT_EQ(read("response:"),
              "Expected \"(\", \"{\", value, whitespace but end of input found.\n"
              "response:\n"
              "---------^");
    EXPECT_EQ(read("response:200 or "),
              "Expected \"(\", NOT, field name, value but end of input found.\n"
              "response:200 or \n"
              "----------------^");
    EXPECT_EQ(read("response:(200 or )"),
              "Expected \"(\", NOT, value but \")\" found.\n"
              "response:(200 or )\n"
              "-----------------^");
    EXPECT_EQ(read("response:200 and not "),
              "Expected \"(\", field name, value but end of input found.\n"
              "response:200 and not \n"
              "---------------------^");
    EXPECT_EQ(read("foo:\"ba "),
              "Expected \"(\", \"{\", value, whitespace but \"\\\"\" found.\n"
              "foo:\"ba \n"
              "----^");
}

TEST(Kql, NestingIsBounded) {
    const std::string deep = std::string(200, '(') + "a" + std::string(200, ')');
    EXPECT_EQ(read(deep), "The query is nested too deeply: 100 levels at most.");
}

}  // namespace
}  // namespace elkhorn::search
