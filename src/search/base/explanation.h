// search/base/explanation.h -- why a row scores what it does: a number, what it is, and what it is
// made of. Words of BM25 are Lucene's, for people have tools that read them; of what else there is
// the query itself is shown.
#pragma once

#include "json/writer.h"

#include <string>
#include <vector>

namespace elkhorn::search {

struct Explanation {
    double value = 0;
    std::string description;  // empty: whoever knows the query says it
    std::vector<Explanation> details = {};
    bool whole = false;  // a count: written without a fraction
};

/// {"value":..,"description":..,"details":[..]}
void write_explanation(json::Writer& out, const Explanation& explanation);

}  // namespace elkhorn::search
