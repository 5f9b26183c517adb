#include "api/mapping/parts/mapping_parameters.h"

#include "base/strings.h"

#include <algorithm>
#include <array>

namespace elkhorn::api {
namespace {

struct TypeParameters {
    std::string_view types;
    std::string_view parameters;
};

constexpr std::array table = {
    TypeParameters{"keyword",
                   "index doc_values store null_value eager_global_ordinals ignore_above "
                   "index_options norms similarity normalizer split_queries_on_whitespace boost "
                   "meta fields copy_to"},
    TypeParameters{"text",
                   "boost index store fields copy_to meta similarity index_options norms analyzer "
                   "search_analyzer search_quote_analyzer term_vector position_increment_gap "
                   "eager_global_ordinals fielddata fielddata_frequency_filter index_prefixes "
                   "index_phrases"},
    TypeParameters{"match_only_text",
                   "fields copy_to meta analyzer search_analyzer search_quote_analyzer"},
    TypeParameters{"long integer short byte double float half_float",
                   "index doc_values store ignore_malformed coerce null_value meta fields copy_to"},
    TypeParameters{"unsigned_long",
                   "index doc_values store ignore_malformed null_value meta fields copy_to"},
    TypeParameters{"scaled_float",
                   "index doc_values store ignore_malformed meta scaling_factor coerce null_value "
                   "fields copy_to"},
    TypeParameters{"date date_nanos",
                   "index doc_values store format locale null_value ignore_malformed boost meta "
                   "fields copy_to"},
    TypeParameters{"ip", "index doc_values store ignore_malformed null_value meta fields copy_to"},
    TypeParameters{"boolean", "index doc_values store null_value boost meta fields copy_to"},
    TypeParameters{"binary", "store doc_values meta fields copy_to"},
    TypeParameters{"geo_point",
                   "index doc_values store ignore_malformed ignore_z_value null_value meta fields "
                   "copy_to"},
    TypeParameters{"wildcard", "ignore_above null_value meta fields copy_to"},
    TypeParameters{"constant_keyword", "value meta"},
    TypeParameters{"flattened flat_object",
                   "index doc_values null_value eager_global_ordinals ignore_above index_options "
                   "similarity split_queries_on_whitespace depth_limit boost meta copy_to"},
    TypeParameters{"object", "dynamic enabled properties"},
    TypeParameters{"nested", "include_in_parent include_in_root dynamic enabled properties"},
    TypeParameters{"alias", "path"},
};

constexpr std::array<std::string_view, 8> ignored = {
    "store", "meta", "index", "doc_values", "index_options", "similarity", "boost", "type"};

constexpr std::array<std::string_view, 12> shown_only = {
    "completion",   "token_count",        "percolator", "join",    "rank_feature", "rank_features",
    "dense_vector", "search_as_you_type", "histogram",  "murmur3", "shape",        "geo_shape"};

}  // namespace

std::vector<std::string_view> parameters_of(std::string_view type) {
    for (const TypeParameters& row : table) {
        const auto types = split(row.types, ' ');
        if (std::ranges::find(types, type) != types.end()) return split(row.parameters, ' ');
    }
    return {};
}

bool is_ignored_parameter(std::string_view name) {
    return std::ranges::find(ignored, name) != ignored.end();
}

bool lists_unsupported(std::string_view type) {
    return type == "object" || type == "nested" || type == "geo_point" || type == "alias";
}

bool is_shown_only(std::string_view type) {
    return type.ends_with("_range") || std::ranges::find(shown_only, type) != shown_only.end();
}

}  // namespace elkhorn::api
