// config/grammar.h -- the Logstash configuration language, from text to an Ast.
//
// The whole grammar: sections in any order, plug-ins, nested conditionals with every operator,
// strings in both quotes, numbers, barewords, arrays, hashes, codecs with options, comments,
// repeated options merged, ${VAR:default}. `and` binds tighter than `or`; nand as `and`, xor
// between them. CRLF and a byte order mark are blanks. Depth is bounded.
//
// The first mistake ends the reading: its message names file, line, column, and what was expected.
#pragma once

#include "base/result.h"
#include "config/ast.h"
#include "config/environment.h"

#include <string>
#include <string_view>

namespace elkhorn::config {

struct GrammarOptions {
    std::string file = "pipeline";  // for messages
    Lookup environment = process_environment();
    bool escapes = false;  // \n \t \" ... in strings mean something (config.support_escapes)
};

Result<Pipeline> parse_pipeline(std::string_view text, const GrammarOptions& options);

}  // namespace elkhorn::config
