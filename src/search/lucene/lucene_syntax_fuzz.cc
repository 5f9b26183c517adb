// Any text in Lucene's query language: read or refused, and every clause of what was read is there.

#include "base/assert.h"
#include "search/lucene/lucene_syntax.h"

#include <cstdint>
#include <string>

namespace {

void check(const elkhorn::search::Syntax& syntax, int depth) {
    ASSERT(depth <= 400);
    const bool group = syntax.kind == elkhorn::search::Syntax::Kind::group;
    ASSERT(group || syntax.clauses.empty());
    for (const auto& clause : syntax.clauses) {
        ASSERT(clause.part != nullptr);
        check(*clause.part, depth + 1);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const auto syntax = elkhorn::search::parse_lucene(text);
    if (syntax) check(**syntax, 0);
    return 0;
}
