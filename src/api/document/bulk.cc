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

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/json_shape.h"
#include "api/core/parameters.h"
#include "api/document/parts/document_answer.h"
#include "api/document/parts/document_change.h"
#include "api/document/parts/document_version.h"
#include "base/strings.h"
#include "event/format.h"
#include "json/flatten.h"
#include "json/parse.h"
#include "json/writer.h"
#include "store/limits/disk_watch.h"

#include <fmt/format.h>

#include <deque>
#include <set>

namespace elkhorn::api::bulk {
namespace {

// One write to the store takes no more of them: what they make is as large as the documents that
// are there, and not as the request.
constexpr std::size_t updates_max = 256;

// What an action takes beside its line: an item, a document, a write, what became of it, and the
// answer's item. Of a line such as {"index":{}} that is a hundred times the line.
constexpr std::uint64_t item_bytes = 1536;
constexpr std::size_t items_at_once = 64;  // are charged together; the first of them are free

/// One action and what became of it.
struct Item {
    std::string index;
    std::string id;
    store::Action action = store::Action::index;
    bool id_given = false;
    Versioning versioning;
    std::int64_t retries = 0;
    std::optional<search::SourceFilter> shown;  // of an update
    std::string_view source;
    std::unique_ptr<DocumentChange> change;  // of an update
    std::optional<search::Failure> failure;  // found before the store was asked
};

constexpr Parameter item_members[] = {
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

std::string_view name_of(store::Action action) {
    switch (action) {
        case store::Action::index: return "index";
        case store::Action::create: return "create";
        case store::Action::remove: return "delete";
        case store::Action::update: return "update";
    }
    return "";
}

/// Nothing for a word that is no action.
std::optional<store::Action> action_of(std::string_view name) {
    using enum store::Action;
    for (const store::Action action : {index, create, remove, update}) {
        if (name_of(action) == name) return action;
    }
    return std::nullopt;
}

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

/// Reads the lines of a bulk body into items.
class Reader {
public:
    Reader(const Call& call, Scratch& scratch, std::deque<Item>& items)
        : call_(call), scratch_(scratch), items_(items) {}

    search::Answer<> read() {
        shown_ = ASK(source_parameters(call_));
        std::string_view rest = call_.body();
        while (true) {
            const auto line = next_line(rest);
            if (!line) break;
            if (trim(*line).empty()) continue;
            if (auto done = action(*line, rest); !done) return done;
        }
        if (!items_.empty()) return {};
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: no requests added;");
    }

private:
    std::optional<std::string_view> next_line(std::string_view& rest) {
        if (rest.empty()) return std::nullopt;
        const std::size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        ++line_number_;
        return line;
    }

    search::Answer<> action(std::string_view line, std::string_view& rest) {
        arena_.reset();
        auto parsed = parser_.parse(line, arena_);
        if (!parsed) {
            const bool cut = parsed.error().message.find("ncomplete") != std::string::npos ||
                             line.find('}') == std::string_view::npos;
            const bool words = !trim(line).starts_with('{') && !trim(line).starts_with('[');
            return search::refuse(
                cut && !words ? "json_e_o_f_exception" : "json_parse_exception",
                fmt::format("action/metadata line [{}]: {}", line_number_, parsed.error().message));
        }
        const std::size_t at = line_number_;
        if (!parsed->is(event::Kind::object)) {
            return malformed(at, "START_OBJECT", token_name(*parsed));
        }
        if (parsed->as_object().size() == 0) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("Malformed action/metadata line [{}], expected FIELD_NAME but found "
                            "[END_OBJECT]",
                            at));
        }
        const event::Member& only = parsed->as_object().members()[0];
        if (!only.value.is(event::Kind::object)) {
            return malformed(at, "START_OBJECT or END_OBJECT", token_name(only.value));
        }
        Item item;
        item.index = call_.path("index");
        const auto action = action_of(only.name);
        item.action = action.value_or(store::Action::index);
        item.shown = shown_;
        ASK(metadata(only.value.as_object(), at, item));
        if (action == store::Action::remove) return finish(std::move(item));
        const auto source = next_line(rest);
        // Like Elasticsearch, an unknown action swallows the line that follows it.
        if (!source || !action) return {};
        item.source = *source;
        if (action == store::Action::update) ASK(read_change(item));
        return finish(std::move(item));
    }

    search::Answer<> read_change(Item& item) {
        if (item.versioning.version || item.versioning.type != VersionType::internal) {
            return search::refuse("illegal_argument_exception",
                                  "Update requests do not support versioning. Please use "
                                  "`if_seq_no` and `if_primary_term` instead");
        }
        item.change = std::make_unique<DocumentChange>(scratch_.parser, scratch_.flattener);
        item.change->versioning = item.versioning;
        item.change->shown = item.shown;
        ASK(item.change->parse(trim(item.source)));
        item.change->shown = item.change->shown ? item.change->shown : item.shown;
        return item.change->check(!item.id.empty(), item.retries);
    }

    static search::Answer<> malformed(std::size_t line, std::string_view expected,
                                      std::string_view found) {
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("Malformed action/metadata line [{}], expected {} but found [{}]", line,
                        expected, found));
    }

    static search::Answer<> metadata(const event::Object& object, std::size_t line, Item& item) {
        for (const event::Member& member : object.members()) {
            const Parameter* declared = elkhorn::find_parameter(item_members, member.name);
            if (declared == nullptr) {
                return search::refuse(
                    "illegal_argument_exception",
                    fmt::format("Action/metadata line [{}] contains an unknown parameter [{}]",
                                line, member.name));
            }
            const bool source = member.name == "_source";
            if (member.value.is(event::Kind::array) ||
                (member.value.is(event::Kind::object) && !source)) {
                return search::refuse(
                    "illegal_argument_exception",
                    fmt::format("Malformed action/metadata line [{}], expected a simple value for "
                                "field [{}] but found [{}]",
                                line, member.name, token_name(member.value)));
            }
            if (declared->use != Use::used) {
                ASK(search::check_member(fmt::format("line [{}]", line), member, *declared));
                continue;
            }
            if (source)
                item.shown = ASK(source_filter(member.value));
            else
                ASK(member_of(item, member));
        }
        return {};
    }

    static search::Answer<> member_of(Item& item, const event::Member& member) {
        std::string text;
        event::append_text(text, member.value);
        if (member.name == "_index") item.index = text;
        if (member.name == "op_type" && text == "create" && item.action == store::Action::index)
            item.action = store::Action::create;
        if (member.name == "retry_on_conflict" || member.name == "_retry_on_conflict")
            item.retries = to_integer(text).value_or(0);
        if (member.name == "_id" && !member.value.is_null()) {
            item.id = text;
            item.id_given = true;
        }
        if (!member.value.is_null()) ASK(item.versioning.set(member.name, text));
        return {};
    }

    search::Answer<> finish(Item item) {
        if (item.index.empty()) {
            return search::refuse("action_request_validation_exception",
                                  "Validation Failed: 1: index is missing;");
        }
        ASK(check_id(item.id));
        if (item.action == store::Action::remove && item.id.empty())
            return std::unexpected(validation_failure({"id is missing"}));
        if (item.action != store::Action::update)
            ASK(check(item.versioning, item.action, item.id_given));
        if (auto name = single_name(call_, item.index))
            item.index = std::move(*name);
        else
            item.failure = name.error();
        if (item.id_given && item.id.empty()) {
            item.failure = search::refuse("illegal_argument_exception",
                                          "if _id is specified it must not be empty")
                               .error();
        }
        if (!items_.empty() && items_.size() % items_at_once == 0) ASK(charge());
        items_.push_back(std::move(item));
        return {};
    }

    /// Before the next ones are there.
    search::Answer<> charge() {
        Charge* const charge = call_.request().charge.get();
        if (charge == nullptr || charge->hold(charge->held() + items_at_once * item_bytes))
            return {};
        search::Failure failure;
        failure.type = "circuit_breaking_exception";
        failure.status = 429;
        failure.reason = fmt::format(
            "[in_flight_requests] Data too large: requests hold as much memory as they "
            "may, and this bulk has more than {} actions: try again, or send smaller "
            "requests",
            items_.size());
        return std::unexpected(std::move(failure));
    }

    const Call& call_;
    Scratch& scratch_;
    std::deque<Item>& items_;
    std::optional<search::SourceFilter> shown_;
    json::Parser parser_;
    event::Arena arena_;
    std::size_t line_number_ = 0;
};

/// The write of an item, whose document is flattened into `document` where it has one.
std::optional<store::Write> write_of(const Call& call, json::Flattener& flattener, Item& item,
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

/// Writes items in their order, and leaves each one's outcome in `results`.
class ItemWriter {
public:
    ItemWriter(const Call& call, Scratch& scratch, std::deque<Item>& items,
               std::vector<store::Written>& results)
        : call_(call),
          flattener_(scratch.flattener),
          items_(items),
          results_(results),
          documents_(items.size()) {}

    search::Answer<> write() {
        for (std::size_t i = 0; i < items_.size(); ++i) {
            if (items_[i].failure) continue;
            const auto write = write_of(call_, flattener_, items_[i], documents_[i]);
            if (!write) continue;
            writes_.push_back(*write);
            places_.push_back(i);
            if (items_[i].change != nullptr && ++updates_ == updates_max) ASK(flush());
        }
        return flush();
    }

private:
    search::Answer<> flush() {
        auto written = call_.context().store->write(writes_);
        const auto failure = written ? search::Failure() : to_failure(written.error());
        // Like Elasticsearch's, a block is told of each document; other trouble is the request's.
        const bool blocked = failure.type == "cluster_block_exception";
        if (!written && !blocked) return std::unexpected(failure);
        for (std::size_t i = 0; i < places_.size(); ++i) {
            Item& item = items_[places_[i]];
            if (blocked)
                item.failure = to_failure(store::flooded(item.index));
            else
                results_[places_[i]] = std::move((*written)[i]);
            if (item.change != nullptr && !item.change->shown) item.change.reset();
        }
        flattener_.reset();
        writes_.clear();
        places_.clear();
        updates_ = 0;
        return {};
    }

    const Call& call_;
    json::Flattener& flattener_;
    std::deque<Item>& items_;
    std::vector<store::Written>& results_;
    std::vector<event::Document> documents_;
    std::vector<store::Write> writes_;
    std::vector<std::size_t> places_;  // of the writes among the items
    std::size_t updates_ = 0;          // among the writes
};

search::Answer<> write_item(json::Writer& out, const Call& call, const Item& item,
                            const store::Written& written, bool forced) {
    out.begin_object().key(name_of(item.action)).begin_object();
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

/// Makes what was written visible.
search::Answer<> refresh(const Call& call, const std::deque<Item>& items) {
    std::set<std::string> indices;
    for (const Item& item : items)
        indices.insert(item.index);
    for (const std::string& index : indices) {
        if (call.context().store->exists(index)) ASK(call.context().store->refresh(index));
    }
    return {};
}

Reply handle(const Call& call) {
    const std::int64_t started = call.context().clock->steady_ns();
    const auto wanted = refresh_parameter(call);
    if (!wanted) return std::unexpected(wanted.error());
    if (call.body().empty()) return std::unexpected(body_required());
    if (!call.body().ends_with('\n')) {
        return search::refuse("illegal_argument_exception",
                              "The bulk request must be terminated by a newline [\\n]");
    }
    Scratch& scratch = scratch_of(*call.context().store);
    std::deque<Item> items;
    ASK(Reader(call, scratch, items).read());
    std::vector<store::Written> results(items.size());
    ASK(ItemWriter(call, scratch, items, results).write());
    if (*wanted != Refresh::no) ASK(refresh(call, items));
    bool errors = false;
    for (std::size_t i = 0; i < items.size(); ++i)
        errors = errors || items[i].failure || results[i].error;
    json::Writer out;
    out.begin_object().member("took", (call.context().clock->steady_ns() - started) / 1'000'000);
    out.member("errors", errors);
    if (may_keep(call.parameter("filter_path").value_or(""), "items")) {
        out.key("items").begin_array();
        for (std::size_t i = 0; i < items.size(); ++i)
            ASK(write_item(out, call, items[i], results[i], *wanted == Refresh::yes));
        out.end_array();
    }
    out.end_object();
    return json_response(out.take());
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
    .item_members = item_members,
    .handle = handle,
};

}  // namespace elkhorn::api::bulk
