#include "search/fetch/script_fields.h"

#include "json/writer.h"
#include "search/query/core/query_parse.h"
#include "search/script/row_script.h"

#include <fmt/format.h>

namespace elkhorn::search {

using event::Kind;
using event::Value;

namespace {

constexpr std::size_t fields_most = 32;  // index.max_script_fields

Answer<ScriptField> parse_one(const event::Member& given) {
    ScriptField field;
    field.name = given.name;
    bool has_script = false;
    if (!given.value.is(Kind::object)) {
        return bad_syntax(fmt::format("Expected [START_OBJECT] in [{}] but found [{}]", given.name,
                                      token_name(given.value)));
    }
    for (const event::Member& member : given.value.as_object().members()) {
        if (member.name == "script") {
            field.script = ASK(read_script(member.value));
            has_script = true;
        } else if (member.name == "ignore_failure") {
            field.ignore_failure = ASK(boolean_option(member));
        } else {
            return bad_syntax(fmt::format("Unknown key for a {} in [{}].", token_name(member.value),
                                          member.name));
        }
    }
    if (!has_script) return bad_syntax(fmt::format("script field [{}] has no script", given.name));
    return field;
}

}  // namespace

Answer<ScriptFieldList> parse_script_fields(const Value& body) {
    ScriptFieldList fields;
    for (const event::Member& member : body.as_object().members())
        fields.push_back(ASK(parse_one(member)));
    if (fields.size() > fields_most) {
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("Trying to retrieve too many script_fields. Must be less than or equal to: "
                        "[{}] but was [{}]. This limit can be set by changing the "
                        "[index.max_script_fields] index level setting.",
                        fields_most, fields.size()));
    }
    return fields;
}

ScriptFields::~ScriptFields() = default;

Answer<std::unique_ptr<ScriptFields>> ScriptFields::plan(const ScriptFieldList& fields,
                                                         const RequestContext& request) {
    auto made = std::make_unique<ScriptFields>();
    for (const ScriptField& field : fields) {
        auto program = ASK(compile(field.script, &request, script::contexts::field));
        made->all_.push_back(
            {field.name, field.ignore_failure,
             std::make_unique<RowScript>(std::move(program), field.script.params, &request)});
    }
    return made;
}

Answer<> ScriptFields::enter(const GroupContext& context) {
    for (const One& one : all_)
        ASK(one.script->enter(context));
    return {};
}

Answer<std::string> ScriptFields::add_to(std::string fields, std::uint32_t row) {
    json::Writer out;
    out.begin_object();
    event::Arena arena;
    bool any = false;
    for (const One& one : all_) {
        const auto value = one.script->value(row);
        if (!value && one.ignore_failure && !value.error().over) continue;
        if (!value) return std::unexpected(value.error());
        const auto json = one.script->run().to_json(*value, arena);
        if (!json) {
            return refuse_in_phase("illegal_argument_exception",
                                   fmt::format("the value of the script field [{}] cannot be shown "
                                               "as JSON",
                                               one.name));
        }
        any = true;
        out.key(one.name);
        const bool several = json->is(Kind::array);
        if (!several) out.begin_array();
        out.value(*json);
        if (!several) out.end_array();
    }
    out.end_object();
    if (!any) return fields;
    std::string made = out.take();
    if (fields.empty()) return made;
    fields.pop_back();
    return fields + "," + made.substr(1);
}

}  // namespace elkhorn::search
