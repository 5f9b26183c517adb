// store/group/group_fuzz.cc -- a row group whose bytes a stranger chose: opening and reading it
// gives an error or values, never a crash. The checksums are mended first, so that damage reaches
// the decoders behind them.

#include "base/bytes.h"
#include "base/hash.h"
#include "store/group/group_builder.h"
#include "store/group/group_format.h"
#include "store/group/group_reader.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace {

using namespace elkhorn;

/// A small sound row group with every encoding in it, made once.
const std::string& sound_group() {
    static const std::string bytes = [] {
        store::GroupBuilder builder(0);
        for (int i = 0; i < 300; ++i) {
            const std::string n = std::to_string(i);
            const std::string host = "web" + std::to_string(i % 7);
            const std::string line =
                "GET /p" + std::to_string(i % 5) + " took " + n + " on " + host;
            const std::string hex = "00112233445566778899aabbccdd" + std::to_string(1000 + i);
            const std::string source =
                "{\"n\":" + n + ",\"t\":\"" + line + "\",\"odd\":1e" + n + "}";
            store::NewRow row;
            row.seq_no = i;
            row.id = i % 2 == 0 ? "id" : "";
            row.source = source;
            const std::uint32_t number = builder.add(row);
            const auto text = [&](const char* path, const std::string& value) {
                auto& column = builder.column(path, store::ColumnKind::text);
                column.tokens = true;
                builder.add_text(column, number, value, "");
            };
            builder.column("n", store::ColumnKind::integer).add_integer(number, i);
            builder.column("r", store::ColumnKind::real).add_real(number, i / 7.0);
            text("h", host);
            text("copy", "of " + host);
            text("t", line);  // made of n and h
            text("u",
                 "PUT /q" + std::to_string(i % 5) + " needed " + std::to_string(i * 31 % 1009));
            text("x", hex);
            if (i % 3 != 0) text("l", "some words " + std::string(80, 'x') + n);
        }
        return builder.encode();
    }();
    return bytes;
}

void read_texts(const store::Column& column) {
    const auto texts = column.texts();
    for (std::uint32_t value = 0; value < column.value_count() && value < 400; ++value) {
        if (!texts->at(value)) break;
    }
    (void)column.rows_with_text("00112233445566778899aabbccdd1007");
    (void)column.rows_with_text("GET /p1 took 1 on web1");
}

/// Reads everything there is to read; values do not matter.
void read_all(const store::RowGroup& group) {
    for (const auto& column : group.columns()) {
        (void)column->present();
        (void)column->integers();
        (void)column->reals();
        if (column->has_dictionary())
            (void)column->ordinals();
        else
            read_texts(*column);
        if (column->has_token_index()) {
            for (const char* token : {"words", "get", "17", "web3", "p1"})
                (void)column->rows_with_token(token);
            for (const char* prefix : {"", "w", "1"}) {
                (void)column->visit_tokens(
                    prefix, [](std::string_view) { return true; },
                    [](std::string_view, const store::Bitmap&) { return true; });
            }
        }
    }
    const auto sources = group.sources();
    for (std::uint32_t row = 0; row < group.rows() && row < 400; ++row) {
        (void)sources->at(row);
        (void)group.id(row);
    }
    (void)group.find_id("id");
}

/// Puts right checksums on directory and chunks, as far as the directory can be read.
void mend(std::string& bytes) {
    if (bytes.size() < store::group_footer_bytes) return;
    const std::size_t footer = bytes.size() - store::group_footer_bytes;
    const auto size = load<std::uint32_t>(bytes.data() + footer);
    if (size > footer) return;
    const std::size_t at = footer - size;
    const std::string_view directory = std::string_view(bytes).substr(at, size);
    ByteReader reader(directory);
    reader.take(24);  // version, rows, sequence numbers
    const std::uint64_t columns = reader.varint();
    for (std::uint64_t i = 0; i < columns && reader.ok(); ++i) {
        reader.text();
        reader.take(4);
        reader.varint();
        reader.varint();
        reader.take(24);
        const auto offset = reader.number<std::uint64_t>();
        const std::size_t crc_at = at + reader.position();
        reader.take(4);
        std::uint64_t chunk = 0;
        for (std::size_t part = 0; part < store::chunk_parts; ++part)
            chunk += reader.varint();
        if (!reader.ok() || offset > at || chunk > at - offset) break;
        write_number(bytes.data() + crc_at, crc32c(std::string_view(bytes).substr(offset, chunk)));
    }
    write_number(bytes.data() + footer + 4, crc32c(directory));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Pairs of (place, byte) are changes to the sound group; the group itself is the starting
    // point.
    std::string bytes = sound_group();
    for (std::size_t i = 0; i + 3 < size; i += 4) {
        const std::size_t place = (data[i] | data[i + 1] << 8 | data[i + 2] << 16) % bytes.size();
        bytes[place] = static_cast<char>(data[i + 3]);
    }
    mend(bytes);
    auto owner = std::make_shared<const std::string>(std::move(bytes));
    const auto cache = std::make_shared<store::Cache>(1 << 20);
    if (auto group = store::open_group({owner, *owner, "fuzz", 0}, 7, cache)) read_all(**group);
    return 0;
}
