#include "search/kql/kql_query.h"

#include "search/base/field.h"
#include "search/match/field_terms.h"

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::search {
namespace {

using event::Value;

class Writer {
public:
    Writer(const KqlOptions& options, const Scope& scope, event::Arena& arena)
        : options_(options), scope_(scope), arena_(arena) {}

    /// `within`: the path of the nested objects that one is in, with a dot behind; empty: none.
    Value write(const KqlSyntax& syntax, const std::string& within) {
        switch (syntax.kind) {
            case KqlSyntax::Kind::all: return query("match_all", object({}));
            case KqlSyntax::Kind::both: return joined(syntax, "must", within);
            case KqlSyntax::Kind::either: return joined(syntax, "should", within);
            case KqlSyntax::Kind::none: return joined(syntax, "must_not", within);
            case KqlSyntax::Kind::nested: return nested(syntax, within);
            case KqlSyntax::Kind::is:
                return syntax.field ? of_fields(syntax, within) : anywhere(syntax.value);
            case KqlSyntax::Kind::range: break;
        }
        return of_fields(syntax, within);
    }

private:
    using Pairs = std::vector<std::pair<std::string_view, Value>>;

    Value text(std::string_view text) { return Value::string(arena_.copy(text)); }

    Value object(const Pairs& members) {
        event::Object* made = event::make_object(arena_);
        for (const auto& [name, value] : members)
            made->add(arena_, arena_.copy(name), value);
        return Value::object(made);
    }

    Value list(const std::vector<Value>& values) {
        event::Array* made = event::make_array(arena_);
        for (const Value& value : values)
            made->push_back(arena_, value);
        return Value::array(made);
    }

    Value query(std::string_view name, Value body) { return object({{name, body}}); }

    Value of_field(std::string_view query_name, const std::string& field, const Pairs& members) {
        return query(query_name, object({{field, object(members)}}));
    }

    Value joined(const KqlSyntax& syntax, std::string_view clause, const std::string& within) {
        std::vector<Value> parts;
        for (const KqlPtr& part : syntax.parts)
            parts.push_back(write(*part, within));
        return query("bool", object({{clause, list(parts)}}));
    }

    Value nested(const KqlSyntax& syntax, const std::string& within) {
        const std::string path = within + syntax.field->text;
        return query("nested", object({{"path", text(path)},
                                       {"score_mode", text("none")},
                                       {"ignore_unmapped", Value::boolean(true)},
                                       {"query", write(*syntax.parts[0], path + ".")}}));
    }

    /// The fields that a name means: one, or those that fit it.
    std::vector<std::string> fields_called(const KqlLiteral& name, const std::string& within) {
        if (!name.wildcard) return {within + name.text};
        std::vector<std::string> fields;
        for (const std::string& field : expand_fields(*scope_.index, within + name.text))
            fields.push_back(field);
        return fields;
    }

    Value of_fields(const KqlSyntax& syntax, const std::string& within) {
        const bool any_value = syntax.kind == KqlSyntax::Kind::is && is_everything(syntax.value);
        if (any_value && within.empty() && is_everything(*syntax.field))
            return query("match_all", object({}));
        const std::vector<std::string> fields = fields_called(*syntax.field, within);
        std::vector<Value> parts;
        for (const std::string& field : fields) {
            if (syntax.kind == KqlSyntax::Kind::range)
                parts.push_back(range(field, {{syntax.relation, text(syntax.value.text)}}));
            else
                parts.push_back(any_value ? query("exists", object({{"field", text(field)}}))
                                          : has_value(field, syntax.value, fields.size() > 1));
        }
        if (parts.empty()) return query("match_none", object({}));
        return parts.size() == 1 ? parts[0] : query("dis_max", object({{"queries", list(parts)}}));
    }

    static bool is_everything(const KqlLiteral& literal) {
        return literal.wildcard && literal.text == "*";
    }

    Value range(const std::string& field, Pairs bounds) {
        if (!options_.time_zone.empty() && find_field(*scope_.index, field).is_date())
            bounds.emplace_back("time_zone", text(options_.time_zone));
        return of_field("range", field, bounds);
    }

    /// `lenient`: one of several fields, in which what does not fit finds nothing.
    Value has_value(const std::string& name, const KqlLiteral& value, bool lenient) {
        const Field field = find_field(*scope_.index, name);
        if (lenient && !value.wildcard && !value.quoted) {
            return of_field("match", name,
                            {{"query", text(value.text)}, {"lenient", Value::boolean(true)}});
        }
        if (lenient && !field.is_text() && !field.is_keyword())
            return query("match_none", object({}));
        if (field.is_date() && !value.wildcard)
            return range(name, {{"gte", text(value.text)}, {"lte", text(value.text)}});
        if (value.wildcard) {
            Pairs members{{"value", text(value.pattern)}};
            if (options_.case_insensitive && field.is_keyword())
                members.emplace_back("case_insensitive", Value::boolean(true));
            return of_field("wildcard", name, members);
        }
        if (value.quoted) return of_field("match_phrase", name, {{"query", text(value.text)}});
        if (field.is_keyword() && options_.case_insensitive) {
            return of_field(
                "term", name,
                {{"value", text(value.text)}, {"case_insensitive", Value::boolean(true)}});
        }
        return of_field("match", name, {{"query", text(value.text)}});
    }

    /// A value that names no field.
    Value anywhere(const KqlLiteral& value) {
        const std::string fields = options_.default_field.empty() ? "*" : options_.default_field;
        if (is_everything(value)) return query("match_all", object({}));
        if (!value.wildcard) {
            return query("multi_match",
                         object({{"query", text(value.text)},
                                 {"fields", list({text(fields)})},
                                 {"type", text(value.quoted ? "phrase" : "best_fields")},
                                 {"lenient", Value::boolean(true)}}));
        }
        std::vector<Value> parts;
        KqlLiteral name;
        name.text = fields;
        name.wildcard = fields.find('*') != std::string::npos;
        for (const std::string& field : fields_called(name, "")) {
            const Field found = scoped_field(scope_, field);
            if (found.has_values() && (found.is_text() || found.is_keyword()))
                parts.push_back(has_value(field, value, true));
        }
        if (parts.empty()) return query("match_none", object({}));
        return parts.size() == 1 ? parts[0] : query("dis_max", object({{"queries", list(parts)}}));
    }

    const KqlOptions& options_;  // the caller's
    const Scope& scope_;         // the caller's
    event::Arena& arena_;        // the caller's
};

}  // namespace

Value kql_as_query(const KqlSyntax& syntax, const KqlOptions& options, const Scope& scope,
                   event::Arena& arena) {
    return Writer(options, scope, arena).write(syntax, "");
}

}  // namespace elkhorn::search
