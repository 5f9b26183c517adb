#include "search/query/core/stored_document.h"

#include "json/parse.h"

#include <algorithm>
#include <string>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

void add_values(const Value& value, std::string_view rest, std::vector<Value>& values) {
    if (value.is(Kind::array)) {
        for (const Value& item : value.as_array().values())
            add_values(item, rest, values);
    } else if (value.is(Kind::object)) {
        for (const event::Member& member : value.as_object().members()) {
            if (!rest.starts_with(member.name)) continue;
            const std::string_view more = rest.substr(member.name.size());
            if (more.empty()) add_values(member.value, more, values);
            if (more.starts_with('.')) add_values(member.value, more.substr(1), values);
        }
    } else if (rest.empty() && !value.is_null()) {
        values.push_back(value);
    }
}

/// As the request's own view of the index has it.
Answer<std::optional<std::string>> shown_source(const RequestContext& request,
                                                std::string_view index, std::string_view id) {
    for (const auto& view : request.indices) {
        if (view->name != index) continue;
        for (auto group = view->groups.rbegin(); group != view->groups.rend(); ++group) {
            const auto row = ASK(group->group->find_id(id));
            if (!row || (group->deleted != nullptr && group->deleted->test(*row))) continue;
            const auto sources = group->group->sources();
            return std::string(ASK(sources->at(*row)));
        }
    }
    return std::nullopt;
}

}  // namespace

Answer<StoredDocument> parsed_document(std::string_view json) {
    StoredDocument document;
    document.arena = std::make_shared<event::Arena>();
    json::Parser parser;
    const auto value = parser.parse(json, *document.arena);
    if (!value) return refuse("parse_exception", value.error().message);
    document.value = *value;
    return document;
}

Answer<std::optional<StoredDocument>> stored_document(const Scope& scope, std::string_view index,
                                                      std::string_view id) {
    if (scope.request == nullptr) return std::nullopt;
    const auto source = ASK(scope.request->source_of ? scope.request->source_of(index, id)
                                                     : shown_source(*scope.request, index, id));
    if (!source) return std::nullopt;
    return std::optional(ASK(parsed_document(*source)));
}

std::vector<Value> values_at(const Value& document, std::string_view path) {
    std::vector<Value> values;
    add_values(document, path, values);
    return values;
}

}  // namespace elkhorn::search
