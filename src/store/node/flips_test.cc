// Every byte of a small store, changed one at a time: opening it and reading everything in it gives
// an error that names the file and where in it, or the same answer. Never another one, and never a
// crash; `./dev ci` runs this under ASan and UBSan.
//
// One exception, of every write-ahead log: a change in its very last write looks as if that write
// had been cut off, and then the answer is the one from before it.

#include "base/log.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "store/node/store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

namespace elkhorn::store {
namespace {

using Files = std::map<std::string, std::string>;

/// Everything of a row group that a search may ask for, as text.
class Reading {
public:
    Result<std::string> all(const GroupView& shown) {
        const RowGroup& group = *shown.group;
        const auto sources = group.sources();
        for (std::uint32_t row = 0; row < group.rows(); ++row) {
            const std::string id = TRY(group.id(row));
            const auto found = TRY(group.find_id(id));
            add(id, found.value_or(max_group_rows), TRY(group.seq_no(row)), TRY(group.version(row)),
                TRY(sources->at(row)), shown.deleted != nullptr && shown.deleted->test(row));
        }
        for (const auto& column : group.columns())
            TRY(read(*column));
        return std::move(out_);
    }

private:
    template <typename... Parts>
    void add(const Parts&... parts) {
        ((out_ += fmt::format("{}|", parts)), ...);
        out_ += '\n';
    }

    void add(const Bitmap& rows) {
        rows.for_each([&](std::uint32_t row) { out_ += fmt::format("{} ", row); });
        out_ += '\n';
    }

    template <typename T>
    void add_values(const ColumnValues<T>& values) {
        add_rows(values.rows);
        for (const T& value : values.values)
            add(value);
    }

    void add_rows(const RowValues& rows) {
        for (std::uint32_t row = 0; row < rows.rows(); ++row)
            add(rows.first(row), rows.last(row));
    }

    Result<> read(const Column& column) {
        add(column.path(), static_cast<int>(column.kind()), column.value_count(),
            column.rows_with_value(), column.token_count(), column.ascending());
        add(TRY(column.present()));
        if (column.kind() == ColumnKind::integer) {
            add(column.min_integer(), column.max_integer());
            add_values(*TRY(column.integers()));
        } else if (column.kind() == ColumnKind::real) {
            add(column.min_real(), column.max_real());
            add_values(*TRY(column.reals()));
        } else {
            TRY(read_text(column));
        }
        return {};
    }

    Result<> read_text(const Column& column) {
        if (column.has_dictionary()) {
            const auto dictionary = TRY(column.dictionary());
            for (std::uint32_t i = 0; i < dictionary->size(); ++i)
                add((*dictionary)[i]);
            add_values(*TRY(column.ordinals()));
        } else {
            add_rows(*TRY(column.row_values()));
            const auto texts = column.texts();
            for (std::uint32_t i = 0; i < column.value_count(); ++i) {
                const std::string text(TRY(texts->at(i)));
                add(text);
                add(TRY(column.rows_with_text(text)));
            }
        }
        if (!column.has_token_index()) return {};
        return column.visit_tokens(
            "", [](std::string_view) { return true; },
            [this](std::string_view token, const Bitmap& rows) {
                add(token);
                add(rows);
                return true;
            });
    }

    std::string out_;
};

class Scene {
public:
    Scene() {
        log::configure(log::Level::off, log::Format::text);
        io::FakeDisk disk;
        const auto store = *open(disk);
        IndexSettings settings;
        settings.mapping.fields["client"] = dynamic_field(FieldType::ip);
        settings.settings_json = "\"number_of_replicas\":\"0\"";
        EXPECT_TRUE(store->create_index("i", std::move(settings)));
        for (int i = 0; i < 60; ++i) {
            put(*store, i);
            if (i == 24 || i == 49) {
                EXPECT_TRUE(store->flush());
            }
        }
        for (const std::string& name : disk.names()) {
            before_last_[name] = disk.get(name);
        }
        put(*store, 60);
        for (const std::string& name : disk.names())
            files_[name] = disk.get(name);
    }

    const Files& files() const { return files_; }

    /// As if the last write had been cut off.
    const Files& before_last() const { return before_last_; }

    /// Opens a store with these files, and reads all that is in it.
    Result<std::string> answer(const Files& files) {
        io::FakeDisk disk;
        for (const auto& [name, bytes] : files)
            disk.put(name, bytes);
        const auto store = TRY(open(disk));
        std::string out;
        for (const std::string& name : store->index_names()) {
            TRY(store->refresh(name));
            const auto view = TRY(store->view(name));
            out += fmt::format("{} {} {} {} {}\n", view->name, view->uuid, view->created_ms,
                               view->settings_json, view->documents);
            for (const auto& [path, field] : view->mapping->fields)
                out += path + " " + field.es_name + "\n";
            for (const GroupView& shown : view->groups)
                out += TRY(Reading().all(shown));
        }
        return out;
    }

private:
    Result<std::unique_ptr<Store>> open(io::FakeDisk& disk) {
        names_ = std::make_unique<event::FieldNames>();
        flattener_ = std::make_shared<json::Flattener>(*names_);
        Options options;
        options.flatten = json::flatten_one(*names_);
        options.field_names = names_.get();
        options.random_seed = 7;
        options.group_rows = 30;
        options.background = false;
        return Store::open(disk.view(), options);
    }

    void put(Store& store, int number) {
        const std::string source = fmt::format(
            R"({{"n":{0},"half":{0}.5,"client":"10.0.0.{1}","host":"web{2}","even":{3},)"
            R"("@timestamp":"2026-11-22T10:00:{4:02}Z","line":"GET /page/{0} took {5} ms",)"
            R"("trace":"{6:032x}","tags":["a","b{2}"]}})",
            number, number % 7, number % 3, number % 2 == 0, number % 60, number * 37 % 101,
            static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15ULL);
        const std::string id = number % 3 == 0 ? "" : fmt::format("id{}", number % 20);
        event::Document document;
        flattener_->reset();
        ASSERT_TRUE(flattener_->flatten(source, source.size(), document));
        const Write write{"i", Action::index, id, source, &document, {}};
        ASSERT_TRUE(store.write(std::span(&write, 1)));
    }

    std::unique_ptr<event::FieldNames> names_;
    std::shared_ptr<json::Flattener> flattener_;
    Files files_;
    Files before_last_;
};

/// What one changed byte may lead to; the message says what else it was.
testing::AssertionResult right(const Result<std::string>& now, const std::string& before,
                               const std::string& name) {
    if (now && *now == before) return testing::AssertionSuccess();
    if (now) return testing::AssertionFailure() << "another answer";
    const std::string& message = now.error().message;
    const bool placed = message.find("offset ") != std::string::npos ||
                        message.find("newer elkhorn") != std::string::npos;
    if (message.find(name) == std::string::npos || !placed)
        return testing::AssertionFailure() << "the error does not name the place: " << message;
    return testing::AssertionSuccess();
}

/// Returns how many of the changes were errors.
std::size_t flip_every_byte(std::string_view suffix) {
    Scene scene;
    const std::string before = *scene.answer(scene.files());
    const std::string earlier = *scene.answer(scene.before_last());
    std::size_t errors = 0;
    for (const auto& [name, bytes] : scene.files()) {
        if (!name.ends_with(suffix)) continue;
        const auto cut = scene.before_last().find(name);
        const std::size_t last_write =
            cut == scene.before_last().end() || cut->second.size() == bytes.size()
                ? bytes.size()
                : cut->second.size();
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            for (const unsigned bits : {0x01U, 0x80U}) {
                Files changed = scene.files();
                char& byte = changed[name][at];
                byte = static_cast<char>(static_cast<unsigned char>(byte) ^ bits);
                const auto now = scene.answer(changed);
                errors += !now;
                if (at >= last_write && now && *now == earlier) continue;
                EXPECT_TRUE(right(now, before, name)) << name << " at " << at << " bits " << bits;
                if (testing::Test::HasFailure()) return errors;  // one is enough
            }
        }
    }
    return errors;
}

TEST(Flips, EveryByteOfASegment) {
    EXPECT_GT(flip_every_byte(".seg"), 5000U);
}

TEST(Flips, EveryByteOfADeletesFile) {
    EXPECT_GT(flip_every_byte(".del"), 50U);
}

TEST(Flips, EveryByteOfAManifest) {
    EXPECT_GT(flip_every_byte("/manifest"), 200U);
}

TEST(Flips, EveryByteOfALog) {
    EXPECT_GT(flip_every_byte(".wal"), 500U);
}

}  // namespace
}  // namespace elkhorn::store
