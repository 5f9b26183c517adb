// search/base/members.h -- the members of an object held against their tables (base/parameter.h)
// before anybody reads them.
//
//   const MemberCheck check = ASK(check_members("the body", object, tables));
//   read(check.leaves_out ? used_members(arena, object, tables) : object);
//
// A parser thus never sees what has no effect or is refused; what is in no table it refuses in its
// own words, and `undeclared` tells whoever calls it that there was something to refuse.
#pragma once

#include "base/parameter.h"
#include "event/arena.h"
#include "event/value.h"
#include "search/base/failure.h"

#include <span>
#include <string_view>

namespace elkhorn::search {

using ParameterTables = std::span<const ParameterTable>;

struct MemberCheck {
    bool leaves_out = false;           // some member is accepted without effect
    std::string_view undeclared = {};  // the first that is in no table
};

/// Refuses what is declared as refused. `whose` stands in the refusal: "[highlight] of the body".
/// Values other than objects have no members.
Answer<MemberCheck> check_members(std::string_view whose, const event::Value& object,
                                  ParameterTables tables);

/// Of one member: the refusal, where it is refused and its value is none of the harmless ones.
Answer<> check_member(std::string_view whose, const event::Member& member,
                      const Parameter& declared);

/// The object without the members that have no effect; it lives in the arena, its values where they
/// are.
event::Value used_members(event::Arena& arena, const event::Value& object, ParameterTables tables);

/// Words the refusal of a member that is in no table.
using UnknownMember = Failure (*)(std::string_view name);

/// x_content_parse_exception, "[1:1] unknown field [name]".
Failure unknown_field(std::string_view name);

/// The refusal of a member or a parameter that is declared as refused.
Failure refused(std::string_view whose, const Parameter& parameter);

/// Null when it is in none of them, and none has a "*".
const Parameter* find_member(ParameterTables tables, std::string_view name);

}  // namespace elkhorn::search
