// search/agg_makers.h -- one function for each kind of aggregation: from its object in the request
// to an Aggregator. What is inside it (sub-aggregations) is read by aggregations.cc and put there
// afterwards.
#pragma once

#include "event/value.h"
#include "search/agg_core.h"

#include <memory>

namespace elkhorn::search::agg {

using Made = Answer<std::unique_ptr<Aggregator>>;
using Make = Made (*)(Common common, const event::Value& body);

Made make_metric(Common common,
                 const event::Value& body);  // min, max, sum, avg, stats, extended_stats
Made make_value_count(Common common, const event::Value& body);
Made make_weighted_avg(Common common, const event::Value& body);
Made make_cardinality(Common common, const event::Value& body);
Made make_percentiles(Common common, const event::Value& body);
Made make_percentile_ranks(Common common, const event::Value& body);
Made make_median_absolute_deviation(Common common, const event::Value& body);
Made make_top_hits(Common common, const event::Value& body);

Made make_terms(Common common, const event::Value& body);
Made make_histogram(Common common, const event::Value& body);
Made make_date_histogram(Common common, const event::Value& body);
Made make_auto_date_histogram(Common common, const event::Value& body);
Made make_range(Common common, const event::Value& body);
Made make_date_range(Common common, const event::Value& body);
Made make_ip_range(Common common, const event::Value& body);
Made make_filters(Common common, const event::Value& body);
Made make_composite(Common common, const event::Value& body);

Made make_filter(Common common, const event::Value& body);
Made make_missing(Common common, const event::Value& body);
Made make_global(Common common, const event::Value& body);
Made make_nested(Common common, const event::Value& body);
Made make_reverse_nested(Common common, const event::Value& body);

}  // namespace elkhorn::search::agg
