// json/json_fuzz.cc -- hostile bytes through both ways into JSON: they accept and refuse the same,
// and what is accepted is written back as JSON that is accepted again.

#include "base/assert.h"
#include "event/format.h"
#include "json/flatten.h"
#include "json/parse.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    event::Arena arena;
    json::Parser parser;
    const auto tree = parser.parse(bytes, arena);
    event::FieldNames names;
    json::Flattener flattener(names);
    event::Document document;
    const bool flat = static_cast<bool>(flattener.flatten(bytes, bytes.size(), document));
    ASSERT(flat == (tree && tree->is(event::Kind::object)));
    if (!tree) return 0;
    std::string written;
    event::append_json(written, *tree);
    ASSERT(parser.parse(written, arena));
    return 0;
}
