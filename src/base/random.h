// base/random.h -- random numbers from a seed (xoshiro256**, seeded by splitmix64; public-domain
// algorithms of Blackman and Vigna), so that a simulation or a generator can be run again.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace elkhorn {

class Random {
    __extension__ using Wide = unsigned __int128;

public:
    explicit Random(std::uint64_t seed) {
        for (auto& word : state_) {
            seed += 0x9e3779b97f4a7c15ULL;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
            word = z ^ (z >> 31);
        }
    }

    std::uint64_t next() {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    /// 0 <= result < bound; bound > 0.
    std::uint64_t below(std::uint64_t bound) {
        return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
    }

    /// 0 <= result < 1.
    double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

    bool chance(double probability) { return unit() < probability; }

private:
    std::uint64_t state_[4];
};

/// 22 characters that are safe in a URL, as Elasticsearch's uuids are: 132 bits. `six_bits()` gives
/// a number below 64.
template <typename SixBits>
std::string id_of(SixBits&& six_bits) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string id(22, ' ');
    for (char& c : id)
        c = alphabet[six_bits()];
    return id;
}

inline std::string random_id(Random& random) {
    return id_of([&] { return random.below(64); });
}

}  // namespace elkhorn
