// The worked examples of docs/formats are printed from files that were just written: a document
// `{"a":1}` of _id "k" in an index "i", flushed, then deleted, then in a snapshot. Each stands in
// its page between "<!-- example NAME -->" and the end of the code block that follows;
// UPDATE_GOLDEN=1 writes them anew.

#include "base/bytes.h"
#include "base/log.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "store/file/segment_file.h"
#include "store/node/store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace elkhorn::store {
namespace {

/// Prints bytes field by field: 16 to a line, what they are beside the first.
class Dump {
public:
    explicit Dump(std::string bytes) : bytes_(std::move(bytes)) {}

    Dump& take(std::size_t size, std::string_view what) {
        EXPECT_LE(at_ + size, bytes_.size()) << what;
        for (std::size_t from = 0; from < size; from += 16) {
            std::string hex;
            for (std::size_t i = from; i < std::min(size, from + 16); ++i)
                hex += fmt::format("{:02x} ", static_cast<unsigned char>(bytes_[at_ + i]));
            out_ += fmt::format("{:04x}  {:<48}{}", at_ + from, hex, from == 0 ? what : "");
            while (out_.ends_with(' '))
                out_.pop_back();
            out_ += "\n";
        }
        at_ += size;
        return *this;
    }

    Dump& varint(std::string_view what) {
        ByteReader reader(rest());
        reader.varint();
        return take(reader.position(), what);
    }

    Dump& text(std::string_view what) {
        ByteReader reader(rest());
        reader.text();
        return take(reader.position(), what);
    }

    template <typename T>
    T peek(std::size_t after = 0) const {
        return load<T>(bytes_.data() + at_ + after);
    }

    std::string_view rest() const { return std::string_view(bytes_).substr(at_); }

    std::string done() {
        EXPECT_EQ(rest().size(), 0U);
        return std::move(out_);
    }

    Dump& sealed() {
        take(8, "magic").take(2, "version").take(2, "0").take(4, "crc32c of the body");
        return take(8, "bytes of the body");
    }

    Dump& manifest() {
        varint("incarnation").text("name").text("uuid").take(8, "created ms").text("settings");
        text("mapping").take(8, "flushed seq_no").varint("next segment").varint("deletes file");
        return varint("segments").varint("segment's number").varint("bytes").varint("row groups");
    }

private:
    std::string bytes_;
    std::size_t at_ = 0;
    std::string out_;
};

class FormatExamples : public testing::Test {
protected:
    void SetUp() override {
        log::configure(log::Level::off, log::Format::text);
        event::FieldNames names;
        const ManualClock clock(1'795'338'000'000'000'000);
        Options options;
        options.flatten = json::flatten_one(names);
        options.field_names = &names;
        options.clock = &clock;
        options.random_seed = 7;
        options.background = false;
        options.snapshot_folders = {"/repo"};
        options.open_folder = [this](const std::string& path, bool) {
            return Result<std::unique_ptr<io::Folder>>(disk_.view(path.substr(1)));
        };
        auto store = Store::open(disk_.view(), options);
        ASSERT_TRUE(store) << store.error().message;
        const std::string source = R"({"a":1})";
        event::Document document;
        ASSERT_TRUE(options.flatten(source, document));
        const Write put{"i", Action::index, "k", source, &document, {}};
        ASSERT_TRUE((*store)->write(std::span(&put, 1)));
        ASSERT_TRUE((*store)->flush());
        const Write remove{"i", Action::remove, "k", "", nullptr, {}};
        ASSERT_TRUE((*store)->write(std::span(&remove, 1)));
        ASSERT_TRUE((*store)->flush());
        Snapshots& snapshots = (*store)->snapshots();
        ASSERT_TRUE(snapshots.put_repository("r", {"fs", {{"location", "r"}}}, true));
        ASSERT_TRUE(snapshots.create("r", {"s", {"i"}, true, ""}));
    }

    Dump dump(const std::string& name) const { return Dump(disk_.get(name)); }

    static void check(const std::string& page, const std::string& name, const std::string& text) {
        const char* root = std::getenv("ELKHORN_SOURCE_DIR");
        const auto path =
            std::filesystem::path(root != nullptr ? root : ".") / "docs" / "formats" / page;
        std::ifstream in(path);
        std::string whole{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        const std::string before = fmt::format("<!-- example {} -->\n```\n", name);
        const std::size_t at = whole.find(before);
        ASSERT_NE(at, std::string::npos) << path << " has no " << before;
        const std::size_t from = at + before.size();
        const std::size_t end = whole.find("```", from);
        ASSERT_NE(end, std::string::npos) << path;
        if (std::getenv("UPDATE_GOLDEN") != nullptr) {
            whole.replace(from, end - from, text);
            std::ofstream(path) << whole;
            return;
        }
        EXPECT_EQ(whole.substr(from, end - from), text)
            << page << ": UPDATE_GOLDEN=1 writes it anew, if the format was meant to change";
    }

    io::FakeDisk disk_;
};

TEST_F(FormatExamples, Log) {
    Dump out = dump("log/0000000001.wal");
    out.take(8, "magic").take(2, "version").take(2, "0").take(4, "crc32c of the next 16");
    out.take(8, "file number").take(8, "lsn of its first entry");
    while (!out.rest().empty()) {
        out.take(4, "frame: magic").take(4, "crc32c of the rest of it");
        out.take(8, "lsn of its first entry").take(4, "entries").take(4, "raw bytes");
        const auto packed = out.peek<std::uint32_t>();
        out.take(4, "compressed bytes").take(packed, "LZ4 of the entries");
    }
    check("log.md", "log", out.done());
}

TEST_F(FormatExamples, Segment) {
    const std::string bytes = disk_.get("indices/1/1.seg");
    // From the end: the footer, the directory before it, and in it where the row group is.
    const auto directory = load<std::uint32_t>(bytes.data() + bytes.size() - 16);
    ByteReader reader(std::string_view(bytes).substr(bytes.size() - 16 - directory));
    ASSERT_EQ(reader.varint(), 1U);
    const std::uint64_t at = reader.varint();
    const std::uint64_t size = reader.varint();
    ASSERT_EQ(at, segment_header_bytes);
    const auto columns = load<std::uint32_t>(bytes.data() + at + size - 16);
    Dump out(bytes);
    out.take(8, "magic").take(2, "version").take(6, "0");
    out.take(size - 16 - columns, "row group: the chunks of its columns");
    out.take(2, "directory: version").take(2, "0").take(4, "rows").take(8, "first seq_no");
    out.take(8, "last seq_no");
    const std::uint64_t count = ByteReader(out.rest()).varint();
    out.varint("columns");
    for (std::uint64_t i = 0; i < count; ++i) {
        out.text("column: path").take(1, "kind").take(1, "encoding").take(1, "row mode");
        out.take(1, "flags").varint("values").varint("rows with a value").take(8, "tokens");
        out.take(8, "min").take(8, "max").take(8, "chunk offset").take(4, "chunk crc32c");
        for (int part = 0; part < 4; ++part)
            out.varint(fmt::format("bytes of part {}", part));
    }
    out.take(4, "directory bytes").take(4, "crc32c of it").take(8, "magic");
    out.take((8 - (at + size) % 8) % 8, "padding");
    out.varint("segment's directory: groups").varint("offset").varint("bytes");
    out.take(4, "directory bytes").take(4, "crc32c of it").take(8, "magic");
    check("segment.md", "segment", out.done());
}

TEST_F(FormatExamples, ManifestAndDeletes) {
    check("manifest.md", "manifest", dump("indices/1/manifest").sealed().manifest().done());
    Dump out = dump("indices/1/1.del");
    out.sealed().varint("row groups").take(8, "first seq_no").varint("rows");
    check("manifest.md", "deletes", out.text("zstd of a bit a row").done());
}

TEST_F(FormatExamples, Snapshot) {
    Dump out = dump("repo/r/snapshots/s.snap");
    out.sealed().text("name").text("uuid").take(8, "started ms").take(8, "ended ms");
    out.take(1, "flags").text("metadata").varint("indices").varint("bytes of the manifest");
    out.manifest().text("deletes file").take(8, "started ms").take(8, "took ms");
    out.varint("files").varint("bytes").varint("files that were not there yet").varint("bytes");
    check("snapshot.md", "snapshot", out.done());
}

}  // namespace
}  // namespace elkhorn::store
