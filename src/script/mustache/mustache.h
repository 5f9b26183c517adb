// script/mustache/mustache.h -- templates of JSON, as Elasticsearch's `lang: mustache` has them
// (mustache(5), and its functions):
//
//   {{name}} {{a.b.0}} {{list.size}}  a value, its text as JSON has it between quotes
//   {{{name}}} {{&name}}              as it is
//   {{#name}}...{{/name}}             once for each item of a list, or once where there is a value
//   {{^name}}...{{/name}}             where there is none: missing, null, false, "", []
//   {{.}}                             the item
//   {{! words}}                       nothing
//   {{=<% %>=}}                       other marks from here on
//   {{#toJson}}name{{/toJson}}        the value as JSON
//   {{#join}}name{{/join}}            a list's items with commas between them;
//   {{#join delimiter='|'}}...        or something else
//   {{#url}}...{{/url}}               encoded for an address
//
//   Threads   an immutable value.
//   Bounds    of the text that is made: refused past them. Sections nest to 100.
#pragma once

#include "base/result.h"
#include "event/value.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {

class Mustache {
public:
    /// ErrorCode::invalid with line and column.
    static Result<Mustache> parse(std::string_view text);

    /// With an object of params, or null. ErrorCode::too_large past `bytes_most`.
    Result<std::string> render(const event::Value& params, std::size_t bytes_most) const;

    struct Node;

private:
    std::shared_ptr<const std::vector<Node>> nodes_;
};

}  // namespace elkhorn::script
