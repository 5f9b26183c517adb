// api/document/parts/document_change.h -- the body of an update as what it does to a document:
//   {"doc": {...}, "doc_as_upsert": false, "upsert": {...}, "detect_noop": true, "_source": ...}
//   {"script": ..., "scripted_upsert": false, "upsert": {...}, "_source": ...}
//
// `doc` is merged into what is there, object by object; any other value replaces the old one, lists
// included. A script finds it as ctx._source (script_change.h).
//
//   Lifetime   keep it where it is until the write has returned: the store calls into it and reads
//              its texts.
#pragma once

#include "api/document/parts/document_version.h"
#include "api/document/parts/script_change.h"
#include "event/value.h"
#include "json/flatten.h"
#include "json/parse.h"
#include "search/run/search.h"
#include "store/limits/memory_hold.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::api {

class DocumentChange {
public:
    /// Both are shared by all the changes of one request.
    DocumentChange(json::Parser& parser, json::Flattener& flattener)
        : parser_(parser), flattener_(flattener) {}

    DocumentChange(const DocumentChange&) = delete;
    DocumentChange& operator=(const DocumentChange&) = delete;

    search::Answer<> parse(std::string_view body);
    /// What the body, the URL and the action line contradict.
    search::Answer<> check(bool id_given, std::int64_t retries) const;
    /// The write of it, without its index.
    store::Write write(std::string_view id);

    Versioning versioning;
    /// Of the document as it is now, in the answer; nothing: it is left out.
    std::optional<search::SourceFilter> shown;

    /// What the document is made in, if somebody counts it; the caller's. Past it, the update alone
    /// is refused.
    store::MemoryHold* room = nullptr;

    /// After the write: the document.
    const std::string& source() const { return source_; }

    /// What a script was refused for, whose error the write's is; null: nothing.
    const search::Failure* script_failure() const {
        return script_failure_ ? &*script_failure_ : nullptr;
    }

    /// Of the request, for the script: where stored ones are, the index and the present.
    void set_request(const search::RequestContext* request, std::string_view index);

private:
    search::Answer<> member(const event::Member& member);
    Result<std::optional<store::Changed>> apply(const store::Found* current);
    Result<std::optional<store::Changed>> become(const event::Value& value);
    Result<std::optional<store::Changed>> run_script(const store::Found* current,
                                                     const event::Value& source);

    json::Parser& parser_;        // the caller's
    json::Flattener& flattener_;  // the caller's
    event::Arena arena_;          // of the values
    event::Value doc_;            // null: none
    event::Value upsert_;         // null: none
    std::optional<ScriptChange> script_;
    std::optional<search::Failure> script_failure_;
    const search::RequestContext* request_ = nullptr;  // the caller's; null: none
    std::string index_;
    bool scripted_upsert_ = false;
    bool doc_as_upsert_ = false;
    bool detect_noop_ = true;
    std::string id_;
    std::string source_;
    event::Document document_;
    store::Change change_;
};

/// The part of the URL's parameters that is about `_source`; nothing where there is none.
search::Answer<std::optional<search::SourceFilter>> source_parameters(const Call& call);

/// The filter that a `_source` value (true, "a", [..], {includes, excludes}) asks for.
search::Answer<search::SourceFilter> source_filter(const event::Value& value);

/// Merges `changes` into the object `into`, whose new values are shared with `changes`. False when
/// that changed nothing.
bool merge(event::Arena& arena, event::Object& into, const event::Object& changes);

/// The member "get" of an answer to an update that asked for `_source`.
search::Answer<> write_get(json::Writer& out, const DocumentChange& change,
                           const store::Written& written);

}  // namespace elkhorn::api
