// api/mapping/parts/mapping_parameters.h -- which parameters a field of some type can have, in the
// order in which Elasticsearch shows them.
#pragma once

#include "base/parameter.h"

#include <string_view>
#include <vector>

namespace elkhorn::api {

/// What a field of a mapping may be given; which type takes which, parameters_of says. All are
/// shown as they were given.
inline constexpr Parameter field_parameters[] = {
    {"type", Takes::text},
    {"properties", Takes::object},
    {"fields", Takes::object},
    {"dynamic", Takes::any},
    {"enabled", Takes::flag},
    {"index", Takes::flag},
    {"doc_values", Takes::flag},
    {"copy_to", Takes::any},
    {"null_value", Takes::any},
    {"value", Takes::any},
    {"ignore_above", Takes::integer},
    {"ignore_malformed", Takes::flag},
    {"coerce", Takes::flag},
    {"scaling_factor", Takes::real},
    {"format", Takes::text},
    {"analyzer", Takes::text},
    {"search_analyzer", Takes::text},
    {"normalizer", Takes::text},
    {"path", Takes::text},
    {"include_in_parent", Takes::flag},
    {"include_in_root", Takes::flag},
    {"search_quote_analyzer", Takes::text, Use::no_effect, "a phrase is cut as other words are"},
    {"meta", Takes::object, Use::no_effect, "it is there to be shown"},
    {"store", Takes::flag, Use::no_effect, "a document is kept as its _source alone"},
    {"boost", Takes::real, Use::no_effect, "a query's boost counts, an index's not"},
    {"similarity", Takes::text, Use::no_effect, "scores are BM25's"},
    {"norms", Takes::flag, Use::no_effect, "lengths always count in scores of texts"},
    {"index_options", Takes::text, Use::no_effect, "phrases are compared with the text itself"},
    {"index_prefixes", Takes::object, Use::no_effect, "prefixes are looked up in the words"},
    {"index_phrases", Takes::flag, Use::no_effect, "phrases are compared with the text itself"},
    {"term_vector", Takes::text, Use::no_effect, "words are cut from the text when asked for"},
    {"position_increment_gap", Takes::integer, Use::no_effect,
     "no phrase reaches from one value into the next"},
    {"eager_global_ordinals", Takes::flag, Use::no_effect, "ordinals are made when asked for"},
    {"fielddata", Takes::flag, Use::no_effect, "words are counted on the keyword beside the text"},
    {"fielddata_frequency_filter", Takes::object, Use::no_effect,
     "words are counted on the keyword beside the text"},
    {"split_queries_on_whitespace", Takes::flag, Use::no_effect, "a keyword is one word"},
    {"depth_limit", Takes::integer, Use::no_effect, "a request's depth is what bounds it"},
    {"locale", Takes::text, Use::no_effect, "names of months and days are English"},
    {"ignore_z_value", Takes::flag, Use::no_effect, "a point's height is kept in the source"},
};

/// In their order; empty where any is taken (types that are only kept and shown).
std::vector<std::string_view> parameters_of(std::string_view type);

/// Taken and dropped by every type that does not know them.
bool is_ignored_parameter(std::string_view name);

/// Types whose refusal of a parameter lists all that it does not know.
bool lists_unsupported(std::string_view type);

/// Types that are taken, but kept in the source only.
bool is_shown_only(std::string_view type);

}  // namespace elkhorn::api
