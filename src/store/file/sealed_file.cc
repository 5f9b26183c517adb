#include "store/file/sealed_file.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <fmt/format.h>

namespace elkhorn::store {
namespace {

std::string folder_of(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string::npos ? "" : name.substr(0, slash);
}

}  // namespace

Result<> write_sealed(io::Folder& folder, const std::string& name, const SealedKind& kind,
                      std::string_view body) {
    std::string bytes;
    append_number(bytes, kind.magic);
    append_number(bytes, kind.version);
    append_number(bytes, std::uint16_t{0});
    append_number(bytes, crc32c(body));
    append_number(bytes, static_cast<std::uint64_t>(body.size()));
    bytes += body;
    const auto file = TRY(folder.create(name + ".new"));
    kind.steps.created.reached();
    TRY(file->append(bytes));
    kind.steps.written.reached();
    TRY(file->sync());
    kind.steps.synced.reached();
    TRY(folder.rename(name + ".new", name));
    kind.steps.renamed.reached();
    TRY(folder.sync_names(folder_of(name)));
    kind.steps.named.reached();
    return {};
}

Result<std::string> read_sealed(const io::Folder& folder, const std::string& name,
                                const SealedKind& kind) {
    const std::string bytes = TRY(folder.read(name));
    ByteReader reader(bytes);
    const auto magic = reader.number<std::uint64_t>();
    const auto version = reader.number<std::uint16_t>();
    reader.number<std::uint16_t>();
    const auto crc = reader.number<std::uint32_t>();
    const std::string_view body = reader.take(reader.number<std::uint64_t>());
    if (magic == kind.magic && version > kind.version) {
        return fail(
            ErrorCode::corruption,
            fmt::format(
                "{}: this {} was written by a newer elkhorn (format {}, this one reads {}); "
                "use that one",
                name, kind.what, version, kind.version));
    }
    if (magic != kind.magic || !reader.ok() || !reader.at_end() || crc32c(body) != crc) {
        return fail(ErrorCode::corruption,
                    fmt::format("{}: offset 0: this {} is damaged; restore the file from a copy",
                                name, kind.what));
    }
    return std::string(body);
}

}  // namespace elkhorn::store
