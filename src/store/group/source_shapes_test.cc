// What comes back as `_source` is what went in: the same JSON, key order and number text included,
// but for white space and for the way a string's characters are escaped. Random documents, and
// those that are odd in every way a stranger could think of.

#include "base/log.h"
#include "base/random.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "json/parse.h"
#include "store/node/store.h"
#include "text/json_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace elkhorn::store {
namespace {

/// The JSON without blanks and with every string escaped in one way; numbers stay as they stand.
std::string canonical(std::string_view json) {
    std::string out;
    json::Parser parser;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i] != '"') {
            if (json[i] != ' ' && json[i] != '\n' && json[i] != '\t') out.push_back(json[i]);
            continue;
        }
        const std::size_t begin = i++;
        for (; json[i] != '"'; ++i) {
            if (json[i] == '\\') ++i;
        }
        event::Arena arena;
        const std::string object = fmt::format("{{\"k\":{}}}", json.substr(begin, i + 1 - begin));
        const auto parsed = parser.parse(object, arena);
        if (parsed)
            text::append_json_string(out, parsed->as_object().find("k")->as_string());
        else
            out += json.substr(begin, i + 1 - begin);
    }
    return out;
}

class Bench {
public:
    Bench() : flattener_(std::make_shared<json::Flattener>(names_)) {
        log::configure(log::Level::off, log::Format::text);
        Options options;
        options.flatten = json::flatten_one(names_);
        options.field_names = &names_;
        options.random_seed = 7;
        options.background = false;
        auto opened = Store::open(disk_.view(), options);
        EXPECT_TRUE(opened) << opened.error().message;
        if (opened) store_ = std::move(*opened);
    }

    /// Writes all, flushes, and compares what comes back.
    void expect_back(const std::vector<std::string>& sources) {
        for (const std::string& source : sources) {
            event::Document document;
            flattener_->reset();
            ASSERT_TRUE(flattener_->flatten(source, source.size(), document)) << source;
            const Write write{"i", Action::index, {}, source, &document, {}};
            ASSERT_TRUE(store_->write(std::span(&write, 1)));
        }
        ASSERT_TRUE(store_->flush());
        ASSERT_TRUE(store_->refresh("i"));
        const auto view = store_->view("i");
        ASSERT_TRUE(view) << view.error().message;
        std::size_t at = 0;
        for (const GroupView& group : (*view)->groups) {
            const auto reader = group.group->sources();
            for (std::uint32_t row = 0; row < group.group->rows(); ++row, ++at) {
                const auto source = reader->at(row);
                ASSERT_TRUE(source) << source.error().message;
                ASSERT_EQ(canonical(*source), canonical(sources[at])) << "document " << at;
            }
        }
        EXPECT_EQ(at, sources.size());
    }

    Store& store() { return *store_; }

private:
    io::FakeDisk disk_;
    event::FieldNames names_;
    std::shared_ptr<json::Flattener> flattener_;
    std::unique_ptr<Store> store_;
};

/// Random JSON: few keys, so that types meet under one path; all the ways to write a number.
class Maker {
public:
    explicit Maker(std::uint64_t seed) : random_(seed) {}

    std::string document() { return object(0); }

private:
    std::string pick(std::initializer_list<const char*> of) {
        return of.begin()[random_.below(of.size())];
    }

    std::string blank() { return random_.below(20) == 0 ? pick({" ", "\n", "\t  "}) : ""; }

    std::string number() {
        switch (random_.below(6)) {
            case 0: return std::to_string(random_.below(100));
            case 1: return fmt::format("{}", static_cast<double>(random_.below(1000)) / 8);
            case 2: return fmt::format("-{}", random_.below(1ULL << 62));
            case 3:
                return pick({"1e3", "1E3", "1.0", "1.50", "0", "-0", "-0.0", "1e-7", "1e300",
                             "9007199254740993", "0.1", "123456.789", "2.5e10", "1e+2",
                             "9223372036854775807", "18446744073709551615"});
            case 4: return fmt::format("{}.{:03}", random_.below(50), random_.below(1000));
            default: return std::to_string(random_.below(3));
        }
    }

    std::string text() {
        switch (random_.below(7)) {
            case 0:
                return pick({"\"\"", "\"\\u00e9\"", "\"é\"", "\"a\\/b\"", "\"\\\\\"",
                             "\"\\\"x\\\"\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"true\"",
                             "\"null\"", "\"12\"", "\"1.0\"", "\"\\n\\t\""});
            case 1:
                return pick({"\"2024-05-01T10:00:00.000Z\"", "\"2024-05-01T10:00:00Z\"",
                             "\"2024-05-01T10:00:00.123456Z\"", "\"2024-05-01\"",
                             "\"2024-05-01T10:00:00+02:00\"", "\"2024-05-01T10:00:00.5Z\""});
            case 2: return fmt::format("\"{}\"", std::string(random_.below(400), 'x'));
            case 3: return fmt::format("\"10.0.0.{}\"", random_.below(300));
            default:
                return fmt::format("\"user {} did {} in {}\"", random_.below(20),
                                   pick({"this", "that", "THAT"}), number());
        }
    }

    std::string value(int depth) {
        const std::uint64_t choice = random_.below(depth > 3 ? 8 : 12);
        if (choice < 3) return number();
        if (choice < 6) return text();
        if (choice == 6) return pick({"true", "false"});
        if (choice == 7) return "null";
        return choice < 10 ? object(depth + 1) : array(depth + 1);
    }

    std::string array(int depth) {
        std::string out = "[" + blank();
        for (std::uint64_t n = random_.below(4), i = 0; i < n; ++i)
            out += (i == 0 ? "" : "," + blank()) + value(depth) + blank();
        return out + "]";
    }

    std::string object(int depth) {
        std::string out = "{" + blank();
        bool first = true;
        for (const char* key : {"a", "b", "c.d", "c", "when", "e\\u0301", "\\\"q\\\"", ""}) {
            if (random_.below(3) != 0) continue;
            if (!first) out += "," + blank();
            first = false;
            out += fmt::format("\"{}\"{}:{}{}", key, blank(), blank(), value(depth));
        }
        return out + blank() + "}";
    }

    Random random_;
};

TEST(SourceShapes, RandomDocumentsComeBack) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Bench bench;
        Maker maker(seed);
        std::vector<std::string> sources;
        for (int i = 0; i < 400; ++i)
            sources.push_back(maker.document());
        bench.expect_back(sources);
    }
}

TEST(SourceShapes, MoreShapesThanAreKept) {
    std::vector<std::string> sources;
    for (int i = 0; i < 1500; ++i)
        sources.push_back(fmt::format("{{\"k{}\":{},\"x\":\"y\"}}", i, i));
    Bench().expect_back(sources);
}

TEST(SourceShapes, ADocumentOfMoreValuesThanAShapeMayHave) {
    std::string many = "1";
    for (int i = 0; i < 5000; ++i)
        many += ",1";
    Bench().expect_back({"{\"a\":[" + many + "]}", "{\"a\":1}"});
}

/// Names that Elasticsearch refuses, wherever they stand: one rule, the names joined by dots.
TEST(OddNames, DocumentsComeBackAndTheirFieldsAreFoundByTheNamesJoinedByDots) {
    const std::vector<std::string> names = {"",    ".",   "..",  "a..b", ".a", "a.", "a",  " ",
                                            "a b", "...", ".a.", "_",    "\"", "*",  "a.b"};
    Bench bench;
    std::vector<std::string> sources;
    std::vector<std::string> paths;
    for (const std::string& name : names) {
        std::string key;
        text::append_json_string(key, name);
        const auto add = [&](const std::string& source, const std::string& path) {
            sources.push_back(source);
            paths.push_back(path);
        };
        const auto value = [&] {
            return fmt::format("\"word{}\"", sources.size());
        };
        add(fmt::format("{{{}:{}}}", key, value()), name);
        add(fmt::format("{{{}:[{},\"more\"]}}", key, value()), name);
        add(fmt::format("{{\"o\":{{{}:{}}}}}", key, value()), "o." + name);
        add(fmt::format("{{{}:{{\"o\":{}}}}}", key, value()), name + ".o");
        add(fmt::format("{{{0}:{{{0}:{1}}}}}", key, value()), name + "." + name);
        add(fmt::format("{{\"o\":[{{{0}:{1}}},{{{0}:[{{{0}:7}}]}}]}}", key, value()), "o." + name);
    }
    bench.expect_back(sources);
    const auto view = *bench.store().view("i");
    for (std::size_t i = 0; i < paths.size(); ++i) {
        EXPECT_NE(view->mapping->find(paths[i]), nullptr) << sources[i];
        int rows = 0;
        for (const GroupView& shown : view->groups) {
            const Column* column = shown.group->find(paths[i], ColumnKind::text);
            if (column == nullptr) continue;
            const auto found = column->rows_with_text(fmt::format("word{}", i));
            if (column->has_dictionary()) {
                const auto ordinal = (*column->dictionary())->find(fmt::format("word{}", i));
                rows += ordinal ? 1 : 0;
            } else {
                rows += static_cast<int>(found->count());
            }
        }
        EXPECT_EQ(rows, 1) << sources[i] << " as " << paths[i];
        EXPECT_EQ(view->groups[0].group->find(paths[i], ColumnKind::spare), nullptr) << sources[i];
    }
}

}  // namespace
}  // namespace elkhorn::store
