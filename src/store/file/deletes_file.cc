#include "store/file/deletes_file.h"

#include "base/bytes.h"
#include "store/code/compression.h"
#include "store/file/sealed_file.h"
#include "store/group/row_group.h"

namespace elkhorn::store {
namespace {

// body: varint entries, then each i64 first seq_no of the row group, varint rows, varint compressed
// bytes, zstd of a bit a row.
SealedSteps steps{"deletes"};
const SealedKind deletes_kind{0x31304c45'44474b45, 1, "deletes file", steps};  // "EKGDEL01"

}  // namespace

std::string deletes_bytes(const Deletes& deletes) {
    std::string body;
    append_varint(body, deletes.size());
    for (const auto& [first_seq_no, rows] : deletes) {
        append_number(body, first_seq_no);
        append_varint(body, rows.size());
        std::string packed;
        append_zstd(packed, as_bytes(rows.words().data(), rows.words().size()));
        append_text(body, packed);
    }
    return body;
}

Result<> write_deletes_file(io::Folder& folder, const std::string& name, const Deletes& deletes) {
    return write_sealed(folder, name, deletes_kind, deletes_bytes(deletes));
}

Result<Deletes> read_deletes_file(const io::Folder& folder, const std::string& name) {
    return parse_deletes(name, TRY(read_sealed(folder, name, deletes_kind)));
}

Result<Deletes> parse_deletes(const std::string& name, std::string_view body) {
    ByteReader reader(body);
    Deletes deletes;
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        const auto first_seq_no = reader.number<std::int64_t>();
        const std::uint64_t rows = reader.varint();
        const std::string_view packed = reader.text();
        if (!reader.ok() || rows > max_group_rows)
            return fail(ErrorCode::corruption, name + ": the list of deleted rows makes no sense");
        Bitmap deleted(static_cast<std::uint32_t>(rows));
        const std::string raw = TRY(read_zstd(packed, deleted.words().size() * 8));
        copy_numbers(deleted.words().data(), raw.data(), deleted.words().size());
        deleted.clear_tail();
        deletes.emplace_back(first_seq_no, std::move(deleted));
    }
    if (!reader.ok() || !reader.at_end())
        return fail(ErrorCode::corruption, name + ": the list of deleted rows makes no sense");
    return deletes;
}

}  // namespace elkhorn::store
