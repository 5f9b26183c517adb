// Wildcards over long texts without a dictionary, against a plain walk over the texts.

#include "search/run/test_index.h"
#include "text/json_text.h"

#include <fmt/format.h>

namespace elkhorn::search {
namespace {

/// `*` any characters, `?` one; texts are ASCII.
bool plain_match(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern[0] == '*') {
        for (std::size_t i = 0; i <= text.size(); ++i) {
            if (plain_match(pattern.substr(1), text.substr(i))) return true;
        }
        return false;
    }
    return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
           plain_match(pattern.substr(1), text.substr(1));
}

class TextScan : public testing::Test {
protected:
    static constexpr int documents = 400;
    static constexpr std::size_t ignore_above = 256;

    void SetUp() override {
        for (int i = 0; i < documents; ++i) {
            texts_.push_back(text());
            std::string json = R"({"message":)";
            text::append_json_string(json, texts_.back());
            index_.put("logs", std::to_string(i), json + "}");
        }
    }

    /// Words that have others in them, joined as in paths, addresses and numbers.
    std::string text() {
        static constexpr std::array words{
            "connection", "Connect", "refused",    "GET",    "/a/b", "10.0.0.1", "foo.bar",
            "foo",        "x=1,y=2", "2024-01-02", "error:", "it's", "a",        "under_score"};
        std::string text;
        for (int i = 0; i < 12; ++i) {
            if (i > 0) text += random_.below(4) == 0 ? "-" : " ";
            text += words[random_.below(words.size())];
            if (random_.below(3) == 0) text += std::to_string(random_.below(100'000));
        }
        // A word of more than 255 characters is two in the token index.
        if (random_.below(20) == 0) text = std::string(250, 'z') + "needle";
        return text;
    }

    /// A stretch of one of the texts, holes made in it.
    std::string pattern() {
        const std::string& from = texts_[random_.below(texts_.size())];
        const std::size_t at = random_.below(from.size());
        std::string cut = from.substr(at, 1 + random_.below(30));
        for (char& c : cut) {
            if (random_.below(12) == 0) c = random_.below(2) == 0 ? '*' : '?';
        }
        const bool begins = random_.below(4) == 0;
        return (begins ? "" : "*") + cut + (random_.below(4) == 0 ? "" : "*");
    }

    TestIndex index_{1000};
    Random random_{11};
    std::vector<std::string> texts_;
};

TEST_F(TextScan, FindsWhatAWalkFinds) {
    const auto context = index_.context();
    const auto* column =
        context.indices[0]->groups[0].group->find("message", store::ColumnKind::text);
    ASSERT_NE(column, nullptr);
    ASSERT_FALSE(column->has_dictionary());
    ASSERT_TRUE(column->has_token_index());
    int found = 0;
    for (int i = 0; i < 500; ++i) {
        const std::string wanted = pattern();
        std::string expected;
        for (int number = 0; number < documents; ++number) {
            const std::string& text = texts_[static_cast<std::size_t>(number)];
            if (text.size() > ignore_above || !plain_match(wanted, text)) continue;
            expected += (expected.empty() ? "" : " ") + std::to_string(number);
            ++found;
        }
        std::string query = R"({"wildcard":{"message.keyword":)";
        text::append_json_string(query, wanted);
        EXPECT_EQ(index_.ids(R"({"size":1000,"sort":["_doc"],"query":)" + query + "}}}"), expected)
            << wanted;
    }
    EXPECT_GT(found, 500);
}

}  // namespace
}  // namespace elkhorn::search
