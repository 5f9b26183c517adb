#include "search/runtime/runtime_fields.h"

#include "search/base/members.h"
#include "search/runtime/runtime_group.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using runtime::Plan;
using runtime::PlannedField;
using store::FieldType;

constexpr std::array types = {FieldType::boolean,   FieldType::date, FieldType::float64,
                              FieldType::geo_point, FieldType::ip,   FieldType::keyword,
                              FieldType::int64};

std::unexpected<Failure> bad_field(std::string reason) {
    return refuse("mapper_parsing_exception", std::move(reason));
}

Answer<store::FieldMapping> mapping_of(const std::string& name, const Value* type) {
    if (type == nullptr || !type->is(Kind::string))
        return bad_field(fmt::format("No type specified for runtime field [{}]", name));
    const auto known = store::type_from_name(type->as_string());
    store::FieldMapping mapping;
    mapping.es_name = type->as_string();
    mapping.explicit_type = true;
    for (const FieldType one : types) {
        if (known && *known == one && store::default_name(one) == mapping.es_name) {
            mapping.type = one;
            return mapping;
        }
    }
    return bad_field(fmt::format("No handler for type [{}] declared on runtime field [{}]",
                                 mapping.es_name, name));
}

std::unexpected<Failure> unknown(const RuntimeField& field, std::string_view parameter) {
    return bad_field(fmt::format("unknown parameter [{}] on runtime field [{}] of type [{}]",
                                 parameter, field.name, field.mapping.es_name));
}

Answer<std::string> text_of(const RuntimeField& field, std::string_view parameter,
                            const Value& value) {
    if (value.is(Kind::string)) return std::string(value.as_string());
    return bad_field(
        fmt::format("[{}] of the runtime field [{}] is a text", parameter, field.name));
}

Answer<RuntimeField> read_field(const Member& given) {
    RuntimeField field;
    field.name = given.name;
    if (!given.value.is(Kind::object)) {
        return bad_field(fmt::format("Expected map for runtime field [{}] definition", given.name));
    }
    constexpr std::array<ParameterTable, 1> tables = {runtime_field_members};
    const auto checked =
        ASK(check_members(fmt::format("the runtime field [{}]", given.name), given.value, tables));
    const event::Object& body = given.value.as_object();
    field.mapping = ASK(mapping_of(field.name, body.find("type")));
    if (!checked.undeclared.empty()) return unknown(field, checked.undeclared);
    if (const Value* script = body.find("script"); script != nullptr)
        field.script = ASK(read_script(*script));
    if (const Value* format = body.find("format"); format != nullptr) {
        if (field.mapping.type != FieldType::date) return unknown(field, "format");
        field.mapping.format = ASK(text_of(field, "format", *format));
    }
    if (const Value* error = body.find("on_script_error"); error != nullptr) {
        const std::string what = ASK(text_of(field, "on_script_error", *error));
        if (what != "continue" && what != "fail") {
            return bad_field(
                fmt::format("Unknown value [{}] for field [on_script_error] - "
                            "accepted values are [fail, continue]",
                            what));
        }
        field.skips_errors = what == "continue";
    }
    return field;
}

/// Compiles the scripts, and finds which look at which.
class Planner {
public:
    Planner(const RuntimeFields& fields, const RequestContext& request) : request_(request) {
        for (const RuntimeField& field : fields.all)
            plan_.fields.push_back({field, nullptr, {}});
    }

    Answer<Plan> plan() {
        for (PlannedField& one : plan_.fields) {
            if (!one.field.script) continue;
            one.program =
                ASK(compile(*one.field.script, &request_, script::contexts::runtime_field));
        }
        for (PlannedField& one : plan_.fields)
            find_needs(one);
        gone_.resize(plan_.fields.size());
        for (std::size_t place = 0; place < plan_.fields.size(); ++place)
            ASK(go_along(place));
        plan_.request = request_;
        plan_.request.cache = nullptr;
        return std::move(plan_);
    }

private:
    void find_needs(PlannedField& one) const {
        if (one.program == nullptr) return;
        for (const std::string& name : script::fields_read(*one.program)) {
            const auto place = plan_.place_of(name);
            if (place) one.needs.push_back(*place);
        }
    }

    /// A field that needs itself, by whatever way, has no value.
    Answer<> go_along(std::size_t place) {
        for (const std::size_t before : way_) {
            if (before != place) continue;
            std::string names;
            for (const std::size_t one : way_)
                names += plan_.fields[one].field.name + "->";
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("Cyclic dependency detected while resolving runtime fields: {}{}",
                            names, plan_.fields[place].field.name));
        }
        if (gone_[place]) return {};
        way_.push_back(place);
        for (const std::size_t need : plan_.fields[place].needs)
            ASK(go_along(need));
        way_.pop_back();
        gone_[place] = true;
        return {};
    }

    const RequestContext& request_;
    Plan plan_;
    std::vector<std::size_t> way_;
    std::vector<bool> gone_;  // to the end, without coming back
};

std::shared_ptr<const store::IndexView> with_fields(const store::IndexView& index,
                                                    const std::shared_ptr<const Plan>& plan) {
    auto view = std::make_shared<store::IndexView>(index);
    auto mapping = std::make_shared<store::Mapping>(*index.mapping);
    for (const PlannedField& one : plan->fields)
        mapping->fields[one.field.name] = one.field.mapping;
    view->mapping = std::move(mapping);
    for (store::GroupView& group : view->groups) {
        group.group =
            std::make_shared<runtime::RuntimeGroup>(std::move(group.group), plan, view.get());
    }
    return view;
}

}  // namespace

Answer<std::shared_ptr<const RuntimeFields>> parse_runtime_fields(const Value& body) {
    if (!body.is(Kind::object)) return bad_field("[runtime_mappings] is an object of fields");
    auto fields = std::make_shared<RuntimeFields>();
    for (const Member& member : body.as_object().members())
        fields->all.push_back(ASK(read_field(member)));
    if (fields->all.empty()) return std::shared_ptr<const RuntimeFields>();
    return std::shared_ptr<const RuntimeFields>(std::move(fields));
}

Answer<> add_runtime_fields(const RuntimeFields& fields, RequestContext& request) {
    const auto plan = std::make_shared<const Plan>(ASK(Planner(fields, request).plan()));
    for (auto& index : request.indices)
        index = with_fields(*index, plan);
    request.held_back = [trouble = plan->trouble] {
        return trouble->check();
    };
    return {};
}

}  // namespace elkhorn::search
