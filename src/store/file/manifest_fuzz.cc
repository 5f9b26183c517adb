// store/file/manifest_fuzz.cc -- the body of a manifest that a stranger wrote, under a right
// checksum: an error, or a manifest that says the same once it is written again.

#include "base/assert.h"
#include "store/file/manifest.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto manifest = store::parse_manifest("fuzz", bytes);
    if (!manifest) return 0;
    const std::string written = store::manifest_bytes(*manifest);
    const auto again = store::parse_manifest("fuzz", written);
    ASSERT(again.has_value());
    ASSERT(store::manifest_bytes(*again) == written);
    return 0;
}
