// store/log/write.h -- what a caller asks to be written, and what became of it.
#pragma once

#include "base/result.h"
#include "event/document.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::store {

enum class Action : std::uint8_t {
    index,   // adds, or replaces the document of that _id
    create,  // ErrorCode::conflict where the _id is there
    remove,  // takes the document of that _id away; ErrorCode::not_found without the index
    update,  // replaces the document by what `Write::change` makes of it
};

/// A document as it is now, whether a refresh has shown it or not.
struct Found {
    std::string source;
    std::int64_t seq_no = 0;
    std::int64_t version = 1;
};

/// What an update makes of a document; the views must live until the next change is asked for, or
/// `write` returns.
struct Changed {
    std::string_view source;
    const event::Document* document = nullptr;
    bool removes = false;  // the document is deleted instead
};

/// Called within `write`, under the index's lock, with the document as it is (null: there is none):
/// nobody writes between its look and its answer, so an update never conflicts with another. It
/// must be quick and must not call the store. Nothing: the document stays as it is (or is not
/// made), and nothing is written.
using Change = std::function<Result<std::optional<Changed>>(const Found* current)>;

/// A version that somebody else counts: the write is taken only if it is greater than the one that
/// is there, or at which the document was deleted.
struct ExternalVersion {
    std::int64_t number = 0;
    bool or_equal = false;
};

/// One document to write. Views must live until `write` returns.
struct Write {
    std::string_view index;
    Action action = Action::index;
    std::string_view id;                        // empty: one is generated
    std::string_view source;                    // the JSON as it came, kept to the byte
    const event::Document* document = nullptr;  // the same, flattened with Store::field_names()
    std::optional<std::int64_t> if_seq_no;      // ErrorCode::conflict unless the document is at it
    std::int64_t if_primary_term = 1;           // looked at with if_seq_no; ours is always 1
    std::optional<ExternalVersion> external = {};
    const Change* change = nullptr;  // of an update
};

enum class Effect : std::uint8_t {
    created,
    updated,
    unchanged,  // an update that found nothing to do
    deleted,
    missing,  // a delete of what is not there; it takes a sequence number all the same
};

struct Written {
    std::optional<Error> error;  // set: this document alone was not taken
    std::string id;
    std::int64_t seq_no = 0;
    std::int64_t version = 1;
    Effect effect = Effect::created;
};

}  // namespace elkhorn::store
