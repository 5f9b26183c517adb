// api/document/document_mget.cc -- GET|POST /_mget and /{index}/_mget: many documents by their ids,
// each found, missing, or with an error of its own.
//
//   {"docs": [{"_index", "_id", "_source", "version"}...]}   or   {"ids": ["1", "2"]}

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/document/parts/document_answer.h"
#include "api/document/parts/document_change.h"
#include "api/document/parts/document_read.h"
#include "api/document/parts/document_version.h"
#include "event/format.h"
#include "json/writer.h"

#include <fmt/format.h>

namespace elkhorn::api::document_mget {
namespace {

using event::Kind;
using event::Value;

constexpr std::size_t answer_bytes_max = 256 << 20;
constexpr std::uint64_t free_bytes = 256 << 10;
constexpr std::uint64_t wanted_bytes = 512;  // of one that is asked for

constexpr Parameter item_members[] = {
    {"_index", Takes::text},
    {"_id", Takes::text},
    {"_source", Takes::any},
    {"version", Takes::long_integer},
    {"_version", Takes::long_integer},
    {"version_type", Takes::text},
    {"_version_type", Takes::text},
    {"_type", Takes::text, Use::no_effect, "every document is of the one type _doc"},
    {"routing", Takes::text, Use::no_effect, "one node holds all rows"},
    {"_routing", Takes::text, Use::no_effect, "one node holds all rows"},
    {"stored_fields", Takes::list, Use::refused, "a document is kept as its _source alone", "[]"},
};

struct Wanted {
    std::string index;
    std::string id;
    search::SourceFilter source;
    Versioning versioning;
};

search::Failure unexpected_token(const Value& value) {
    search::Failure failure;
    failure.type = "parsing_exception";
    failure.reason = fmt::format("unexpected token [{}], expected [FIELD_NAME] or [START_ARRAY]",
                                 token_name(value));
    return failure;
}

class Reader {
public:
    Reader(const Call& call, search::SourceFilter source, store::MemoryHold& room)
        : call_(call), source_(std::move(source)), room_(room) {}

    search::Answer<std::vector<Wanted>> read(const Value& body) {
        if (!body.is(Kind::object)) {
            return search::refuse(
                "parsing_exception",
                fmt::format("unexpected token [{}], expected [START_OBJECT]", token_name(body)));
        }
        for (const event::Member& member : body.as_object().members())
            ASK(list(member));
        ASK(check());
        return std::move(wanted_);
    }

private:
    search::Answer<> list(const event::Member& member) {
        const bool docs = member.name == "docs";
        if (!member.value.is(Kind::array)) return std::unexpected(unexpected_token(member.value));
        if (!docs && member.name != "ids") {
            return search::refuse(
                "parsing_exception",
                fmt::format("unknown key [{}] for a START_ARRAY, expected [docs] or [ids]",
                            member.name));
        }
        if (!room_.add(member.value.as_array().size() * wanted_bytes))
            return std::unexpected(no_room_for("[mget]", room_));
        for (const Value& item : member.value.as_array().values()) {
            Wanted one{call_.path("index"), "", source_, {}};
            if (docs)
                ASK(document(item, one));
            else
                event::append_text(one.id, item);
            wanted_.push_back(std::move(one));
        }
        return {};
    }

    static search::Answer<> document(const Value& item, Wanted& one) {
        if (!item.is(Kind::object)) {
            return search::refuse("illegal_argument_exception",
                                  "docs array element should include an object");
        }
        for (const event::Member& member : item.as_object().members()) {
            const Parameter* declared = elkhorn::find_parameter(item_members, member.name);
            if (declared != nullptr && declared->use != Use::used) {
                ASK(search::check_member("an element of docs", member, *declared));
                continue;
            }
            std::string text;
            event::append_text(text, member.value);
            if (member.name == "_index") {
                one.index = text;
            } else if (member.name == "_id") {
                one.id = text;
            } else if (member.name == "_source") {
                one.source = ASK(source_filter(member.value));
            } else if (declared == nullptr || !ASK(one.versioning.set(member.name, text))) {
                return search::refuse(
                    "parse_exception",
                    fmt::format("failed to parse multi get request. unknown field [{}]",
                                member.name));
            }
        }
        return {};
    }

    search::Answer<> check() const {
        std::vector<std::string> problems;
        if (wanted_.empty()) problems.emplace_back("no documents to get");
        for (std::size_t i = 0; i < wanted_.size(); ++i) {
            if (wanted_[i].index.empty())
                problems.push_back(fmt::format("index is missing for doc {}", i));
            if (wanted_[i].id.empty())
                problems.push_back(fmt::format("id is missing for doc {}", i));
        }
        if (problems.empty()) return {};
        return std::unexpected(validation_failure(problems));
    }

    const Call& call_;
    search::SourceFilter source_;  // where a document has none of its own
    store::MemoryHold& room_;
    std::vector<Wanted> wanted_;
};

search::Answer<> write_wanted(json::Writer& out, const Call& call, const Wanted& wanted) {
    const std::string index = ASK(single_name(call, wanted.index));
    const auto found = ASK(read_document(call, index, wanted.id));
    if (found) ASK(check_read(call, wanted.versioning, index, wanted.id, found->version));
    out.begin_object();
    ASK(write_document(out, index, wanted.id, found, wanted.source));
    out.end_object();
    return {};
}

void write_error(json::Writer& out, const Wanted& wanted, const search::Failure& failure) {
    out.begin_object().member("_index", wanted.index).key("_type").null();
    out.member("_id", wanted.id).key("error").begin_object();
    write_failure_with_root(out, failure);
    out.end_object().end_object();
}

Reply handle(const Call& call) {
    const Value body = ASK(call.json_body());
    if (body.is_null()) {
        return search::refuse("parse_exception", "request body or source parameter is required");
    }
    const auto source = ASK(source_parameters(call));
    const auto room = std::make_shared<store::MemoryHold>(&call.context().store->memory(),
                                                          store::MemoryUse::queries, free_bytes);
    Reader reader(call, source.value_or(search::SourceFilter{}), *room);
    json::Writer out;
    out.begin_object().key("docs").begin_array();
    const std::vector<Wanted> all = ASK(reader.read(body));
    const std::uint64_t most = room->held();
    for (const Wanted& wanted : all) {
        json::Writer one;
        if (auto done = write_wanted(one, call, wanted); done)
            out.raw(one.take());
        else
            write_error(out, wanted, done.error());
        // As the text doubles where it is full.
        if (!room->hold(most + 3 * out.size_bytes()))
            return std::unexpected(no_room_for("[mget]", *room));
        if (out.size_bytes() > answer_bytes_max) {
            return std::unexpected(to_failure({ErrorCode::too_large,
                                               "the documents are more than the 256 MB that one "
                                               "answer may hold; ask for fewer at once"}));
        }
    }
    out.end_array().end_object();
    http::Response response = json_response(out.take());
    room->hold(response.body.capacity());
    response.held = room;
    return response;
}

constexpr Parameter parameters[] = {
    {"stored_fields", Takes::list, Use::refused, "a document is kept as its _source alone"},
};

constexpr Parameter members[] = {
    {"docs", Takes::array},
    {"ids", Takes::array},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/mget",
    .methods = "GET POST",
    .routes = "/_mget /{index}/_mget /{index}/{type}/_mget",
    .parameters = {parameters, source_parameters_table, read_parameters},
    .body = Body::members,
    .members = {members},
    .item_members = item_members,
    .unknown_member = nullptr,
    .handle = handle,
};

}  // namespace elkhorn::api::document_mget
