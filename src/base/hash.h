// base/hash.h -- two hashes. hash64 spreads keys over tables (fast, not for strangers to attack:
// tables that strangers can fill must be bounded); crc32c guards bytes on disk (Castagnoli
// polynomial, the one of iSCSI, RFC 3720 appendix B.4; done by the processor).
#pragma once

#include <cstdint>
#include <string_view>

namespace elkhorn {

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// One number well mixed (the finaliser of MurmurHash3).
constexpr std::uint64_t hash64(std::uint64_t value) {
    value ^= value >> 33;
    value *= 0xff51afd7ed558ccdULL;
    value ^= value >> 33;
    value *= 0xc4ceb9fe1a85ec53ULL;
    return value ^ (value >> 33);
}

/// Pass the former result as `crc` to go on over several pieces.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace elkhorn
