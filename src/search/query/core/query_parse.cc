#include "search/query/core/query_parse.h"

#include "base/nearest.h"
#include "base/strings.h"
#include "search/base/members.h"
#include "search/lucene/query_string.h"
#include "search/query/core/brief.h"
#include "search/query/core/query_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

/// Known to Elasticsearch, not to this server; suggested all the same, as it does.
constexpr std::array<std::string_view, 2> missing_queries = {"script", "script_score"};

std::vector<std::string_view> known_names() {
    std::vector<std::string_view> names(missing_queries.begin(), missing_queries.end());
    for (const QueryKinds* family : all_query_kinds()) {
        for (const QueryKind& kind : family->kinds)
            names.push_back(kind.name);
    }
    return names;
}

/// `body` with another value in the place of one of its members'.
Value with_member(event::Arena& arena, const Value& body, const Value& old, const Value& value) {
    event::Object* made = event::make_object(arena);
    for (const event::Member& member : body.as_object().members())
        made->add(arena, member.name, &member.value == &old ? value : member.value);
    return Value::object(made);
}

/// Lucene's likeness: 1 for equal words, and more than a half for a suggestion.
std::string suggestions(std::string_view name) {
    std::vector<std::pair<double, std::string_view>> likely;
    for (const std::string_view known : known_names()) {
        const auto longer = static_cast<double>(std::max(name.size(), known.size()));
        const double likeness = 1.0 - static_cast<double>(edit_distance(name, known)) / longer;
        if (likeness > 0.5) likely.emplace_back(-likeness, known);
    }
    std::ranges::sort(likely);
    if (likely.empty()) return "";
    if (likely.size() == 1) return fmt::format(" did you mean [{}]?", likely[0].second);
    std::vector<std::string> names;
    for (const auto& [likeness, known] : likely)
        names.emplace_back(known);
    return fmt::format(" did you mean any of [{}]?", join(names, ", "));
}

/// The body with the members that the kind declares as used; those in no table the parser refuses
/// in its own words, and should it not, they are refused here.
Answer<QueryPtr> parse_declared(const QueryKind& kind, const Value& body) {
    const std::array<ParameterTable, 3> tables = {kind.members[0], kind.members[1],
                                                  common_query_members};
    const Value* object = &body;
    const bool in_field = kind.shape == BodyShape::field;
    if (in_field) {
        const auto field = std::ranges::find_if(body.as_object().members(), [](const auto& member) {
            return member.value.is(Kind::object);
        });
        if (field == body.as_object().members().end()) return kind.parse(body);
        object = &field->value;
    }
    const std::string whose = fmt::format("a [{}] query", kind.name);
    const MemberCheck check = ASK(check_members(whose, *object, tables));
    event::Arena arena;
    Value used = body;
    if (check.leaves_out) {
        const Value inside = used_members(arena, *object, tables);
        used = in_field ? with_member(arena, body, *object, inside) : inside;
    }
    auto parsed = ASK(kind.parse(used));
    if (!check.undeclared.empty()) return unsupported(kind.name, check.undeclared);
    return parsed;
}

}  // namespace

const QueryKind* find_query_kind(std::string_view name) {
    for (const QueryKinds* family : all_query_kinds()) {
        const auto found = std::ranges::find(family->kinds, name, &QueryKind::name);
        if (found != family->kinds.end()) return &*found;
    }
    return nullptr;
}

Answer<QueryPtr> inner_query(const event::Member& member, std::string_view outer) {
    if (member.value.is(Kind::object)) return parse_query(member.value);
    return bad_syntax(fmt::format("[{}] unexpected token [{}]", outer, token_name(member.value)));
}

QueryPtr match_all() {
    static const QueryPtr all =
        make_query([](const Scope&) -> Answer<NodePtr> { return all_rows(); }, {}, 1.0F);
    return all;
}

Answer<QueryPtr> parse_query(const Value& query) {
    if (!query.is(Kind::object))
        return bad_syntax("[_na] query malformed, must start with start_object");
    const Members members = query.as_object().members();
    if (members.empty()) {
        return refuse("illegal_argument_exception",
                      "query malformed, empty clause found at [1:11]");
    }
    const std::string_view name = members[0].name;
    const Value& body = members[0].value;
    if (!body.is(Kind::object)) {
        return bad_syntax(
            fmt::format("[{}] query malformed, no start_object after query name", name));
    }
    const QueryKind* known = find_query_kind(name);
    if (known == nullptr) {
        if (std::ranges::find(missing_queries, name) != missing_queries.end())
            return bad_syntax(fmt::format("query [{}] is not supported by this server", name));
        auto failure = bad_syntax(fmt::format("unknown query [{}]{}", name, suggestions(name)));
        failure.error().caused_by_type = "named_object_not_found_exception";
        failure.error().caused_by_reason = fmt::format("[1:1] unknown field [{}]", name);
        return failure;
    }
    auto parsed = ASK(parse_declared(*known, body));
    if (members.size() > 1) {
        return bad_syntax(fmt::format(
            "[{}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]", name));
    }
    return static_cast<const PlannedQuery&>(*parsed).called(name, brief(body));
}

Answer<QueryPtr> parse_query_string(std::string_view text, const QueryStringOptions& given) {
    LanguageOptions options;
    if (given.fields.size() == 1)
        options.default_field = given.fields[0];
    else
        options.fields = given.fields;
    options.all_words = to_lower(given.default_operator) == "and";
    if (given.lenient) options.lenient = true;
    options.time_zone = given.time_zone;
    return make_query(
        [query = std::string(text), options](const Scope& scope) -> Answer<NodePtr> {
            return plan_query_string(scope, query, options);
        },
        {});
}

QueryPtr make_query(Plan plan, const Common& common, std::optional<float> constant) {
    return std::make_shared<PlannedQuery>(std::move(plan), common.boost, common.name, constant);
}

std::unexpected<Failure> bad_syntax(std::string reason) {
    return refuse("parsing_exception", std::move(reason));
}

std::unexpected<Failure> bad_content(std::string reason) {
    return refuse("x_content_parse_exception", "[1:1] " + std::move(reason));
}

std::unexpected<Failure> unsupported(std::string_view query, std::string_view option) {
    return bad_syntax(fmt::format("[{}] query does not support [{}]", query, option));
}

std::string_view token_name(const Value& value) {
    switch (value.kind()) {
        case Kind::null: return "VALUE_NULL";
        case Kind::boolean: return "VALUE_BOOLEAN";
        case Kind::integer:
        case Kind::real: return "VALUE_NUMBER";
        case Kind::array: return "START_ARRAY";
        case Kind::object: return "START_OBJECT";
        default: return "VALUE_STRING";
    }
}

Answer<bool> take_common(const event::Member& member, Common& common) {
    if (member.name == "_name") {
        const auto name = term_of(member.value);
        if (name) common.name = name->text;
        return true;
    }
    if (member.name != "boost") return false;
    const double boost = ASK(number_option(member));
    if (boost < 0) {
        return refuse(
            "illegal_argument_exception",
            fmt::format("negative [boost] are not allowed in [{}], use a value between 0 and 1 to "
                        "deboost",
                        boost));
    }
    common.boost = static_cast<float>(boost);
    return true;
}

Answer<FieldBody> one_field(std::string_view query, const Value& body) {
    const Members members = body.as_object().members();
    if (members.empty()) return refuse("illegal_argument_exception", "field name is null or empty");
    if (members.size() > 1) {
        return bad_syntax(
            fmt::format("[{}] query doesn't support multiple fields, found [{}] and [{}]", query,
                        members[0].name, members[1].name));
    }
    return FieldBody{std::string(members[0].name), &members[0].value};
}

Answer<std::string> text_option(std::string_view query, const event::Member& member) {
    const auto term = term_of(member.value);
    if (term) return term->text;
    if (member.value.is_null()) return std::string();
    return bad_syntax(fmt::format("[{}] unknown token [{}] after [{}]", query,
                                  token_name(member.value), member.name));
}

Answer<double> number_option(const event::Member& member) {
    const auto term = term_of(member.value);
    const auto number = term ? to_double(term->text) : std::nullopt;
    if (number) return *number;
    return refuse("number_format_exception",
                  fmt::format("For input string: \"{}\"", term ? term->text : ""));
}

Answer<int> count_option(const event::Member& member) {
    const double number = ASK(number_option(member));
    return number > 0 ? static_cast<int>(std::min(number, 1e6)) : 0;
}

Answer<bool> boolean_option(const event::Member& member) {
    const auto term = term_of(member.value);
    if (term && term->text == "true") return true;
    if (term && (term->text == "false" || term->text.empty())) return false;
    return refuse("illegal_argument_exception",
                  fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.",
                              term ? term->text : ""));
}

Answer<bool> operator_option(const event::Member& member) {
    const auto term = term_of(member.value);
    const std::string name = to_upper(term ? term->text : "");
    if (name == "AND") return true;
    if (name == "OR") return false;
    return refuse("illegal_argument_exception",
                  "No enum constant org.elasticsearch.index.query.Operator." + name);
}

}  // namespace elkhorn::search
