// search/agg/values/term_filter.h -- "include" and "exclude" of terms: by a pattern (of Lucene's
// regular expressions), by a list of values, or a partition: every nth term by its hash.
#pragma once

#include "search/agg/core/format.h"
#include "search/agg/core/options.h"
#include "search/agg/values/source.h"
#include "search/match/plan.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

class TermFilter {
public:
    static TermFilter read(Options& options);

    bool none() const { return !include_ && !exclude_ && partitions_ == 0; }

    /// Turns lists into the source's values; refuses patterns over what is no keyword.
    Answer<> bind(const Source& source, std::string_view aggregation);

    bool accepts(std::string_view text) const;
    bool accepts(std::int64_t value) const;
    bool accepts(double value) const;

private:
    struct Rule {
        std::optional<TextTest> pattern;
        std::vector<std::string> list;
        std::set<std::string, std::less<>> texts;
        std::set<double> numbers;
    };

    static std::optional<Rule> read_rule(Options& options, std::string_view key,
                                         TermFilter& filter);
    void read_partition(Options& options, const event::Value& value);
    Answer<> bind_rule(Rule& rule, const Source& source, std::string_view aggregation);
    bool in_partition(std::int64_t hash) const;

    std::optional<Rule> include_;
    std::optional<Rule> exclude_;
    std::int64_t partition_ = 0;
    std::int64_t partitions_ = 0;  // 0: not by partition
};

}  // namespace elkhorn::search::agg
