// api/document/parts/bulk_lines.h -- the lines of a _bulk body, read into items a slice at a time:
// what a slice takes is charged before it is made, so that memory grows with a slice, never with
// the number of lines.
//
//   action line      {"index": {"_index": "a", "_id": "1"}}
//   source line      {"n": 1}                                   none after a delete
//
// A malformed line anywhere in the body refuses the whole request with nothing written. Where a
// body has more than one slice, `look` reads the rest first, keeping nothing, and what the largest
// slice will take is held from then on: no later slice is refused.
#pragma once

#include "api/core/api.h"
#include "api/document/parts/document_change.h"
#include "api/document/parts/document_version.h"
#include "base/parameter.h"
#include "json/flatten.h"
#include "json/parse.h"
#include "store/limits/memory_hold.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

/// One action and what became of it.
struct BulkItem {
    std::string index;
    std::string id;
    store::Action action = store::Action::index;
    bool id_given = false;
    Versioning versioning;
    std::int64_t retries = 0;
    std::optional<search::SourceFilter> shown;  // of an update
    std::string_view source;                    // in the body
    std::unique_ptr<DocumentChange> change;     // of an update
    std::optional<search::Failure> failure;     // found before the store was asked
};

/// "index", "create", "delete", "update".
std::string_view bulk_word(store::Action action);

/// Members of an action line.
inline constexpr Parameter bulk_members[] = {
    {"_index", Takes::text},
    {"_id", Takes::text},
    {"op_type", Takes::text},
    {"version", Takes::long_integer},
    {"_version", Takes::long_integer},
    {"version_type", Takes::text},
    {"_version_type", Takes::text},
    {"retry_on_conflict", Takes::integer},
    {"_retry_on_conflict", Takes::integer},
    {"_source", Takes::any},
    {"if_seq_no", Takes::long_integer},
    {"if_primary_term", Takes::long_integer},
    {"_type", Takes::text, Use::no_effect, "every document is of the one type _doc"},
    {"routing", Takes::text, Use::no_effect, "one node holds all rows"},
    {"_routing", Takes::text, Use::no_effect, "one node holds all rows"},
    {"pipeline", Takes::text, Use::refused, "ingest pipelines are not there yet", "_none"},
    {"require_alias", Takes::flag, Use::refused, "aliases are not there yet", "false"},
    {"dynamic_templates", Takes::object, Use::refused, "say them in the mapping", "{}"},
    {"list_executed_pipelines", Takes::flag, Use::no_effect, "ingest pipelines are not there yet"},
};

class BulkReader {
public:
    /// All outlive this and its items; changes of one request share parser and flattener.
    BulkReader(const Call& call, json::Parser& parser, json::Flattener& flattener,
               store::MemoryHold& room);

    /// The first slice.
    search::Answer<> begin(std::vector<BulkItem>& items);
    /// Checks all that is left, and holds what its slices will take; the place stays where it is.
    search::Answer<> look();
    /// The next slice.
    search::Answer<> read(std::vector<BulkItem>& items);

    bool at_end() const { return rest_.empty(); }

    /// Of the items that were read or looked at, the latter also when they are read after that.
    std::size_t count() const { return count_; }

private:
    enum class Step { added, nothing, full };

    struct Place {
        std::string_view rest;
        std::size_t line = 0;
    };

    std::optional<std::string_view> next_line();
    search::Answer<Step> action(std::string_view line);
    search::Answer<event::Value> action_object(std::string_view line);
    search::Answer<> metadata(const event::Object& object, BulkItem& item) const;
    /// False where it begins the next slice.
    search::Answer<bool> charge(const BulkItem& item);
    search::Answer<> read_change(BulkItem& item);
    search::Answer<> finish(BulkItem item);

    const Call& call_;
    json::Parser& change_parser_;
    json::Flattener& flattener_;
    store::MemoryHold& room_;
    const std::uint64_t slice_bytes_max_;
    search::RequestContext scripts_;  // what those of updates need of the request
    std::optional<search::SourceFilter> shown_;
    json::Parser parser_;  // of action lines
    event::Arena arena_;
    std::string_view rest_;  // of the call's body
    std::size_t line_number_ = 0;
    std::uint64_t slice_bytes_ = 0;
    std::size_t count_ = 0;
    std::vector<BulkItem>* items_ = nullptr;  // null: they are looked at
};

}  // namespace elkhorn::api
