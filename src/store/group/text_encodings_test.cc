// Whatever encoding a column of texts gets, it gives the texts back, finds each of their words in
// exactly the rows that hold it, and lists the words in order: against a plain walk over the texts.

#include "base/random.h"
#include "store/group/group_builder.h"
#include "store/group/group_reader.h"
#include "text/analysis/tokenizer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace elkhorn::store {
namespace {

using Rows = std::vector<std::vector<std::string>>;  // the values of each row

std::shared_ptr<const RowGroup> group_of(const Rows& rows,
                                         const std::vector<std::string>& hosts = {}) {
    GroupBuilder builder(0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        NewRow row;
        row.seq_no = static_cast<std::int64_t>(i);
        row.source = "{}";
        const std::uint32_t number = builder.add(row);
        if (!hosts.empty()) {
            builder.add_text(builder.column("host", ColumnKind::text), number, hosts[i], {});
            builder.add_text(builder.column("copy", ColumnKind::text), number,
                             "of-" + hosts[i].substr(0, 3), {});
        }
        for (const std::string& value : rows[i]) {
            ColumnBuilder& column = builder.column("text", ColumnKind::text);
            column.tokens = true;
            builder.add_text(column, number, value, {});
        }
    }
    auto bytes = std::make_shared<const std::string>(builder.encode());
    auto group = open_group({bytes, *bytes, "test", 0}, 7, std::make_shared<Cache>(1 << 26));
    EXPECT_TRUE(group) << group.error().message;
    return group ? *group : nullptr;
}

std::map<std::string, std::set<std::uint32_t>> words_of(const Rows& rows) {
    std::map<std::string, std::set<std::uint32_t>> words;
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        for (const std::string& value : rows[row]) {
            text::Tokenizer tokens(value);
            while (tokens.next())
                words[std::string(tokens.token())].insert(row);
        }
    }
    return words;
}

std::set<std::uint32_t> set_of(const Bitmap& rows) {
    std::set<std::uint32_t> set;
    rows.for_each([&](std::uint32_t row) { set.insert(row); });
    return set;
}

void expect_texts(const Column& column, const Rows& rows) {
    const auto values = column.row_values();
    ASSERT_TRUE(values) << values.error().message;
    const auto texts = column.texts();
    std::size_t longest = 0;
    for (const auto& row : rows) {
        for (const std::string& value : row)
            longest = std::max(longest, value.size());
    }
    EXPECT_EQ(column.longest_text(), longest);
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        ASSERT_EQ((*values)->last(row) - (*values)->first(row), rows[row].size());
        for (std::uint32_t i = 0; i < rows[row].size(); ++i) {
            const auto text = texts->at((*values)->first(row) + i);
            ASSERT_TRUE(text) << text.error().message;
            ASSERT_EQ(*text, rows[row][i]) << "row " << row;
        }
    }
}

void expect_words(const Column& column, const Rows& rows) {
    ASSERT_TRUE(column.has_token_index());
    const auto words = words_of(rows);
    std::uint64_t tokens = 0;
    for (const auto& row : rows) {
        for (const std::string& value : row) {
            text::Tokenizer walk(value);
            while (walk.next())
                ++tokens;
        }
    }
    EXPECT_EQ(column.token_count(), tokens);
    for (const auto& [word, expected] : words) {
        const auto found = column.rows_with_token(word);
        ASSERT_TRUE(found) << found.error().message;
        ASSERT_EQ(set_of(*found), expected) << word;
    }
    for (const char* absent : {"nowhere", "", "99999999999999999999", "4711", "zzz"}) {
        const auto found = column.rows_with_token(absent);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->any(), words.contains(absent)) << absent;
    }
    for (const std::string prefix : {"", "1", "w", "e"}) {
        std::map<std::string, std::set<std::uint32_t>> expected;
        for (const auto& [word, in] : words) {
            if (word.starts_with(prefix)) expected[word] = in;
        }
        std::map<std::string, std::set<std::uint32_t>> found;
        std::string former;
        const auto done = column.visit_tokens(
            prefix, [](std::string_view) { return true; },
            [&](std::string_view token, const Bitmap& in) {
                EXPECT_TRUE(found.empty() || former < token) << former << " " << token;
                former = token;
                found[std::string(token)] = set_of(in);
                return true;
            });
        ASSERT_TRUE(done) << done.error().message;
        ASSERT_EQ(found, expected) << "prefix " << prefix;
    }
}

void expect_found_by_text(const Column& column, const Rows& rows) {
    for (std::uint32_t row = 0; row < rows.size(); row += 37) {
        for (const std::string& value : rows[row]) {
            std::set<std::uint32_t> expected;
            for (std::uint32_t i = 0; i < rows.size(); ++i) {
                if (std::ranges::find(rows[i], value) != rows[i].end()) expected.insert(i);
            }
            const auto found = column.rows_with_text(value);
            ASSERT_TRUE(found) << found.error().message;
            ASSERT_EQ(set_of(*found), expected) << value;
        }
    }
    const auto none = column.rows_with_text("no such text");
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->any());
}

/// Of words that are there often and seldom, of numbers, of what begins so, of what is nowhere.
std::vector<WantedWord> some_words(const Rows& rows) {
    std::vector<WantedWord> wanted{{"", true}, {"1", true}, {"u", true}, {"nowhere", false}};
    const auto words = words_of(rows);
    std::size_t i = 0;
    for (const auto& [word, in] : words) {
        if (i++ % (words.size() / 16 + 1) == 0) wanted.push_back({word, false});
    }
    wanted.push_back(wanted.back());  // the same word twice, as in "that that"
    return wanted;
}

void expect_places(const Column& column, const Rows& rows) {
    const std::vector<WantedWord> wanted = some_words(rows);
    auto places = column.word_places(wanted);
    ASSERT_TRUE(places) << places.error().message;
    EXPECT_EQ(*places != nullptr, column.encoding_name() == "templates");
    if (*places == nullptr) return;
    const auto values = column.row_values();
    ASSERT_TRUE(values);
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        for (std::uint32_t i = 0; i < rows[row].size(); ++i) {
            std::vector<std::pair<std::uint32_t, std::uint32_t>> expected;
            std::uint32_t words = 0;
            for (text::Tokenizer cut(rows[row][i]); cut.next(); ++words) {
                for (std::uint32_t w = 0; w < wanted.size(); ++w) {
                    if (wanted[w].prefix ? cut.token().starts_with(wanted[w].word)
                                         : cut.token() == wanted[w].word)
                        expected.emplace_back(words, w);
                }
            }
            std::vector<WordPlaces::Found> found;
            const auto counted = (*places)->of((*values)->first(row) + i, found);
            ASSERT_TRUE(counted) << counted.error().message;
            EXPECT_EQ(*counted, words);
            std::vector<std::pair<std::uint32_t, std::uint32_t>> seen;
            for (const auto& [which, place] : found)
                seen.emplace_back(place, which);
            ASSERT_EQ(seen, expected) << rows[row][i];
        }
    }
}

void expect_counts(const Column& column, const Rows& rows) {
    const auto values = column.row_values();
    ASSERT_TRUE(values);
    for (const WantedWord& wanted : some_words(rows)) {
        if (wanted.prefix) continue;
        auto counts = column.word_counts(wanted.word);
        ASSERT_TRUE(counts) << counts.error().message;
        EXPECT_EQ(*counts != nullptr, column.encoding_name() == "templates");
        if (*counts == nullptr) return;
        for (int round = 0; round < 2; ++round) {  // the second one begins again
            for (std::uint32_t row = 0; row < rows.size(); ++row) {
                for (std::uint32_t i = 0; i < rows[row].size(); ++i) {
                    WordCounts::Count expected{0, 0};
                    for (text::Tokenizer cut(rows[row][i]); cut.next(); ++expected.words)
                        expected.times += cut.token() == wanted.word ? 1 : 0;
                    if (expected.times == 0) continue;
                    const auto found = (*counts)->of((*values)->first(row) + i);
                    ASSERT_TRUE(found) << found.error().message;
                    ASSERT_EQ(found->times, expected.times) << wanted.word << ": " << rows[row][i];
                    ASSERT_EQ(found->words, expected.words) << rows[row][i];
                }
            }
        }
    }
}

/// All promises for a column that has no dictionary.
void expect_all(const Rows& rows, const std::vector<std::string>& hosts = {}) {
    const auto group = group_of(rows, hosts);
    ASSERT_NE(group, nullptr);
    const Column* column = group->find("text", ColumnKind::text);
    ASSERT_NE(column, nullptr);
    ASSERT_FALSE(column->has_dictionary());
    expect_texts(*column, rows);
    expect_words(*column, rows);
    expect_places(*column, rows);
    expect_counts(*column, rows);
    expect_found_by_text(*column, rows);
}

std::string pick(Random& random, std::initializer_list<const char*> of) {
    return of.begin()[random.below(of.size())];
}

TEST(TextEncodings, MessagesOfAFewTemplates) {
    Random random(1);
    Rows rows;
    std::vector<std::string> hosts;
    for (int i = 0; i < 3000; ++i) {
        const std::string host = fmt::format("h{:02}", random.below(40));
        hosts.push_back(host);
        if (random.below(3) == 0) {
            rows.push_back(
                {fmt::format("{:02}:{:02}:{:02} {} sshd[{}]: Accepted key for user{} from "
                             "10.0.0.{}",
                             i / 1000, i / 60 % 60, i % 60, host, random.below(65536),
                             random.below(9), random.below(255))});
        } else {
            rows.push_back(
                {fmt::format("{} {} {} took {} ms, {}", pick(random, {"GET", "get", "Get"}),
                             pick(random, {"/a/b", "/index.html", "/"}),
                             pick(random, {"200", "404", "0", "007"}), random.below(5000), host)});
        }
    }
    expect_all(rows, hosts);
}

TEST(TextEncodings, FreeTextOfManyLengths) {
    Random random(2);
    Rows rows;
    for (int i = 0; i < 2000; ++i) {
        std::string text;
        for (std::uint64_t words = random.below(20); words > 0; --words) {
            text += pick(random, {"", " ", "  ", ", ", "\1", "\2\1", "--", "[", "]: ", "\n"});
            text +=
                fmt::format("{}{}", pick(random, {"w", "W", "e", "É", "ß", "straße", "12", "0"}),
                            random.below(300));
        }
        rows.push_back({text});
    }
    expect_all(rows);
}

TEST(TextEncodings, SeveralValuesARowAndRowsWithout) {
    Random random(3);
    Rows rows;
    for (int i = 0; i < 1500; ++i) {
        rows.emplace_back();
        for (std::uint64_t n = random.below(4); n > 0; --n)
            rows.back().push_back(
                fmt::format("event {} of {} at w{}", random.below(1 << 30), i, random.below(50)));
    }
    expect_all(rows);
}

TEST(TextEncodings, HexadecimalIds) {
    Random random(4);
    const auto hex = [&](int digits) {
        std::string text;
        while (digits-- > 0)
            text.push_back("0123456789abcdef"[random.below(16)]);
        return text;
    };
    Rows ids;
    Rows uuids;
    for (int i = 0; i < 1000; ++i) {
        ids.push_back(i % 10 == 0 ? std::vector<std::string>() : std::vector{hex(32)});
        uuids.push_back({fmt::format("{}-{}-{}-{}-{}", hex(8), hex(4), hex(4), hex(4), hex(12))});
    }
    expect_all(ids);
    expect_all(uuids);
    Rows spans;  // of OpenTelemetry have 16 digits; these are no whole blocks of 16
    for (int i = 0; i < 1000; ++i)
        spans.push_back({hex(20)});
    expect_all(spans);
}

TEST(TextEncodings, IdsThatAreNotAllHexadecimal) {
    Random random(5);
    Rows rows;
    for (int i = 0; i < 1000; ++i)
        rows.push_back({fmt::format("{:016x}{}", random.below(~0ULL), i == 500 ? "Z" : "0")});
    expect_all(rows);
}

TEST(TextEncodings, OneCharacterThatIsNoDigitAtEveryPlace) {
    Random random(7);
    constexpr std::string_view odd = "/:@AG`gz~";
    for (std::size_t at = 0; at < 18; ++at) {
        Rows rows;
        for (int i = 0; i < 1000; ++i)
            rows.push_back({fmt::format("{:018x}", random.below(~0ULL))});
        rows[500][0][at] = odd[at % odd.size()];
        rows[501][0][at] = odd[(at + 4) % odd.size()];
        expect_all(rows);
    }
}

TEST(TextEncodings, ColumnsThatAreFunctionsOfOthers) {
    Random random(6);
    std::vector<std::string> hosts;
    Rows rows;
    for (int i = 0; i < 2000; ++i) {
        hosts.push_back(fmt::format("h{:02}", random.below(60)));
        rows.push_back({fmt::format("n{} on {}", random.below(1 << 20), hosts.back())});
    }
    const auto group = group_of(rows, hosts);
    ASSERT_NE(group, nullptr);
    const Column* host = group->find("host", ColumnKind::text);
    const Column* copy = group->find("copy", ColumnKind::text);
    ASSERT_TRUE(host != nullptr && copy != nullptr && copy->has_dictionary());
    EXPECT_LT(copy->size_bytes(), 1000U);  // 2,000 ordinals of 6 bits would be 1,500
    const auto dictionary = copy->dictionary();
    const auto ordinals = copy->ordinals();
    ASSERT_TRUE(dictionary && ordinals) << ordinals.error().message;
    for (std::uint32_t row = 0; row < hosts.size(); ++row)
        ASSERT_EQ((**dictionary)[(*ordinals)->values[row]], "of-" + hosts[row]);
}

}  // namespace
}  // namespace elkhorn::store
