#include "base/hash.h"

#include "base/bytes.h"

#include <nmmintrin.h>

namespace elkhorn {
namespace {

__extension__ using Wide = unsigned __int128;

// Folded multiplication: the 128-bit product of two words, its halves xored. Mixes 16 bytes a step.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

constexpr std::uint64_t k0 = 0x9e3779b97f4a7c15ULL;
constexpr std::uint64_t k1 = 0xd6e8feb86659fd93ULL;
constexpr std::uint64_t k2 = 0xa0761d6478bd642fULL;

}  // namespace

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
    const char* p = bytes.data();
    std::size_t n = bytes.size();
    std::uint64_t h = seed ^ fold(n ^ k0, k1);
    for (; n > 16; n -= 16, p += 16) {
        h = fold(load<std::uint64_t>(p) ^ k1, load<std::uint64_t>(p + 8) ^ h);
    }
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    if (n >= 8) {
        a = load<std::uint64_t>(p);
        b = load<std::uint64_t>(p + n - 8);
    } else if (n >= 4) {
        a = load<std::uint32_t>(p);
        b = load<std::uint32_t>(p + n - 4);
    } else if (n > 0) {
        a = static_cast<unsigned char>(p[0]) | static_cast<std::uint64_t>(p[n / 2]) << 8 |
            static_cast<std::uint64_t>(p[n - 1]) << 16;
    }
    return fold(fold(a ^ k2, b ^ h), k0 ^ n);
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) {
    std::uint64_t c = ~crc;
    const char* p = bytes.data();
    std::size_t n = bytes.size();
    for (; n >= 8; n -= 8, p += 8)
        c = _mm_crc32_u64(c, load<std::uint64_t>(p));
    auto c32 = static_cast<std::uint32_t>(c);
    for (; n > 0; --n, ++p)
        c32 = _mm_crc32_u8(c32, static_cast<unsigned char>(*p));
    return ~c32;
}

}  // namespace elkhorn
