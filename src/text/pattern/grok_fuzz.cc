// Foreign bytes as a grok pattern and a line: "pattern\nline". Every capture is a slice of the
// line, and the scanner answers as the regex engine does.

#include "base/assert.h"
#include "text/pattern/grok.h"

#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn::text;
    if (size > 4096) return 0;
    const std::string input(data, data + size);
    const std::size_t cut = input.find('\n');
    const std::string line = cut == std::string::npos ? "" : input.substr(cut + 1);
    Grok::Options options;
    options.timeout_ms = 1;
    const auto fast = Grok::compile(input.substr(0, cut), PatternLibrary::standard(), options);
    options.scanner = false;
    const auto sure = Grok::compile(input.substr(0, cut), PatternLibrary::standard(), options);
    ASSERT(fast.has_value() == sure.has_value());
    if (!fast) return 0;
    Grok::Scratch a;
    Grok::Scratch b;
    const auto first = fast->match(line, a);
    const auto second = sure->match(line, b);
    if (first == Regex::Outcome::gave_up || second == Regex::Outcome::gave_up) return 0;
    ASSERT(first == second);
    if (first != Regex::Outcome::matched) return 0;
    for (std::size_t i = 0; i < fast->captures().size(); ++i) {
        ASSERT(a.value(i) == b.value(i));
        ASSERT(a.value(i).data() == nullptr ||
               (a.value(i).data() >= line.data() && a.value(i).end() <= line.data() + line.size()));
    }
    return 0;
}
