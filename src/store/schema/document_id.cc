#include "store/schema/document_id.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <array>

namespace elkhorn::store {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t id_bytes = 15;
constexpr std::size_t id_characters = 20;

std::array<unsigned char, id_bytes> bytes_of(std::uint64_t salt, std::int64_t seq_no) {
    const std::uint64_t mixed = static_cast<std::uint64_t>(seq_no) ^ salt;
    const std::uint64_t check = hash64(mixed ^ hash64(salt));
    std::array<unsigned char, id_bytes> bytes{};
    for (std::size_t i = 0; i < 8; ++i)
        bytes[i] = static_cast<unsigned char>(mixed >> (8 * i));
    for (std::size_t i = 0; i < 7; ++i)
        bytes[8 + i] = static_cast<unsigned char>(check >> (8 * i));
    return bytes;
}

}  // namespace

std::uint64_t id_salt(std::string_view uuid) {
    return hash64(uuid, 0x656c6b686f726eULL);
}

std::string generated_id(std::uint64_t salt, std::int64_t seq_no) {
    const auto bytes = bytes_of(salt, seq_no);
    std::string id;
    for (std::size_t i = 0; i < id_bytes; i += 3) {
        const unsigned group = static_cast<unsigned>(bytes[i]) << 16 |
                               static_cast<unsigned>(bytes[i + 1]) << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            id.push_back(alphabet[group >> shift & 63]);
    }
    return id;
}

std::optional<std::int64_t> seq_no_of(std::uint64_t salt, std::string_view id) {
    if (id.size() != id_characters) return std::nullopt;
    std::array<unsigned char, id_bytes> bytes{};
    for (std::size_t i = 0; i < id_characters; i += 4) {
        unsigned group = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const std::size_t digit = alphabet.find(id[i + j]);
            if (digit == std::string_view::npos) return std::nullopt;
            group = group << 6 | static_cast<unsigned>(digit);
        }
        const std::size_t at = i / 4 * 3;
        bytes[at] = static_cast<unsigned char>(group >> 16);
        bytes[at + 1] = static_cast<unsigned char>(group >> 8);
        bytes[at + 2] = static_cast<unsigned char>(group);
    }
    std::uint64_t mixed = 0;
    for (std::size_t i = 0; i < 8; ++i)
        mixed |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
    const auto seq_no = static_cast<std::int64_t>(mixed ^ salt);
    if (seq_no < 0 || bytes_of(salt, seq_no) != bytes) return std::nullopt;
    return seq_no;
}

}  // namespace elkhorn::store
