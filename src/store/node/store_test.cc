// The engine through its front door, on a disk in memory: what is written can be read back, before
// and after a refresh, a flush, a restart and a crash.

#include "store/node/store.h"

#include "io/workers.h"
#include "store/node/test_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>

namespace elkhorn::store {
namespace {

class Bench : public TestStore {
public:
    explicit Bench(std::uint32_t group_rows = 100, std::uint64_t tombstone_limit_bytes = 1 << 20,
                   bool background = false)
        : TestStore([=](Options& options) {
              options.group_rows = group_rows;
              options.tombstone_limit_bytes = tombstone_limit_bytes;
              options.background = background;
          }) {}
};

TEST(Store, KeepsDocumentsAcrossRefreshFlushAndRestart) {
    Bench bench;
    std::map<std::string, std::string> expected;
    for (int i = 0; i < 350; ++i) {
        const std::string source = R"({"n":)" + std::to_string(i) + R"(,"host":"web)" +
                                   std::to_string(i % 7) + R"(","message":"line )" +
                                   std::to_string(i) + R"("})";
        const Written written = bench.put("logs", source);
        ASSERT_FALSE(written.error) << written.error->message;
        EXPECT_EQ(written.seq_no, i);
        expected[written.id] = source;
        if (i == 120) {
            ASSERT_TRUE(bench.store().flush());
        }
    }
    EXPECT_EQ(bench.contents("logs"), expected);
    bench.open();
    EXPECT_EQ(bench.contents("logs"), expected);
    ASSERT_TRUE(bench.store().flush());
    bench.open();
    EXPECT_EQ(bench.contents("logs"), expected);
    for (const auto& [id, source] : expected) {
        const auto found = bench.store().get("logs", id);
        ASSERT_TRUE(found && *found) << id;
        EXPECT_EQ((*found)->source, source);
    }
}

TEST(Store, ReplacesADocumentByItsIdWhereverTheOldOneLies) {
    Bench bench(10);
    for (int round = 1; round <= 4; ++round) {
        for (int i = 0; i < 25; ++i) {
            const std::string source = R"({"round":)" + std::to_string(round) + "}";
            const Written written = bench.put("logs", source, "doc-" + std::to_string(i));
            ASSERT_FALSE(written.error) << written.error->message;
            EXPECT_EQ(written.version, round);
            EXPECT_EQ(written.effect == Effect::created, round == 1);
        }
        if (round == 2) {
            ASSERT_TRUE(bench.store().flush());
        }
        if (round == 3) bench.open();
        const auto all = bench.contents("logs");
        EXPECT_EQ(all.size(), 25U);
        for (const auto& [id, source] : all)
            EXPECT_EQ(source, R"({"round":)" + std::to_string(round) + "}");
    }
    const Written conflict = bench.put("logs", "{}", "doc-3", Action::create);
    ASSERT_TRUE(conflict.error);
    EXPECT_EQ(conflict.error->code, ErrorCode::conflict);
}

TEST(Store, ReplacesADocumentByAnIdItGeneratedItself) {
    Bench bench(10);
    std::vector<std::string> ids;
    for (int i = 0; i < 25; ++i)
        ids.push_back(bench.put("logs", "{\"a\":1}").id);
    const Written written = bench.put("logs", "{\"a\":2}", ids[3]);
    ASSERT_FALSE(written.error);
    EXPECT_EQ(written.version, 2);
    ASSERT_TRUE(bench.store().flush());
    bench.open();
    const auto all = bench.contents("logs");
    EXPECT_EQ(all.size(), 25U);
    EXPECT_EQ(all.at(ids[3]), "{\"a\":2}");
    EXPECT_EQ((*bench.store().get("logs", ids[3]))->source, "{\"a\":2}");
}

TEST(Store, ADeletedDocumentStaysDeletedWhereverItLies) {
    Bench bench(10);
    for (int i = 0; i < 25; ++i)
        bench.put("logs", "{\"a\":1}", "doc-" + std::to_string(i));
    const std::string made = bench.put("logs", "{\"a\":1}").id;
    EXPECT_EQ(bench.contents("logs").size(), 26U);
    EXPECT_EQ(bench.remove("logs", "doc-24").effect, Effect::deleted) << "in the growing builder";
    EXPECT_EQ(bench.remove("logs", "doc-3").effect, Effect::deleted) << "in an encoded row group";
    EXPECT_EQ(bench.contents("logs").size(), 24U);
    ASSERT_TRUE(bench.store().flush());
    EXPECT_EQ(bench.remove("logs", "doc-4").effect, Effect::deleted) << "in a segment";
    EXPECT_EQ(bench.remove("logs", made).effect, Effect::deleted) << "by a generated id";
    EXPECT_EQ(bench.contents("logs").size(), 22U);
    const auto found = bench.store().get("logs", "doc-4");
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found);
    bench.open();
    EXPECT_EQ(bench.contents("logs").size(), 22U) << "replayed onto the segments";
    ASSERT_TRUE(bench.store().flush());
    bench.open();
    EXPECT_EQ(bench.contents("logs").size(), 22U) << "of the deletes file";
    EXPECT_EQ(bench.remove("logs", "doc-4").effect, Effect::missing);
    EXPECT_EQ(bench.remove("nowhere", "doc-4").error->code, ErrorCode::not_found);
    EXPECT_FALSE(bench.store().exists("nowhere"));
}

TEST(Store, VersionsAndNumbersGoOnThroughADelete) {
    Bench bench;
    EXPECT_EQ(bench.put("logs", "{}", "a").version, 1);
    EXPECT_EQ(bench.remove("logs", "a").version, 2);
    EXPECT_EQ(bench.remove("logs", "a").version, 3);
    bench.open();  // the log remembers
    const Written again = bench.put("logs", "{}", "a");
    EXPECT_EQ(again.version, 4);
    EXPECT_EQ(again.seq_no, 3);
    EXPECT_EQ(again.effect, Effect::created);
    EXPECT_EQ(bench.remove("logs", "a", 2).error->code, ErrorCode::conflict);
    EXPECT_EQ(bench.remove("logs", "a", 3).seq_no, 4);
    EXPECT_EQ(bench.remove("logs", "a", 4).error->code, ErrorCode::conflict) << "it is not there";
    // A flush that has nothing but deletes to say keeps their numbers from being used again.
    ASSERT_TRUE(bench.store().flush());
    EXPECT_EQ(bench.remove("logs", "never was").seq_no, 5);
    bench.open();
    ASSERT_TRUE(bench.store().flush());  // the log's old file goes
    bench.open();
    EXPECT_EQ(bench.put("logs", "{}", "b").seq_no, 6);
}

TEST(Store, TombstonesAreForgottenByAgeAndByBytes) {
    Bench bench(100, 10'000);
    bench.put("logs", "{}", "old");
    bench.remove("logs", "old");
    bench.clock().advance_ns(61'000'000'000);
    EXPECT_EQ(bench.put("logs", "{}", "old").version, 1) << "a minute has gone";
    for (int i = 0; i < 1000; ++i)
        bench.remove("logs", "id-" + std::to_string(i));
    EXPECT_EQ(bench.put("logs", "{}", "id-999").version, 2);
    EXPECT_EQ(bench.put("logs", "{}", "id-0").version, 1) << "past the limit the oldest go";
    EXPECT_EQ(bench.put("other", "{}", "x").version, 1);
    EXPECT_EQ(bench.remove("other", "x").version, 2);
    bench.clock().advance_ns(61'000'000'000);
    ASSERT_TRUE(bench.store().flush());
    EXPECT_EQ(bench.remove("other", "x").version, 1);
}

/// While a flush encodes what it froze, a document is written, replaced and deleted: rows that no
/// deletes file knows when that flush is done, and that nothing changes afterwards.
TEST(Store, RowsThatGoWhileAFlushEncodesStayGone) {
    for (int round = 0; round < 10; ++round) {
        Bench bench(10'000, 1 << 20, true);
        for (int i = 0; i < 5000; ++i)
            bench.put("logs", R"({"a":"some words of line )" + std::to_string(i) + "\"}");
        std::atomic<bool> started = false;
        io::Thread flusher("flusher", [&] {
            started = true;
            EXPECT_TRUE(bench.store().flush());
        });
        while (!started) {
        }
        for (int i = 0; i < 1 + round; ++i)
            EXPECT_FALSE(bench.put("logs", "{}", "again").error);
        bench.put("logs", "{}", "gone");
        EXPECT_EQ(bench.remove("logs", "gone").effect, Effect::deleted);
        flusher.join();
        ASSERT_TRUE(bench.store().flush());
        bench.open();
        EXPECT_EQ(bench.contents("logs").size(), 5001U);
        EXPECT_EQ(bench.remove("logs", "gone").effect, Effect::missing);
    }
}

TEST(Store, AnExternalVersionIsTakenOnlyWhenItIsHigher) {
    Bench bench;
    event::Document document;
    ASSERT_TRUE(bench.flattener().flatten("{}", 2, document));
    Write write{"logs", Action::index, "a", "{}", &document, {}};
    const auto at = [&](Action action, std::int64_t number, bool or_equal) {
        write.action = action;
        write.external = ExternalVersion{number, or_equal};
        const Written written = bench.write(write);
        return written.error ? -1 : written.version;
    };
    EXPECT_EQ(at(Action::index, 7, false), 7);
    EXPECT_EQ(at(Action::index, 7, false), -1);
    EXPECT_EQ(at(Action::index, 7, true), 7);
    EXPECT_EQ(at(Action::remove, 6, true), -1);
    EXPECT_EQ(at(Action::remove, 9, false), 9);
    EXPECT_EQ(at(Action::index, 8, false), -1) << "what comes late does not bring it back";
    EXPECT_EQ(at(Action::index, 10, false), 10);
}

TEST(Store, AnUpdateSeesTheDocumentAsItIs) {
    Bench bench;
    std::string seen;
    std::string next = "{\"n\":2}";
    event::Document document;
    ASSERT_TRUE(bench.flattener().flatten(next, next.size(), document));
    const Change change = [&](const Found* current) -> Result<std::optional<Changed>> {
        if (current == nullptr) return fail(ErrorCode::not_found, "missing");
        seen = current->source;
        if (seen == next) return std::nullopt;
        return Changed{next, &document};
    };
    Write write;
    write.index = "logs";
    write.action = Action::update;
    write.id = "a";
    write.change = &change;
    EXPECT_EQ(bench.write(write).error->code, ErrorCode::not_found);
    bench.put("logs", "{\"n\":1}", "a");
    const Written changed = bench.write(write);
    EXPECT_EQ(seen, "{\"n\":1}");
    EXPECT_EQ(changed.effect, Effect::updated);
    EXPECT_EQ(changed.version, 2);
    const Written unchanged = bench.write(write);
    EXPECT_EQ(unchanged.effect, Effect::unchanged);
    EXPECT_EQ(unchanged.version, 2);
    EXPECT_EQ(unchanged.seq_no, changed.seq_no);
    bench.open();
    EXPECT_EQ(bench.contents("logs").at("a"), next);
}

TEST(Store, AnyObjectIsTakenWhateverItsTypes) {
    Bench bench;
    for (const char* source :
         {R"({"a":1})", R"({"a":"text"})", R"({"a":{"b":2}})", R"({"a":[1,"x",null,true,2.5]})",
          R"({"a":null})", R"({})", R"({"a":1e300,"_id":"mine","t":"2015-05-19T12:00:00Z"})",
          R"({"t":"not a date"})", R"({"":"empty name"})", R"({"a":99999999999999999999})"}) {
        const Written written = bench.put("odd", source);
        EXPECT_FALSE(written.error) << source << ": " << written.error->message;
    }
    EXPECT_EQ(bench.contents("odd").size(), 10U);
    const auto view = *bench.store().view("odd");
    const RowGroup& group = *view->groups[0].group;
    const Column* numbers = group.find("a", ColumnKind::integer);
    ASSERT_NE(numbers, nullptr);
    EXPECT_EQ(numbers->value_count(), 3U) << "1, 1, and 2.5 as 2";
    const Column* texts = group.find("a", ColumnKind::text);
    ASSERT_NE(texts, nullptr);
    EXPECT_EQ(texts->value_count(), 5U) << "text, x, true, 1e300 and the number beyond 64 bits";
    EXPECT_EQ(view->mapping->find("t")->type, FieldType::date);
    EXPECT_EQ(view->mapping->find("a.b")->type, FieldType::int64);
}

TEST(Store, ADeletedIndexStaysDeletedAndItsNameIsFree) {
    Bench bench;
    bench.put("logs", "{\"a\":1}");
    ASSERT_TRUE(bench.store().flush());
    bench.put("logs", "{\"a\":2}");
    ASSERT_TRUE(bench.store().delete_index("logs"));
    bench.open();
    EXPECT_FALSE(bench.store().exists("logs"));
    bench.put("logs", "{\"a\":\"now text\"}");
    bench.open();
    EXPECT_EQ(bench.contents("logs").size(), 1U);
    EXPECT_EQ((*bench.store().view("logs"))->mapping->find("a")->type, FieldType::text);
}

TEST(Store, AFailedSyncStopsAcknowledgementsForGood) {
    Bench bench;
    ASSERT_FALSE(bench.put("logs", "{\"a\":1}").error);
    bench.disk().fail_after(1);  // the append succeeds, the sync does not
    EXPECT_TRUE(bench.put("logs", "{\"a\":2}").error);
    EXPECT_TRUE(bench.put("logs", "{\"a\":3}").error)
        << "the disk works again, but nobody knows what it has";
    std::string reason;
    EXPECT_FALSE(bench.store().healthy(&reason));
    EXPECT_NE(reason.find("restart"), std::string::npos) << reason;
    bench.crash(1);
    EXPECT_FALSE(bench.put("logs", "{\"a\":4}").error);
}

/// Each flipped byte of a small store is an error that names the file, or changes nothing.
TEST(Store, AFlippedByteIsNamedOrHarmless) {
    Bench whole(10);
    std::map<std::string, std::string> expected;
    for (int i = 0; i < 12; ++i) {
        const std::string source =
            R"({"n":)" + std::to_string(i) + R"(,"m":"word)" + std::to_string(i) + R"( and"})";
        expected[whole.put("logs", source, "id" + std::to_string(i)).id] = source;
    }
    ASSERT_TRUE(whole.store().flush());
    for (const std::string& name : whole.disk().names()) {
        const std::size_t size = whole.disk().get(name).size();
        if (name.ends_with(".wal")) continue;  // trimmed: nothing in it is needed
        for (std::size_t at = 0; at < size; ++at) {
            io::FakeDisk copy;
            for (const std::string& file : whole.disk().names())
                copy.put(file, whole.disk().get(file));
            copy.flip(name, at, 0x10);
            event::FieldNames names;
            Options options;
            options.flatten = json::flatten_one(names);
            options.field_names = &names;
            options.background = false;
            auto opened = Store::open(copy.view(), options);
            if (!opened) {
                EXPECT_NE(opened.error().message.find(name), std::string::npos)
                    << opened.error().message;
                continue;
            }
            const auto view = (*opened)->view("logs");
            ASSERT_TRUE(view) << view.error().message;
            for (const GroupView& group : (*view)->groups) {
                const auto sources = group.group->sources();
                for (std::uint32_t row = 0; row < group.group->rows(); ++row) {
                    const auto id = group.group->id(row);
                    const auto source = sources->at(row);
                    if (!id || !source) continue;
                    EXPECT_EQ(*source, expected[*id]) << name << " byte " << at;
                }
            }
        }
    }
}

}  // namespace
}  // namespace elkhorn::store
