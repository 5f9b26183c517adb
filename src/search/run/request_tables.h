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
    {"explain", Takes::flag, Use::refused, "scores are not explained yet", "false"},
    {"suggest_field", Takes::text, Use::refused, "there are no suggesters yet"},
    {"suggest_mode", Takes::text, Use::refused, "there are no suggesters yet"},
    {"suggest_size", Takes::integer, Use::refused, "there are no suggesters yet"},
    {"suggest_text", Takes::text, Use::refused, "there are no suggesters yet"},
    {"scroll", Takes::time, Use::refused, "there is no scroll yet: use search_after"},
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
    {"stats", Takes::array, Use::no_effect, "no statistics are kept by group"},
    {"ext", Takes::object, Use::refused, "there are no plug-ins", "{}"},
    {"indices_boost", Takes::any, Use::refused, "indices all count the same", "[] {}"},
    {"profile", Takes::flag, Use::refused, "searches are not profiled yet", "false"},
    {"suggest", Takes::object, Use::refused, "there are no suggesters yet", "{}"},
    {"rescore", Takes::any, Use::refused, "hits are not rescored yet"},
    {"slice", Takes::object, Use::refused, "there is no scroll yet that could be sliced"},
    {"pit", Takes::object, Use::refused, "points in time are not kept yet"},
};

}  // namespace elkhorn::search
