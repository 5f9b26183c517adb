// search/lucene/lucene_syntax.h -- Lucene's query language as a tree of what was written; what it
// means is decided by query_string.cc, which knows the fields.
//
//   message:(refused AND peer) status:[400 TO 499] -host:web-* "exact words"~2 took:>=5
//   path:/a[bc]/
//
// The grammar is that of Lucene 8's classic parser, the tokens as well: the longest one wins, words
// side by side without an operator belong together. Pure; nesting is bounded.
#pragma once

#include "base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

enum class Joint { none, conjunction, disjunction };  // AND, OR before a clause
enum class Modifier { none, required, prohibited };   // +, - and NOT before it

struct Syntax;
using SyntaxPtr = std::unique_ptr<Syntax>;

struct SyntaxClause {
    Joint joint = Joint::none;
    Modifier modifier = Modifier::none;
    bool several_words = false;  // words side by side, taken as one text
    SyntaxPtr part;
};

struct Syntax {
    enum class Kind { group, words, phrase, prefix, wildcard, regexp, fuzzy, range };

    Kind kind = Kind::words;
    std::optional<std::string> field;  // nothing: the default ones
    std::string text;                  // without escapes, but for wildcards
    std::string fuzziness;             // what stands behind ~; of phrases the slop
    std::optional<std::string> from;   // of ranges; nothing: open
    std::optional<std::string> to;
    bool include_from = true;
    bool include_to = true;
    float boost = 1;
    std::vector<SyntaxClause> clauses;  // of groups
};

/// The error is the sentence behind "Cannot parse '...': ".
Result<SyntaxPtr> parse_lucene(std::string_view query);

}  // namespace elkhorn::search
