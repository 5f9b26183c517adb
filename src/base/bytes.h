// base/bytes.h -- numbers to bytes and back, little endian, without undefined behaviour. The one
// place for memcpy and reinterpret_cast. Bytes are std::string (owned) and std::string_view
// (borrowed) throughout: they hold any byte, NUL included.
//
// ByteReader reads foreign bytes: past the end it gives zeros and remembers that it did, so a
// parser checks once at the end (`ok()`) instead of at every field.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace elkhorn {

static_assert(std::endian::native == std::endian::little, "formats on disk are little endian");

template <typename T>
    requires std::is_trivially_copyable_v<T>
T load(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    return value;
}

template <typename T>
    requires std::is_trivially_copyable_v<T>
void write_number(char* to, T value) {
    std::memcpy(to, &value, sizeof(T));
}

template <typename T>
    requires std::is_trivially_copyable_v<T>
void append_number(std::string& out, T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out.append(bytes, sizeof(T));
}

/// Copies `size_bytes` between places that do not overlap.
inline void copy_bytes(char* to, const char* from, std::size_t size_bytes) {
    if (size_bytes != 0) std::memcpy(to, from, size_bytes);
}

/// Equal, without a call for the short texts that most names and values are.
inline bool same_text(std::string_view a, std::string_view b) {
    const std::size_t n = a.size();
    if (n != b.size()) return false;
    const char* x = a.data();
    const char* y = b.data();
    const auto same_word = [&](std::size_t at) {
        return load<std::uint64_t>(x + at) == load<std::uint64_t>(y + at);
    };
    if (n < 4 || n > 32) return a == b;
    if (n < 8) {
        return load<std::uint32_t>(x) == load<std::uint32_t>(y) &&
               load<std::uint32_t>(x + n - 4) == load<std::uint32_t>(y + n - 4);
    }
    if (n > 16 && !(same_word(8) && same_word(n - 16))) return false;
    return same_word(0) && same_word(n - 8);
}

/// Whether `part` is a view into `whole`.
inline bool lies_within(std::string_view part, std::string_view whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

/// The bytes of an array of plain numbers, and the array that bytes hold.
template <typename T>
    requires std::is_trivially_copyable_v<T>
std::string_view as_bytes(const T* values, std::size_t count) {
    return {reinterpret_cast<const char*>(values), count * sizeof(T)};
}

template <typename T>
    requires std::is_trivially_copyable_v<T>
void copy_numbers(T* to, const char* from, std::size_t count) {
    if (count != 0) std::memcpy(static_cast<void*>(to), from, count * sizeof(T));
}

/// LEB128: seven bits a byte, low first; at most ten bytes.
inline void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

inline void append_text(std::string& out, std::string_view text) {
    append_varint(out, text.size());
    out.append(text);
}

constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

    template <typename T>
        requires std::is_trivially_copyable_v<T>
    T number() {
        const std::string_view raw = take(sizeof(T));
        return raw.size() == sizeof(T) ? load<T>(raw.data()) : T{};
    }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at_ >= bytes_.size()) break;
            const auto byte = static_cast<unsigned char>(bytes_[at_++]);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        ok_ = false;
        return 0;
    }

    /// Exactly `size_bytes` bytes, or an empty view once they are not there.
    std::string_view take(std::uint64_t size_bytes) {
        if (size_bytes > bytes_.size() - at_) {
            ok_ = false;
            at_ = bytes_.size();
            return {};
        }
        const std::string_view view = bytes_.substr(at_, size_bytes);
        at_ += size_bytes;
        return view;
    }

    std::string_view text() { return take(varint()); }

    bool ok() const { return ok_; }

    bool at_end() const { return at_ == bytes_.size(); }

    std::size_t position() const { return at_; }

    std::size_t left() const { return bytes_.size() - at_; }

private:
    std::string_view bytes_;  // the caller's
    std::size_t at_ = 0;
    bool ok_ = true;
};

}  // namespace elkhorn
