// api/document/bulk.cc -- POST|PUT /_bulk and /{index}/_bulk: many documents, each with its own
// fate.
//
// What shippers rely on, and tests/es/bulk.yaml holds us to:
//   - the answer is compact, its keys in the order took, errors, items; one item per action, in
//   order;
//   - a malformed action line fails the whole request before anything is written; a bad document
//     only its own item;
//   - 200 means that every item without an error is on disk.
//   - actions take effect in their order: an update sees what stands before it in the same request.
// A large body is read, written and answered in slices; its answer is charged before the first.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/json_shape.h"
#include "api/core/parameters.h"
#include "api/document/parts/bulk_lines.h"
#include "api/document/parts/document_answer.h"
#include "json/writer.h"
#include "store/limits/disk_watch.h"

#include <fmt/format.h>

#include <set>

namespace elkhorn::api::bulk {
namespace {

// One write to the store takes no more of them: what they make is as large as the documents that
// are there, and not as the request.
constexpr std::size_t updates_max = 256;

// Of an item in the answer, as long as it is well; and what a small request has for nothing.
constexpr std::uint64_t answer_item_bytes = 256;
constexpr std::uint64_t free_bytes = 256 << 10;

/// What a thread keeps warm, with no text of an older request in it.
struct Scratch {
    explicit Scratch(event::FieldNames& names) : owner(&names), flattener(names) {}

    event::FieldNames* owner;
    json::Parser parser;  // of the updates
    json::Flattener flattener;
};

Scratch& scratch_of(store::Store& store) {
    thread_local std::unique_ptr<Scratch> kept;
    if (kept == nullptr || kept->owner != &store.field_names())
        kept = std::make_unique<Scratch>(store.field_names());
    kept->flattener.reset();
    return *kept;
}

/// The write of an item, whose document is flattened into `document` where it has one.
std::optional<store::Write> write_of(const Call& call, json::Flattener& flattener, BulkItem& item,
                                     event::Document& document) {
    store::Write write;
    if (item.change != nullptr) {
        write = item.change->write(item.id);
    } else {
        write = {{}, item.action, item.id, item.source, &document, {}};
        item.versioning.require(write);
    }
    write.index = item.index;
    if (item.change != nullptr || item.action == store::Action::remove) return write;
    const char* const end = call.body().data() + call.body().size();
    const auto readable = static_cast<std::size_t>(end - item.source.data());
    const auto flat = flattener.flatten(item.source, readable, document);
    if (flat) return write;
    item.failure = unparsable(flat.error());
    return std::nullopt;
}

/// Writes the items of a slice in their order, and leaves each one's outcome in `results`.
class SliceWriter {
public:
    SliceWriter(const Call& call, json::Flattener& flattener)
        : call_(call),
          flattener_(flattener),
          changes_(&call.context().store->memory(), store::MemoryUse::requests, free_bytes) {}

    search::Answer<> write(std::vector<BulkItem>& items, std::vector<store::Written>& results) {
        items_ = &items;
        results_ = &results;
        changes_.hold(0);  // those of the slice before are gone
        shows_change_ = false;
        results.clear();
        results.resize(items.size());
        documents_.clear();
        documents_.resize(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            BulkItem& item = items[i];
            if (item.failure) continue;
            item.failure = trouble_;
            if (item.failure) continue;
            const auto write = write_of(call_, flattener_, item, documents_[i]);
            if (!write) continue;
            if (item.change != nullptr) item.change->room = &changes_;
            writes_.push_back(*write);
            places_.push_back(i);
            if (item.change != nullptr && ++updates_ == updates_max) ASK(flush());
        }
        return flush();
    }

private:
    search::Answer<> flush() {
        auto written = call_.context().store->write(writes_);
        const auto failure = written ? search::Failure() : to_failure(written.error());
        // Like Elasticsearch's, a block is told of each document. Other trouble is the request's,
        // unless some of it is written: then it is that of the rest, which nobody tries any more.
        const bool blocked = failure.type == "cluster_block_exception";
        if (!written && !blocked && !wrote_) return std::unexpected(failure);
        if (!written && !blocked) trouble_ = failure;
        for (std::size_t i = 0; i < places_.size(); ++i) {
            BulkItem& item = (*items_)[places_[i]];
            if (blocked)
                item.failure = to_failure(store::flooded(item.index));
            else if (!written)
                item.failure = failure;
            else
                (*results_)[places_[i]] = std::move((*written)[i]);
            if (item.change == nullptr) continue;
            if (item.change->script_failure() != nullptr)
                item.failure = *item.change->script_failure();
            if (!item.change->shown) item.change.reset();
            shows_change_ = shows_change_ || item.change != nullptr;
        }
        if (!shows_change_) changes_.hold(0);
        wrote_ = wrote_ || written.has_value();
        flattener_.reset();
        writes_.clear();
        places_.clear();
        updates_ = 0;
        return {};
    }

    const Call& call_;
    json::Flattener& flattener_;
    std::vector<BulkItem>* items_ = nullptr;
    std::vector<store::Written>* results_ = nullptr;
    std::vector<event::Document> documents_;
    std::vector<store::Write> writes_;
    std::vector<std::size_t> places_;  // of the writes among the items
    std::size_t updates_ = 0;          // among the writes
    store::MemoryHold changes_;        // documents that updates have made
    bool shows_change_ = false;        // some of them is kept for the answer
    bool wrote_ = false;
    std::optional<search::Failure> trouble_;
};

search::Answer<> write_item(json::Writer& out, const Call& call, const BulkItem& item,
                            const store::Written& written, bool forced) {
    out.begin_object().key(bulk_word(item.action)).begin_object();
    if (item.failure || written.error) {
        const auto failure = item.failure
                                 ? *item.failure
                                 : document_failure(call.context(), item.index, *written.error);
        out.member("_index", item.index).member("_type", "_doc").key("_id");
        if (item.id_given)
            out.value(item.id);
        else
            out.null();
        out.member("status", failure.status).key("error").begin_object();
        write_failure(out, failure);
        out.end_object();
    } else {
        write_outcome(out, call.context(), item.index, written, forced);
        if (item.change != nullptr) ASK(write_get(out, *item.change, written));
        out.member("status", status_of(written));
    }
    out.end_object().end_object();
    return {};
}

/// The answer as it grows, slice by slice.
class BulkAnswer {
public:
    BulkAnswer(const Call& call, Refresh refresh)
        : call_(call),
          refresh_(refresh),
          shows_items_(may_keep(call.parameter("filter_path").value_or(""), "items")),
          room_(std::make_shared<store::MemoryHold>(&call.context().store->memory(),
                                                    store::MemoryUse::requests, free_bytes)) {}

    /// Before anything is written.
    search::Answer<> expect(std::size_t items) {
        if (!shows_items_) return {};
        if (!room_->hold(items * answer_item_bytes))
            return std::unexpected(no_room_for("[bulk]", *room_));
        return {};
    }

    search::Answer<> add(const std::vector<BulkItem>& items,
                         const std::vector<store::Written>& results) {
        json::Writer out;
        out.begin_array();
        for (std::size_t i = 0; i < items.size(); ++i) {
            const bool error = items[i].failure || results[i].error;
            errors_ = errors_ || error;
            // Names of indices that could not be are nobody's to be kept.
            if (!error && refresh_ != Refresh::no) indices_.insert(items[i].index);
            if (!shows_items_) continue;
            ASK(write_item(out, call_, items[i], results[i], refresh_ == Refresh::yes));
        }
        out.end_array();
        return append(out.take());
    }

    /// Makes what was written visible, and answers.
    Reply finish(std::int64_t started_ns) {
        for (const std::string& index : indices_) {
            if (call_.context().store->exists(index)) ASK(call_.context().store->refresh(index));
        }
        const std::int64_t took = (call_.context().clock->steady_ns() - started_ns) / 1'000'000;
        const std::string head = fmt::format(R"({{"took":{},"errors":{})", took, errors_);
        if (!shows_items_) return json_response(head + "}");
        items_.insert(0, head + R"(,"items":[)");
        items_ += "]}";
        http::Response response = json_response(std::move(items_));
        response.held = std::move(room_);
        return response;
    }

private:
    /// An array's elements to those there are.
    search::Answer<> append(std::string_view array) {
        const std::string_view elements = array.substr(1, array.size() - 2);
        if (elements.empty()) return {};
        const std::uint64_t size = items_.size() + elements.size() + 1;
        if (size > room_->held() && !room_->hold(size + size / 2))
            return std::unexpected(no_room_for("[bulk]", *room_));
        items_.reserve(room_->held());
        if (!items_.empty()) items_.push_back(',');
        items_ += elements;
        return {};
    }

    const Call& call_;
    const Refresh refresh_;
    const bool shows_items_;
    std::shared_ptr<store::MemoryHold> room_;  // until the answer is sent
    std::string items_;
    std::set<std::string> indices_;  // to be refreshed
    bool errors_ = false;
};

Reply handle(const Call& call) {
    const std::int64_t started = call.context().clock->steady_ns();
    const Refresh refresh = ASK(refresh_parameter(call));
    if (call.body().empty()) return std::unexpected(body_required());
    if (!call.body().ends_with('\n')) {
        return search::refuse("illegal_argument_exception",
                              "The bulk request must be terminated by a newline [\\n]");
    }
    Scratch& scratch = scratch_of(*call.context().store);
    store::MemoryHold room(&call.context().store->memory(), store::MemoryUse::requests, free_bytes);
    BulkReader reader(call, scratch.parser, scratch.flattener, room);
    std::vector<BulkItem> items;
    ASK(reader.begin(items));
    if (!reader.at_end()) ASK(reader.look());
    if (reader.count() == 0) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: no requests added;");
    }
    BulkAnswer answer(call, refresh);
    ASK(answer.expect(reader.count()));
    SliceWriter writer(call, scratch.flattener);
    std::vector<store::Written> results;
    while (true) {
        ASK(writer.write(items, results));
        ASK(answer.add(items, results));
        if (reader.at_end()) return answer.finish(started);
        ASK(reader.read(items));
    }
}

constexpr Parameter parameters[] = {
    {"type", Takes::text, Use::no_effect, "every document is of the one type _doc"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/write/bulk",
    .methods = "POST PUT",
    .routes = "/_bulk /{index}/_bulk /{index}/{type}/_bulk",
    .parameters = {parameters, source_parameters_table, write_parameters},
    .body = Body::free,
    .item_members = bulk_members,
    .handle = handle,
};

}  // namespace elkhorn::api::bulk
