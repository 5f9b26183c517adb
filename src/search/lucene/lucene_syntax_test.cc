// What is written, as a tree; and what is refused, in Lucene's words where they are short.

#include "search/lucene/lucene_syntax.h"

#include <gtest/gtest.h>

namespace elkhorn::search {
namespace {

std::string shown(const Syntax& syntax) {
    std::string out = syntax.field ? *syntax.field + ":" : "";
    switch (syntax.kind) {
        case Syntax::Kind::group: {
            out += "(";
            for (const SyntaxClause& clause : syntax.clauses) {
                if (out.back() != '(' && out.back() != ':') out += ' ';
                if (clause.joint != Joint::none)
                    out += clause.joint == Joint::conjunction ? "& " : "| ";
                if (clause.modifier != Modifier::none)
                    out += clause.modifier == Modifier::required ? "+" : "-";
                out += shown(*clause.part);
            }
            out += ")";
            break;
        }
        case Syntax::Kind::words: out += "<" + syntax.text + ">"; break;
        case Syntax::Kind::phrase: out += "\"" + syntax.text + "\""; break;
        case Syntax::Kind::prefix: out += syntax.text + "..."; break;
        case Syntax::Kind::wildcard: out += "wild " + syntax.text; break;
        case Syntax::Kind::regexp: out += "/" + syntax.text + "/"; break;
        case Syntax::Kind::fuzzy: out += syntax.text + "~" + syntax.fuzziness; break;
        case Syntax::Kind::range:
            out += (syntax.include_from ? "[" : "{") + syntax.from.value_or("*") + ".." +
                   syntax.to.value_or("*") + (syntax.include_to ? "]" : "}");
    }
    return out;
}

std::string read(std::string_view text) {
    const auto syntax = parse_lucene(text);
    return syntax ? shown(**syntax) : "error: " + syntax.error().message;
}

TEST(LuceneSyntax, WordsSideBySideAreOneText) {
    EXPECT_EQ(read("a b c"), "(<a b c>)");
    EXPECT_EQ(read("a b AND c"), "(<a> <b> & <c>)");
    EXPECT_EQ(read("a field:b"), "(<a> field:<b>)");
    EXPECT_EQ(read("message:(a b) +c -d !e NOT f"),
              "(message:(message:<a b>) +<c> -<d> -<e> -<f>)");
}

TEST(LuceneSyntax, EveryKindOfTerm) {
    EXPECT_EQ(read("a* ?b* *"), "(a... wild ?b* wild *)");
    EXPECT_EQ(read("\"a b\"~2 c~1 /d[e\\/]/"), "(\"a b\" c~1 /d[e\\/]/)");
    EXPECT_EQ(read("n:[1 TO 5} d:{* TO \"2024-01-01 x\"]"), "(n:[1..5} d:{*..2024-01-01 x])");
    EXPECT_EQ(read("x:>=5 path:\\/a\\ c \\u0041"), "(x:<>=5> path:</a c> <A>)");
    EXPECT_EQ(read("a && b || c"), "(<a> & <b> | <c>)");
}

TEST(LuceneSyntax, WhatMakesNoSenseIsRefused) {
    EXPECT_EQ(read("(a"), "error: Encountered \"<EOF>\" at line 1, column 2.");
    EXPECT_EQ(read("a AND"), "error: Encountered \"<EOF>\" at line 1, column 5.");
    EXPECT_EQ(read("\"a"), "error: Lexical error at line 1, column 1.");
    EXPECT_EQ(read("AND a").substr(0, 6), "error:");
    EXPECT_EQ(read("host:").substr(0, 6), "error:");
    EXPECT_EQ(read("us*.name:ann").substr(0, 6), "error:");
    EXPECT_EQ(read(std::string(500, '(')), "error: the query is nested too deeply");
}

}  // namespace
}  // namespace elkhorn::search
