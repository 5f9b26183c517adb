// api/core/index_settings.h -- the settings an index may be given, without "index.": a name stands
// for all below it, too. All are kept and shown; most speak of shards, copies and Lucene's files.
#pragma once

#include "base/parameter.h"

namespace elkhorn::api {

inline constexpr Parameter index_settings[] = {
    {"number_of_shards", Takes::integer, Use::used, "shown, in counts of shards"},
    {"number_of_replicas", Takes::integer, Use::used, "shown, in counts of shards and in health"},
    {"analysis", Takes::object, Use::used, "analyzers, normalizers and what they are made of"},
    {"number_of_routing_shards", Takes::integer, Use::no_effect, "one node holds all rows"},
    {"routing_partition_size", Takes::integer, Use::no_effect, "one node holds all rows"},
    {"routing", Takes::object, Use::no_effect, "there is one node"},
    {"auto_expand_replicas", Takes::text, Use::no_effect, "there is one copy of every row"},
    {"unassigned", Takes::object, Use::no_effect, "there is one node"},
    {"write", Takes::object, Use::no_effect, "there is one copy of every row"},
    {"priority", Takes::integer, Use::no_effect, "all indices are there when the node is"},
    {"refresh_interval", Takes::time, Use::no_effect,
     "what is written is found within a second, and costs nothing while nobody asks"},
    {"max_refresh_listeners", Takes::integer, Use::no_effect, "no refresh has listeners"},
    {"codec", Takes::text, Use::no_effect, "the store packs each column as fits it"},
    {"translog", Takes::object, Use::no_effect, "every answer waits for the disk"},
    {"merge", Takes::object, Use::no_effect, "the store merges as fits its row groups"},
    {"soft_deletes", Takes::object, Use::no_effect, "there are no copies to catch up"},
    {"gc_deletes", Takes::time, Use::no_effect, "the store's own time for versions of deletes"},
    {"sort", Takes::object, Use::no_effect, "rows lie in their order of arrival"},
    {"creation_date", Takes::text, Use::no_effect, "an index is made when it is made"},
    {"lifecycle", Takes::object, Use::no_effect, "how long rows are kept is the server's setting"},
    {"query", Takes::object, Use::no_effect, "a query without a field looks at all of them"},
    {"search", Takes::object, Use::no_effect, "there is no slow log yet, and no index is idle"},
    {"indexing", Takes::object, Use::no_effect, "there is no slow log yet"},
    {"mapping", Takes::object, Use::no_effect, "no document is refused for its shape"},
    {"mapper", Takes::object, Use::no_effect, "no document is refused for its shape"},
    {"analyze", Takes::object, Use::used, "max_token_count of _analyze"},
    {"highlight", Takes::object, Use::no_effect,
     "a million characters of a field are highlighted at most"},
    {"max_docvalue_fields_search", Takes::integer, Use::no_effect,
     "their memory is what bounds it"},
    {"max_script_fields", Takes::integer, Use::no_effect, "there are no scripts yet"},
    {"max_terms_count", Takes::integer, Use::no_effect, "a request's size is what bounds it"},
    {"max_regex_length", Takes::integer, Use::no_effect, "a pattern's steps are what bounds it"},
    {"max_ngram_diff", Takes::integer, Use::used, "of ngram tokenizers and filters"},
    {"max_shingle_diff", Takes::integer, Use::used, "of shingle filters"},
    {"max_rescore_window", Takes::integer, Use::no_effect, "hits are not rescored yet"},
    {"plugins", Takes::object, Use::no_effect, "there are no plug-ins of Elasticsearch's"},
    {"max_result_window", Takes::integer, Use::refused,
     "a page ends at 10,000 hits: go on with search_after", "10000"},
    {"max_inner_result_window", Takes::integer, Use::refused, "it is 100 and 10,000", "100"},
    {"hidden", Takes::flag, Use::refused, "no index is hidden from patterns yet", "false"},
    {"blocks", Takes::object, Use::refused, "an index cannot be blocked yet", "false"},
    {"default_pipeline", Takes::text, Use::refused, "ingest pipelines are not there yet", "_none"},
    {"final_pipeline", Takes::text, Use::refused, "ingest pipelines are not there yet", "_none"},
};

}  // namespace elkhorn::api
