// event/field_path.h -- a parsed field reference in Logstash's syntax: `name` (one top-level key,
// dots and all), `[a][b]`, `[@metadata][x]`, `[list][0]`, `[list][-1]`. Parsed once, at start-up; a
// mixed form such as `a[b]` is refused, as in Logstash.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::event {

class FieldPath {
public:
    static Result<FieldPath> parse(std::string_view reference);

    /// A single top-level key, taken verbatim.
    static FieldPath key(std::string_view name);

    /// The keys from the root (or from @metadata when `in_metadata`); never empty unless the whole
    /// of @metadata is meant.
    const std::vector<std::string>& keys() const { return keys_; }

    bool in_metadata() const { return in_metadata_; }

    bool single() const { return keys_.size() == 1 && !in_metadata_; }

    /// As written.
    const std::string& text() const { return text_; }

private:
    std::vector<std::string> keys_;
    std::string text_;
    bool in_metadata_ = false;
};

}  // namespace elkhorn::event
