// search/fetch/page.h -- which hits are shown and what of each: of a search, of top_hits, of
// inner_hits.
#pragma once

#include "event/value.h"
#include "search/base/failure.h"
#include "search/sort/sort.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// Which part of `_source` is shown.
struct SourceFilter {
    bool enabled = true;
    std::vector<std::string> includes;  // patterns with *
    std::vector<std::string> excludes;

    bool everything() const { return enabled && includes.empty() && excludes.empty(); }
};

struct Page {
    std::int64_t from = 0;
    std::int64_t size = 10;
    std::vector<std::shared_ptr<const Sort>> sort;  // empty: by score
    SourceFilter source;
    bool version = false;
    bool seq_no = false;
    bool track_scores = false;
    std::vector<std::string> docvalue_fields;  // "field" or "field:format"
    std::vector<std::string> fields;
    bool stored_fields_none = false;
};

/// `source` with only the wanted fields, key order kept, as compact JSON; `source` itself when all
/// are.
Answer<std::string> filter_source(std::string_view source, const SourceFilter& filter);

}  // namespace elkhorn::search
