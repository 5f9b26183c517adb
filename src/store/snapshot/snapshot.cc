#include "store/snapshot/snapshot.h"

#include "base/bytes.h"
#include "text/analysis/tokenizer.h"

#include <fmt/format.h>

namespace elkhorn::store {
namespace {

constexpr std::uint8_t flag_global_state = 1;
constexpr std::size_t longest_name = 240;  // it is the name of a file, with an ending

/// Parts of an index's entry become names of files: those of a repository that somebody else filled
/// must not lead out of it.
bool leads_out(const SnapshotIndex& index) {
    const bool deletes = index.deletes_file.empty() || is_file_name(index.deletes_file);
    return !deletes || !is_file_name(index.manifest.uuid);
}

void append_files(std::string& out, const SnapshotFiles& files) {
    append_varint(out, files.count);
    append_varint(out, files.bytes);
}

SnapshotFiles read_files(ByteReader& reader) {
    SnapshotFiles files;
    files.count = reader.varint();
    files.bytes = reader.varint();
    return files;
}

}  // namespace

std::string snapshot_bytes(const Snapshot& snapshot) {
    std::string out;
    append_text(out, snapshot.name);
    append_text(out, snapshot.uuid);
    append_number(out, snapshot.started_ms);
    append_number(out, snapshot.ended_ms);
    append_number(out, snapshot.global_state ? flag_global_state : std::uint8_t{0});
    append_text(out, snapshot.metadata_json);
    append_varint(out, snapshot.indices.size());
    for (const SnapshotIndex& index : snapshot.indices) {
        append_text(out, manifest_bytes(index.manifest));
        append_text(out, index.deletes_file);
        append_number(out, index.started_ms);
        append_number(out, index.took_ms);
        append_files(out, index.all);
        append_files(out, index.added);
    }
    return out;
}

Result<Snapshot> parse_snapshot(const std::string& name, std::string_view bytes) {
    ByteReader reader(bytes);
    Snapshot snapshot;
    snapshot.name = reader.text();
    snapshot.uuid = reader.text();
    snapshot.started_ms = reader.number<std::int64_t>();
    snapshot.ended_ms = reader.number<std::int64_t>();
    snapshot.global_state = (reader.number<std::uint8_t>() & flag_global_state) != 0;
    snapshot.metadata_json = reader.text();
    const std::uint64_t indices = reader.varint();
    for (std::uint64_t i = 0; i < indices && reader.ok(); ++i) {
        SnapshotIndex index;
        index.manifest = TRY(parse_manifest(name, reader.text()));
        index.deletes_file = reader.text();
        index.started_ms = reader.number<std::int64_t>();
        index.took_ms = reader.number<std::int64_t>();
        index.all = read_files(reader);
        index.added = read_files(reader);
        if (reader.ok() && leads_out(index)) {
            return fail(
                ErrorCode::corruption,
                name + ": its checksum holds, but it names files outside of its repository");
        }
        snapshot.indices.push_back(std::move(index));
    }
    if (!reader.ok() || !reader.at_end())
        return fail(ErrorCode::corruption, name + ": its checksum holds, but it makes no sense");
    return snapshot;
}

bool is_file_name(std::string_view name) {
    if (name.empty() || name == "." || name == ".." || name.size() > longest_name) return false;
    return name.find('/') == std::string_view::npos && !name.contains('\0');
}

Result<> check_snapshot_name(std::string_view name) {
    const auto refuse = [&](std::string_view why) {
        return fail(ErrorCode::invalid, fmt::format("Invalid snapshot name [{}], {}", name, why));
    };
    if (name.empty()) return refuse("cannot be empty");
    if (name.contains(' ')) return refuse("must not contain whitespace");
    if (name.contains(',')) return refuse("must not contain ','");
    if (name.contains('#')) return refuse("must not contain '#'");
    if (name.front() == '_') return refuse("must not start with '_'");
    if (text::to_lower_unicode(name) != name) return refuse("must be lowercase");
    if (name.find_first_of("\\/*?\"<>|") != std::string_view::npos)
        return refuse("must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?]");
    if (name == "." || name == "..") return refuse("must not be '.' or '..'");
    if (name.contains('\0')) return refuse("must not contain a NUL character");
    if (name.size() > longest_name)
        return refuse(fmt::format("it is too long, ({} > {})", name.size(), longest_name));
    return {};
}

}  // namespace elkhorn::store
