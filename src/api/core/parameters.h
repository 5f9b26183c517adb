// api/core/parameters.h -- what URLs may say: the check of a value against its declared kind, and
// the tables that several endpoints share.
#pragma once

#include "base/parameter.h"
#include "search/base/failure.h"

#include <string_view>

namespace elkhorn::api {

/// Whether the value is of the parameter's kind, refused as Elasticsearch refuses it.
search::Answer<> check_value(const Parameter& parameter, std::string_view value);

inline constexpr Parameter common_parameters[] = {
    {"pretty", Takes::flag},
    {"filter_path", Takes::list},
    {"source", Takes::text},
    {"source_content_type", Takes::text},
    {"format", Takes::one_of, Use::refused, "answers are JSON", "json"},
    {"human", Takes::flag, Use::no_effect, "sizes and times are numbers whose names say the unit"},
    {"error_trace", Takes::flag, Use::no_effect, "there is no stack to show"},
};

/// Which indices a path means.
inline constexpr Parameter index_parameters[] = {
    {"ignore_unavailable", Takes::flag},
    {"allow_no_indices", Takes::flag},
    {"expand_wildcards", Takes::list},
    {"ignore_throttled", Takes::flag, Use::no_effect, "no index is throttled"},
};

inline constexpr Parameter master_parameters[] = {
    {"timeout", Takes::time, Use::no_effect, "one node: what is answered is done"},
    {"master_timeout", Takes::time, Use::no_effect, "there is no master to wait for"},
    {"local", Takes::flag, Use::no_effect, "there is one node"},
};

/// Of a search on one node.
inline constexpr Parameter one_node_parameters[] = {
    {"preference", Takes::text, Use::no_effect, "there is one copy of every row"},
    {"routing", Takes::list, Use::no_effect, "one node holds all rows"},
};

/// Of a document that is written.
inline constexpr Parameter write_parameters[] = {
    {"refresh", Takes::text},
    {"routing", Takes::text, Use::no_effect, "one node holds all rows"},
    {"timeout", Takes::time, Use::no_effect, "one node: there is no other to wait for"},
    {"wait_for_active_shards", Takes::text, Use::no_effect, "there is one copy of every row"},
    {"pipeline", Takes::text, Use::refused, "ingest pipelines are not there yet", "_none"},
    {"require_alias", Takes::flag, Use::refused, "aliases are not there yet", "false"},
};

inline constexpr Parameter version_parameters[] = {
    {"version", Takes::long_integer},
    {"version_type", Takes::text},
    {"if_seq_no", Takes::long_integer},
    {"if_primary_term", Takes::long_integer},
};

/// Of a document that is read.
inline constexpr Parameter read_parameters[] = {
    {"realtime", Takes::flag, Use::no_effect, "a document is found as soon as it is written"},
    {"refresh", Takes::flag, Use::no_effect, "a document is found as soon as it is written"},
    {"preference", Takes::text, Use::no_effect, "there is one copy of every row"},
    {"routing", Takes::list, Use::no_effect, "one node holds all rows"},
};

inline constexpr Parameter source_parameters_table[] = {
    {"_source", Takes::list},
    {"_source_includes", Takes::list},
    {"_source_excludes", Takes::list},
};

}  // namespace elkhorn::api
