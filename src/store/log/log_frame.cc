#include "store/log/log_frame.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "store/code/compression.h"
#include "store/log/log_format.h"

#include <fmt/format.h>

namespace elkhorn::store {

std::string log_file_name(std::uint64_t number) {
    return fmt::format("log/{:010}.wal", number);
}

std::string log_file_header(std::uint64_t number, Lsn first) {
    std::string rest;
    append_number(rest, number);
    append_number(rest, first);
    std::string header;
    append_number(header, log_magic);
    append_number(header, log_version);
    append_number(header, std::uint16_t{0});
    append_number(header, crc32c(rest));
    return header + rest;
}

std::optional<LogFrame> read_frame(std::string_view bytes) {
    ByteReader reader(bytes);
    const auto magic = reader.number<std::uint32_t>();
    const auto crc = reader.number<std::uint32_t>();
    LogFrame frame;
    frame.first = reader.number<std::uint64_t>();
    frame.entries = reader.number<std::uint32_t>();
    frame.raw_bytes = reader.number<std::uint32_t>();
    frame.compressed = reader.take(reader.number<std::uint32_t>());
    frame.continued = magic == continued_magic;
    if (!reader.ok() || (magic != frame_magic && !frame.continued)) return std::nullopt;
    frame.size_bytes = reader.position();
    if (crc32c(bytes.substr(8, frame.size_bytes - 8)) != crc) return std::nullopt;
    return frame;
}

std::size_t find_frame(std::string_view bytes, std::size_t from) {
    const std::string_view both = as_bytes(&frame_magic, 1).substr(0, 3);  // "LFR"
    for (std::size_t at = bytes.find(both, from); at != bytes.npos; at = bytes.find(both, at + 1)) {
        if (read_frame(bytes.substr(at))) return at;
    }
    return bytes.npos;
}

std::size_t find_write(std::string_view bytes) {
    const std::string_view magic = as_bytes(&frame_magic, 1);
    for (std::size_t at = bytes.find(magic); at != bytes.npos; at = bytes.find(magic, at + 1)) {
        if (read_frame(bytes.substr(at))) return at;
    }
    return bytes.npos;
}

void append_frame(std::string& out, const NewFrame& frame) {
    const std::size_t at = out.size();
    append_number(out, frame.continued ? continued_magic : frame_magic);
    append_number(out, std::uint32_t{0});  // its checksum
    append_number(out, frame.first);
    append_number(out, frame.entries);
    append_number(out, static_cast<std::uint32_t>(frame.raw.size()));
    const std::size_t size_at = out.size();
    append_number(out, std::uint32_t{0});
    append_lz4(out, frame.raw);
    write_number(out.data() + size_at, static_cast<std::uint32_t>(out.size() - size_at - 4));
    write_number(out.data() + at + 4, crc32c(std::string_view(out).substr(at + 8)));
}

}  // namespace elkhorn::store
