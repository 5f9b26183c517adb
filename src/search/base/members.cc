#include "search/base/members.h"

#include "event/format.h"

#include <fmt/format.h>

#include <string>

namespace elkhorn::search {
namespace {

/// A refused member whose value changes nothing ("explain": false) does no harm.
bool is_harmless(const Parameter& parameter, const event::Value& value) {
    std::string text;
    event::append_text(text, value);
    return is_one_of(parameter.words, text);
}

bool is_left_out(const Parameter* declared) {
    return declared != nullptr && declared->use != Use::used;
}

}  // namespace

const Parameter* find_member(ParameterTables tables, std::string_view name) {
    for (const ParameterTable table : tables) {
        if (const Parameter* found = find_parameter(table, name)) return found;
    }
    for (const ParameterTable table : tables) {
        if (const Parameter* others = find_parameter(table, "*")) return others;
    }
    return nullptr;
}

Failure unknown_field(std::string_view name) {
    Failure failure;
    failure.type = "x_content_parse_exception";
    failure.reason = fmt::format("[1:1] unknown field [{}]", name);
    return failure;
}

Failure refused(std::string_view whose, const Parameter& parameter) {
    Failure failure;
    failure.type = "illegal_argument_exception";
    failure.reason =
        fmt::format("[{}] of {} is not supported: {}", parameter.name, whose, parameter.note);
    return failure;
}

Answer<> check_member(std::string_view whose, const event::Member& member,
                      const Parameter& declared) {
    if (declared.use != Use::refused || is_harmless(declared, member.value)) return {};
    return std::unexpected(refused(whose, declared));
}

Answer<MemberCheck> check_members(std::string_view whose, const event::Value& object,
                                  ParameterTables tables) {
    MemberCheck check;
    if (!object.is(event::Kind::object)) return check;
    for (const event::Member& member : object.as_object().members()) {
        const Parameter* declared = find_member(tables, member.name);
        if (declared == nullptr) {
            if (check.undeclared.empty()) check.undeclared = member.name;
        } else {
            ASK(check_member(whose, member, *declared));
        }
        check.leaves_out = check.leaves_out || is_left_out(declared);
    }
    return check;
}

event::Value used_members(event::Arena& arena, const event::Value& object, ParameterTables tables) {
    event::Object* used = event::make_object(arena);
    for (const event::Member& member : object.as_object().members()) {
        if (!is_left_out(find_member(tables, member.name)))
            used->add(arena, member.name, member.value);
    }
    return event::Value::object(used);
}

}  // namespace elkhorn::search
