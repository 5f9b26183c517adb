// store/log/log_frame.h -- the header of a log file and its frames, as log_format.h draws them.
#pragma once

#include "store/log/write_log.h"

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
    bool continued = false;  // written and synced with the frame before it
};

/// What a frame is made of: `raw` is the entries, each a text.
struct NewFrame {
    Lsn first = 0;
    std::uint32_t entries = 0;
    std::string_view raw;
    bool continued = false;
};

std::string log_file_name(std::uint64_t number);
std::string log_file_header(std::uint64_t number, Lsn first);

/// A whole frame at the front of the bytes; nothing when there is none.
std::optional<LogFrame> read_frame(std::string_view bytes);
/// Where the next whole frame begins; npos when there is none.
std::size_t find_frame(std::string_view bytes, std::size_t from);
/// Where a frame begins that was written after what stood before the bytes was synced. A write that
/// was cut off may have left its further frames whole: a disk takes pages in any order.
std::size_t find_write(std::string_view bytes);
void append_frame(std::string& out, const NewFrame& frame);

}  // namespace elkhorn::store
