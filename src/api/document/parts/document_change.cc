#include "api/document/parts/document_change.h"

#include "api/core/json_shape.h"
#include "api/core/parameters.h"
#include "api/document/parts/document_answer.h"
#include "event/format.h"
#include "json/writer.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

using event::Kind;
using event::Value;

constexpr std::size_t source_bytes_max = 100 << 20;  // as of a request: updates must not outgrow it

search::Answer<Value> object_of(const event::Member& member) {
    if (member.value.is(Kind::object)) return member.value;
    return search::refuse("x_content_parse_exception",
                          fmt::format("[UpdateRequest] {} doesn't support values of type: {}",
                                      member.name, token_name(member.value)));
}

search::Answer<bool> boolean_of(const event::Member& member) {
    if (member.value.is(Kind::boolean)) return member.value.as_boolean();
    if (member.value.is(Kind::string)) {
        if (member.value.as_string() == "true") return true;
        if (member.value.as_string() == "false") return false;
    }
    return search::refuse("x_content_parse_exception",
                          fmt::format("[UpdateRequest] failed to parse field [{}]", member.name));
}

}  // namespace

search::Answer<std::optional<search::SourceFilter>> source_parameters(const Call& call) {
    const search::Parameters parameters = call.parameters_of(source_parameters_table);
    if (parameters.empty()) return std::nullopt;
    return ASK(search::parse_request(Value(), parameters)).source;
}

search::Answer<search::SourceFilter> source_filter(const Value& value) {
    event::Arena arena;
    event::Object* body = event::make_object(arena);
    body->add(arena, "_source", value);
    return ASK(search::parse_request(Value::object(body), {})).source;
}

bool merge(event::Arena& arena, event::Object& into, const event::Object& changes) {
    bool changed = false;
    for (const event::Member& change : changes.members()) {
        Value* old = into.find(change.name);
        if (old == nullptr) {
            into.add(arena, change.name, change.value);
            changed = true;
        } else if (old->is(Kind::object) && change.value.is(Kind::object)) {
            changed = merge(arena, old->as_object(), change.value.as_object()) || changed;
        } else {
            changed = changed || !(*old == change.value);
            *old = change.value;
        }
    }
    return changed;
}

search::Answer<> DocumentChange::parse(std::string_view body) {
    if (body.empty()) return {};  // refused by `check`
    const auto parsed = parser_.parse(body, arena_);
    if (!parsed) return std::unexpected(search::Failure(broken_json(body, parsed.error())));
    if (!parsed->is(Kind::object)) {
        return search::refuse("x_content_parse_exception",
                              fmt::format("[1:1] [UpdateRequest] Expected START_OBJECT but was: {}",
                                          token_name(*parsed)));
    }
    for (const event::Member& one : parsed->as_object().members())
        ASK(member(one));
    return {};
}

search::Answer<> DocumentChange::member(const event::Member& member) {
    if (member.name == "doc") {
        doc_ = ASK(object_of(member));
    } else if (member.name == "upsert") {
        upsert_ = ASK(object_of(member));
    } else if (member.name == "doc_as_upsert") {
        doc_as_upsert_ = ASK(boolean_of(member));
    } else if (member.name == "detect_noop") {
        detect_noop_ = ASK(boolean_of(member));
    } else if (member.name == "_source") {
        shown = ASK(source_filter(member.value));
    } else if (member.name == "script") {
        script_.emplace(ScriptChange::Kind::update);
        if (auto read = script_->parse(member.value, request_); !read) {
            auto failure = search::refuse("x_content_parse_exception",
                                          "[1:1] [UpdateRequest] failed to parse field [script]");
            failure.error().cause = std::make_shared<const search::Failure>(read.error());
            return failure;
        }
    } else if (member.name == "scripted_upsert") {
        scripted_upsert_ = ASK(boolean_of(member));
    } else if (member.name == "if_seq_no" || member.name == "if_primary_term") {
        std::string text;
        event::append_text(text, member.value);
        ASK(versioning.set(member.name, text));
    } else {
        return search::refuse("x_content_parse_exception",
                              fmt::format("[UpdateRequest] unknown field [{}]", member.name));
    }
    return {};
}

search::Answer<> DocumentChange::check(bool id_given, std::int64_t retries) const {
    if (!id_given) return std::unexpected(validation_failure({"id is missing"}));
    ASK(api::check(versioning, store::Action::update, true));
    std::vector<std::string> problems;
    if (versioning.if_seq_no) {
        if (retries > 0) problems.emplace_back("compare and write operations can not be retried");
        if (doc_as_upsert_)
            problems.emplace_back("compare and write operations can not be used with upsert");
        if (!upsert_.is_null())
            problems.emplace_back(
                "upsert requests don't support `if_seq_no` and "
                "`if_primary_term`");
    }
    if (!script_ && doc_.is_null()) problems.emplace_back("script or doc is missing");
    if (script_ && !doc_.is_null()) problems.emplace_back("can't provide both script and doc");
    if (doc_.is_null() && doc_as_upsert_)
        problems.emplace_back("doc must be specified if doc_as_upsert is enabled");
    if (!problems.empty()) return std::unexpected(validation_failure(problems));
    return {};
}

store::Write DocumentChange::write(std::string_view id) {
    id_ = id;
    change_ = [this](const store::Found* current) {
        return apply(current);
    };
    store::Write write;
    write.action = store::Action::update;
    write.id = id_;
    write.change = &change_;
    versioning.require(write);
    return write;
}

Result<std::optional<store::Changed>> DocumentChange::apply(const store::Found* current) {
    if (current == nullptr) {
        const bool runs = script_ && scripted_upsert_ && !upsert_.is_null();
        if (runs) return run_script(nullptr, upsert_);
        if (!upsert_.is_null()) return become(upsert_);
        if (doc_as_upsert_) return become(doc_);
        return fail(ErrorCode::not_found, fmt::format("[_doc][{}]: document missing", id_));
    }
    if (room != nullptr && !room->add(2 * parsed_bytes(current->source))) {
        return fail(ErrorCode::overloaded,
                    fmt::format("[parent] Data too large, data for the update of [{}] would pass "
                                "the limit of [{}] for all requests: try again, or send fewer at "
                                "once",
                                id_, room->limit()));
    }
    event::Arena arena;
    const Value source = TRY(parser_.parse(current->source, arena));
    if (script_) return run_script(current, source);
    if (!merge(arena, source.as_object(), doc_.as_object()) && detect_noop_) {
        source_ = current->source;
        return std::nullopt;
    }
    return become(source);
}

void DocumentChange::set_request(const search::RequestContext* request, std::string_view index) {
    request_ = request;
    index_ = index;
}

Result<std::optional<store::Changed>> DocumentChange::run_script(const store::Found* current,
                                                                 const Value& source) {
    ScriptedDocument document;
    document.index = index_;
    document.id = id_;
    document.op = current == nullptr ? "create" : "index";
    document.version = current == nullptr ? 0 : current->version;
    document.now_ms = request_ == nullptr ? 0 : request_->now_ms;
    document.source = source;
    event::Arena arena;
    auto outcome = script_->run(document, arena);
    if (!outcome) {
        script_failure_ = std::move(outcome.error());
        return fail(ErrorCode::invalid, script_failure_->reason);
    }
    if (outcome->op == document.op) return become(outcome->source);
    if (current != nullptr && outcome->op == "delete") return store::Changed{{}, nullptr, true};
    // "none", and whatever else it says, leaves things as they are.
    if (current != nullptr) source_ = current->source;
    return std::nullopt;
}

Result<std::optional<store::Changed>> DocumentChange::become(const Value& value) {
    json::Writer out;
    out.value(value);
    source_ = out.take();
    if (source_.size() > source_bytes_max) {
        return fail(ErrorCode::too_large,
                    fmt::format("[{}]: the update would make it {} bytes long, more than the {} it "
                                "may be",
                                id_, source_.size(), source_bytes_max));
    }
    TRY(flattener_.flatten(source_, source_.size(), document_));
    return store::Changed{source_, &document_};
}

search::Answer<> write_get(json::Writer& out, const DocumentChange& change,
                           const store::Written& written) {
    if (!change.shown || !change.shown->enabled) return {};
    out.key("get").begin_object();
    out.member("_seq_no", written.seq_no).member("_primary_term", 1).member("found", true);
    out.key("_source").raw(ASK(search::filter_source(change.source(), *change.shown)));
    out.end_object();
    return {};
}

}  // namespace elkhorn::api
