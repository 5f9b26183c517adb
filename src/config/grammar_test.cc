#include "config/grammar.h"

#include "config/fields.h"

#include <gtest/gtest.h>

namespace elkhorn::config {
namespace {

GrammarOptions options() {
    GrammarOptions o;
    o.file = "a.conf";
    o.environment = [](std::string_view name) -> std::optional<std::string> {
        if (name == "HOST") return "127.0.0.1:9200";
        return std::nullopt;
    };
    return o;
}

Pipeline parse(std::string_view text) {
    auto pipeline = parse_pipeline(text, options());
    EXPECT_TRUE(pipeline) << pipeline.error().message;
    return pipeline ? std::move(*pipeline) : Pipeline{};
}

std::string mistake(std::string_view text) {
    const auto pipeline = parse_pipeline(text, options());
    return pipeline ? "none" : pipeline.error().message;
}

const Plugin& first(const std::vector<Statement>& statements) {
    return std::get<Plugin>(statements.at(0).what);
}

std::string show(const Operand& o) {
    switch (o.kind) {
        case Operand::Kind::string: return "\"" + o.text + "\"";
        case Operand::Kind::regex: return "/" + o.text + "/";
        case Operand::Kind::list: {
            std::string out = "(list";
            for (const Operand& item : o.items)
                out += " " + show(item);
            return out + ")";
        }
        default: return o.text;
    }
}

std::string show(const Condition& c) {
    constexpr const char* names[] = {"?",      "==", "!=", "<",   "<=", ">",   ">=",   "in",
                                     "not in", "=~", "!~", "and", "or", "xor", "nand", "!"};
    std::string out = std::string("(") + names[static_cast<int>(c.kind)];
    if (c.children.empty()) {
        out += " " + show(c.left);
        if (c.kind != Condition::Kind::truthy) out += " " + show(c.right);
    }
    for (const Condition& child : c.children)
        out += " " + show(child);
    return out + ")";
}

std::string condition(std::string_view text) {
    auto pipeline =
        parse_pipeline("filter { if " + std::string(text) + " { drop {} } }", options());
    if (!pipeline) return pipeline.error().message;
    return show(*std::get<Choice>(pipeline->filters.at(0).what).arms[0].condition);
}

TEST(Grammar, ReadsSectionsPluginsAndEveryKindOfValue) {
    const Pipeline p = parse(R"(# comment
input { stdin { } tcp { port => 9601 codec => json { charset => "UTF-8" } type => syslog } }
filter {
  grok { match => { "message" => "%{WORD:a} \d+" 'other' => ["x", 'y'] 7 => -1.5 } "quoted" => [] }
}
output { stdout { codec => rubydebug } }
input { generator {} })");
    ASSERT_EQ(p.inputs.size(), 3U);
    const Plugin& tcp = std::get<Plugin>(p.inputs[1].what);
    EXPECT_EQ(tcp.name, "tcp");
    EXPECT_EQ(tcp.place.line, 2U);
    EXPECT_EQ(tcp.place.column, 19U);
    EXPECT_EQ(tcp.find("port")->value.text, "9601");
    EXPECT_EQ(tcp.find("codec")->value.plugin->find("charset")->value.text, "UTF-8");
    EXPECT_EQ(tcp.find("type")->value.kind, Value::Kind::bareword);
    const Value& match = first(p.filters).find("match")->value;
    ASSERT_EQ(match.entries.size(), 3U);
    EXPECT_EQ(match.entries[0].value.text, R"(%{WORD:a} \d+)");
    EXPECT_EQ(match.entries[1].value.items[1].text, "y");
    EXPECT_EQ(match.entries[2].value.text, "-1.5");
    EXPECT_EQ(first(p.outputs).find("codec")->value.text, "rubydebug");
}

TEST(Grammar, MergesRepeatedOptions) {
    const Pipeline p = parse(R"(filter { grok {
        match => { "message" => "a" } match => { "message" => "b" "x" => "c" }
        add_tag => "one" add_tag => ["two", "three"]
        tag_on_failure => same tag_on_failure => same } })");
    const Plugin& grok = first(p.filters);
    const Value& match = grok.find("match")->value;
    ASSERT_EQ(match.entries.size(), 2U);
    EXPECT_EQ(match.entries[0].value.items.size(), 2U);
    EXPECT_EQ(grok.find("add_tag")->value.items.size(), 3U);
    EXPECT_EQ(grok.find("tag_on_failure")->value.text, "same");
}

TEST(Grammar, FillsTheEnvironment) {
    const Pipeline p =
        parse(R"(output { a { hosts => ["${HOST}"] region => "${REGION:eu-1}" x => "${" } })");
    EXPECT_EQ(first(p.outputs).find("hosts")->value.items[0].text, "127.0.0.1:9200");
    EXPECT_EQ(first(p.outputs).find("region")->value.text, "eu-1");
    EXPECT_EQ(first(p.outputs).find("x")->value.text, "${");
    const Pipeline missing = parse("output {\n a { hosts => \"${NONE}\" region => \"${NONE}\" } }");
    Fields fields(first(missing.outputs));
    std::string hosts;
    fields.optional("hosts", hosts);
    fields.accept({"region"});  // what changes nothing need not be there
    EXPECT_EQ(fields.finish().error().message,
              "a.conf: line 2, column 15: a: the environment has no NONE: set it, or write "
              "${NONE:default}");
}

TEST(Grammar, ReadsConditionsWithTheirPrecedence) {
    EXPECT_EQ(condition("[a] == \"x\" or [b] > 3 and ![c]"),
              "(or (== [a] \"x\") (and (> [b] 3) (! (? [c]))))");
    EXPECT_EQ(condition("([a] or [b]) and [c][d]"), "(and (or (? [a]) (? [b])) (? [c][d]))");
    EXPECT_EQ(condition("[a] xor [b]"), "(xor (? [a]) (? [b]))");
    EXPECT_EQ(condition("[a] nand [b]"), "(nand (? [a]) (? [b]))");
    EXPECT_EQ(condition("\"_x\" in [tags] and [a] not  in [\"p\", 'q']"),
              "(and (in \"_x\" [tags]) (not in [a] (list \"p\" \"q\")))");
    EXPECT_EQ(condition("[a] in [\"only\"]"), "(in [a] (list \"only\"))");
    EXPECT_EQ(condition("[m] =~ /^a\\/b\\.c$/ and [m] !~ \"x\""),
              "(and (=~ [m] /^a/b\\.c$/) (!~ [m] \"x\"))");
    EXPECT_EQ(condition("!([a])"), "(! (? [a]))");
    EXPECT_EQ(condition("[a]!=\"b\""), "(!= [a] \"b\")");
}

TEST(Grammar, ReadsChainsAndNesting) {
    const Pipeline p = parse(R"(filter {
        if[a] { drop {} } else if [b] { if [c] { mutate {} } } else { grok {} json {} } })");
    const auto& choice = std::get<Choice>(p.filters[0].what);
    ASSERT_EQ(choice.arms.size(), 3U);
    EXPECT_TRUE(choice.arms[1].condition);
    EXPECT_FALSE(choice.arms[2].condition);
    EXPECT_EQ(choice.arms[2].body.size(), 2U);
}

TEST(Grammar, MistakesNameTheirPlaceAndTheWayOut) {
    EXPECT_EQ(
        mistake("ilter { }"),
        "a.conf: line 1, column 1: \"ilter\" is no section (did you mean \"filter\"?): a file has "
        "input, filter and output");
    EXPECT_EQ(mistake("filter {\n  grok { match => { \"a\" => \"b\", } }\n}"),
              "a.conf: line 2, column 31: the entries of { } are separated by blanks, not commas");
    EXPECT_EQ(mistake("filter { grok { match \"x\" } }"),
              "a.conf: line 1, column 23: expected => after match, found \"\"\"");
    EXPECT_EQ(mistake("filter { grok {"),
              "a.conf: line 1, column 15: the { of grok is not closed by a }");
    EXPECT_EQ(mistake("filter { if [a] { } elsif [b] { } }"),
              "a.conf: line 1, column 21: write \"else if\", after the } of an if");
    EXPECT_EQ(mistake("filter { if [a] = \"b\" { } }"),
              "a.conf: line 1, column 17: compare with ==");
    EXPECT_EQ(mistake("filter { if type == \"b\" { } }"),
              "a.conf: line 1, column 13: \"type\" is no operand: write [type] for the field or "
              "\"type\" for the text");
    EXPECT_EQ(mistake("filter { a { b => [1 2] } }"),
              "a.conf: line 1, column 22: expected a comma or ] in the list, found \"2\"");
    EXPECT_EQ(mistake("filter { a { b => { \"k\" => 1 \"k\" => 2 } } }"),
              "a.conf: line 1, column 30: the key \"k\" stands twice in this { }");
    EXPECT_EQ(mistake("filter { a { b => \"x } }"),
              "a.conf: line 1, column 19: this string is not closed");
}

TEST(Grammar, DepthIsBounded) {
    std::string deep = "filter { a { b => ";
    for (int i = 0; i < 10'000; ++i)
        deep += "[";
    EXPECT_NE(mistake(deep).find("nested too deeply"), std::string::npos);
    std::string conditions = "filter { if ";
    for (int i = 0; i < 10'000; ++i)
        conditions += "(";
    EXPECT_NE(mistake(conditions).find("nested too deeply"), std::string::npos);
    std::string blocks = "filter { ";
    for (int i = 0; i < 10'000; ++i)
        blocks += "if [a] { ";
    EXPECT_NE(mistake(blocks).find("nested too deeply"), std::string::npos);
}

TEST(Grammar, BlanksMayBeCrlfAndAMarkMayStandInFront) {
    EXPECT_EQ(parse("\xEF\xBB\xBFinput {\r\n  stdin {}\r\n}\r\n").inputs.size(), 1U);
    EXPECT_TRUE(parse("").inputs.empty());
    EXPECT_TRUE(parse("# nothing\n").inputs.empty());
}

struct Read {
    std::string text;
    std::int64_t number = 5;
    bool flag = false;
    std::vector<std::string> list;
    Pairs pairs;
    std::int64_t size = 0;
};

std::string read(std::string_view attributes, Read& out) {
    const Pipeline p = parse("filter { x {\n" + std::string(attributes) + " } }");
    Fields fields(first(p.filters));
    fields.required("text", out.text);
    fields.number("number", out.number, 1, 100);
    fields.optional("flag", out.flag);
    fields.optional("list", out.list);
    fields.optional("pairs", out.pairs);
    fields.bytes("size", out.size);
    fields.refuse("role", "comes later");
    const auto result = fields.finish();
    return result ? "" : result.error().message;
}

TEST(Fields, CoerceAsLogstashDoes) {
    Read out;
    EXPECT_EQ(read(R"(text => ["one"] number => "42" flag => "true" list => single
                      pairs => ["a", "b", "a", "c"] size => "10MiB")",
                   out),
              "");
    EXPECT_EQ(out.text, "one");
    EXPECT_EQ(out.number, 42);
    EXPECT_TRUE(out.flag);
    EXPECT_EQ(out.list, std::vector<std::string>{"single"});
    ASSERT_EQ(out.pairs.size(), 1U);
    EXPECT_EQ(out.pairs[0].values, (std::vector<std::string>{"b", "c"}));
    EXPECT_EQ(out.size, 10 << 20);
}

TEST(Fields, ReportEveryMistakeAtOnce) {
    Read out;
    EXPECT_EQ(read("number => 1000 flg => true role => \"x\"", out),
              "a.conf: line 1, column 10: x: the option text is missing\n"
              "a.conf: line 2, column 11: x: number: 1000 is outside 1 to 100\n"
              "a.conf: line 2, column 28: x: role: comes later\n"
              "a.conf: line 2, column 16: x: there is no option flg (did you mean flag?)");
    EXPECT_EQ(out.number, 5);
}

}  // namespace
}  // namespace elkhorn::config
