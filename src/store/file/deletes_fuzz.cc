// store/file/deletes_fuzz.cc -- the body of a deletes file that a stranger wrote, under a right
// checksum: an error, or rows that are within their row groups.

#include "base/assert.h"
#include "store/file/deletes_file.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto deletes = store::parse_deletes("fuzz", bytes);
    if (!deletes) return 0;
    for (const auto& [unused, rows] : *deletes)
        rows.for_each([&](std::uint32_t row) { ASSERT(row < rows.size()); });
    const std::string written = store::deletes_bytes(*deletes);
    const auto again = store::parse_deletes("fuzz", written);
    ASSERT(again.has_value() && store::deletes_bytes(*again) == written);
    return 0;
}
