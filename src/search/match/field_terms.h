// search/match/field_terms.h -- values as a request gives them, turned into nodes by the type of
// their field: "404" is a number in a long, a day in a date, a word in a text.
#pragma once

#include "event/value.h"
#include "search/match/plan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// A scalar as Elasticsearch prints it: true, 12, 1.5, text.
struct Term {
    event::Kind kind = event::Kind::null;
    std::string text;
};

/// Nothing for null, arrays and objects.
std::optional<Term> term_of(const event::Value& value);

/// How a range of a document stands to that of a query; only fields of ranges ask.
enum class RangeRelation : std::uint8_t { intersects, within, contains };

struct Bounds {
    std::optional<Term> from;  // nothing: open
    std::optional<Term> to;
    bool include_from = true;
    bool include_to = true;
    std::string format;     // of dates; empty: the field's
    std::string time_zone;  // of dates; empty: UTC
    RangeRelation relation = RangeRelation::intersects;
};

/// The field as seen from the scope: fields of nested objects are unknown outside of them.
Field scoped_field(const Scope& scope, std::string_view name);

/// The field as one plans it: `_id` and the like are served, too.
Answer<NodePtr> term_node(const Scope& scope, std::string_view name, const Term& term,
                          bool case_insensitive = false);
Answer<NodePtr> terms_node(const Scope& scope, std::string_view name,
                           const std::vector<Term>& terms);
Answer<NodePtr> range_node(const Scope& scope, std::string_view name, const Bounds& bounds);
/// A field, a pattern, or an object: any field below.
Answer<NodePtr> exists_node(const Scope& scope, std::string_view name);

/// Patterns over keywords, texts and misfits; the refusal names `kind` ("wildcard").
enum class Pattern { prefix, wildcard, regexp, fuzzy };
Answer<NodePtr> pattern_node(const Scope& scope, std::string_view name, Pattern kind,
                             TextTest test);

/// ASCII letters made small, as Lucene's case_insensitive means them.
std::string small_letters(std::string_view text);

}  // namespace elkhorn::search
