#include "api/search/parts/kept_ids.h"

#include "base/strings.h"
#include "search/match/field_terms.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

void add_list(std::vector<std::string>& ids, std::string_view text) {
    for (const std::string_view id : split(text, ',')) {
        if (!id.empty()) ids.emplace_back(id);
    }
}

}  // namespace

search::Answer<std::vector<std::string>> kept_ids(const Call& call, std::string_view name) {
    std::vector<std::string> ids;
    add_list(ids, call.path(name));
    add_list(ids, call.parameter(name).value_or(""));
    const event::Value body = ASK(call.json_body());
    if (!body.is(event::Kind::object)) return ids;
    const event::Value* const given = body.as_object().find(name);
    if (given == nullptr) return ids;
    ids.clear();  // the body wins
    if (given->is(event::Kind::string)) {
        ids.emplace_back(given->as_string());
        return ids;
    }
    if (!given->is(event::Kind::array)) {
        return search::refuse("illegal_argument_exception",
                              fmt::format("{} array element should only contain {}", name, name));
    }
    for (const event::Value& one : given->as_array().values()) {
        const auto term = search::term_of(one);
        if (!term) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("{} array element should only contain {}", name, name));
        }
        ids.push_back(term->text);
    }
    return ids;
}

search::Failure unknown_scroll_member(std::string_view name) {
    return search::refuse("illegal_argument_exception",
                          fmt::format("Unknown parameter [{}] in request body or parameter is of "
                                      "the wrong type",
                                      name))
        .error();
}

}  // namespace elkhorn::api
