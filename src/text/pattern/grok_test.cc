#include "text/pattern/grok.h"

#include "base/random.h"
#include "text/pattern/grok_patterns.h"

#include <gtest/gtest.h>

#include <fstream>

namespace elkhorn::text {
namespace {

Grok compile(std::string_view pattern, bool scanner = true) {
    Grok::Options options;
    options.scanner = scanner;
    auto grok = Grok::compile(pattern, PatternLibrary::standard(), options);
    EXPECT_TRUE(grok) << grok.error().message;
    return *grok;
}

std::string show(const Grok& grok, std::string_view line) {
    Grok::Scratch scratch;
    switch (grok.match(line, scratch)) {
        case Regex::Outcome::missed: return "(missed)";
        case Regex::Outcome::gave_up: return "(gave up)";
        case Regex::Outcome::matched: break;
    }
    std::string out;
    for (std::size_t i = 0; i < grok.captures().size(); ++i) {
        if (scratch.value(i).data() == nullptr) continue;
        out += (out.empty() ? "" : "|") + grok.captures()[i].field + "=" +
               std::string(scratch.value(i));
    }
    return out;
}

std::string grok(std::string_view pattern, std::string_view line) {
    return show(compile(pattern), line);
}

constexpr std::string_view access_line =
    R"(83.149.9.216 - frank [17/May/2015:10:05:03 +0000] )"
    R"("GET /a?b=c HTTP/1.1" 200 203023 "http://x/" "Moz \"5\"")";

TEST(GrokPattern, EveryStandardPatternCompiles) {
    for (const std::string_view text : standard_patterns()) {
        for (const std::string_view line : split(text, '\n')) {
            const std::string_view name = line.substr(0, line.find(' '));
            if (name.empty()) continue;
            const auto compiled = Grok::compile("%{" + std::string(name) + ":x}");
            EXPECT_TRUE(compiled) << name << ": " << compiled.error().message;
        }
    }
}

TEST(GrokPattern, ReadsAccessLogs) {
    EXPECT_EQ(
        grok("%{COMBINEDAPACHELOG}", access_line),
        "clientip=83.149.9.216|ident=-|auth=frank|timestamp=17/May/2015:10:05:03 +0000|verb=GET|"
        "request=/a?b=c|httpversion=1.1|response=200|bytes=203023|referrer=\"http://x/\"|"
        "agent=\"Moz \\\"5\\\"\"");
    EXPECT_EQ(grok("%{COMMONAPACHELOG}", R"(::1 - - [01/Jan/2020:00:00:00 -0130] "-" 408 -)"),
              "clientip=::1|ident=-|auth=-|timestamp=01/Jan/2020:00:00:00 "
              "-0130|rawrequest=-|response=408");
}

TEST(GrokPattern, ReadsSyslog) {
    EXPECT_EQ(grok("%{SYSLOGLINE}", "Mar  7 01:02:03 web-1.example.com sshd[1234]: Accepted key"),
              "timestamp=Mar  7 "
              "01:02:03|logsource=web-1.example.com|program=sshd|pid=1234|message=Accepted key");
    EXPECT_EQ(grok("%{SYSLOGBASE} %{GREEDYDATA:rest}", "Mar 17 01:02:03 10.0.0.1 kernel: a: b"),
              "timestamp=Mar 17 01:02:03|logsource=10.0.0.1|program=kernel|rest=a: b");
    EXPECT_EQ(grok("%{SYSLOG5424LINE}", "<34>1 2003-10-11T22:14:15.003Z host su - ID47 - text"),
              "syslog5424_pri=34|syslog5424_ver=1|syslog5424_ts=2003-10-11T22:14:15.003Z|"
              "syslog5424_host=host|syslog5424_app=su|syslog5424_msgid=ID47|syslog5424_msg=text");
}

TEST(GrokPattern, KnowsItsSmallPatterns) {
    EXPECT_EQ(grok("^%{IP:x}$", "2001:db8::1"), "x=2001:db8::1");
    EXPECT_EQ(grok("^%{IP:x}$", "::ffff:10.1.2.3"), "x=::ffff:10.1.2.3");
    EXPECT_EQ(grok("^%{IP:x}$", "256.1.1.1"), "(missed)");
    EXPECT_EQ(grok("^%{MAC:x}$", "00:1A:2b:3c:4d:5e"), "x=00:1A:2b:3c:4d:5e");
    EXPECT_EQ(grok("^%{UUID:x}$", "550e8400-e29b-41d4-a716-446655440000"),
              "x=550e8400-e29b-41d4-a716-446655440000");
    EXPECT_EQ(grok("^%{URI:x}$", "https://u:p@example.com:8080/a/b?c=d#e"),
              "x=https://u:p@example.com:8080/a/b?c=d#e|port=8080");
    EXPECT_EQ(grok("^%{TIMESTAMP_ISO8601:x}$", "2015-05-17T10:05:03.123+02:00"),
              "x=2015-05-17T10:05:03.123+02:00");
    EXPECT_EQ(grok("%{LOGLEVEL:x}", "[WARNING] x"), "x=WARNING");
    EXPECT_EQ(grok("^%{PATH:x}$", "/var/log/a b"), "(missed)");
    EXPECT_EQ(grok("^%{PATH:x}$", R"(C:\Windows\x.log)"), R"(x=C:\Windows\x.log)");
    EXPECT_EQ(grok("%{QS:x}", R"(say 'it\'s')"), R"(x='it\'s')");
    EXPECT_EQ(grok("^%{EMAILADDRESS:x}$", "a.b+c@example.com"), "x=a.b+c@example.com");
}

TEST(GrokPattern, FieldsTypesAndInlineDefinitions) {
    const Grok g = compile("%{INT:n:int} %{NUMBER:[a][b]:float} (?<word>\\w+) %{ID=[a-f]{2}}");
    ASSERT_EQ(g.captures().size(), 3U);
    EXPECT_EQ(g.captures()[0].type, Grok::Type::integer);
    EXPECT_EQ(g.captures()[1].field, "[a][b]");
    EXPECT_EQ(g.captures()[1].type, Grok::Type::real);
    EXPECT_EQ(show(g, "7 1.5 abc ff"), "n=7|[a][b]=1.5|word=abc");
    Grok::Options every;
    every.named_captures_only = false;
    EXPECT_EQ(show(*Grok::compile("%{INT}", PatternLibrary::standard(), every), "5"), "INT=5");
}

TEST(GrokPattern, MistakesNameThePattern) {
    EXPECT_EQ(Grok::compile("a %{NOPE:x}").error().message,
              "the pattern \"a %{NOPE:x}\": column 3: there is no pattern NOPE");
    PatternLibrary library;
    library.add_lines("A %{B}\n# no\nB   %{A}\r\nC (\n");
    EXPECT_NE(Grok::compile("%{A}", library, {}).error().message.find("refers to itself"),
              std::string::npos);
    EXPECT_EQ(Grok::compile("%{C}", library, {}).error().message,
              "the pattern \"%{C}\": column 1: in C: column 2: a ( is not closed by a )");
}

TEST(GrokPattern, AHostileLineIsGivenUp) {
    Grok::Options quick;
    quick.timeout_ms = 10;
    const auto g = Grok::compile("^(?:\\w+)+$", PatternLibrary::standard(), quick);
    ASSERT_TRUE(g);
    std::string line(5000, 'a');
    line.push_back('!');
    EXPECT_EQ(show(*g, line), "(gave up)");
}

/// Changes a few bytes, biased to those that matter to the patterns.
std::string mutated(std::string line, Random& random) {
    constexpr std::string_view odd = "\"\\' -:[]./@0129aZ_%\t\nHTTP+\xc3\x00";
    for (std::uint64_t n = random.below(4); n > 0; --n) {
        const std::size_t at = random.below(line.size() + 1);
        const char c = odd[random.below(odd.size())];
        switch (random.below(4)) {
            case 0: line.insert(at, 1, c); break;
            case 1: line.erase(at, 1 + random.below(3)); break;
            case 2: line = line.substr(0, at); break;
            default:
                if (at < line.size()) line[at] = c;
        }
    }
    return line;
}

TEST(LineScanner, AnswersAsTheRegexEngineDoes) {
    const std::pair<std::string_view, std::vector<std::string_view>> cases[] = {
        {"%{COMBINEDAPACHELOG}",
         {access_line,
          R"(host.example. a@b.c - [7/May/2015:10:05:03 +0000] "GET /x" 200 - "-" "-")",
          R"(1.2.3.4 - - [17/May/2015:10:05:03 +0000] "" 200 .5 "" "a")",
          R"(1.2.3.4 - - [17/May/2015:23:59:60 +0000] "GET /x y HTTP/1.0" 301 0 'a' "b")"}},
        {"%{COMMONAPACHELOG}",
         {access_line, "fe80::1 x.y z_ [30/Jul/1999:00:00:00 -1] \"a b\" - -"}},
        {"%{SYSLOGLINE}",
         {"Mar  7 01:02:03 web-1 sshd[1234]: Accepted key", "2015-05-17T10:05:03Z h kernel: a: b",
          "January 1 1:02:03,5 10.0.0.1 a[0]: x"}},
        {"%{SYSLOGBASE} %{GREEDYDATA:m}",
         {"Mar  7 01:02:03 <3.4> h p[1]: m", "Sept 30 23:00:60 h p: m"}},
        {"%{WORD:a}=%{DATA:b};(?: %{NUMBER:c})?(?<d>x|xy)?%{INT:e}?$", {"k=v;w; 1.5xy7", "k=;;;x"}},
        {"(?<a>[a-c]*)(?:(?<b>b)|(?<c>c))%{SPACE}(?<d>.*?)(?<e>z{1,3})", {"abcbc  yzzz", "cb z"}},
        {"%{TIMESTAMP_ISO8601:t} %{LOGLEVEL:l} \\[%{DATA:th}\\] %{GREEDYDATA:m}",
         {"2015-05-17 10:05:03,123 INFO [main] hello", "99-1-1T1:0Z WARN [] "}},
        {"(?<a>\\d+)(?>(?<b>\\d*)(?<c>\\w?))(?<d>\\b.*)", {"12345ab cd", "1"}}};
    Random random(11);
    int scanned = 0;
    for (const auto& [pattern, lines] : cases) {
        const Grok fast = compile(pattern);
        const Grok sure = compile(pattern, false);
        for (int i = 0; i < 10'000; ++i) {
            const std::string line =
                mutated(std::string(lines[random.below(lines.size())]), random);
            Grok::Scratch scratch;
            fast.match(line, scratch);
            scanned += scratch.by_scanner ? 1 : 0;
            ASSERT_EQ(show(fast, line), show(sure, line)) << pattern << "\n" << line;
        }
    }
    EXPECT_GT(scanned, 20'000);
}

TEST(LineScanner, TakesTheLinesItWasMadeFor) {
    for (const auto* pattern : {"%{COMBINEDAPACHELOG}", "%{COMMONAPACHELOG}"}) {
        const Grok g = compile(pattern);
        ASSERT_TRUE(g.has_scanner());
        Grok::Scratch scratch;
        EXPECT_EQ(g.match(access_line, scratch), Regex::Outcome::matched);
        EXPECT_TRUE(scratch.by_scanner);
    }
}

}  // namespace
}  // namespace elkhorn::text
