#include "http/gzip.h"

#include "base/assert.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

namespace elkhorn::http {
namespace {

constexpr int gzip_window = 15 + 16;
constexpr int any_window = 15 + 32;  // gzip or zlib, by their first bytes

Bytef* input(std::string_view bytes) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
    z_stream stream{};
    const int ready = deflateInit2(&stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY);
    ASSERT(ready == Z_OK);
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = input(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int done = deflate(&stream, Z_FINISH);
    ASSERT(done == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

Result<std::string> gunzip(std::string_view bytes, std::size_t limit_bytes) {
    z_stream stream{};
    const int ready = inflateInit2(&stream, any_window);
    ASSERT(ready == Z_OK);
    stream.next_in = input(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    int state = Z_OK;
    while (state == Z_OK && out.size() <= limit_bytes) {
        const std::size_t before = out.size();
        out.resize(std::max<std::size_t>(64 * 1024, before * 2));
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        stream.avail_out = static_cast<uInt>(out.size() - before);
        state = inflate(&stream, Z_NO_FLUSH);
        out.resize(stream.total_out);
        if (state == Z_BUF_ERROR) break;
    }
    inflateEnd(&stream);
    if (out.size() > limit_bytes) {
        return fail(ErrorCode::too_large,
                    fmt::format("the compressed body holds more than {} bytes", limit_bytes));
    }
    if (state != Z_STREAM_END)
        return fail(ErrorCode::invalid, "the compressed body is damaged or cut");
    return out;
}

}  // namespace elkhorn::http
