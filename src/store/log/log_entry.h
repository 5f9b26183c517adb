// store/log/log_entry.h -- what an entry of the log says; layout in docs/formats/log.md.
//
//   u8 type, then
//   create    varint incarnation, text name, text uuid, i64 created ms, text settings, text mapping
//   remove    varint incarnation
//   mapping   varint incarnation, text mapping update
//   documents varint incarnation, then to the end: varint seq_no, varint version, text id, text
//   source
//   deletes   varint incarnation, then to the end: varint seq_no, varint version, text id
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "store/file/manifest.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace elkhorn::store {

enum class LogEntry : std::uint8_t {
    create = 1,
    remove = 2,
    mapping = 3,
    documents = 4,
    deletes = 5,
};

/// One document of the log, as replay reads it.
struct LoggedDocument {
    std::int64_t seq_no = 0;
    std::int64_t version = 1;
    std::string_view id;  // empty: generated
    std::string_view source;
};

/// One delete of the log.
struct LoggedDelete {
    std::int64_t seq_no = 0;
    std::int64_t version = 1;
    std::string_view id;
};

std::string creation_entry(const Manifest& manifest);
std::string removal_entry(std::uint64_t incarnation);

/// What follows the incarnation; views see the entry.
Result<Manifest> read_creation(std::uint64_t incarnation, ByteReader& reader);
Result<LoggedDocument> read_document(ByteReader& reader);
Result<LoggedDelete> read_delete(ByteReader& reader);

}  // namespace elkhorn::store
