// store/schema/document_id.h -- generated `_id`s: 20 characters that say which index made them and
// the sequence number of the document, so that they need not be stored and one look-up finds the
// row.
//
//   15 bytes in base64url:  [8: sequence number xor salt][7: check, a hash of both]
//
// An id that does not carry this index's salt is an explicit one, whoever made it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::store {

/// No document has a greater sequence number, whatever bytes on a disk say: there is room above it
/// to go on counting.
constexpr std::int64_t greatest_seq_no = std::int64_t{1} << 62;

constexpr bool is_seq_no(std::int64_t number) {
    return number >= 0 && number <= greatest_seq_no;
}

/// From the index's uuid.
std::uint64_t id_salt(std::string_view uuid);

std::string generated_id(std::uint64_t salt, std::int64_t seq_no);

/// The sequence number, when the id was generated under this salt.
std::optional<std::int64_t> seq_no_of(std::uint64_t salt, std::string_view id);

}  // namespace elkhorn::store
