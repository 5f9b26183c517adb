// search/fetch/hit_row.h -- a row as a hit below another hit shows it, in top_hits and inner_hits:
// a document, or an object of one with its place in it.
#pragma once

#include "json/writer.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/fetch/page.h"

#include <cstdint>
#include <optional>

namespace elkhorn::search {

/// Members _index, _type, _id, _nested, _version, _seq_no, _score, _source and fields, as `page`
/// asks for them, in Elasticsearch's order. No score: null.
Answer<> write_row(json::Writer& out, const GroupContext& context, std::uint32_t row,
                   const Page& page, std::optional<float> score);

}  // namespace elkhorn::search
