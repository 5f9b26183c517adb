#include "store/group/field_router.h"

#include "base/strings.h"
#include "store/schema/dynamic_mapping.h"
#include "store/schema/ip_address.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

using event::Kind;
using event::Leaf;

/// Calls visit(path of what stands above) from the outermost on, until it gives true.
template <typename Visit>
bool any_above(std::string_view path, Visit&& visit) {
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
        if (visit(path.substr(0, dot))) return true;
    }
    return false;
}

std::string_view parent_of(std::string_view path) {
    const std::size_t dot = path.rfind('.');
    return path.substr(0, dot == path.npos ? 0 : dot);
}

/// The field above `path` that is no object and refuses what does not fit it.
std::optional<std::string_view> refusing_above(std::string_view path, const Mapping& mapping) {
    std::optional<std::string_view> found;
    any_above(path, [&](std::string_view above) {
        const FieldMapping* field = mapping.find(above);
        const bool refuses = field != nullptr && !field->is_object() && field->refuse_malformed &&
                             !field->is_flattened() && field->type != FieldType::geo_point;
        if (refuses) found = above;
        return refuses;
    });
    return found;
}

/// A null_value, as if the document had it.
Leaf leaf_of(const std::string& text, const FieldMapping& field) {
    Leaf leaf;
    leaf.kind = Kind::string;
    leaf.size_bytes = static_cast<std::uint32_t>(text.size());
    leaf.text = text.data();
    if (field.coerce || column_kind(field.type) == ColumnKind::text) return leaf;
    if (const auto whole = to_integer(text)) {
        leaf.kind = Kind::integer;
        leaf.integer = *whole;
    } else if (const auto real = to_double(text)) {
        leaf.kind = Kind::real;
        leaf.real = *real;
    }
    return leaf;
}

bool has_default(const FieldMapping& field) {
    return field.null_value || std::ranges::any_of(field.fields, [](const auto& sub) {
               return sub.second.null_value.has_value();
           });
}

/// Whether an object that is not looked into, or a field that takes all below it, covers the path.
bool covered_by_disabled(std::string_view path, const Mapping& mapping) {
    return any_above(path, [&](std::string_view above) {
        const FieldMapping* field = mapping.find(above);
        return field != nullptr &&
               (!field->enabled || field->is_flattened() || field->takes_all_below() ||
                field->type == FieldType::geo_point);
    });
}

/// Whether a strict object refuses a field that the mapping does not know.
Result<> check_new(std::string_view path, const Mapping& mapping) {
    if (covered_by_disabled(path, mapping)) return {};
    // The first part of the path that is not there is what the strict object would have to take.
    std::string_view object;
    std::string_view missing = path;
    any_above(path, [&](std::string_view above) {
        const bool unknown = !mapping.knows(above);
        if (unknown) missing = above;
        if (!unknown) object = above;
        return unknown;
    });
    if (mapping.dynamic_below(object) != Dynamic::strict) return {};
    return fail(ErrorCode::invalid,
                fmt::format("mapping set to strict, dynamic introduction of [{}] within [{}] is "
                            "not allowed",
                            object.empty() ? missing : missing.substr(object.size() + 1),
                            object.empty() ? "_doc" : object));
}

/// Characters, not bytes.
std::size_t length_of(std::string_view text) {
    std::size_t n = 0;
    for (const char c : text)
        n += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
    return n;
}

}  // namespace

void FieldRouter::reset() {
    places_ = {};
    plans_ = {};
    memory_bytes_ = 0;
    constants_.clear();
    defaults_known_ = false;
}

Result<> FieldRouter::check(const event::Document& document, const Mapping& mapping,
                            std::string_view id) {
    for (const Leaf& leaf : document.leaves()) {
        const bool known = leaf.field < places_.size() && places_[leaf.field] != 0;
        if (known && !plans_[places_[leaf.field] - 1].refuses) continue;
        const std::string_view path = document.name(leaf.field, names_);
        const FieldMapping* field = mapping.find(path);
        if (field == nullptr) {
            if (const auto above = refusing_above(path, mapping)) {
                return fail(
                    ErrorCode::invalid,
                    fmt::format("failed to parse field [{}] of type [{}] in document with id '{}'. "
                                "Preview of field's value: '{{{}={}}}'{}json_parse_exception: "
                                "Current token (START_OBJECT) not numeric, can not use numeric "
                                "value accessors",
                                *above, mapping.find(*above)->es_name, id,
                                path.substr(above->size() + 1), text_of(leaf), caused_by()));
            }
            TRY(check_new(path, mapping));
            continue;
        }
        if (!field->refuse_malformed || leaf.kind == Kind::null) continue;
        const auto wrong = misfit(leaf, *field, parsers_);
        if (!wrong) continue;
        if (field->type == FieldType::geo_point) {
            return fail(ErrorCode::invalid,
                        fmt::format("failed to parse field [{}] of type [geo_point]{}{}: {}", path,
                                    caused_by(), wrong->type, wrong->reason));
        }
        return fail(ErrorCode::invalid,
                    fmt::format("failed to parse field [{}] of type [{}] in document with id '{}'. "
                                "Preview of field's value: '{}'{}{}: {}",
                                path, field->es_name, id, text_of(leaf), caused_by(), wrong->type,
                                wrong->reason));
    }
    return {};
}

FieldRouter::Target FieldRouter::make_target(const FieldMapping& field, std::string path,
                                             GroupBuilder& builder) {
    Target target;
    target.field = &field;
    target.column = &builder.column(path, column_kind(field.type));
    if (field.type == FieldType::text && field.analyzer.empty()) target.column->tokens = true;
    if (field.type == FieldType::date || field.type == FieldType::date_nanos)
        target.dates = &parsers_.of(field.format);
    if (!field.normalizer.empty()) target.normalizer = text::Analyzer::parse(field.normalizer);
    if (field.type == FieldType::keyword && !keeps_long_values(field))
        target.longest = field.ignore_above;
    target.takes_any_text =
        column_kind(field.type) == ColumnKind::text && !target.normalizer && target.longest == 0;
    target.path = std::move(path);
    return target;
}

void FieldRouter::add_targets(Plan& plan, const FieldMapping& field, const std::string& path,
                              Adding& adding) {
    if (!field.has_values()) return;
    plan.refuses = plan.refuses || field.refuse_malformed;
    if (field.type == FieldType::geo_point) {
        plan.point = path;
        return;
    }
    plan.targets.push_back(make_target(field, path, adding.builder));
    const std::size_t own = plan.targets.size() - 1;
    for (const auto& [name, sub] : field.fields) {
        if (!sub.has_values() || sub.type == FieldType::geo_point) continue;
        if (!shares_column(field, sub))
            plan.targets.push_back(
                make_target(sub, fmt::format("{}.{}", path, name), adding.builder));
        else if (sub.type == FieldType::text && sub.analyzer.empty())
            plan.targets[own].column->tokens = true;
    }
}

bool FieldRouter::decide_above(Plan& plan, std::string_view path, Adding& adding) {
    return any_above(path, [&](std::string_view above) {
        const FieldMapping* field = adding.mapping.find(above);
        if (field == nullptr) return false;
        if (!field->enabled || field->takes_all_below()) return true;
        if (field->is_flattened()) {
            plan.targets.push_back(make_target(*field, std::string(path), adding.builder));
            plan.targets.push_back(make_target(*field, std::string(above), adding.builder));
            return true;
        }
        if (field->type != FieldType::geo_point) return false;
        plan.point = above;
        plan.part = path.substr(above.size() + 1);
        return true;
    });
}

const FieldMapping* FieldRouter::find_or_make(std::string_view path, const Leaf& leaf,
                                              Adding& adding) {
    Mapping& mapping = adding.mapping;
    if (const FieldMapping* field = mapping.find(path)) return field;
    if (mapping.dynamic_below(parent_of(path)) != Dynamic::yes) return nullptr;
    if (mapping.fields.size() >= fields_limit_) {
        full_ = true;
        return nullptr;
    }
    adding.grew = true;
    const auto made = mapping.fields.emplace(path, new_field(path, leaf, mapping, parsers_)).first;
    if (has_default(made->second)) defaults_known_ = false;
    return &made->second;
}

void FieldRouter::decide(Plan& plan, const Leaf& leaf, Adding& adding) {
    const std::string path(adding.document.name(leaf.field, names_));
    if (path == "_id" || path == "_source" || path == "_seq_no" || path == "_version") {
        return;  // metadata columns of that name are ours
    }
    if (decide_above(plan, path, adding)) return;
    Mapping& mapping = adding.mapping;
    const bool made_object =
        !mapping.templates.empty() && any_above(path, [&](std::string_view above) {
            if (mapping.knows(above) || mapping.dynamic_below(parent_of(above)) != Dynamic::yes)
                return false;
            auto object = new_object(above, mapping);
            if (!object || mapping.fields.size() >= fields_limit_) return false;
            mapping.fields.emplace(above, std::move(*object));
            adding.grew = true;
            return true;
        });
    if (made_object) {
        decide(plan, leaf, adding);  // that object may be disabled, flattened, a point
        return;
    }
    const FieldMapping* field = find_or_make(path, leaf, adding);
    if (field == nullptr || !field->enabled) return;
    if (field->is_constant() && !field->null_value && leaf.kind != Kind::null) {
        FieldMapping& constant = mapping.fields.find(path)->second;  // the first value decides
        constant.null_value = text_of(leaf);
        constant.extra_json += constant.extra_json.empty() ? "\"value\":" : ",\"value\":";
        text::append_json_string(constant.extra_json, *constant.null_value);
        adding.grew = true;
        defaults_known_ = false;
    }
    add_targets(plan, *field, path, adding);
    for (const std::string& copy : field->copy_to) {
        const FieldMapping* to = find_or_make(copy, leaf, adding);
        if (to != nullptr && to->type != FieldType::geo_point) add_targets(plan, *to, copy, adding);
    }
}

/// Null for a null in a field that the mapping does not know: it says nothing about the field.
FieldRouter::Plan* FieldRouter::plan_for(const Leaf& leaf, Adding& adding) {
    const bool own_name = leaf.field >= event::first_own_field;
    if (!own_name && leaf.field >= places_.size()) places_.resize(leaf.field + 1, 0);
    if (!own_name && places_[leaf.field] != 0) return &plans_[places_[leaf.field] - 1];
    if (leaf.kind == Kind::null &&
        adding.mapping.find(adding.document.name(leaf.field, names_)) == nullptr)
        return nullptr;
    Plan plan;
    decide(plan, leaf, adding);
    if (own_name) {  // the next document may mean another field by that number
        passing_plan_ = std::move(plan);
        return &passing_plan_;
    }
    memory_bytes_ += sizeof(plan);
    for (const Target& target : plan.targets)
        memory_bytes_ += sizeof(target) + target.path.capacity();
    plans_.push_back(std::move(plan));
    places_[leaf.field] = static_cast<std::uint32_t>(plans_.size());
    return &plans_.back();
}

void FieldRouter::look_for_defaults(Adding& adding) {
    defaults_known_ = true;
    null_values_ = false;
    constants_.clear();
    for (const auto& [path, field] : adding.mapping.fields) {
        null_values_ = null_values_ || (has_default(field) && !field.is_constant());
        if (!field.is_constant() || !field.null_value) continue;
        Constant constant;
        constant.target = make_target(field, path, adding.builder);
        constants_.push_back(std::move(constant));
    }
}

bool FieldRouter::add(std::uint32_t row, const event::Document& document, std::string_view source,
                      GroupBuilder& builder, Mapping& mapping) {
    Adding adding{row, document, source, builder, mapping};
    if (!defaults_known_) look_for_defaults(adding);
    for (const Leaf& leaf : document.leaves()) {
        if (leaf.kind == Kind::null && !null_values_) continue;
        Plan* plan = plan_for(leaf, adding);
        if (plan == nullptr) continue;
        if (leaf.kind == Kind::null) {
            add_null(*plan, adding);
            continue;
        }
        for (Target& target : plan->targets)
            add_value(target, leaf, adding);
        for (Constant& constant : constants_) {
            if (!plan->targets.empty() && plan->targets[0].field == constant.target.field)
                constant.given = true;
        }
        if (plan->point.empty()) continue;
        Draft& draft = drafts_[plan->point];
        draft.column = &builder.column(plan->point, ColumnKind::real);
        draft.points.add(plan->part, leaf);
    }
    if (!drafts_.empty()) add_points(row);
    if (!constants_.empty()) add_constants(adding);
    return adding.grew;
}

void FieldRouter::add_points(std::uint32_t row) {
    for (auto& [path, draft] : drafts_) {
        for (const GeoPoint& point : draft.points.take()) {
            draft.column->add_real(row, point.lat);
            draft.column->add_real(row, point.lon);
        }
    }
    drafts_.clear();
}

void FieldRouter::add_null(Plan& plan, Adding& adding) {
    for (Target& target : plan.targets) {
        const auto& text = target.field->null_value;
        if (text && !target.field->is_constant())
            add_value(target, leaf_of(*text, *target.field), adding);
    }
}

void FieldRouter::add_constants(Adding& adding) {
    for (Constant& constant : constants_) {
        const FieldMapping& field = *constant.target.field;
        if (!constant.given) add_text(constant.target, leaf_of(*field.null_value, field), adding);
        constant.given = false;
    }
}

void FieldRouter::add_value(Target& target, const Leaf& leaf, Adding& adding) {
    if (target.takes_any_text && leaf.kind == Kind::string)  // as most values are
        return adding.builder.add_text(*target.column, adding.row, leaf.as_text(), adding.source);
    const bool empty = leaf.kind == Kind::string && leaf.size_bytes == 0;
    if (empty && says_nothing(leaf, *target.field)) {
        if (target.field->null_value && !target.field->null_value->empty())
            add_value(target, leaf_of(*target.field->null_value, *target.field), adding);
        return;
    }
    if (add_typed(target, leaf, adding)) return;
    GroupBuilder& builder = adding.builder;
    if (target.twin == nullptr) {
        target.twin = &builder.column(target.path, ColumnKind::text);
        target.twin->tokens = true;
    }
    if (leaf.kind == Kind::string)
        builder.add_text(*target.twin, adding.row, leaf.as_text(), adding.source);
    else
        builder.add_text(*target.twin, adding.row, text_of(leaf), adding.source);
}

void FieldRouter::add_text(Target& target, const Leaf& leaf, Adding& adding) {
    const bool string = leaf.kind == Kind::string;
    if (target.longest != 0 && string && length_of(leaf.as_text()) > target.longest) {
        return;  // kept in _source, not indexed, as the mapping asks
    }
    GroupBuilder& builder = adding.builder;
    if (target.normalizer) {
        const std::string text =
            target.normalizer->filtered(string ? leaf.as_text() : text_of(leaf));
        builder.add_text(*target.column, adding.row, text, adding.source);
    } else if (string) {
        builder.add_text(*target.column, adding.row, leaf.as_text(), adding.source);
    } else {
        builder.add_text(*target.column, adding.row, text_of(leaf), adding.source);
    }
}

bool FieldRouter::add_typed(Target& target, const Leaf& leaf, Adding& adding) {
    const FieldMapping& field = *target.field;
    switch (column_kind(field.type)) {
        case ColumnKind::text: add_text(target, leaf, adding); return true;
        case ColumnKind::real: {
            const auto value = to_real(leaf, field);
            if (value) target.column->add_real(adding.row, *value);
            return value.has_value();
        }
        case ColumnKind::ip: {
            const auto address =
                leaf.kind == Kind::string ? parse_ip(leaf.as_text()) : std::nullopt;
            if (!address) return false;
            adding.builder.add_text(*target.column, adding.row, {address->data(), address->size()},
                                    adding.source);
            return true;
        }
        case ColumnKind::integer:
        case ColumnKind::spare: break;  // no type's values lie there
    }
    std::optional<std::int64_t> value;
    switch (field.type) {
        case FieldType::boolean:
            if (const auto boolean = to_boolean(leaf)) value = *boolean ? 1 : 0;
            break;
        case FieldType::date: value = to_date_ms(leaf, *target.dates); break;
        case FieldType::date_nanos: value = to_date_ns(leaf, *target.dates); break;
        default: value = to_whole(leaf, field); break;
    }
    if (value) {
        target.column->add_integer(adding.row, *value);
        return true;
    }
    const auto large = field.type == FieldType::unsigned_long ? to_large(leaf) : std::nullopt;
    if (large) adding.builder.column(target.path, ColumnKind::real).add_real(adding.row, *large);
    return large.has_value();
}

}  // namespace elkhorn::store
