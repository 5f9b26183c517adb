// json/parse.h -- JSON bytes to values. One Parser a thread, kept: once warm it allocates only in
// the arena it is given, objects of many members aside. simdjson is behind it, in no header.
//
//   Accepts    RFC 8259 in UTF-8. Numbers: whole ones that fit 64 bits become integers, all others
//   reals.
//   Refuses    (ErrorCode::invalid, naming the byte offset where it is known) anything else:
//              broken or trailing bytes, invalid UTF-8, unescaped control bytes, nesting beyond
//              `max_depth`.
#pragma once

#include "base/result.h"
#include "event/event.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace elkhorn::json {

/// Deeper documents are refused: recursion is bounded, and no log line is nested like that.
constexpr int max_depth = 250;

/// This many readable bytes must follow JSON for it to be parsed where it lies; otherwise it is
/// copied first.
constexpr std::size_t padding_bytes = 64;

class Parser {
public:
    Parser();
    ~Parser();
    Parser(Parser&&) noexcept;
    Parser& operator=(Parser&&) noexcept;

    /// Any JSON value. It is copied into the arena, and texts without escapes are views of that.
    Result<event::Value> parse(std::string_view json, event::Arena& arena);

    /// The same where `json` lives as long as the arena: it is not copied, unless fewer than
    /// `padding_bytes` are readable behind it. `readable_bytes` counts from json.data() on.
    Result<event::Value> parse_kept(std::string_view json, std::size_t readable_bytes,
                                    event::Arena& arena);

    /// A JSON object, its members set on the event (replacing those of the same name).
    Result<> parse_into(std::string_view json, event::Event& event);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace elkhorn::json
