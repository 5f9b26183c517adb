// http/message_fuzz.cc -- targets and compressed bodies that a stranger sends.

#include "base/assert.h"
#include "http/client.h"
#include "http/gzip.h"
#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn;
    constexpr std::size_t limit = 1 << 20;
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    http::Request request;
    request.target = bytes;
    for (const std::string& part : request.path())
        ASSERT(part.size() <= bytes.size());
    ASSERT(request.query().size() <= bytes.size());
    ASSERT(http::percent_decode(http::percent_encode(bytes), false) == bytes);
    if (const auto plain = http::gunzip(bytes, limit)) ASSERT(plain->size() <= limit);
    ASSERT(http::gunzip(http::gzip(bytes), size + 1) == bytes);
    const std::size_t half = size / 2;
    ASSERT(http::gunzip(http::gzip(bytes.substr(0, half)) + http::gzip(bytes.substr(half)), size) ==
           bytes);
    (void)http::parse_url(bytes, 80);
    return 0;
}
