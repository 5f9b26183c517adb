// text/analysis/core/synonyms.h -- the rules of a synonym filter: "a, b => c" and "a, b, c", taken
// apart by the chain that the filter stands in, and the longest of them at a place.
//
//   Bounds    at most 100,000 pairs of input and output a filter.
#pragma once

#include "text/analysis/core/kinds.h"

#include <map>
#include <memory>
#include <vector>

namespace elkhorn::text {

using Words = std::vector<Wide>;

struct SynonymRule {
    std::vector<Words> outputs;
    bool keep_original = false;
};

class Synonyms {
public:
    static Made<Synonyms> read(const Options& options, const Surroundings& around);

    /// The rule for the longest run of tokens that begins at `at`, and how many it takes; null:
    /// there is none.
    const SynonymRule* find(const std::vector<Token>& tokens, std::size_t at,
                            std::size_t& taken) const;

private:
    Made<> add_line(std::string_view line, bool expand, const Surroundings& around);
    Made<> add(const Words& input, const Words& output, bool keep_original);

    std::map<Words, SynonymRule> rules_;
    std::size_t longest_ = 0;
    std::size_t pairs_ = 0;
    bool ignore_case_ = false;
};

}  // namespace elkhorn::text
