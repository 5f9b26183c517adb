// api/core/index_names.h -- which indices a path means: names, comma lists, wildcards, exclusions
// after a wildcard, _all, and date math (`<logs-{now/d}>`), with ignore_unavailable,
// allow_no_indices and expand_wildcards, as in Elasticsearch 7.10.
#pragma once

#include "api/core/api.h"
#include "json/writer.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

struct NameOptions {
    bool ignore_unavailable = false;
    bool allow_no_indices = true;
    bool expand = true;                                 // wildcards find open indices
    bool hidden = false;                                // those that begin with a dot, too
    std::string_view resource_type = "index_or_alias";  // of the error
};

search::Answer<NameOptions> name_options(const Call& call);

/// The names of a list with commas, as they stand: blanks belong to them, and empty ones at its end
/// do not count.
std::vector<std::string> name_list(std::string_view text);

/// Into the options; refuses a word that expand_wildcards does not know.
search::Answer<> read_expand_wildcards(std::string_view words, NameOptions& options);

/// The indices in the order of their names; fails with index_not_found_exception.
search::Answer<std::vector<std::string>> resolve_names(const Call& call,
                                                       std::span<const std::string> names,
                                                       const NameOptions& options);
/// The same of a list with commas.
search::Answer<std::vector<std::string>> resolve_names(const Call& call,
                                                       std::string_view expression,
                                                       const NameOptions& options);

/// Resolves date math (`<logs-{now/d}>`) in one name; gives the name back where there is none.
search::Answer<std::string> resolve_date_math(std::string_view name, std::int64_t now_ms);

/// One name to write to or to make: date math resolved, otherwise as it is.
search::Answer<std::string> single_name(const Call& call, std::string_view name);

/// The views of what `call`'s {index} means (everything when it has none).
search::Answer<std::vector<std::shared_ptr<const store::IndexView>>> views_of(const Call& call);

/// What an index says of its copies; nobody has more than one of them.
struct Copies {
    std::string index;
    std::int64_t shards = 1;
    std::int64_t replicas = 1;  // of each

    std::int64_t unassigned() const { return shards * replicas; }
};

/// Of what `call`'s {index} means, as `views_of`; but no view is made: who asks how the node is
/// waits for no refresh.
search::Answer<std::vector<Copies>> copies_of(const Call& call);

/// shards an index claims to have: its settings say, one otherwise.
std::int64_t shards_of(const store::IndexView& index);
std::int64_t replicas_of(const store::IndexView& index);
std::int64_t replicas_in(std::string_view settings_text);

/// Writes {"total":..,"successful":..,"skipped":0,"failed":0} for the primaries of the indices.
void write_shards(json::Writer& out, std::int64_t shards);

/// {"_shards":{..}} of what was done to these indices, replicas counted.
Reply shards_answer(const Call& call, const std::vector<std::string>& names);

}  // namespace elkhorn::api
