// store/log_frame.h -- the header of a log file and its frames, as log_format.h draws them.
#pragma once

#include "store/write_log.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::store {

struct LogFrame {
    Lsn first = 0;
    std::uint32_t entries = 0;
    std::uint32_t raw_bytes = 0;
    std::string_view compressed;
    std::size_t size_bytes = 0;
};

std::string log_file_name(std::uint64_t number);
std::string log_file_header(std::uint64_t number, Lsn first);

/// A whole frame at the front of the bytes; nothing when there is none.
std::optional<LogFrame> read_frame(std::string_view bytes);
/// Where the next whole frame begins; npos when there is none.
std::size_t find_frame(std::string_view bytes, std::size_t from);
/// `raw` is the entries, each a text.
void append_frame(std::string& out, Lsn first, std::uint32_t entries, std::string_view raw);

}  // namespace elkhorn::store
