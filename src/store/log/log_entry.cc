#include "store/log/log_entry.h"

#include "store/schema/document_id.h"
#include "store/schema/mapping.h"

namespace elkhorn::store {
namespace {

std::unexpected<Error> too_short() {
    return fail(ErrorCode::corruption, "an entry that ends early");
}

std::unexpected<Error> no_number() {
    return fail(ErrorCode::corruption, "an entry whose sequence number cannot be");
}

}  // namespace

std::string creation_entry(const Manifest& manifest) {
    std::string entry;
    entry.push_back(static_cast<char>(LogEntry::create));
    append_varint(entry, manifest.incarnation);
    append_index_fields(entry, manifest);
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
    TRY(read_index_fields(reader, manifest));
    return manifest;
}

Result<LoggedDocument> read_document(ByteReader& reader) {
    LoggedDocument document;
    document.seq_no = static_cast<std::int64_t>(reader.varint());
    document.version = static_cast<std::int64_t>(reader.varint());
    document.id = reader.text();
    document.source = reader.text();
    if (!reader.ok()) return too_short();
    if (!is_seq_no(document.seq_no)) return no_number();
    return document;
}

Result<LoggedDelete> read_delete(ByteReader& reader) {
    LoggedDelete logged;
    logged.seq_no = static_cast<std::int64_t>(reader.varint());
    logged.version = static_cast<std::int64_t>(reader.varint());
    logged.id = reader.text();
    if (!reader.ok()) return too_short();
    if (!is_seq_no(logged.seq_no)) return no_number();
    return logged;
}

}  // namespace elkhorn::store
