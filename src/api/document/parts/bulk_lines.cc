#include "api/document/parts/bulk_lines.h"

#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/json_shape.h"
#include "api/document/parts/document_answer.h"
#include "api/search/parts/script_context.h"
#include "base/strings.h"
#include "event/format.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::api {
namespace {

// Nobody's id, name of an index or routing is near it; what such a line would be parsed into is.
constexpr std::size_t action_line_bytes_max = 1 << 20;

// What an item takes beside its texts: itself, its document, its write and its outcome.
constexpr std::uint64_t item_bytes = 1024;
// A value of a document that was taken apart, and one of a change that was parsed.
constexpr std::uint64_t leaf_bytes = 64;
constexpr std::uint64_t value_bytes = 160;

// A slice takes a sixteenth of the share, so that every worker can have one.
constexpr std::uint64_t slices_in_share = 16;
constexpr std::uint64_t slice_bytes_least = 256 << 10;
constexpr std::uint64_t slice_bytes_most = 64 << 20;

/// Nothing for a word that is no action.
std::optional<store::Action> action_of(std::string_view name) {
    using enum store::Action;
    for (const store::Action action : {index, create, remove, update}) {
        if (bulk_word(action) == name) return action;
    }
    return std::nullopt;
}

search::Answer<> malformed(std::size_t line, std::string_view expected, std::string_view found) {
    return search::refuse(
        "illegal_argument_exception",
        fmt::format("Malformed action/metadata line [{}], expected {} but found [{}]", line,
                    expected, found));
}

search::Answer<> member_of(BulkItem& item, const event::Member& member) {
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

/// At most as many values as there are commas and one.
std::uint64_t values_in(std::string_view source) {
    return static_cast<std::uint64_t>(std::ranges::count(source, ',')) + 1;
}

std::uint64_t needed_bytes(const BulkItem& item) {
    const std::uint64_t names = 2 * (item.index.size() + item.id.size());
    if (item.action == store::Action::remove) return item_bytes + names;
    const std::uint64_t texts = item.source.size();
    if (item.action != store::Action::update)
        return item_bytes + names + texts + leaf_bytes * values_in(item.source);
    return item_bytes + sizeof(DocumentChange) + names + 3 * texts +
           (leaf_bytes + value_bytes) * values_in(item.source);
}

std::uint64_t slice_bytes_of(std::uint64_t share) {
    return std::clamp(share / slices_in_share, slice_bytes_least, slice_bytes_most);
}

}  // namespace

std::string_view bulk_word(store::Action action) {
    switch (action) {
        case store::Action::index: return "index";
        case store::Action::create: return "create";
        case store::Action::remove: return "delete";
        case store::Action::update: return "update";
    }
    return "";
}

BulkReader::BulkReader(const Call& call, json::Parser& parser, json::Flattener& flattener,
                       store::MemoryHold& room)
    : call_(call),
      change_parser_(parser),
      flattener_(flattener),
      room_(room),
      slice_bytes_max_(slice_bytes_of(room.limit())),
      scripts_(script_context(call)),
      rest_(call.body()) {}

search::Answer<> BulkReader::begin(std::vector<BulkItem>& items) {
    shown_ = ASK(source_parameters(call_));
    return read(items);
}

search::Answer<> BulkReader::read(std::vector<BulkItem>& items) {
    items.clear();
    items_ = &items;
    slice_bytes_ = 0;
    Place before{rest_, line_number_};
    while (const auto line = next_line()) {
        if (!trim(*line).empty() && ASK(action(*line)) == Step::full) {
            rest_ = before.rest;
            line_number_ = before.line;
            break;
        }
        before = {rest_, line_number_};
    }
    return {};
}

search::Answer<> BulkReader::look() {
    const Place here{rest_, line_number_};
    items_ = nullptr;
    slice_bytes_ = 0;
    while (const auto line = next_line()) {
        if (!trim(*line).empty()) ASK(action(*line));
    }
    rest_ = here.rest;
    line_number_ = here.line;
    return {};
}

std::optional<std::string_view> BulkReader::next_line() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_number_;
    return line;
}

search::Answer<event::Value> BulkReader::action_object(std::string_view line) {
    if (line.size() > action_line_bytes_max) {
        return search::refuse("illegal_argument_exception",
                              fmt::format("action/metadata line [{}] is longer than {} bytes",
                                          line_number_, action_line_bytes_max));
    }
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
    if (!parsed->is(event::Kind::object))
        ASK(malformed(line_number_, "START_OBJECT", token_name(*parsed)));
    if (parsed->as_object().size() == 0) {
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("Malformed action/metadata line [{}], expected FIELD_NAME but found "
                        "[END_OBJECT]",
                        line_number_));
    }
    const event::Value& value = parsed->as_object().members()[0].value;
    if (!value.is(event::Kind::object))
        ASK(malformed(line_number_, "START_OBJECT or END_OBJECT", token_name(value)));
    return *parsed;
}

search::Answer<BulkReader::Step> BulkReader::action(std::string_view line) {
    const event::Value parsed = ASK(action_object(line));
    const event::Member& only = parsed.as_object().members()[0];
    BulkItem item;
    item.index = call_.path("index");
    const auto action = action_of(only.name);
    item.action = action.value_or(store::Action::index);
    item.shown = shown_;
    ASK(metadata(only.value.as_object(), item));
    if (action != store::Action::remove) {
        const auto source = next_line();
        // Like Elasticsearch, an unknown action swallows the line that follows it.
        if (!source || !action) return Step::nothing;
        item.source = *source;
    }
    if (!ASK(charge(item))) return Step::full;
    if (action == store::Action::update) ASK(read_change(item));
    ASK(finish(std::move(item)));
    return Step::added;
}

search::Answer<bool> BulkReader::charge(const BulkItem& item) {
    const std::uint64_t bytes = needed_bytes(item);
    if (slice_bytes_ > 0 && slice_bytes_ + bytes > slice_bytes_max_) {
        if (items_ != nullptr) return false;
        slice_bytes_ = 0;  // looked at, it begins one
    }
    slice_bytes_ += bytes;
    if (slice_bytes_ <= room_.held() || room_.hold(slice_bytes_)) return true;
    return std::unexpected(no_room_for("[bulk]", room_));
}

search::Answer<> BulkReader::read_change(BulkItem& item) {
    if (item.versioning.version || item.versioning.type != VersionType::internal) {
        return search::refuse("illegal_argument_exception",
                              "Update requests do not support versioning. Please use "
                              "`if_seq_no` and `if_primary_term` instead");
    }
    item.change = std::make_unique<DocumentChange>(change_parser_, flattener_);
    item.change->versioning = item.versioning;
    item.change->set_request(&scripts_, item.index);
    item.change->shown = item.shown;
    ASK(item.change->parse(trim(item.source)));
    item.change->shown = item.change->shown ? item.change->shown : item.shown;
    return item.change->check(!item.id.empty(), item.retries);
}

search::Answer<> BulkReader::metadata(const event::Object& object, BulkItem& item) const {
    const std::size_t line = line_number_;
    for (const event::Member& member : object.members()) {
        const Parameter* declared = elkhorn::find_parameter(bulk_members, member.name);
        if (declared == nullptr) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("Action/metadata line [{}] contains an unknown parameter [{}]", line,
                            member.name));
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

search::Answer<> BulkReader::finish(BulkItem item) {
    if (item.index.empty()) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: index is missing;");
    }
    ASK(check_id(item.id));
    if (item.action == store::Action::remove && item.id.empty())
        return std::unexpected(validation_failure({"id is missing"}));
    if (item.action != store::Action::update)
        ASK(check(item.versioning, item.action, item.id_given));
    ++count_;
    if (items_ == nullptr) return {};
    if (auto name = single_name(call_, item.index))
        item.index = std::move(*name);
    else
        item.failure = name.error();
    if (item.id_given && item.id.empty()) {
        item.failure =
            search::refuse("illegal_argument_exception", "if _id is specified it must not be empty")
                .error();
    }
    items_->push_back(std::move(item));
    return {};
}

}  // namespace elkhorn::api
