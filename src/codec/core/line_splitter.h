// codec/core/line_splitter.h -- lines out of a stream that comes in chunks. A line within one chunk
// is a view of it; one that began in an earlier chunk is put together in a buffer of our own. A
// line longer than the limit is cut there, and the rest of it skipped. Only codec/ includes this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::codec {

struct Line {
    std::string_view text;
    bool lasting = true;  // false: valid until the next call only
    bool cut = false;
};

class LineSplitter {
public:
    static constexpr std::int64_t default_limit_bytes = 10 << 20;

    LineSplitter(std::string delimiter, std::size_t limit_bytes)
        : delimiter_(std::move(delimiter)), limit_bytes_(limit_bytes) {}

    /// Takes the next line off `chunk`. Nothing when no line ends in it: the chunk is then empty,
    /// and what was left of it waits here.
    std::optional<Line> next(std::string_view& chunk);

    /// What waits, at the end of the stream.
    std::optional<Line> rest();

    std::size_t pending_bytes() const { return waiting_bytes_; }

private:
    bool ends_across(std::string_view& chunk);
    std::optional<Line> finished();

    std::string delimiter_;
    std::size_t limit_bytes_;
    std::string waiting_;            // the line so far, up to the limit
    std::string tail_;               // its last bytes, which may be half a delimiter
    std::string handed_out_;         // the last line put together, while its user reads it
    std::size_t waiting_bytes_ = 0;  // the line's whole length so far
};

}  // namespace elkhorn::codec
