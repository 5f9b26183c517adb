// Bytes on a disk that nobody of ours wrote, under right checksums, and pages that the disk does
// not give: an error with the file's name, never a crash, a wrong answer or a number past its end.

#include "base/bytes.h"
#include "store/code/bit_packing.h"
#include "store/code/bitmap.h"
#include "store/code/compression.h"
#include "store/code/text_blocks.h"
#include "store/file/deletes_file.h"
#include "store/file/manifest.h"
#include "store/log/log_entry.h"
#include "store/log/log_format.h"
#include "store/log/log_frame.h"
#include "store/node/test_store.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <limits>

namespace elkhorn::store {
namespace {

constexpr std::int64_t last_number = std::numeric_limits<std::int64_t>::max();

TEST(ForeignBytes, LengthsOfTextsThatTogetherWrapAroundAreDamage) {
    std::string raw;
    append_number(raw, std::uint32_t{0xffff'fff0});
    append_number(raw, std::uint32_t{0x14});  // four in 32 bits
    raw += "abcd";
    std::string bytes;
    append_number(bytes, std::uint32_t{1});  // blocks
    append_number(bytes, std::uint32_t{0});
    append_number(bytes, std::uint32_t{0});
    std::string packed;
    append_zstd(packed, raw);
    append_number(bytes, static_cast<std::uint32_t>(packed.size()));
    append_number(bytes, static_cast<std::uint32_t>(raw.size()));
    bytes += packed;
    auto blocks = TextBlocksReader::open(bytes, 2);
    ASSERT_TRUE(blocks);
    for (const std::uint32_t value : {0U, 1U, 0U}) {
        const auto text = blocks->at(value);
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().code, ErrorCode::corruption);
    }
}

TEST(ForeignBytes, SizesAreNotBelievedBeforeThereAreBytesForThem) {
    EXPECT_FALSE(read_lz4("abc", std::size_t{1} << 40));
    EXPECT_FALSE(read_lz4("", 1000));
    std::vector<std::int64_t> numbers;
    EXPECT_FALSE(unpack("short", 1U << 31, numbers));
    EXPECT_EQ(numbers.capacity(), 0U);
}

TEST(ForeignBytes, DeletedRowsPastTheEndAreNone) {
    const Bitmap all(64, true);
    std::string body;
    append_varint(body, 1);
    append_number(body, std::int64_t{0});
    append_varint(body, 10);  // rows, and a bit for 64
    std::string packed;
    append_zstd(packed, as_bytes(all.words().data(), 1));
    append_text(body, packed);
    const auto deletes = parse_deletes("1.del", body);
    ASSERT_TRUE(deletes);
    EXPECT_EQ((*deletes)[0].second.count(), 10U);
    EXPECT_FALSE(parse_deletes("1.del", body + "x"));
}

TEST(ForeignBytes, AManifestWhoseNumbersHaveEndedIsDamage) {
    Manifest manifest;
    manifest.name = "i";
    manifest.flushed_seq_no = greatest_seq_no;
    EXPECT_TRUE(parse_manifest("m", manifest_bytes(manifest)));
    for (const std::int64_t number : {last_number, greatest_seq_no + 1, std::int64_t{-1}}) {
        manifest.flushed_seq_no = number;
        const auto parsed = parse_manifest("indices/1/manifest", manifest_bytes(manifest));
        ASSERT_FALSE(parsed) << number;
        EXPECT_TRUE(parsed.error().message.starts_with("indices/1/manifest"));
    }
}

/// A log of one frame with the entry.
std::string log_of(const Manifest& created, std::string_view entry) {
    std::string raw;
    append_text(raw, creation_entry(created));
    append_text(raw, entry);
    std::string log = log_file_header(1, 1);
    append_frame(log, {1, 2, raw});
    return log;
}

TEST(ForeignBytes, ALogWhoseNumbersHaveEndedIsRefusedWithItsName) {
    for (const LogEntry kind : {LogEntry::documents, LogEntry::deletes}) {
        Manifest manifest;
        manifest.incarnation = 1;
        manifest.name = "i";
        std::string entry(1, static_cast<char>(kind));
        append_varint(entry, 1);
        append_varint(entry, static_cast<std::uint64_t>(last_number));
        append_varint(entry, 1);
        append_text(entry, "id");
        if (kind == LogEntry::documents) append_text(entry, "{}");
        io::FakeDisk disk;
        disk.put("log/0000000001.wal", log_of(manifest, entry));
        event::FieldNames names;
        Options options;
        options.flatten = json::flatten_one(names);
        options.field_names = &names;
        options.background = false;
        const auto opened = Store::open(disk.view(), options);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, ErrorCode::corruption);
        EXPECT_NE(opened.error().message.find("0000000001.wal"), std::string::npos);
    }
}

TEST(ForeignBytes, AVersionAtItsEndStaysThere) {
    TestStore bench;
    event::Document document;
    const std::string source = R"({"n":1})";
    ASSERT_TRUE(bench.flattener().flatten(source, source.size(), document));
    Write write{"i", Action::index, "x", source, &document, {}};
    write.external = ExternalVersion{last_number, false};
    EXPECT_EQ(bench.write(write).version, last_number);
    EXPECT_EQ(bench.put("i", source, "x").version, last_number);
    EXPECT_EQ(bench.remove("i", "x").version, last_number);
}

/// A store in a real folder, whose files can be cut while they are mapped.
class CutFiles : public testing::Test {
protected:
    void SetUp() override {
        log::configure(log::Level::off, log::Format::text);
        std::string path = "/tmp/elkhorn-cut-XXXXXX";
        ASSERT_NE(::mkdtemp(path.data()), nullptr);
        path_ = path;
        ASSERT_TRUE(open());
    }

    void TearDown() override {
        store_.reset();
        std::filesystem::remove_all(path_);
    }

    Result<> open() {
        store_.reset();
        Options options;
        options.flatten = json::flatten_one(names_);
        options.field_names = &names_;
        options.background = false;
        auto folder = TRY(io::open_folder(path_, true));
        store_ = TRY(Store::open(std::move(folder), options));
        return {};
    }

    /// 300 documents of texts that cannot be packed, so that columns have many pages.
    void fill() {
        constexpr int count = 300;
        json::Flattener flattener(names_);
        Random random(7);
        std::vector<std::string> texts;
        std::vector<event::Document> documents(count);
        std::vector<Write> writes;
        texts.reserve(2 * count);
        for (int i = 0; i < count; ++i) {
            std::string noise;
            for (int n = 0; n < 20; ++n)
                noise += fmt::format("{:x}.", random.next());
            texts.push_back(fmt::format("id{}", i));
            texts.push_back(fmt::format(R"({{"n":{},"noise":"{}"}})", i, noise));
            const std::string& source = texts.back();
            event::Document& document = documents[static_cast<std::size_t>(i)];
            ASSERT_TRUE(flattener.flatten(source, source.size(), document));
            writes.push_back({"i", Action::index, texts[texts.size() - 2], source, &document, {}});
        }
        ASSERT_TRUE(store_->write(writes));
    }

    std::string path_;
    event::FieldNames names_;
    std::unique_ptr<Store> store_;
};

TEST_F(CutFiles, ADocumentOnAnUnreadablePageIsAnErrorWithTheFilesName) {
    fill();
    ASSERT_TRUE(store_->flush());
    ASSERT_TRUE(store_->refresh("i"));
    const auto view = *store_->view("i");
    std::filesystem::resize_file(path_ + "/indices/1/1.seg", 4096);
    int failed = 0;
    for (int round = 0; round < 2; ++round) {  // what failed is not kept
        for (const Column* column : view->groups[0].group->columns()) {
            if (auto sound = column->check(); !sound) {
                ++failed;
                EXPECT_EQ(sound.error().code, ErrorCode::corruption);
                EXPECT_TRUE(sound.error().message.starts_with("indices/1/1.seg"));
            }
        }
    }
    EXPECT_GE(failed, 2);
    const auto sources = view->groups[0].group->sources();
    const auto source = sources->at(5);
    ASSERT_FALSE(source);
    EXPECT_NE(source.error().message.find("indices/1/1.seg"), std::string::npos);
}

TEST_F(CutFiles, APageThatWasReadOnceAndIsUnreadableThenIsAnErrorToo) {
    fill();
    ASSERT_TRUE(store_->flush());
    ASSERT_TRUE(store_->refresh("i"));
    const auto view = *store_->view("i");
    const RowGroup& group = *view->groups[0].group;
    const Column* noise = group.find("noise", ColumnKind::text);
    ASSERT_NE(noise, nullptr);
    ASSERT_FALSE(noise->has_dictionary());
    ASSERT_TRUE(noise->texts()->at(0));  // its checksum is right
    std::filesystem::resize_file(path_ + "/indices/1/1.seg", 4096);
    const auto texts = noise->texts();
    int failed = 0;
    for (std::uint32_t i = 0; i < noise->value_count(); ++i)
        failed += texts->at(i) ? 0 : 1;
    EXPECT_GT(failed, 0);
    EXPECT_FALSE(noise->rows_with_text("nothing of the kind"));
}

TEST_F(CutFiles, AColumnIsFoundWhateverBecomesOfTheDirectorysPage) {
    fill();
    ASSERT_TRUE(store_->flush());
    ASSERT_TRUE(store_->refresh("i"));
    const auto view = *store_->view("i");
    std::filesystem::resize_file(path_ + "/indices/1/1.seg", 4096);
    EXPECT_NE(view->groups[0].group->find("n", ColumnKind::integer), nullptr);
    EXPECT_EQ(view->groups[0].group->find("m", ColumnKind::integer), nullptr);
}

}  // namespace
}  // namespace elkhorn::store
