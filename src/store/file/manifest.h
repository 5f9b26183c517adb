// store/file/manifest.h -- what an index consists of, as of its last flush: name, mapping,
// segments, deletes.
// One small file per index, replaced as a whole: write new, fsync, rename, fsync the folder; only
// then may anything it no longer names be deleted. Layout in docs/formats/manifest.md.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "io/folder.h"
#include "store/schema/mapping.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

struct SegmentEntry {
    std::uint64_t number = 0;
    std::uint64_t size_bytes = 0;
    std::uint32_t groups = 0;
};

struct Manifest {
    std::uint64_t incarnation = 0;
    std::string name;
    std::string uuid;
    std::int64_t created_ms = 0;
    std::string settings_json;
    Mapping mapping;
    std::int64_t flushed_seq_no = 0;  // documents below it are in the segments
    std::uint64_t next_segment = 1;
    std::uint64_t deletes = 0;  // number of the deletes file; 0: none
    std::vector<SegmentEntry> segments;
    // Whose uuid generated ids were made under, where it is not `uuid`: of an index that was
    // restored, the one that the snapshot was taken of. Its documents keep their ids.
    std::string id_uuid;

    const std::string& id_origin() const { return id_uuid.empty() ? uuid : id_uuid; }
};

/// "indices/7", and in it "3.seg" and "2.del".
std::string index_folder(std::uint64_t incarnation);
std::string segment_name(std::uint64_t incarnation, std::uint64_t number);
std::string deletes_name(std::uint64_t incarnation, std::uint64_t number);

/// Name, uuid, when it was made, settings and mapping: the same in a manifest and in the log.
void append_index_fields(std::string& bytes, const Manifest& manifest);
Result<> read_index_fields(ByteReader& reader, Manifest& manifest);

/// The manifest as it is sealed in its file, and in snapshots.
std::string manifest_bytes(const Manifest& manifest);
/// `name` is the file it is from, for the error.
Result<Manifest> parse_manifest(const std::string& name, std::string_view bytes);

Result<> write_manifest(io::Folder& folder, const Manifest& manifest);
/// The index's folder and all in it. Its note and its manifest go first, and for good: what a power
/// cut leaves must not be taken for an index.
Result<> remove_index(io::Folder& folder, const std::string& index_folder);
Result<Manifest> read_manifest(const io::Folder& folder, const std::string& index_folder);

}  // namespace elkhorn::store
