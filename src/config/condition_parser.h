// config/condition_parser.h -- the conditions of `if`, from the grammar's characters. Only config/
// includes this.
#pragma once

#include "base/result.h"
#include "config/ast.h"
#include "config/lexer.h"

namespace elkhorn::config {

/// Reads as far as the condition goes; what follows (a `{`) is the caller's to check.
Result<Condition> parse_condition(Lexer& in);

}  // namespace elkhorn::config
