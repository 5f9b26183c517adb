// search/run/hits_json.h -- the hits of a search as its answer shows them: the member "hits" with
// total, max_score and the documents.
#pragma once

#include "json/writer.h"
#include "search/run/search.h"

namespace elkhorn::search {

/// {"total":..,"max_score":..,"hits":[..]}. With `total_as_number` the total is a bare one, -1
/// where nobody counted. The texts of `found` are gone afterwards.
void write_hits(json::Writer& out, const Request& request, Found& found, bool total_as_number);

}  // namespace elkhorn::search
