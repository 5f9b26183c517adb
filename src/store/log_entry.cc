#include "store/log_entry.h"

#include "store/mapping.h"

namespace elkhorn::store {
namespace {

std::unexpected<Error> too_short() {
    return fail(ErrorCode::corruption, "an entry that ends early");
}

}  // namespace

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

std::string removal_entry(std::uint64_t incarnation) {
    std::string entry;
    entry.push_back(static_cast<char>(LogEntry::remove));
    append_varint(entry, incarnation);
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

Result<LoggedDocument> read_document(ByteReader& reader) {
    LoggedDocument document;
    document.seq_no = static_cast<std::int64_t>(reader.varint());
    document.version = static_cast<std::int64_t>(reader.varint());
    document.id = reader.text();
    document.source = reader.text();
    if (!reader.ok()) return too_short();
    return document;
}

Result<LoggedDelete> read_delete(ByteReader& reader) {
    LoggedDelete logged;
    logged.seq_no = static_cast<std::int64_t>(reader.varint());
    logged.version = static_cast<std::int64_t>(reader.varint());
    logged.id = reader.text();
    if (!reader.ok()) return too_short();
    return logged;
}

}  // namespace elkhorn::store
