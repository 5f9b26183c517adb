// Behaviour of the json room: what is accepted, what is refused, and that both ways in agree.

#include "base/bytes.h"
#include "event/flatten.h"
#include "event/format.h"
#include "json/flatten.h"
#include "json/parse.h"
#include "json/writer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace elkhorn {
namespace {

std::string round_trip(std::string_view json) {
    event::Arena arena;
    json::Parser parser;
    auto value = parser.parse(json, arena);
    if (!value) return "error: " + value.error().message;
    std::string out;
    event::append_json(out, *value);
    return out;
}

std::string leaves_of(const event::FieldNames& names, const event::Document& document) {
    std::string out;
    for (const event::Leaf& leaf : document.leaves()) {
        out += std::string(names.name(leaf.field)) + "=";
        if (leaf.kind == event::Kind::string)
            out += leaf.as_text();
        else if (leaf.kind == event::Kind::real)
            out += std::to_string(leaf.real);
        else
            out += std::to_string(leaf.integer);
        out += ";";
    }
    return out;
}

std::string flat(std::string_view json) {
    event::FieldNames names;
    json::Flattener flattener(names);
    event::Document document;
    const auto result = flattener.flatten(json, json.size(), document);
    if (!result) return "error: " + result.error().message;
    return leaves_of(names, document);
}

TEST(JsonParse, KeepsTheTreeAndItsOrder) {
    EXPECT_EQ(round_trip(R"({"b":[1,-2,{"x":null}],"a":"\u00e4\n","c":true,"d":1.5})"),
              "{\"b\":[1,-2,{\"x\":null}],\"a\":\"\u00e4\\n\",\"c\":true,\"d\":1.5}");
    EXPECT_EQ(round_trip("3"), "3");
    EXPECT_EQ(round_trip(R"("x")"), R"("x")");
    EXPECT_EQ(round_trip("18446744073709551615"), "1.8446744073709552E19");
    EXPECT_EQ(round_trip("123456789012345678901234567890"), "1.2345678901234568E29");
}

TEST(JsonParse, TheLastValueOfANameCountsAtThePlaceOfTheFirst) {
    EXPECT_EQ(round_trip(R"({"a":1,"b":{"a":2,"a":3},"a":4,"c":5})"),
              R"({"a":4,"b":{"a":3},"c":5})");
    std::string given = "{";
    std::string expected = "{";
    for (int i = 0; i < 500; ++i) {
        given += fmt::format("\"name {}\":0,", i);
        expected += fmt::format("\"name {}\":{},", i, i + 1);
    }
    for (int i = 0; i < 500; ++i)
        given += fmt::format("\"name {}\":{},", i, i + 1);
    given.back() = expected.back() = '}';
    EXPECT_EQ(round_trip(given), expected);
}

TEST(JsonParse, AnEscapeIsSeenWhereverItStands) {
    for (std::size_t size = 1; size <= 40; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, 'x');
            text.replace(at, 1, "\\\"");
            const std::string json = fmt::format(R"({{"{}":"{}"}})", text, text);
            EXPECT_EQ(round_trip(json), json);
        }
    }
}

TEST(JsonParse, TextsOfKeptJsonAreViewsOfIt) {
    const std::string kept =
        R"({"plain":"a text","odd":"a\"text"})" + std::string(json::padding_bytes, 'x');
    const std::size_t size = kept.size() - json::padding_bytes;
    event::Arena arena;
    json::Parser parser;
    for (const std::size_t readable : {kept.size(), size}) {
        const auto value = parser.parse_kept({kept.data(), size}, readable, arena);
        ASSERT_TRUE(value) << value.error().message;
        const auto members = value->as_object().members();
        EXPECT_EQ(lies_within(members[0].value.as_string(), kept), readable == kept.size());
        EXPECT_EQ(members[0].value.as_string(), "a text");
        EXPECT_EQ(members[1].value.as_string(), "a\"text");
    }
}

TEST(JsonParse, RefusesWhatIsNoJson) {
    for (const char* bad : {"", "{", "{\"a\":}", "[1,]", "{\"a\":1}x", "nul", "\"\x01\"",
                            "\"\xff\"", "{\"a\":1 \"b\":2}", "01"}) {
        EXPECT_TRUE(round_trip(bad).starts_with("error: ")) << bad;
    }
}

TEST(JsonParse, RefusesNestingBeyondTheBound) {
    const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
    EXPECT_TRUE(round_trip(deep).starts_with("error: ")) << round_trip(deep).substr(0, 80);
    const std::string fine = std::string(200, '[') + std::string(200, ']');
    EXPECT_EQ(round_trip(fine), fine);
}

TEST(JsonFlatten, GivesLeavesInOrderWithDottedPaths) {
    EXPECT_EQ(
        flat(R"({"a":{"b":[1,"x",{"c":2.5}]},"d":null,"e":true,"f":"q\"uote","g":[],"h":{}})"),
        "a.b=1;a.b=x;a.b.c=2.500000;d=0;e=1;f=q\"uote;");
}

TEST(JsonFlatten, RefusesWhatParseRefuses) {
    for (const char* bad : {"", "[1]", "3", "{", "{\"a\":}", "{\"a\":1}x", "{\"a\":\"\xff\"}",
                            "{\"a\":nul}", "{\"a\":tru}", "{\"a\" 1}", "{\"a\":1,}"}) {
        EXPECT_TRUE(flat(bad).starts_with("error: ")) << bad << " -> " << flat(bad);
    }
}

TEST(JsonFlatten, ExpectsTheNextFieldYetTakesAnyOrder) {
    event::FieldNames names;
    json::Flattener flattener(names);
    event::Document document;
    for (const char* json : {R"({"a":1,"b":2})", R"({"b":1,"a":2})", R"({"a":{"a":1},"a.a":2})"}) {
        ASSERT_TRUE(flattener.flatten(json, std::string_view(json).size(), document));
    }
    ASSERT_EQ(document.leaves().size(), 2U);
    EXPECT_EQ(document.leaves()[0].field, document.leaves()[1].field) << "a.a is one path";
}

TEST(EventFlatten, GivesTheLeavesOfTheJsonItWrites) {
    event::FieldNames names;
    event::Flattener flattener(names);
    event::Document document;
    json::Parser parser;
    std::string buffer;  // grows while the first document is written
    for (const std::string_view given :
         {R"({"a":{"b":[1,"x",{"c":2.5}]},"d":null,"e":true,"f":"q\"uote","g":[],"h":{}})",
          R"({"k\"ey":"\u00e4\n","long":"a text of more than sixteen bytes","a":{"b":["x","y"]}})",
          R"({})"}) {
        event::Arena arena;
        event::Event event(arena);
        ASSERT_TRUE(parser.parse_into(given, event));
        const std::string_view json = flattener.flatten(event, buffer, document);
        EXPECT_EQ(json, round_trip(given));
        EXPECT_EQ(leaves_of(names, document), flat(json));
        for (const event::Leaf& leaf : document.leaves()) {
            if (leaf.kind != event::Kind::string ||
                leaf.as_text().find_first_of("\"\n") != std::string::npos)
                continue;
            EXPECT_TRUE(lies_within(leaf.as_text(), json))
                << leaf.as_text() << ": the store keeps it once where it is the JSON's";
        }
    }
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
    json::Writer out;
    out.begin_object().member("a", 1).member("b", "x").key("c").begin_array();
    out.value(1.0).value(true).null().end_array().end_object();
    EXPECT_EQ(out.take(), R"({"a":1,"b":"x","c":[1.0,true,null]})");
}

}  // namespace
}  // namespace elkhorn
