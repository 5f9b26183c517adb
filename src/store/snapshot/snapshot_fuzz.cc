// store/snapshot/snapshot_fuzz.cc -- the body of a snapshot's list that a stranger wrote, under a
// right checksum: an error, or a snapshot that says the same once it is written again.

#include "base/assert.h"
#include "store/snapshot/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto snapshot = store::parse_snapshot("fuzz", bytes);
    if (!snapshot) return 0;
    const std::string written = store::snapshot_bytes(*snapshot);
    const auto again = store::parse_snapshot("fuzz", written);
    ASSERT(again.has_value() && store::snapshot_bytes(*again) == written);
    (void)store::check_snapshot_name(snapshot->name);
    return 0;
}
