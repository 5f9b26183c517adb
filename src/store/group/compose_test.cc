// Texts made of other columns' values come back to the letter and are found by their words, take
// next to no room, and are made of nothing that is made of them.

#include "store/group/compose.h"

#include "base/random.h"
#include "store/group/group_reader.h"
#include "text/analysis/tokenizer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::store {
namespace {

/// Values of a row, in the order of the columns; numbers as they are written.
using Record = std::vector<std::pair<std::string, std::string>>;

bool is_number(std::string_view path) {
    return path.starts_with("n_");
}

class Group {
public:
    explicit Group(const std::vector<Record>& records) : records_(records) {
        GroupBuilder builder(0);
        for (std::size_t i = 0; i < records.size(); ++i) {
            NewRow made;
            made.seq_no = static_cast<std::int64_t>(i);
            made.source = "{}";
            const std::uint32_t row = builder.add(made);
            for (const auto& [path, value] : records[i]) {
                if (is_number(path)) {
                    builder.column(path, ColumnKind::integer).add_integer(row, std::stoll(value));
                    continue;
                }
                ColumnBuilder& column = builder.column(path, ColumnKind::text);
                column.tokens = true;
                builder.add_text(column, row, value, {});
            }
        }
        auto bytes = std::make_shared<const std::string>(builder.encode());
        auto group = open_group({bytes, *bytes, "test", 0}, 7, std::make_shared<Cache>(1 << 26));
        EXPECT_TRUE(group) << group.error().message;
        if (group) group_ = *group;
    }

    const Column& column(std::string_view path) const {
        return *group_->find(path, ColumnKind::text);
    }

    bool composed(std::string_view path) const { return column(path).encoding_name() == "shapes"; }

    void expect_back(std::string_view path) const {
        const Column& texts = column(path);
        const auto reader = texts.texts();
        std::map<std::string, std::set<std::uint32_t>> words;
        for (std::uint32_t row = 0; row < records_.size(); ++row) {
            const std::string expected = value_of(row, path);
            const auto text = reader->at(row);
            ASSERT_TRUE(text) << text.error().message;
            ASSERT_EQ(*text, expected) << path << " of row " << row;
            text::Tokenizer tokens(expected);
            while (tokens.next())
                words[std::string(tokens.token())].insert(row);
            const auto found = texts.rows_with_text(expected);
            ASSERT_TRUE(found && found->test(row));
        }
        for (const auto& [word, rows] : words) {
            const auto found = texts.rows_with_token(word);
            ASSERT_TRUE(found) << found.error().message;
            std::set<std::uint32_t> set;
            found->for_each([&](std::uint32_t row) { set.insert(row); });
            ASSERT_EQ(set, rows) << word;
        }
    }

private:
    std::string value_of(std::uint32_t row, std::string_view path) const {
        for (const auto& [name, value] : records_[row]) {
            if (name == path) return value;
        }
        return "";
    }

    const std::vector<Record>& records_;
    std::shared_ptr<const RowGroup> group_;
};

/// An access log as grok leaves it: some lines without bytes, some that do not fit at all.
std::vector<Record> access_log(int lines, bool original) {
    Random random(3);
    std::vector<Record> records;
    for (int i = 0; i < lines; ++i) {
        const std::string client = fmt::format("10.0.{}.{}", random.below(9), random.below(250));
        const std::string verb = random.chance(0.8) ? "GET" : "POST";
        const std::string request =
            random.chance(0.1) ? "/" : fmt::format("/a/{}?q={}", random.below(99), random.next());
        const std::string status = std::to_string(200 + random.below(3));
        const std::string bytes = std::to_string(random.below(100'000));
        const bool with_bytes = random.chance(0.9);
        std::string line = fmt::format("{} - - \"{} {} HTTP/1.1\" {} {}", client, verb, request,
                                       status, with_bytes ? bytes : "-");
        if (i % 41 == 7) line = fmt::format("something else, number {}", random.next());
        Record record = {{"message", line}};
        if (original) record.emplace_back("original", line);
        if (i % 41 != 7) {
            record.insert(record.end(), {{"client", client},
                                         {"ident", "-"},
                                         {"auth", "-"},
                                         {"verb", verb},
                                         {"request", request},
                                         {"version", "1.1"},
                                         {"status", status}});
            if (with_bytes) record.emplace_back("n_bytes", bytes);
        }
        records.push_back(std::move(record));
    }
    return records;
}

TEST(Compose, AMessageOfTheFieldsThatGrokFoundInIt) {
    const auto records = access_log(2000, false);
    const Group group(records);
    EXPECT_TRUE(group.composed("message"));
    group.expect_back("message");
    const Column& message = group.column("message");
    EXPECT_LT(message.size_bytes() - message.index_bytes(), 4000U) << "2 bytes a row";
}

TEST(Compose, ACopyIsMadeOfTheOther) {
    const auto records = access_log(500, true);
    const Group group(records);
    EXPECT_TRUE(group.composed("message"));
    EXPECT_TRUE(group.composed("original"));
    group.expect_back("message");
    group.expect_back("original");
}

TEST(Compose, ThreeCopiesAreMadeOfOne) {
    Random random(5);
    std::vector<Record> records;
    for (int i = 0; i < 300; ++i) {
        const std::string text =
            fmt::format("unlike others {:x} {:x}", random.next(), random.next());
        records.push_back({{"a", text}, {"b", text}, {"c", text}});
    }
    const Group group(records);
    int composed = 0;
    for (const char* path : {"a", "b", "c"}) {
        group.expect_back(path);
        composed += group.composed(path) ? 1 : 0;
    }
    EXPECT_EQ(composed, 2);
}

/// What a query can be held against text by text needs no index of its words.
TEST(Compose, FewTextsHaveNoTokenIndex) {
    std::vector<Record> records;
    for (int i = 0; i < 500; ++i) {
        const std::string host = fmt::format("web {}", i % 20);
        records.push_back({{"host", host}, {"name", "name of " + host}});
    }
    const Group group(records);
    for (const char* path : {"host", "name"}) {
        EXPECT_FALSE(group.column(path).has_token_index()) << path;
        EXPECT_EQ(group.column(path).token_count(), path == std::string("host") ? 1000U : 2000U);
    }
    EXPECT_EQ(group.column("host").encoding_name(), "derived");
}

TEST(Compose, TextsOfTheirOwnAreNot) {
    Random random(7);
    std::vector<Record> records;
    for (int i = 0; i < 500; ++i) {
        const std::string user = fmt::format("user{}", random.below(50));
        records.push_back({{"message", fmt::format("{} did {:x} to {:x} and more", user,
                                                   random.next(), random.next())},
                           {"user", user}});
    }
    const Group group(records);
    EXPECT_FALSE(group.composed("message"));
    group.expect_back("message");
}

}  // namespace
}  // namespace elkhorn::store
