// Any text in KQL: read or refused, and what was read is a tree.

#include "base/assert.h"
#include "search/kql/kql_syntax.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = elkhorn::search::parse_kql({reinterpret_cast<const char*>(data), size});
    ASSERT(!parsed || *parsed != nullptr);
    return 0;
}
