#include "store/file/manifest.h"

#include "base/kill_point.h"
#include "store/file/sealed_file.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>

namespace elkhorn::store {
namespace {

SealedSteps steps{"manifest"};
KillPoint manifest_removed{"index.delete.manifest_removed"};
constexpr std::uint64_t manifest_magic = 0x31304e41'4d474b45;  // "EKGMAN01"
// Version 2 is of a restored index: it has an id_uuid. Others stay readable to older programs.
const SealedKind manifest_kind{manifest_magic, 2, "manifest", steps};
const SealedKind manifest_kind_1{manifest_magic, 1, "manifest", steps};

}  // namespace

std::string index_folder(std::uint64_t incarnation) {
    return "indices/" + std::to_string(incarnation);
}

std::string segment_name(std::uint64_t incarnation, std::uint64_t number) {
    return fmt::format("{}/{}.seg", index_folder(incarnation), number);
}

std::string deletes_name(std::uint64_t incarnation, std::uint64_t number) {
    return fmt::format("{}/{}.del", index_folder(incarnation), number);
}

void append_index_fields(std::string& bytes, const Manifest& manifest) {
    append_text(bytes, manifest.name);
    append_text(bytes, manifest.uuid);
    append_number(bytes, manifest.created_ms);
    append_text(bytes, manifest.settings_json);
    std::string mapping;
    append_mapping(mapping, manifest.mapping);
    append_text(bytes, mapping);
}

Result<> read_index_fields(ByteReader& reader, Manifest& manifest) {
    manifest.name = reader.text();
    manifest.uuid = reader.text();
    manifest.created_ms = reader.number<std::int64_t>();
    manifest.settings_json = reader.text();
    manifest.mapping = TRY(read_mapping(reader.text()));
    return {};
}

std::string manifest_bytes(const Manifest& manifest) {
    std::string body;
    append_varint(body, manifest.incarnation);
    append_index_fields(body, manifest);
    append_number(body, manifest.flushed_seq_no);
    append_varint(body, manifest.next_segment);
    append_varint(body, manifest.deletes);
    append_varint(body, manifest.segments.size());
    for (const SegmentEntry& segment : manifest.segments) {
        append_varint(body, segment.number);
        append_varint(body, segment.size_bytes);
        append_varint(body, segment.groups);
    }
    if (!manifest.id_uuid.empty()) append_text(body, manifest.id_uuid);
    return body;
}

Result<> write_manifest(io::Folder& folder, const Manifest& manifest) {
    return write_sealed(folder, index_folder(manifest.incarnation) + "/manifest",
                        manifest.id_uuid.empty() ? manifest_kind_1 : manifest_kind,
                        manifest_bytes(manifest));
}

Result<> remove_index(io::Folder& folder, const std::string& path) {
    if (!folder.exists(path)) return {};
    // Without its note nobody takes what may be left for an index whose manifest was lost.
    TRY(folder.remove(path + "/identity"));
    TRY(folder.sync_names(path));
    TRY(folder.remove(path + "/manifest"));
    TRY(folder.sync_names(path));
    manifest_removed.reached();
    TRY(folder.remove_tree(path));
    return folder.sync_names("indices");
}

Result<Manifest> read_manifest(const io::Folder& folder, const std::string& index_folder) {
    const std::string name = index_folder + "/manifest";
    return parse_manifest(name, TRY(read_sealed(folder, name, manifest_kind)));
}

Result<Manifest> parse_manifest(const std::string& name, std::string_view bytes) {
    ByteReader reader(bytes);
    Manifest manifest;
    manifest.incarnation = reader.varint();
    TRY(read_index_fields(reader, manifest));
    manifest.flushed_seq_no = reader.number<std::int64_t>();
    manifest.next_segment = reader.varint();
    manifest.deletes = reader.varint();
    const std::uint64_t segments = reader.varint();
    for (std::uint64_t i = 0; i < segments && reader.ok(); ++i) {
        SegmentEntry entry;
        entry.number = reader.varint();
        entry.size_bytes = reader.varint();
        entry.groups = static_cast<std::uint32_t>(reader.varint());
        manifest.segments.push_back(entry);
    }
    if (reader.ok() && !reader.at_end()) manifest.id_uuid = reader.text();
    if (!reader.ok() || !reader.at_end() || !is_seq_no(manifest.flushed_seq_no)) {
        return fail(ErrorCode::corruption, name + ": its checksum holds, but it makes no sense");
    }
    return manifest;
}

}  // namespace elkhorn::store
