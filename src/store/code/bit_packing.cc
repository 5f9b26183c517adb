#include "store/code/bit_packing.h"

#include "base/bytes.h"

#include <algorithm>
#include <bit>

namespace elkhorn::store {
namespace {

enum class Mode : std::uint8_t { reference = 0, delta = 1 };

struct Header {
    int width = 0;
    Mode mode = Mode::reference;
    std::uint64_t first = 0;
    std::uint64_t base = 0;
    std::int64_t min = 0;
    std::int64_t max = 0;
};

/// Writes numbers of `width` bits, low bits first.
class BitWriter {
public:
    BitWriter(std::string& out, int width) : out_(out), width_(width) {}

    void put(std::uint64_t value) {
        if (width_ == 0) return;
        bits_ |= value << filled_;
        filled_ += width_;
        if (filled_ < 64) return;
        append_number(out_, bits_);
        filled_ -= 64;
        const int used = width_ - filled_;
        bits_ = used < 64 ? value >> used : 0;
    }

    void finish() {
        for (; filled_ > 0; filled_ -= 8, bits_ >>= 8)
            out_.push_back(static_cast<char>(bits_));
    }

private:
    std::string& out_;
    int width_;
    std::uint64_t bits_ = 0;
    int filled_ = 0;
};

/// The number of `width` bits that begins at bit `at`; reads past the end give zeros.
std::uint64_t bits_at(std::string_view bytes, std::size_t at, int width) {
    const std::size_t byte = at / 8;
    const int shift = static_cast<int>(at % 8);
    const std::uint64_t mask = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
    if (byte + 9 <= bytes.size()) {
        std::uint64_t value = load<std::uint64_t>(bytes.data() + byte) >> shift;
        if (shift + width > 64) {
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[byte + 8]))
                     << (64 - shift);
        }
        return value & mask;
    }
    std::uint64_t value = 0;
    for (int i = 0; i < 9; ++i) {
        if (byte + static_cast<std::size_t>(i) >= bytes.size()) break;
        const std::uint64_t b =
            static_cast<unsigned char>(bytes[byte + static_cast<std::size_t>(i)]);
        const int place = i * 8 - shift;
        if (place < 0)
            value |= b >> -place;
        else if (place < 64)
            value |= b << place;
    }
    return value & mask;
}

template <typename T>
void unpack_block(const Header& header, std::string_view packed, std::size_t count,
                  std::vector<T>& out) {
    std::uint64_t value = header.first;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t bits =
            header.width == 0
                ? 0
                : bits_at(packed, i * static_cast<std::size_t>(header.width), header.width);
        if (header.mode == Mode::reference)
            value = header.base + bits;
        else if (i > 0)
            value += header.base + bits;
        out.push_back(static_cast<T>(value));
    }
}

Header read_header(ByteReader& reader) {
    Header header;
    header.width = reader.number<std::uint8_t>();
    header.mode = static_cast<Mode>(reader.number<std::uint8_t>());
    header.first = reader.number<std::uint64_t>();
    header.base = reader.number<std::uint64_t>();
    header.min = reader.number<std::int64_t>();
    header.max = reader.number<std::int64_t>();
    return header;
}

constexpr std::size_t packed_header_bytes = 1 + 1 + 4 * 8;

template <typename T>
Result<> unpack_all(std::string_view bytes, std::uint32_t count, std::vector<T>& out) {
    ByteReader reader(bytes);
    out.clear();
    // Nothing is taken for blocks that are not there.
    if (count / packed_block_values > bytes.size() / packed_header_bytes)
        return fail(ErrorCode::corruption, "packed numbers are cut");
    out.reserve(count);
    while (out.size() < count) {
        const Header header = read_header(reader);
        const std::size_t n = std::min<std::size_t>(packed_block_values, count - out.size());
        if (header.width > 64 || header.mode > Mode::delta) reader.take(~std::uint64_t{0});
        const std::string_view packed = reader.take(packed_bits_bytes(n, header.width));
        if (!reader.ok())
            return fail(ErrorCode::corruption, "a block of packed numbers is cut or damaged");
        unpack_block(header, packed, n, out);
    }
    return {};
}

void append_block(std::string& out, std::span<const std::int64_t> values) {
    Header header;
    const auto [min, max] = std::ranges::minmax(values);
    header.min = min;
    header.max = max;
    header.first = static_cast<std::uint64_t>(values[0]);
    header.base = static_cast<std::uint64_t>(min);
    header.width = bit_width_of(static_cast<std::uint64_t>(max) - static_cast<std::uint64_t>(min));
    std::int64_t min_step = 0;
    std::int64_t max_step = 0;
    bool steps = true;
    for (std::size_t i = 1; i < values.size() && steps; ++i) {
        std::int64_t step = 0;
        steps = !__builtin_sub_overflow(values[i], values[i - 1], &step);
        min_step = i == 1 ? step : std::min(min_step, step);
        max_step = i == 1 ? step : std::max(max_step, step);
    }
    const int delta_width =
        bit_width_of(static_cast<std::uint64_t>(max_step) - static_cast<std::uint64_t>(min_step));
    if (steps && delta_width < header.width) {
        header.mode = Mode::delta;
        header.width = delta_width;
        header.base = static_cast<std::uint64_t>(min_step);
    }
    out.push_back(static_cast<char>(header.width));
    out.push_back(static_cast<char>(header.mode));
    append_number(out, header.first);
    append_number(out, header.base);
    append_number(out, header.min);
    append_number(out, header.max);
    BitWriter writer(out, header.width);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = static_cast<std::uint64_t>(values[i]);
        if (header.mode == Mode::reference)
            writer.put(value - header.base);
        else
            writer.put(i == 0 ? 0
                              : value - static_cast<std::uint64_t>(values[i - 1]) - header.base);
    }
    writer.finish();
}

}  // namespace

int bit_width_of(std::uint64_t value) {
    return std::bit_width(value);
}

void append_packed(std::string& out, std::span<const std::int64_t> values) {
    while (!values.empty()) {
        const std::size_t n = std::min<std::size_t>(packed_block_values, values.size());
        append_block(out, values.first(n));
        values = values.subspan(n);
    }
}

Result<> unpack(std::string_view bytes, std::uint32_t count, std::vector<std::int64_t>& out) {
    return unpack_all(bytes, count, out);
}

Result<> unpack(std::string_view bytes, std::uint32_t count, std::vector<std::uint32_t>& out) {
    return unpack_all(bytes, count, out);
}

void append_bits(std::string& out, std::span<const std::uint32_t> values, int width) {
    BitWriter writer(out, width);
    for (const std::uint32_t value : values)
        writer.put(value);
    writer.finish();
}

void append_bits(std::string& out, std::span<const std::uint64_t> values, int width) {
    BitWriter writer(out, width);
    for (const std::uint64_t value : values)
        writer.put(value);
    writer.finish();
}

std::uint64_t read_packed(std::string_view bytes, std::uint64_t index, int width) {
    return width == 0 ? 0 : bits_at(bytes, index * static_cast<std::uint64_t>(width), width);
}

void read_bits(std::string_view bytes, int width, std::span<std::uint32_t> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = width == 0 ? 0
                            : static_cast<std::uint32_t>(
                                  bits_at(bytes, i * static_cast<std::size_t>(width), width));
    }
}

}  // namespace elkhorn::store
