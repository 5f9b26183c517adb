// json/flatten.h -- JSON bytes straight to a flat event::Document, for the store: no tree, no
// allocation once warm. Texts without escapes are views into `json`; others live in the flattener's
// own arena until `reset`. One Flattener a thread.
//
// Refuses what json/parse.h refuses; the document must be an object.
#pragma once

#include "base/result.h"
#include "event/document.h"
#include "json/parse.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace elkhorn::json {

class Flattener {
public:
    explicit Flattener(event::FieldNames& names);
    ~Flattener();
    Flattener(Flattener&&) noexcept;
    Flattener& operator=(Flattener&&) noexcept;

    /// Clears `document` and fills it. `readable_bytes` counts from json.data() on (at least
    /// json.size()): where that leaves no `padding_bytes`, the JSON is copied into the flattener's
    /// arena.
    Result<> flatten(std::string_view json, std::size_t readable_bytes, event::Document& document);

    /// Forgets the texts of all documents flattened so far.
    void reset();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Flattens one document; its texts live until the next call.
using FlattenOne = std::function<Result<>(std::string_view json, event::Document& document)>;

/// With a flattener of its own, which copies share: one thread at a time. `names` outlives it.
FlattenOne flatten_one(event::FieldNames& names);

}  // namespace elkhorn::json
