// search/kql/kql_syntax.h -- KQL as a tree of what was written:
//
//   level:error and not host:(web-1 or "web 2") and took >= 5 and user:{ name:a* and age > 3 }
//
// Words side by side are one value, blanks and all; only `and`, `or` and `not` part them, in any
// case of letters. A backslash takes the next character as it is. Pure; nesting is bounded.
//
// A mistake is told as Kibana tells it: what could have stood there, what did, and where.
#pragma once

#include "base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// A name or a value.
struct KqlLiteral {
    std::string text;     // what was meant, without quotes and backslashes
    std::string pattern;  // with wildcards: the same as a wildcard pattern, \ before its signs
    bool quoted = false;
    bool wildcard = false;  // an asterisk that was not escaped
};

struct KqlSyntax;
using KqlPtr = std::unique_ptr<KqlSyntax>;

struct KqlSyntax {
    enum class Kind {
        all,     // nothing was written
        both,    // every part
        either,  // any part
        none,    // not the part
        nested,  // field:{ part }
        is,      // field:value, or a value alone
        range,   // field >= value
    };

    Kind kind = Kind::all;
    std::vector<KqlPtr> parts;
    std::optional<KqlLiteral> field;  // nothing: any
    KqlLiteral value;
    std::string relation;  // of range: gt, gte, lt, lte
};

/// The error is Kibana's sentence, with the text and a mark below the place.
Result<KqlPtr> parse_kql(std::string_view text);

}  // namespace elkhorn::search
