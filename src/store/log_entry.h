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

#include <cstdint>

namespace elkhorn::store {

enum class LogEntry : std::uint8_t {
    create = 1,
    remove = 2,
    mapping = 3,
    documents = 4,
    deletes = 5,
};

}  // namespace elkhorn::store
