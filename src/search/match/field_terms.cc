#include "search/match/field_terms.h"

#include "base/half_float.h"
#include "base/strings.h"
#include "base/wildcard.h"
#include "search/base/date_math.h"
#include "search/match/source_nodes.h"
#include "store/schema/ip_address.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace elkhorn::search {
namespace {

using store::FieldType;

constexpr std::int64_t least_integer = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest_integer = std::numeric_limits<std::int64_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// As Java's Double.parseDouble takes it, less its letters at the end.
Answer<double> to_number(const Term& term) {
    const std::string_view text = trim(term.text);
    if (text.empty()) return cannot_create("number_format_exception", "empty String");
    const auto number = to_double(text.starts_with('+') ? text.substr(1) : text);
    if (!number) {
        return cannot_create("number_format_exception",
                             fmt::format("For input string: \"{}\"", term.text));
    }
    return *number;
}

bool has_fraction(double value) {
    return std::isfinite(value) && value != std::trunc(value);
}

struct WholeType {
    std::int64_t least;
    std::int64_t greatest;
    std::string_view name;
};

WholeType whole_type(FieldType type) {
    switch (type) {
        case FieldType::int32: return {-2'147'483'648LL, 2'147'483'647LL, "an integer"};
        case FieldType::int16: return {-32'768, 32'767, "a short"};
        case FieldType::int8: return {-128, 127, "a byte"};
        default: return {least_integer, greatest_integer, "a long"};
    }
}

/// The number without its fraction, where the field's type can hold it.
Answer<std::int64_t> to_whole(const Field& field, const Term& term, double number) {
    const WholeType type = whole_type(field.type());
    const auto exact = to_integer(trim(term.text));
    const bool fits = exact ? *exact >= type.least && *exact <= type.greatest
                            : std::fabs(number) < 9.2233720368547758e18 &&
                                  std::trunc(number) >= static_cast<double>(type.least) &&
                                  std::trunc(number) <= static_cast<double>(type.greatest);
    if (!fits) {
        return cannot_create(
            "illegal_argument_exception",
            fmt::format("Value [{}] is out of range for {}", term.text, type.name));
    }
    return exact ? *exact : static_cast<std::int64_t>(number);
}

/// As the field keeps it.
double narrowed(const Field& field, double value) {
    switch (field.type()) {
        case FieldType::float32: return static_cast<float>(value);
        case FieldType::float16: return to_half(value);
        case FieldType::scaled_float: {
            const double factor = field.mapping->scaling_factor;
            return std::floor(value * factor + 0.5) / factor;
        }
        default: return value;
    }
}

double next_value(const Field& field, double value, double towards) {
    if (field.type() == FieldType::float64) return std::nextafter(value, towards);
    if (field.type() == FieldType::scaled_float) return std::nextafter(value, towards);
    return std::nextafterf(static_cast<float>(value), static_cast<float>(towards));
}

/// unsigned_long: up to 2^63 - 1 it lies in the integer column, above that in the real one.
Answer<NodePtr> unsigned_range(const Field& field, const Bounds& bounds) {
    constexpr double half = 9223372036854775808.0;
    std::int64_t least = 0;
    std::int64_t greatest = greatest_integer;
    double least_real = half;
    double greatest_real = infinity;
    bool reals_only = false;
    if (bounds.from) {
        const double number = ASK(to_number(*bounds.from));
        const double whole = bounds.include_from ? std::ceil(number) : std::floor(number) + 1;
        const auto exact = to_integer(trim(bounds.from->text));
        const bool step = exact && !bounds.include_from;
        reals_only = exact ? step && *exact == greatest_integer : whole >= half;
        if (exact && !reals_only)
            least = std::max<std::int64_t>(0, *exact + (step ? 1 : 0));
        else if (!reals_only)
            least = static_cast<std::int64_t>(std::max(whole, 0.0));
        const bool beyond = !exact && !bounds.include_from;
        least_real = std::max(half, beyond ? std::nextafter(number, infinity) : number);
    }
    if (bounds.to) {
        const double number = ASK(to_number(*bounds.to));
        const double whole = bounds.include_to ? std::floor(number) : std::ceil(number) - 1;
        const auto exact = to_integer(trim(bounds.to->text));
        if (exact)
            greatest = std::max<std::int64_t>(*exact, 0) - (bounds.include_to ? 0 : 1);
        else if (whole < half)
            greatest = static_cast<std::int64_t>(std::max(whole, -1.0));
        greatest_real = exact ? 0 : bounds.include_to ? number : std::nextafter(number, -infinity);
        if (exact && *exact < 0) greatest = -1;
    }
    if (reals_only) return real_range(field, least_real, greatest_real);
    return constant_node(any_of({integer_range(field, least, greatest),
                                 real_range(field, least_real, greatest_real)}),
                         1.0F);
}

Answer<NodePtr> number_term(const Field& field, const Term& term) {
    const double number = ASK(to_number(term));
    if (field.type() == FieldType::unsigned_long) {
        Bounds one;
        one.from = one.to = term;
        return has_fraction(number) ? no_rows() : unsigned_range(field, one);
    }
    if (!field.is_whole()) {
        const double value = narrowed(field, number);
        return real_range(field, value, value);
    }
    if (has_fraction(number)) return no_rows();
    const std::int64_t value = ASK(to_whole(field, term, number));
    return integer_range(field, value, value);
}

Answer<NodePtr> whole_range(const Field& field, const Bounds& bounds) {
    std::int64_t least = least_integer;
    std::int64_t greatest = greatest_integer;
    if (bounds.from) {
        const double number = ASK(to_number(*bounds.from));
        least = ASK(to_whole(field, *bounds.from, number));
        const bool above = has_fraction(number) ? number > 0 : !bounds.include_from;
        if (above && least == greatest_integer) return no_rows();
        least += above ? 1 : 0;
    }
    if (bounds.to) {
        const double number = ASK(to_number(*bounds.to));
        greatest = ASK(to_whole(field, *bounds.to, number));
        const bool below = has_fraction(number) ? number < 0 : !bounds.include_to;
        if (below && greatest == least_integer) return no_rows();
        greatest -= below ? 1 : 0;
    }
    return integer_range(field, least, greatest);
}

Answer<NodePtr> real_bounds(const Field& field, const Bounds& bounds) {
    const bool scaled = field.type() == FieldType::scaled_float;
    double least = -infinity;
    double greatest = infinity;
    if (bounds.from) {
        least = ASK(to_number(*bounds.from));
        if (!scaled) least = narrowed(field, least);
        if (!bounds.include_from) least = next_value(field, least, infinity);
    }
    if (bounds.to) {
        greatest = ASK(to_number(*bounds.to));
        if (!scaled) greatest = narrowed(field, greatest);
        if (!bounds.include_to) greatest = next_value(field, greatest, -infinity);
    }
    return real_range(field, least, greatest);
}

Answer<bool> to_boolean(const Term& term) {
    if (term.text == "true") return true;
    if (term.text == "false" || term.text.empty()) return false;
    return cannot_create(
        "illegal_argument_exception",
        fmt::format("Can't parse boolean value [{}], expected [true] or [false]", term.text));
}

Answer<std::string> to_address(const Term& term) {
    const auto address = store::parse_ip(term.text);
    if (address) return std::string(address->data(), address->size());
    return cannot_create("illegal_argument_exception",
                         fmt::format("'{}' is not an IP string literal.", term.text));
}

Answer<NodePtr> address_term(const Field& field, const Term& term) {
    if (term.text.find('/') != std::string::npos) {
        const auto network = store::parse_cidr(term.text);
        if (!network) {
            const std::string address = term.text.substr(0, term.text.find('/'));
            return cannot_create("illegal_argument_exception",
                                 fmt::format("'{}' is not an IP string literal.", address));
        }
        return address_range(field, std::string(network->first.data(), 16),
                             std::string(network->second.data(), 16));
    }
    const std::string address = ASK(to_address(term));
    return address_range(field, address, address);
}

Answer<NodePtr> address_bounds(const Field& field, const Bounds& bounds) {
    std::string least(16, '\0');
    std::string greatest(16, '\xff');
    const auto step = [](std::string& address, int by) {  // false: past the end
        for (std::size_t i = 16; i-- > 0;) {
            const int sum = static_cast<unsigned char>(address[i]) + by;
            address[i] = static_cast<char>(sum & 0xff);
            if (sum >= 0 && sum <= 255) return true;
        }
        return false;
    };
    if (bounds.from) {
        least = ASK(to_address(*bounds.from));
        if (!bounds.include_from && !step(least, 1)) return no_rows();
    }
    if (bounds.to) {
        greatest = ASK(to_address(*bounds.to));
        if (!bounds.include_to && !step(greatest, -1)) return no_rows();
    }
    return address_range(field, std::move(least), std::move(greatest));
}

Answer<> check_indexed(const Field& field) {
    if (field.mapping->indexed) return {};
    return cannot_create(
        "illegal_argument_exception",
        fmt::format("Cannot search on field [{}] since it is not indexed.", field.name));
}

/// Whether any row group of the index may have a date in the range. Free: by min and max.
bool dates_between(const Scope& scope, const Field& field, std::int64_t least,
                   std::int64_t greatest) {
    return std::ranges::any_of(scope.index->groups, [&](const store::GroupView& shown) {
        const store::Column* dates = shown.group->find(field.column, store::ColumnKind::integer);
        return dates != nullptr && dates->min_integer() <= greatest &&
               dates->max_integer() >= least;
    });
}

struct DateSpan {
    std::int64_t least = least_integer;
    std::int64_t greatest = greatest_integer;
};

Answer<DateSpan> date_span(const Scope& scope, const Field& field, const Bounds& bounds) {
    const std::string& format = bounds.format.empty() ? field.mapping->format : bounds.format;
    const DateReader reader =
        ASK(make_date_reader(format, bounds.time_zone, scope.request->now_ms));
    constexpr DateSpan none{greatest_integer, least_integer};
    DateSpan span;
    const auto read = field.is_nanos() ? read_date_ns : read_date;
    if (bounds.from) {
        span.least = ASK(read(reader, bounds.from->text, !bounds.include_from));
        if (!bounds.include_from && span.least == greatest_integer) return none;
        span.least += bounds.include_from ? 0 : 1;
    }
    if (bounds.to) {
        span.greatest = ASK(read(reader, bounds.to->text, bounds.include_to));
        if (!bounds.include_to && span.greatest == least_integer) return none;
        span.greatest -= bounds.include_to ? 0 : 1;
    }
    return span;
}

/// A range that no date of the index lies in is no_rows(), which spares what stands beside it even
/// a refusal; a term is not looked at that early. Both as on Elasticsearch.
Answer<NodePtr> date_bounds(const Scope& scope, const Field& field, const Bounds& bounds) {
    const DateSpan span = ASK(date_span(scope, field, bounds));
    if (!dates_between(scope, field, span.least, span.greatest)) return no_rows();
    ASK(check_indexed(field));
    return integer_range(field, span.least, span.greatest);
}

Answer<NodePtr> date_term(const Scope& scope, const Field& field, const Term& term) {
    Bounds day;
    day.from = day.to = term;
    const DateSpan span = ASK(date_span(scope, field, day));
    return integer_range(field, span.least, span.greatest);
}

Answer<NodePtr> boolean_bounds(const Field& field, const Bounds& bounds) {
    std::int64_t least = 0;
    std::int64_t greatest = 1;
    if (bounds.from)
        least = (ASK(to_boolean(*bounds.from)) ? 1 : 0) + (bounds.include_from ? 0 : 1);
    if (bounds.to) greatest = (ASK(to_boolean(*bounds.to)) ? 1 : 0) - (bounds.include_to ? 0 : 1);
    return integer_range(field, least, greatest);
}

NodePtr text_bounds(const Field& field, Bounds bounds) {
    if (bounds.from) bounds.from->text = field.normalized(bounds.from->text);
    if (bounds.to) bounds.to->text = field.normalized(bounds.to->text);
    return text_test(
        field, {"", [bounds](std::string_view text) {
                    if (bounds.from && (bounds.include_from ? text < bounds.from->text
                                                            : text <= bounds.from->text)) {
                        return false;
                    }
                    return !bounds.to ||
                           (bounds.include_to ? text <= bounds.to->text : text < bounds.to->text);
                }});
}

Answer<NodePtr> typed_term(const Scope& scope, const Field& field, const Term& term) {
    ASK(check_indexed(field));
    switch (field.type()) {
        case FieldType::text: return token_term(field, term.text);
        case FieldType::keyword: return keyword_term(field, field.normalized(term.text));
        case FieldType::geo_point:
            return shard_failure(
                fmt::format("Geometry fields do not support exact searching, use dedicated "
                            "geometry queries instead: [{}]",
                            field.name));
        case FieldType::boolean: {
            const bool value = ASK(to_boolean(term));
            return boolean_term(field, value);
        }
        case FieldType::date:
        case FieldType::date_nanos: return date_term(scope, field, term);
        case FieldType::ip: return address_term(field, term);
        default: return number_term(field, term);
    }
}

/// Fields that every document has without naming them.
std::optional<NodePtr> metadata_term(const Scope& scope, std::string_view name, const Term& term) {
    if (name == "_id") return with_ids({term.text});
    if (name == "_index")
        return matches_star(term.text, scope.index->name) ? all_rows() : no_rows();
    if (name == "_type") return term.text == "_doc" ? all_rows() : no_rows();
    return std::nullopt;
}

bool is_patternable(const Field& field) {
    return field.is_text() || field.is_keyword();
}

}  // namespace

std::optional<Term> term_of(const event::Value& value) {
    Term term;
    term.kind = value.kind();
    switch (value.kind()) {
        case event::Kind::string: term.text = value.as_string(); return term;
        case event::Kind::boolean: term.text = value.as_boolean() ? "true" : "false"; return term;
        case event::Kind::integer: text::append_integer(term.text, value.as_integer()); return term;
        case event::Kind::real: text::append_json_real(term.text, value.as_real()); return term;
        default: return std::nullopt;
    }
}

Field scoped_field(const Scope& scope, std::string_view name) {
    const bool of_documents = nested_path_of(*scope.index, name).empty();
    if (!of_documents && !is_seen_at(*scope.index, scope.nested, name)) {
        Field unknown;
        unknown.name = name;
        return unknown;
    }
    return find_field(*scope.index, name);
}

namespace {

/// Features are asked for by rank_feature alone. An empty reason: nothing is wrong.
Answer<> check_feature(const Field& field, std::string_view of_one, std::string_view of_several) {
    if (!field.known()) return {};
    const std::string_view type = field.mapping->es_name;
    const std::string_view reason = type == "rank_feature"    ? of_one
                                    : type == "rank_features" ? of_several
                                                              : "";
    if (reason.empty()) return {};
    return cannot_create("illegal_argument_exception", std::string(reason));
}

/// The empty name is a name where an index has it.
Answer<> check_name(const Scope& scope, std::string_view name) {
    if (!name.empty()) return {};
    const auto has_it = [](const auto& index) {
        return find_field(*index, "").known();
    };
    if (std::ranges::any_of(scope.request->indices, has_it)) return {};
    return refuse("illegal_argument_exception", "field name is null or empty");
}

}  // namespace

Answer<NodePtr> term_node(const Scope& scope, std::string_view name, const Term& term,
                          bool case_insensitive) {
    ASK(check_name(scope, name));
    if (const auto node = metadata_term(scope, name, term)) return *node;
    const Field field = scoped_field(scope, name);
    if (field.known() && field.mapping->es_name == "binary")
        return shard_failure("Binary fields do not support searching");
    if (field.known() && field.mapping->es_name == "percolator") {
        return shard_failure(
            "Percolator fields are not searchable directly, use a percolate query "
            "instead");
    }
    if (is_range_field(field)) {
        Bounds one;
        one.from = one.to = term;
        return range_field_node(scope, field, one);
    }
    if (field.known() && field.mapping->es_name == "join") return called(field.name, term.text);
    ASK(check_feature(field, "Queries on [rank_feature] fields are not supported",
                      "Queries on [rank_features] fields are not supported"));
    if (!field.has_values()) return no_rows();
    if (case_insensitive && is_patternable(field)) {
        return text_test(field, {"", [wanted = small_letters(term.text)](std::string_view text) {
                                     return text.size() == wanted.size() &&
                                            small_letters(text) == wanted;
                                 }});
    }
    auto typed = typed_term(scope, field, term);
    if (!has_misfits(*scope.index, field)) return typed;
    std::vector<NodePtr> nodes{keyword_term(field, term.text)};
    if (typed) nodes.push_back(*typed);
    return constant_node(any_of(std::move(nodes)), 1.0F);
}

Answer<NodePtr> terms_node(const Scope& scope, std::string_view name,
                           const std::vector<Term>& terms) {
    ASK(check_name(scope, name));
    const Field field = scoped_field(scope, name);
    if (field.has_values() && !field.is_point()) ASK(check_indexed(field));
    if (field.is_keyword()) {
        std::vector<std::string> texts;
        texts.reserve(terms.size());
        for (const Term& term : terms)
            texts.push_back(field.normalized(term.text));
        return keyword_set(field, std::move(texts));
    }
    if (field.is_whole() && !has_misfits(*scope.index, field)) {
        std::vector<std::int64_t> values;
        for (const Term& term : terms) {
            const double number = ASK(to_number(term));
            if (!has_fraction(number)) values.push_back(ASK(to_whole(field, term, number)));
        }
        return integer_set(field, std::move(values));
    }
    std::vector<NodePtr> nodes;
    nodes.reserve(terms.size());
    for (const Term& term : terms)
        nodes.push_back(ASK(term_node(scope, name, term)));
    return constant_node(any_of(std::move(nodes)), 1.0F);
}

Answer<NodePtr> range_node(const Scope& scope, std::string_view name, const Bounds& bounds) {
    ASK(check_name(scope, name));
    const Field field = scoped_field(scope, name);
    if (!bounds.from && !bounds.to) return exists_node(scope, name);
    if (is_range_field(field)) return range_field_node(scope, field, bounds);
    if (!field.has_values()) return no_rows();
    if (!field.is_date()) ASK(check_indexed(field));
    switch (field.type()) {
        case FieldType::text:
        case FieldType::keyword: return text_bounds(field, bounds);
        case FieldType::geo_point:
            return cannot_create(
                "illegal_argument_exception",
                fmt::format("Field [{}] of type [geo_point] does not support range queries", name));
        case FieldType::unsigned_long: return unsigned_range(field, bounds);
        case FieldType::boolean: return boolean_bounds(field, bounds);
        case FieldType::date:
        case FieldType::date_nanos: return date_bounds(scope, field, bounds);
        case FieldType::ip: return address_bounds(field, bounds);
        default: return field.is_whole() ? whole_range(field, bounds) : real_bounds(field, bounds);
    }
}

Answer<NodePtr> exists_node(const Scope& scope, std::string_view name) {
    ASK(check_name(scope, name));
    if (name == "_id" || name == "_index" || name == "_type" || name == "_source")
        return all_rows();
    std::vector<Field> fields;
    ASK(check_feature(scoped_field(scope, name), "",
                      "[rank_features] fields do not support [exists] queries"));
    std::vector<NodePtr> others;  // of fields that have no columns
    const auto add = [&](const std::string& path) {
        Field field = scoped_field(scope, path);
        if (is_range_field(field)) others.push_back(existing_ranges(field));
        if (field.known() &&
            (field.mapping->es_name == "rank_feature" || field.mapping->es_name == "join" ||
             field.mapping->es_name == "percolator"))
            others.push_back(existing_in_source(field));
        const bool unseen = field.is_text() && !field.mapping->indexed;
        if (field.has_values() && !unseen) fields.push_back(std::move(field));
    };
    if (name.find('*') != std::string_view::npos) {
        for (const std::string& path : expand_fields(*scope.index, name))
            add(path);
        for (const auto& [path, mapping] : scope.index->mapping->fields) {
            for (auto dot = path.find('.'); dot != std::string::npos;
                 dot = path.find('.', dot + 1)) {
                if (matches_star(name, std::string_view(path).substr(0, dot))) add(path);
            }
        }
    } else {
        add(std::string(name));
        const std::string below = std::string(name) + ".";
        const auto& all = scope.index->mapping->fields;
        for (auto it = all.lower_bound(below); it != all.end() && it->first.starts_with(below);
             ++it) {
            add(it->first);
        }
    }
    if (!fields.empty()) others.push_back(existing(std::move(fields)));
    return others.size() > 1 ? constant_node(any_of(std::move(others)), 1.0F)
                             : any_of(std::move(others));
}

Answer<NodePtr> pattern_node(const Scope& scope, std::string_view name, Pattern kind,
                             TextTest test) {
    ASK(check_name(scope, name));
    if (name == "_index") return test.passes(scope.index->name) ? all_rows() : no_rows();
    const Field field = scoped_field(scope, name);
    if (!field.has_values() && !is_range_field(field)) return no_rows();
    if (is_patternable(field)) {
        ASK(check_indexed(field));
        return text_test(field, std::move(test));
    }
    if (has_misfits(*scope.index, field)) return text_test(field, std::move(test));
    const auto type = field.mapping->es_name;
    switch (kind) {
        case Pattern::prefix:
        case Pattern::wildcard:
            return shard_failure(
                fmt::format("Can only use {} queries on keyword, text and wildcard fields - "
                            "not on [{}] which is of type [{}]",
                            kind == Pattern::prefix ? "prefix" : "wildcard", name, type));
        case Pattern::regexp:
            return shard_failure(
                fmt::format("Can only use regexp queries on keyword and text fields - not on "
                            "[{}] which is of type [{}]",
                            name, type));
        case Pattern::fuzzy: break;
    }
    return cannot_create(
        "illegal_argument_exception",
        fmt::format("Can only use fuzzy queries on keyword and text fields - not on [{}] "
                    "which is of type [{}]",
                    name, type));
}

std::string small_letters(std::string_view text) {
    return to_lower(text);
}

}  // namespace elkhorn::search
