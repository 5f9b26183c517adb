// search/fetch/page_members.h -- what a page of hits takes, and what is refused until it is there.
#pragma once

#include "base/parameter.h"

namespace elkhorn::search {

/// Members of a page in a body: of a search, of top_hits, of inner_hits.
inline constexpr Parameter page_members[] = {
    {"from", Takes::integer},
    {"size", Takes::integer},
    {"sort", Takes::any},
    {"_source", Takes::any},
    {"stored_fields", Takes::list},
    {"docvalue_fields", Takes::array},
    {"fields", Takes::array},
    {"version", Takes::flag},
    {"seq_no_primary_term", Takes::flag},
    {"track_scores", Takes::flag},
};

/// Of top_hits and inner_hits alone: what only the hits of a search have so far.
inline constexpr Parameter lower_page_members[] = {
    {"script_fields", Takes::object, Use::refused, "only the hits of a search have them yet", "{}"},
    {"highlight", Takes::object, Use::refused, "only the hits of a search are highlighted yet"},
    {"collapse", Takes::object, Use::refused, "only the hits of a search are collapsed"},
    {"explain", Takes::flag, Use::refused, "only scores of a search's hits are explained", "false"},
};

}  // namespace elkhorn::search
