// search/run/request_tables.h -- what a search takes: parameters of a URL and members of a body
// that parse_request reads, what of them has no effect, and what is refused until it is there.
#pragma once

#include "base/parameter.h"
#include "search/fetch/page_members.h"

namespace elkhorn::search {

/// ?q= and what belongs to it; of _count and by-query requests, too.
inline constexpr Parameter query_parameters[] = {
    {"q", Takes::text},
    {"df", Takes::text},
    {"default_operator", Takes::text},
    {"lenient", Takes::flag},
    {"analyzer", Takes::text, Use::refused,
     "words are taken apart by the analyzer of the field they are looked for in", "standard"},
    {"analyze_wildcard", Takes::flag, Use::no_effect,
     "a pattern is compared with the words as they are indexed"},
};

/// Which hits, and what of each.
inline constexpr Parameter page_parameters[] = {
    {"from", Takes::integer},
    {"size", Takes::integer},
    {"sort", Takes::list},
    {"_source", Takes::list},
    {"_source_includes", Takes::list},
    {"_source_excludes", Takes::list},
    {"stored_fields", Takes::list},
    {"docvalue_fields", Takes::list},
    {"version", Takes::flag},
    {"seq_no_primary_term", Takes::flag},
    {"track_scores", Takes::flag},
    {"track_total_hits", Takes::text},
    {"terminate_after", Takes::integer},
    {"timeout", Takes::time},
    {"explain", Takes::flag},
    {"suggest_field", Takes::text, Use::refused, "a body says what is suggested, in [suggest]"},
    {"suggest_mode", Takes::text, Use::refused, "a body says what is suggested, in [suggest]"},
    {"suggest_size", Takes::integer, Use::refused, "a body says what is suggested, in [suggest]"},
    {"suggest_text", Takes::text, Use::refused, "a body says what is suggested, in [suggest]"},
};

inline constexpr Parameter search_members[] = {
    {"query", Takes::object},
    {"post_filter", Takes::object},
    {"highlight", Takes::object},
    {"script_fields", Takes::object},
    {"aggs", Takes::object},
    {"aggregations", Takes::object},
    {"search_after", Takes::array},
    {"timeout", Takes::time},
    {"terminate_after", Takes::integer},
    {"min_score", Takes::real},
    {"track_total_hits", Takes::any},
    {"collapse", Takes::object},
    {"rescore", Takes::any},
    {"indices_boost", Takes::any},
    {"slice", Takes::object},
    {"pit", Takes::object},
    {"stats", Takes::array, Use::no_effect, "no statistics are kept by group"},
    {"ext", Takes::object, Use::refused, "there are no plug-ins", "{}"},
    {"runtime_mappings", Takes::object},
    {"profile", Takes::flag},
    {"explain", Takes::flag},
    {"suggest", Takes::object},
};

/// Of "collapse", and of each of its "inner_hits" beside what a page takes.
inline constexpr Parameter collapse_members[] = {
    {"field", Takes::text},
    {"inner_hits", Takes::any},
    {"max_concurrent_group_searches", Takes::integer, Use::no_effect,
     "groups are searched one after the other"},
};

inline constexpr Parameter group_search_members[] = {
    {"name", Takes::text},
    {"highlight", Takes::object},
    {"collapse", Takes::object},
    {"explain", Takes::flag},
    {"ignore_unmapped", Takes::flag, Use::no_effect, "the field of a group is there"},
};

inline constexpr Parameter rescore_members[] = {
    {"window_size", Takes::integer},
    {"query", Takes::object},
};

/// Of "query" in a "rescore".
inline constexpr Parameter rescore_query_members[] = {
    {"rescore_query", Takes::object},
    {"query_weight", Takes::real},
    {"rescore_query_weight", Takes::real},
    {"score_mode", Takes::one_of, Use::used, {}, "total multiply avg max min sum"},
};

inline constexpr Parameter slice_members[] = {
    {"field", Takes::text},
    {"id", Takes::integer},
    {"max", Takes::integer},
};

inline constexpr Parameter pit_members[] = {
    {"id", Takes::text},
    {"keep_alive", Takes::time},
};

}  // namespace elkhorn::search
