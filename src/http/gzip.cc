#include "http/gzip.h"

#include "base/assert.h"
#include "base/strings.h"
#include "http/pieces.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <span>
#include <utility>

namespace elkhorn::http {
namespace {

constexpr int gzip_window = 15 + 16;
constexpr int any_window = 15 + 32;               // gzip or zlib, by their first bytes
constexpr std::size_t zlib_bytes_most = 1 << 30;  // it counts in 32 bits
constexpr std::string_view gzip_magic = "\x1f\x8b";

Bytef* input(std::string_view bytes) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

/// One body being inflated, member after member.
class Inflater {
public:
    Inflater(std::string_view bytes, std::size_t limit_bytes, std::shared_ptr<Charge> charge)
        : rest_(bytes),
          limit_bytes_(limit_bytes),
          members_(bytes.starts_with(gzip_magic)),
          out_(std::move(charge)) {
        const int ready = inflateInit2(&stream_, any_window);
        ASSERT(ready == Z_OK);
    }

    ~Inflater() { inflateEnd(&stream_); }

    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    Result<std::string> run() {
        TRY(member());
        while (left() > 0) {
            if (!members_ || !unread().starts_with(gzip_magic)) {
                return fail(
                    ErrorCode::invalid,
                    fmt::format("the compressed body ends, and {} more bytes follow it", left()));
            }
            inflateReset(&stream_);
            TRY(member());
        }
        return out_.join();
    }

private:
    /// To the end of one member, or of the only stream.
    Result<> member() {
        while (true) {
            feed();
            const std::span<char> place = out_.room();
            if (place.empty()) return no_room();
            stream_.next_out = reinterpret_cast<Bytef*>(place.data());
            stream_.avail_out = static_cast<uInt>(place.size());
            const int state = inflate(&stream_, Z_NO_FLUSH);
            out_.add(place.size() - stream_.avail_out);
            if (out_.size_bytes() > limit_bytes_) return too_large();
            if (state == Z_STREAM_END) return {};
            if (state != Z_OK && state != Z_BUF_ERROR)
                return fail(ErrorCode::invalid, "the compressed body is damaged");
            if (left() == 0 && stream_.avail_out > 0)
                return fail(ErrorCode::invalid, "the compressed body is cut");
        }
    }

    void feed() {
        if (stream_.avail_in > 0) return;
        const std::string_view piece = rest_.substr(0, zlib_bytes_most);
        stream_.next_in = input(piece);
        stream_.avail_in = static_cast<uInt>(piece.size());
        rest_.remove_prefix(piece.size());
    }

    static std::unexpected<Error> no_room() {
        return fail(ErrorCode::overloaded,
                    "the bodies of all requests hold as much memory as they may, this one "
                    "inflated: try again, or send smaller requests");
    }

    std::unexpected<Error> too_large() const {
        return fail(ErrorCode::too_large,
                    fmt::format("the compressed body holds more than {} bytes", limit_bytes_));
    }

    std::size_t left() const { return stream_.avail_in + rest_.size(); }

    /// The next bytes; enough of them to know a member by.
    std::string_view unread() const {
        if (stream_.avail_in == 0) return rest_;
        return {reinterpret_cast<const char*>(stream_.next_in), stream_.avail_in + rest_.size()};
    }

    std::string_view rest_;  // of the caller's bytes: not yet given to zlib
    std::size_t limit_bytes_;
    bool members_;  // zlib's framing knows none
    z_stream stream_{};
    Pieces out_;
};

/// The value's parts between commas, of every header of that name, in lower case.
std::vector<std::string> parts_of(const Headers& headers, std::string_view name) {
    std::vector<std::string> parts;
    for (const Header& header : headers.list()) {
        if (to_lower(header.name) != name) continue;
        for (const std::string_view part : split(header.value, ','))
            parts.push_back(to_lower(trim(part)));
    }
    return parts;
}

/// "q=0", "q=0.000": not wanted.
bool refused_by_weight(std::string_view parameters) {
    const std::size_t at = parameters.find("q=");
    if (at == parameters.npos) return false;
    const std::string_view weight = trim(parameters.substr(at + 2));
    return !weight.empty() && weight.find_first_not_of("0.") == weight.npos;
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
    ASSERT(bytes.size() < zlib_bytes_most);
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

Result<std::string> gunzip(std::string_view bytes, std::size_t limit_bytes,
                           std::shared_ptr<Charge> charge) {
    return Inflater(bytes, limit_bytes, std::move(charge)).run();
}

Result<bool> is_compressed(const Headers& headers) {
    std::size_t codings = 0;
    for (const std::string& part : parts_of(headers, "content-encoding")) {
        if (part.empty() || part == "identity") continue;
        if (part != "gzip" && part != "x-gzip" && part != "deflate") {
            return fail(ErrorCode::invalid,
                        fmt::format("Content-Encoding [{}] is not supported: send gzip, deflate "
                                    "or none",
                                    part));
        }
        ++codings;
    }
    if (codings <= 1) return codings == 1;
    return fail(
        ErrorCode::invalid,
        fmt::format("Content-Encoding names {} codings on each other: compress once", codings));
}

bool accepts_gzip(const Headers& headers) {
    for (const std::string& part : parts_of(headers, "accept-encoding")) {
        const std::size_t semicolon = part.find(';');
        const std::string_view name = trim(std::string_view(part).substr(0, semicolon));
        if (name != "gzip" && name != "x-gzip") continue;
        if (semicolon == part.npos || !refused_by_weight(std::string_view(part).substr(semicolon)))
            return true;
    }
    return false;
}

}  // namespace elkhorn::http
