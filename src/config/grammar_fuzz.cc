// Foreign bytes as a pipeline file, and as YAML settings: read or refused with a place, never a
// crash.

#include "base/assert.h"
#include "config/grammar.h"
#include "config/settings.h"

#include <array>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn::config;
    const std::string input(data, data + size);
    GrammarOptions options;
    options.environment = nullptr;
    options.escapes = size % 2 == 1;
    const auto pipeline = parse_pipeline(input, options);
    ASSERT(pipeline || pipeline.error().message.starts_with("pipeline: line "));

    constexpr std::array<Setting, 1> known = {{{"a.b", SettingType::integer, "1", ""}}};
    Settings::Sources sources;
    sources.yaml = input.substr(0, 4096);
    sources.environment = nullptr;
    static_cast<void>(Settings::read(known, sources));
    return 0;
}
