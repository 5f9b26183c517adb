// What scripts give, what they may not do, and how they are refused. Hundreds of expressions are
// held to the real engine in tests/es/scripts_*.yaml; here are the bounds and the host's side.

#include "script/core/script.h"

#include "script/run/run.h"
#include "script/value/java_text.h"
#include "script/value/object.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {
namespace {

class TestHost final : public Host {
public:
    Value variable(script::Run& run, Role role) override {
        if (role == Role::doc) return Value::of(run.make<DocMapObject>());
        if (role == Role::state) return state;
        if (role == Role::score) return Value::of_double(2.5);
        return {};
    }

    int field(Run& run, std::string_view name) override {
        if (name == "n") return 0;
        if (name == "host") return 1;
        return Host::field(run, name);
    }

    bool has_field(std::string_view name) override { return name == "n" || name == "host"; }

    Class field_class(int slot) const override {
        return slot == 0 ? Class::doc_longs : Class::doc_strings;
    }

    std::size_t count(Run& /*run*/, int slot) override { return slot == 0 ? numbers.size() : 1; }

    Value value(Run& run, int slot, std::size_t i) override {
        return slot == 0 ? Value::of_long(numbers[i]) : run.row_text("web1");
    }

    bool go_on() override { return ++looks <= looks_most; }

    bool hold(std::size_t bytes) override {
        asked_bytes = bytes;
        return bytes <= bytes_most;
    }

    std::size_t bytes_most = 1 << 30;
    std::size_t asked_bytes = 0;

    std::vector<std::int64_t> numbers = {3, 5};
    Value state;
    int looks = 0;
    int looks_most = 1'000'000;
};

struct Outcome {
    std::string text;
    Trouble trouble;
};

Outcome run(std::string_view source, const Context& context = contexts::painless_test,
            const Limits& limits = {}) {
    const Compiled program = compile(source, context);
    if (!program) return {"", program.error()};
    TestHost host;
    script::Run one(*program, host, limits);
    const Value value = one.execute();
    if (value.thrown()) return {"", one.trouble()};
    return {java_text(value), {}};
}

std::string text(std::string_view source, const Context& context = contexts::painless_test) {
    const Outcome outcome = run(source, context);
    return outcome.trouble.type.empty() ? outcome.text
                                        : outcome.trouble.type + ": " + outcome.trouble.reason;
}

TEST(Script, NumbersAreJavas) {
    EXPECT_EQ(text("7 / 2"), "3");
    EXPECT_EQ(text("-7 % 3"), "-1");
    EXPECT_EQ(text("7 / 2.0"), "3.5");
    EXPECT_EQ(text("2147483647 + 1"), "-2147483648");
    EXPECT_EQ(text("2147483647 + 1L"), "2147483648");
    EXPECT_EQ(text("(byte) 300"), "44");
    EXPECT_EQ(text("(int) 3.99"), "3");
    EXPECT_EQ(text("1 / 0"), "arithmetic_exception: / by zero");
    EXPECT_EQ(text("1 / 0.0"), "Infinity");
    EXPECT_EQ(text("1.0f / 3"), "0.33333334");
    EXPECT_EQ(text("1e10"), "1.0E10");
    EXPECT_EQ(text("0.001"), "0.001");
    EXPECT_EQ(text("-8 >>> 28"), "15");
    EXPECT_EQ(text("'a' + 1 + 2"), "a12");
    EXPECT_EQ(text("def a = 5; def b = 2; a / b"), "2");
}

TEST(Script, StatementsDoWhatTheySay) {
    EXPECT_EQ(text("int s = 0; for (int i = 0; i < 10; ++i) { if (i == 7) break; s += i } s"),
              "21");
    EXPECT_EQ(
        text("int s = 0; int i = 0; while (i < 5) { i++; if (i % 2 == 0) continue; s += i } s"),
        "9");
    EXPECT_EQ(text("int i = 0; do { i += 3 } while (i < 10); i"), "12");
    EXPECT_EQ(text("def s = ''; for (def x : ['a', 'b']) { s += x } s"), "ab");
    EXPECT_EQ(text("try { def x = null; x.foo } catch (NullPointerException e) { return 'npe' }"),
              "npe");
    EXPECT_EQ(text("try { throw new IllegalArgumentException('no') } catch (Exception e) "
                   "{ return e.getMessage() }"),
              "no");
    EXPECT_EQ(text("int f(int n) { return n < 2 ? n : f(n - 1) + f(n - 2) } f(15)"), "610");
}

TEST(Script, CollectionsAndLambdas) {
    EXPECT_EQ(text("[3, 1, 2].stream().sorted().map(x -> x * 2).collect(Collectors.toList())"),
              "[2, 4, 6]");
    EXPECT_EQ(text("def l = [3, 1, 2]; l.sort((a, b) -> b - a); l"), "[3, 2, 1]");
    EXPECT_EQ(text("Map m = ['a': 1]; m.computeIfAbsent('b', k -> k + 'x'); m"), "{a=1, b=bx}");
    EXPECT_EQ(text("def l = [1, 2, 3, 4]; l.removeIf(x -> x % 2 == 0); l"), "[1, 3]");
    EXPECT_EQ(text("int k = 3; [1, 2].stream().mapToInt(x -> x * k).sum()"), "9");
    EXPECT_EQ(text("def s = 0; for (def e : ['a': 1, 'b': 2].entrySet()) { s += e.value } s"), "3");
    EXPECT_EQ(text("['x', 'yy'].stream().map(String::length).collect(Collectors.toList())"),
              "[1, 2]");
}

TEST(Script, WhatTheLibraryMakesIsCalledAsItIsMadeFor) {
    EXPECT_EQ(text("def c = Collectors.toList(); c.apply()"),
              "illegal_argument_exception: dynamic method [java.util.stream.Collector, apply/0] "
              "not found");
    EXPECT_EQ(text("def c = Collectors.joining(','); [1].stream().map(c).count()").substr(0, 20),
              "class_cast_exception");
    EXPECT_EQ(text("def s = [1].stream(); s.collect(x -> x)").substr(0, 20),
              "class_cast_exception");
    EXPECT_EQ(text("def c = Comparator.naturalOrder(); c.reversed().compare(1, 2)"), "1");
    EXPECT_EQ(text("def c = Comparator.naturalOrder(); [1].stream().map(c).count()"),
              "illegal_argument_exception: Incorrect number of parameters: a lambda of 2 is "
              "given 1");
    EXPECT_EQ(text("[1, 2].stream().sorted(Map.Entry.comparingByValue()).count()").substr(0, 20),
              "class_cast_exception");
    EXPECT_EQ(text("def m = ['a': 1]; def e = m.entrySet().iterator().next(); m.clear(); "
                   "Map.Entry.comparingByValue().compare(e, e)")
                  .substr(0, 22),
              "null_pointer_exception");
    EXPECT_EQ(text("def m = /(?<x>a)b/.matcher('ab'); m.find(); m.namedGroup('x') + m.group(0)"),
              "aab");
    for (const auto* use : {"def x = m.a", "def x = m['a']", "m.a = 1", "m['a'] = 1", "m.a += 1",
                            "m.a++", "def x = m.size()",
                            "def x = 0; for (def e : m.keySet()) x = e", "def x = new HashMap(m)"})
        EXPECT_EQ(text(fmt::format("Map m = null; {}; 1", use)).substr(0, 22),
                  "null_pointer_exception")
            << use;
    EXPECT_EQ(text("Map m = null; m?.a"), "null");
}

TEST(Script, DocumentsAreAsked) {
    EXPECT_EQ(text("doc['n'].value + doc.n.size()", contexts::field), "5");
    EXPECT_EQ(text("doc['host'].value == 'web1'", contexts::filter), "true");
    EXPECT_EQ(text("doc.containsKey('zork') || doc['n'].contains(5L)", contexts::filter), "true");
    EXPECT_EQ(text("doc['zork'].value", contexts::field),
              "illegal_argument_exception: No field found for [zork] in mapping");
    EXPECT_EQ(text("_score * 2", contexts::score), "5.0");
}

TEST(Script, RefusesBeforeItRuns) {
    EXPECT_EQ(text("foo + 1"), "illegal_argument_exception: cannot resolve symbol [foo]");
    EXPECT_EQ(text("int x = 'a'; x"),
              "class_cast_exception: Cannot cast from [java.lang.String] to [int].");
    EXPECT_EQ(text("'a'.foo(1)"),
              "illegal_argument_exception: member method [java.lang.String, "
              "foo/1] not found");
    const Outcome outcome = run("int aaaa = 1; int bbbb = 2; zork + aaaa");
    EXPECT_EQ(outcome.trouble.offset, 28U);
    EXPECT_EQ(outcome.trouble.stack()[0], "...  aaaa = 1; int bbbb = 2; zork + aaaa");
    for (const auto* source : {"", "1 +", "while (true) {", "((((", "a.b.", "'abc", "x -> ",
                               "new Foo()", "return", "for (;;", "1 = 2"})
        EXPECT_FALSE(compile(source, contexts::painless_test)) << source;
    EXPECT_FALSE(compile(std::string(60'000, '('), contexts::painless_test));
    EXPECT_FALSE(compile(std::string(60'000, '-') + "1", contexts::painless_test));
}

TEST(Script, EveryBoundIsKeptAndCannotBeCaught) {
    EXPECT_EQ(text("while (true) { try { int a = 1; } catch (Exception e) {} }"),
              "painless_error: The maximum number of statements that can be executed in a loop has "
              "been reached.");
    EXPECT_EQ(text("int f(int n) { return f(n + 1) } try { return f(0) } catch (Exception e) "
                   "{ return 1 }"),
              "stack_overflow_error: ");
    const Outcome memory =
        run("def l = []; for (int i = 0; i < 900000; ++i) { l.add('abc' + i) } l",
            contexts::painless_test, {.bytes_most = 1 << 20});
    EXPECT_EQ(memory.trouble.type, "out_of_memory_error");
    const Outcome steps =
        run("int s(int n) { int t = 0; for (int i = 0; i < n; ++i) { t += i } return t } "
            "for (int i = 0; i < 1000; ++i) { s(1000) }",
            contexts::painless_test, {.steps_most = 100'000});
    EXPECT_EQ(steps.trouble.type, "painless_error");
}

TEST(Script, ListsThatShareTheirPartsTakeNoTime) {
    const std::string shared = "def l = [1]; for (int i = 0; i < 45; ++i) { l = [l, l] } ";
    EXPECT_EQ(text(shared + "def m = [1]; for (int i = 0; i < 45; ++i) { m = [m, m] } l == m"),
              "false");
    EXPECT_EQ(text("def a = ['k': 1]; def b = ['k': 1]; for (int i = 0; i < 45; ++i) "
                   "{ a = ['x': a, 'y': a]; b = ['x': b, 'y': b] } a == b"),
              "false");
    EXPECT_NE(text(shared + "l.hashCode() == 7 ? 'a' : 'b'"), "");
    const Compiled program = compile(shared + "l", contexts::painless_test);
    ASSERT_TRUE(program);
    TestHost host;
    script::Run one(*program, host, {.bytes_most = 1 << 20});
    const Value value = one.execute();
    event::Arena arena;
    EXPECT_FALSE(one.to_json(value, arena));
}

TEST(Script, WhatItHoldsIsAskedForFirst) {
    const Compiled program =
        compile("def l = []; for (int i = 0; i < 900000; ++i) { l.add('abc' + i) } l.size()",
                contexts::painless_test);
    ASSERT_TRUE(program);
    TestHost host;
    host.bytes_most = 4 << 20;
    script::Run one(*program, host, {});
    EXPECT_TRUE(one.execute().thrown());
    EXPECT_TRUE(one.trouble().stopped);
    EXPECT_GT(host.asked_bytes, host.bytes_most);
    EXPECT_LT(one.heap().used_bytes(), host.bytes_most + (2 << 20));
}

TEST(Script, LongTextsCostSteps) {
    const Outcome steps =
        run("String s = 'é'; for (int i = 0; i < 18; ++i) { s = s + s } "
            "for (int i = 0; i < 200000; ++i) { s.charAt(i) } s.length()",
            contexts::painless_test, {.steps_most = 1'000'000});
    EXPECT_EQ(steps.trouble.type, "painless_error");
}

TEST(Script, AHostEndsIt) {
    const Compiled program = compile("int t = 0; for (int i = 0; i < 900000; ++i) { t += i } t",
                                     contexts::painless_test);
    ASSERT_TRUE(program);
    TestHost host;
    host.looks_most = 3;
    script::Run one(*program, host, {});
    EXPECT_TRUE(one.execute().thrown());
    EXPECT_TRUE(one.trouble().stopped);
    EXPECT_EQ(host.looks, 4) << "three were answered";
}

TEST(Script, ParamsStayAsTheyAreBetweenRows) {
    const Compiled program = compile("params.l.add('x')", contexts::painless_test);
    ASSERT_TRUE(program);
    TestHost host;
    script::Run one(*program, host, {});
    event::Arena arena;
    event::Object* params = event::make_object(arena);
    params->add(arena, "l", event::Value::array(event::make_array(arena)));
    one.set_params(event::Value::object(params));
    EXPECT_TRUE(one.execute().thrown());
    EXPECT_EQ(one.trouble().type, "unsupported_operation_exception");
}

TEST(Script, WhatKeepsMayGoOnFromRowToRow) {
    const Compiled program =
        compile("state.n = (state.n ?: 0) + doc['n'].value; state.h = doc['host'].value",
                contexts::metric_map);
    ASSERT_TRUE(program) << program.error().reason;
    TestHost host;
    script::Run one(*program, host, {.keeps = true});
    host.state = Value::of(one.make_map());
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(one.execute().thrown()) << one.trouble().reason;
        one.leave_row();
    }
    EXPECT_EQ(java_text(host.state), "{h=web1, n=9}");
}

}  // namespace
}  // namespace elkhorn::script
