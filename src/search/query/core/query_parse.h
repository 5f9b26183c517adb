// search/query/core/query_parse.h -- what the parsers of single queries share: the table of names,
// fields and options of bodies, and refusals in Elasticsearch's words.
#pragma once

#include "event/value.h"
#include "search/match/field_terms.h"
#include "search/match/plan.h"
#include "search/query/core/parse.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::search {

using Members = std::span<const event::Member>;

/// What every query may have.
struct Common {
    float boost = 1;
    std::string name;
};

QueryPtr make_query(Plan plan, const Common& common, std::optional<float> constant = std::nullopt);

std::unexpected<Failure> bad_syntax(std::string reason);   // parsing_exception
std::unexpected<Failure> bad_content(std::string reason);  // x_content_parse_exception
std::unexpected<Failure> unsupported(std::string_view query, std::string_view option);

/// START_ARRAY, VALUE_STRING: how failures name a value.
std::string_view token_name(const event::Value& value);

/// The query that a member with an inner query holds.
Answer<QueryPtr> inner_query(const event::Member& member, std::string_view outer);

/// True when the member is boost or _name and was taken.
Answer<bool> take_common(const event::Member& member, Common& common);

/// The one field of {"field": ...}; _name and boost beside it are taken where `common` is given.
struct FieldBody {
    std::string name;
    const event::Value* value = nullptr;
};

Answer<FieldBody> one_field(std::string_view query, const event::Value& body);

Answer<std::string> text_option(std::string_view query, const event::Member& member);
Answer<double> number_option(const event::Member& member);
/// A whole number from 0 to a million; what is beyond is cut to that.
Answer<int> count_option(const event::Member& member);
Answer<bool> boolean_option(const event::Member& member);
/// "or" is false, "and" is true.
Answer<bool> operator_option(const event::Member& member);

}  // namespace elkhorn::search
