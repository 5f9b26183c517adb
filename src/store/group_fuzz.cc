// store/group_fuzz.cc -- a row group whose bytes a stranger chose: opening and reading it gives an
// error or
// values, never a crash. The checksums are mended first, so that damage reaches the decoders behind
// them.

#include "base/bytes.h"
#include "base/hash.h"
#include "store/group_builder.h"
#include "store/group_format.h"
#include "store/group_reader.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace {

using namespace elkhorn;

/// A small sound row group, made once.
const std::string& sound_group() {
    static const std::string bytes = [] {
        store::GroupBuilder builder(0);
        for (int i = 0; i < 70; ++i) {
            const std::string source =
                "{\"n\":" + std::to_string(i) + ",\"m\":\"word" + std::to_string(i) + "\"}";
            store::NewRow row;
            row.seq_no = i;
            row.id = i % 2 == 0 ? "id" : "";
            row.source = source;
            const std::uint32_t number = builder.add(row);
            builder.column("n", store::ColumnKind::integer).add_integer(number, i * i);
            builder.column("r", store::ColumnKind::real).add_real(number, i / 7.0);
            auto& text = builder.column("m", store::ColumnKind::text);
            text.tokens = true;
            text.add_text(
                number, builder.keep("some words " + std::string(80, 'x') + std::to_string(i), ""));
        }
        return builder.encode();
    }();
    return bytes;
}

/// Reads everything there is to read; values do not matter.
void read_all(const store::RowGroup& group) {
    for (const auto& column : group.columns()) {
        (void)column->present();
        (void)column->integers();
        (void)column->reals();
        if (column->has_dictionary())
            (void)column->ordinals();
        else if (const auto text = column->texts()->at(0))
            (void)text->size();
        if (column->has_token_index()) {
            (void)column->rows_with_token("words");
            (void)column->visit_tokens("w",
                                       [](std::string_view, const store::Bitmap&) { return true; });
        }
    }
    const auto sources = group.sources();
    for (std::uint32_t row = 0; row < group.rows() && row < 100; ++row) {
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
    const std::string_view directory = std::string_view(bytes).substr(footer - size, size);
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
