// Any template with any JSON as params, parted by a NUL: refused, or rendered within its bounds.

#include "base/assert.h"
#include "json/parse.h"
#include "script/mustache/mustache.h"

#include <cstdint>
#include <string>

using namespace elkhorn;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string all(data, data + size);
    const std::size_t end = all.find('\0');
    const auto parsed = script::Mustache::parse(std::string_view(all).substr(0, end));
    if (!parsed) return 0;
    static json::Parser parser;
    event::Arena arena;
    const auto params = end == all.npos
                            ? json::Parser().parse("{}", arena)
                            : parser.parse(std::string_view(all).substr(end + 1), arena);
    if (!params) return 0;
    constexpr std::size_t most_bytes = 10'000;
    const auto rendered = parsed->render(*params, most_bytes);
    ASSERT(!rendered || rendered->size() <= 4 * most_bytes + all.size() * 8);
    return 0;
}
