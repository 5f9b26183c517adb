#include "store/log_entry.h"

namespace elkhorn::store {

std::string creation_entry(const Manifest& manifest) {
    std::string entry;
    entry.push_back(static_cast<char>(LogEntry::create));
    append_varint(entry, manifest.incarnation);
    append_text(entry, manifest.name);
    append_text(entry, manifest.uuid);
    append_number(entry, manifest.created_ms);
    append_text(entry, manifest.settings_json);
    std::string mapping;
    append_mapping(mapping, manifest.mapping);
    append_text(entry, mapping);
    return entry;
}

Result<Manifest> read_creation(std::uint64_t incarnation, ByteReader& reader) {
    Manifest manifest;
    manifest.incarnation = incarnation;
    manifest.name = reader.text();
    manifest.uuid = reader.text();
    manifest.created_ms = reader.number<std::int64_t>();
    manifest.settings_json = reader.text();
    manifest.mapping = TRY(read_mapping(reader.text()));
    return manifest;
}

}  // namespace elkhorn::store
