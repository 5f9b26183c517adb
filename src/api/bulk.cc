// api/bulk.cc -- POST|PUT /_bulk and /{index}/_bulk: many documents, each with its own fate.
//
// What shippers rely on, and tests/es/bulk.yaml holds us to:
//   - the answer is compact, its keys in the order took, errors, items; one item per action, in
//   order;
//   - a malformed action line fails the whole request before anything is written; a bad document
//   only
//     its own item;
//   - 200 means that every item without an error is on disk.
// Actions here are index and create; update and delete come with the store's deletes.

#include "api/api.h"
#include "api/document_answer.h"
#include "api/error_body.h"
#include "api/index_names.h"
#include "base/strings.h"
#include "event/format.h"
#include "json/flatten.h"
#include "json/parse.h"
#include "json/writer.h"

#include <fmt/format.h>

#include <deque>
#include <set>

namespace elkhorn::api::bulk {
namespace {

/// One action and what became of it.
struct Item {
    std::string index;
    std::string id;
    bool create = false;
    bool id_given = false;
    std::optional<std::int64_t> if_seq_no;
    std::string_view source;
    std::optional<search::Failure> failure;  // found before the store was asked
};

constexpr std::string_view known_keys =
    " _index _type _id routing _routing op_type version _version version_type _version_type "
    "retry_on_conflict _retry_on_conflict pipeline _source if_seq_no if_primary_term require_alias "
    "dynamic_templates list_executed_pipelines ";

std::string_view token_name(const event::Value& value) {
    switch (value.kind()) {
        case event::Kind::array: return "START_ARRAY";
        case event::Kind::object: return "START_OBJECT";
        case event::Kind::string: return "VALUE_STRING";
        case event::Kind::boolean: return value.as_boolean() ? "VALUE_TRUE" : "VALUE_FALSE";
        case event::Kind::null: return "VALUE_NULL";
        default: return "VALUE_NUMBER";
    }
}

/// Reads the lines of a bulk body into items.
class Reader {
public:
    Reader(const Call& call, std::deque<Item>& items) : call_(call), items_(items) {}

    search::Answer<> read() {
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
        item.create = only.name == "create";
        if (auto done = metadata(only.value.as_object(), at, item); !done) return done;
        if (only.name == "delete" || only.name == "update") {
            if (only.name == "update") next_line(rest);
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("action [{}] in line [{}] is not supported yet: index and create are",
                            only.name, at));
        }
        const auto source = next_line(rest);
        // Like Elasticsearch, an unknown action swallows the line that follows it.
        if (!source || (only.name != "index" && only.name != "create")) return {};
        item.source = *source;
        return finish(std::move(item));
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
            if (known_keys.find(fmt::format(" {} ", member.name)) == std::string_view::npos) {
                return search::refuse(
                    "illegal_argument_exception",
                    fmt::format("Action/metadata line [{}] contains an unknown parameter [{}]",
                                line, member.name));
            }
            if (member.value.is(event::Kind::array) || member.value.is(event::Kind::object)) {
                if (member.name == "_source") continue;
                return search::refuse(
                    "illegal_argument_exception",
                    fmt::format("Malformed action/metadata line [{}], expected a simple value for "
                                "field [{}] but found [{}]",
                                line, member.name, token_name(member.value)));
            }
            std::string text;
            event::append_text(text, member.value);
            if (member.name == "_index") item.index = text;
            if (member.name == "op_type" && text == "create") item.create = true;
            if (member.name == "if_seq_no") item.if_seq_no = to_integer(text);
            if (member.name == "_id" && !member.value.is_null()) {
                item.id = text;
                item.id_given = true;
            }
        }
        return {};
    }

    search::Answer<> finish(Item item) {
        if (item.index.empty()) {
            return search::refuse("action_request_validation_exception",
                                  "Validation Failed: 1: index is missing;");
        }
        if (auto sound = check_id(item.id); !sound) return sound;
        if (auto name = single_name(call_, item.index))
            item.index = std::move(*name);
        else
            item.failure = name.error();
        if (item.id_given && item.id.empty()) {
            item.failure = search::refuse("illegal_argument_exception",
                                          "if _id is specified it must not be empty")
                               .error();
        }
        items_.push_back(std::move(item));
        return {};
    }

    const Call& call_;
    std::deque<Item>& items_;
    json::Parser parser_;
    event::Arena arena_;
    std::size_t line_number_ = 0;
};

/// Flattens what can be, writes it, and leaves each item's outcome in `results`.
search::Answer<> write_items(const Call& call, std::deque<Item>& items,
                             std::vector<store::Written>& results) {
    store::Store& store = *call.context().store;
    thread_local std::pair<event::FieldNames*, std::unique_ptr<json::Flattener>> kept;
    if (kept.first != &store.field_names() || kept.second == nullptr) {
        kept = {&store.field_names(), std::make_unique<json::Flattener>(store.field_names())};
    }
    json::Flattener& flattener = *kept.second;
    flattener.reset();
    const char* const end = call.body().data() + call.body().size();
    std::vector<event::Document> documents(items.size());
    std::vector<store::Write> writes;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < items.size(); ++i) {
        Item& item = items[i];
        if (item.failure) continue;
        const auto readable = static_cast<std::size_t>(end - item.source.data());
        if (auto flat = flattener.flatten(item.source, readable, documents[i]); !flat) {
            item.failure = unparsable(flat.error());
            continue;
        }
        writes.push_back({item.index, item.create ? store::Action::create : store::Action::index,
                          item.id, item.source, &documents[i], item.if_seq_no});
        places.push_back(i);
    }
    auto written = store.write(writes);
    if (!written) return std::unexpected(to_failure(written.error()));
    for (std::size_t i = 0; i < places.size(); ++i)
        results[places[i]] = std::move((*written)[i]);
    return {};
}

void write_item(json::Writer& out, const Call& call, const Item& item,
                const store::Written& written, bool forced) {
    out.begin_object().key(item.create ? "create" : "index").begin_object();
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
        out.member("status", written.created ? 201 : 200);
    }
    out.end_object().end_object();
}

Reply handle(const Call& call) {
    const std::int64_t started = call.context().clock->steady_ns();
    const auto refresh = refresh_parameter(call);
    if (!refresh) return std::unexpected(refresh.error());
    if (call.body().empty()) return std::unexpected(body_required());
    if (!call.body().ends_with('\n')) {
        return search::refuse("illegal_argument_exception",
                              "The bulk request must be terminated by a newline [\\n]");
    }
    std::deque<Item> items;
    if (auto read = Reader(call, items).read(); !read) return std::unexpected(read.error());
    std::vector<store::Written> results(items.size());
    if (auto done = write_items(call, items, results); !done) return std::unexpected(done.error());
    if (*refresh != Refresh::no) {
        std::set<std::string> indices;
        for (const Item& item : items)
            indices.insert(item.index);
        for (const std::string& index : indices) {
            if (!call.context().store->exists(index)) continue;
            if (auto done = call.context().store->refresh(index); !done)
                return search::broken(done.error());
        }
    }
    bool errors = false;
    for (std::size_t i = 0; i < items.size(); ++i)
        errors = errors || items[i].failure || results[i].error;
    json::Writer out;
    out.begin_object().member("took", (call.context().clock->steady_ns() - started) / 1'000'000);
    out.member("errors", errors).key("items").begin_array();
    for (std::size_t i = 0; i < items.size(); ++i) {
        write_item(out, call, items[i], results[i], *refresh == Refresh::yes);
    }
    out.end_array().end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{"POST PUT", "/_bulk /{index}/_bulk /{index}/{type}/_bulk",
                                     "refresh timeout pipeline routing wait_for_active_shards "
                                     "_source _source_includes _source_excludes "
                                     "require_alias type",
                                     handle};

}  // namespace elkhorn::api::bulk
