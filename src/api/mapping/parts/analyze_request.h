// api/mapping/parts/analyze_request.h -- what a body of `_analyze` asks for, with the chain that it
// names: an analyzer, a normalizer, the analyzer of a field, or parts by name or as objects.
#pragma once

#include "api/core/api.h"
#include "search/base/failure.h"
#include "text/analysis/core/chain.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace elkhorn::api {

struct AnalyzeRequest {
    std::vector<std::string> texts;
    text::Chain chain;
    bool custom = false;  // a chain of named parts
    std::string name;     // of an analyzer that is none
    bool explain = false;
    std::vector<std::string> attributes;  // in small letters; empty: all
    std::size_t most_tokens = 10'000;
    std::int64_t position_gap = 0;  // between two texts
};

search::Answer<AnalyzeRequest> read_analyze_request(const Call& call, const event::Value& body);

}  // namespace elkhorn::api
