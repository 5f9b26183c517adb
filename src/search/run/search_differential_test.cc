// Random documents and random queries: the answer from the columns is the answer of a plain walk
// over the documents' JSON, however the rows lie in groups.

#include "base/random.h"
#include "base/strings.h"
#include "json/writer.h"
#include "search/run/test_index.h"
#include "text/analysis/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

constexpr std::array words = {"alpha", "beta", "gamma", "delta", "Alphabet", "eps"};

/// Whether the document matches, by looking at its JSON and nothing else.
class Plain {
public:
    static bool matches(const Value& query, const Value& document) {
        const event::Member& only = query.as_object().members()[0];
        const std::string_view name = only.name;
        if (name == "bool") return joined(only.value, document);
        const event::Member& field = only.value.as_object().members()[0];
        if (name == "exists") return !values(document, field.value.as_string()).empty();
        for (const Value& value : values(document, field.name)) {
            if (one(name, field.value, value, field.name)) return true;
        }
        return false;
    }

private:
    static std::vector<Value> values(const Value& document, std::string_view field) {
        std::vector<Value> all;
        const Value* value = document.as_object().find(field);
        if (value == nullptr || value->is_null()) return all;
        if (!value->is(Kind::array)) return {*value};
        for (const Value& item : value->as_array().values()) {
            if (!item.is_null()) all.push_back(item);
        }
        return all;
    }

    static bool has_token(std::string_view text, std::string_view token) {
        for (text::Tokenizer cut(text); cut.next();) {
            if (cut.token() == token) return true;
        }
        return false;
    }

    static bool one(std::string_view query, const Value& wanted, const Value& value,
                    std::string_view field) {
        if (query == "term") {
            if (field == "t") return has_token(value.as_string(), wanted.as_string());
            return wanted == value;
        }
        if (query == "match") {
            for (text::Tokenizer cut(wanted.as_string()); cut.next();) {
                if (has_token(value.as_string(), cut.token())) return true;
            }
            return false;
        }
        if (query == "prefix") return value.as_string().starts_with(wanted.as_string());
        const auto number = value.as_integer();
        return number >= wanted.as_object().find("gte")->as_integer() &&
               number < wanted.as_object().find("lt")->as_integer();
    }

    static int count(const Value* clauses, const Value& document) {
        int matched = 0;
        if (clauses == nullptr) return 0;
        for (const Value& clause : clauses->as_array().values())
            matched += matches(clause, document) ? 1 : 0;
        return matched;
    }

    static int size(const Value* clauses) {
        return clauses == nullptr ? 0 : static_cast<int>(clauses->as_array().size());
    }

    static bool joined(const Value& query, const Value& document) {
        const event::Object& clauses = query.as_object();
        for (const char* name : {"must", "filter"}) {
            if (count(clauses.find(name), document) != size(clauses.find(name))) return false;
        }
        if (count(clauses.find("must_not"), document) > 0) return false;
        const Value* least = clauses.find("minimum_should_match");
        const Value* should = clauses.find("should");
        const bool required = size(clauses.find("must")) + size(clauses.find("filter")) > 0;
        const std::int64_t given = least == nullptr ? 0 : least->as_integer();
        return count(should, document) >=
               std::max<std::int64_t>(given, required || size(should) == 0 ? 0 : 1);
    }
};

std::string random_document(Random& random) {
    json::Writer out;
    out.begin_object();
    const auto word = [&] {
        return words[random.below(words.size())];
    };
    if (random.chance(0.8)) {
        out.key("k");
        if (random.chance(0.3))
            out.begin_array().value(word()).value(word()).null().end_array();
        else
            out.value(word());
    }
    if (random.chance(0.8)) out.member("n", static_cast<std::int64_t>(random.below(20)) - 10);
    if (random.chance(0.3)) {
        out.key("m").begin_array();
        for (std::uint64_t i = random.below(3); i > 0; --i)
            out.value(static_cast<std::int64_t>(random.below(9)));
        out.end_array();
    }
    if (random.chance(0.7)) out.member("t", fmt::format("{}, {}-{}", word(), word(), word()));
    out.end_object();
    return out.take();
}

std::string random_query(Random& random, int depth) {
    const std::string word = words[random.below(words.size())];
    if (depth > 0 && random.chance(0.5)) {
        std::vector<std::string> clauses;
        bool should = false;
        for (const char* name : {"must", "filter", "should", "must_not"}) {
            if (random.chance(0.5)) continue;
            std::vector<std::string> inner;
            for (std::uint64_t i = 1 + random.below(3); i > 0; --i)
                inner.push_back(random_query(random, depth - 1));
            clauses.push_back(fmt::format(R"("{}":[{}])", name, join(inner, ",")));
            should = should || std::string_view(name) == "should";
        }
        if (should && random.chance(0.4)) {
            clauses.push_back(fmt::format(R"("minimum_should_match":{})", random.below(3)));
        }
        return fmt::format(R"({{"bool":{{{}}}}})", join(clauses, ","));
    }
    const std::int64_t number = static_cast<std::int64_t>(random.below(20)) - 10;
    switch (random.below(8)) {
        case 0: return fmt::format(R"({{"term":{{"k":"{}"}}}})", word);
        case 1: return fmt::format(R"({{"term":{{"n":{}}}}})", number);
        case 2: return fmt::format(R"({{"term":{{"t":"{}"}}}})", to_lower(word));
        case 3:
            return fmt::format(R"({{"match":{{"t":"{} {}"}}}})", word,
                               words[random.below(words.size())]);
        case 4:
            return fmt::format(R"({{"range":{{"n":{{"gte":{},"lt":{}}}}}}})", number, number + 7);
        case 5:
            return fmt::format(R"({{"range":{{"m":{{"gte":{},"lt":{}}}}}}})", number, number + 3);
        case 6:
            return fmt::format(R"({{"prefix":{{"k":"{}"}}}})", word.substr(0, 1 + random.below(4)));
        default: {
            constexpr std::array fields = {"k", "n", "m", "t", "none"};
            return fmt::format(R"({{"exists":{{"field":"{}"}}}})",
                               fields[random.below(fields.size())]);
        }
    }
}

/// An index and the documents that are in it, in the order in which they were written last.
class Both {
public:
    explicit Both(Random& random)
        : random_(random), index_(static_cast<std::uint32_t>(1 + random.below(90))) {
        index_.make("logs", {{"k", store::FieldType::keyword},
                             {"n", store::FieldType::int64},
                             {"m", store::FieldType::int64},
                             {"t", store::FieldType::text}});
    }

    void put(int number) {
        const std::string id = std::to_string(number);
        const std::string source = random_document(random_);
        index_.put("logs", id, source);
        std::erase_if(documents_, [&](const auto& one) { return one.first == id; });
        documents_.emplace_back(id, *parser_.parse(source, arena_));
    }

    void remove(int number) {
        const std::string id = std::to_string(number);
        index_.remove("logs", id);
        std::erase_if(documents_, [&](const auto& one) { return one.first == id; });
    }

    /// Some are replaced, some removed, some written into segments, some of those merged.
    void change() {
        for (int i = 0; i < 40; ++i) {
            const int number = static_cast<int>(random_.below(documents_at_first + 20));
            random_.chance(0.5) ? put(number) : remove(number);
        }
        if (random_.chance(0.7)) {
            ASSERT_TRUE(index_.store().flush());
        }
        if (random_.chance(0.4)) {
            store::ForceMerge merge;
            merge.most_segments = 1;
            ASSERT_TRUE(index_.store().merge("logs", merge));
        }
    }

    void ask() {
        const std::string query = random_query(random_, 3);
        const Value parsed = *parser_.parse(query, arena_);
        std::vector<std::string> expected;
        for (const auto& [id, document] : documents_) {
            if (Plain::matches(parsed, document)) expected.push_back(id);
        }
        const auto found = index_.search(R"({"size":200,"sort":["_doc"],"query":)" + query + "}");
        ASSERT_TRUE(found) << query << ": " << found.error().reason;
        std::vector<std::string> ids;
        for (const Hit& hit : found->hits)
            ids.push_back(hit.id);
        ASSERT_EQ(ids, expected) << query;
        ASSERT_EQ(found->total, static_cast<std::int64_t>(expected.size()));
    }

    static constexpr int documents_at_first = 120;

private:
    Random& random_;
    TestIndex index_;  // asks with three threads
    json::Parser parser_;
    event::Arena arena_;
    std::vector<std::pair<std::string, Value>> documents_;
};

TEST(SearchDifferential, ColumnsAnswerAsTheDocumentsDo) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        Both both(random);
        for (int i = 0; i < Both::documents_at_first; ++i)
            both.put(i);
        for (int i = 0; i < 180; ++i) {
            if (i % 30 == 29) both.change();
            both.ask();
            if (testing::Test::HasFatalFailure()) return;
        }
    }
}

}  // namespace
}  // namespace elkhorn::search
