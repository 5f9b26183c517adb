// Any chain over any text: it is refused, or its tokens lie in the text, in order, and a chain that
// is kept as a specification makes the same tokens again.
//
// The input is lines of settings ("filter.x.type=stop"), a line "=", and the text.

#include "base/assert.h"
#include "text/analysis/core/library.h"

#include <cstdint>
#include <string>

using namespace elkhorn::text;

namespace {

void check(const Tokens& tokens, std::size_t units) {
    for (const Token& token : tokens.list) {
        ASSERT(token.increment >= 0);
        ASSERT(token.length >= 1);
        ASSERT(token.start >= 0);
        ASSERT(static_cast<std::size_t>(token.end) <= units);
    }
}

bool equal(const Tokens& a, const Tokens& b) {
    if (a.list.size() != b.list.size()) return false;
    for (std::size_t i = 0; i < a.list.size(); ++i) {
        const Token& x = a.list[i];
        const Token& y = b.list[i];
        if (x.term != y.term || x.increment != y.increment || x.start != y.start) return false;
    }
    return true;
}

void run(const Library& library, const std::string& text) {
    const auto built = library.analyzer("x");
    if (!built) return;
    Budget budget(4U << 20U);
    const auto tokens = built->chain.run(text, budget);
    if (!tokens) return;
    check(*tokens, to_wide(text).size());
    static_cast<void>(built->chain.normalized(text));
    const auto specification = library.specification("x", false);
    ASSERT(specification);
    if (!specification->starts_with("chain\t")) return;
    const auto again = of_specification(*specification);
    ASSERT(again);
    Budget second(4U << 20U);
    const auto same = again->chain.run(text, second);
    ASSERT(same && equal(*tokens, *same));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(data, data + size);
    OptionMap settings;
    std::size_t at = 0;
    while (at < input.size()) {
        const std::size_t end = std::min(input.find('\n', at), input.size());
        const std::string line = input.substr(at, end - at);
        at = std::min(end + 1, input.size());
        if (line == "=") break;
        const std::size_t equals = line.find('=');
        if (equals != std::string::npos) settings[line.substr(0, equals)] = line.substr(equals + 1);
    }
    run(Library(settings, {8, 8}), input.substr(at));
    return 0;
}
