// store/log_entry.h -- what an entry of the log says; layout in docs/formats/log.md.
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
#include "store/manifest.h"

#include <cstdint>
#include <string>

namespace elkhorn::store {

enum class LogEntry : std::uint8_t {
    create = 1,
    remove = 2,
    mapping = 3,
    documents = 4,
    deletes = 5,
};

/// The entry that makes an index, and what it says after its incarnation.
std::string creation_entry(const Manifest& manifest);
Result<Manifest> read_creation(std::uint64_t incarnation, ByteReader& reader);

}  // namespace elkhorn::store
