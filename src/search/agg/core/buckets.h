// search/agg/core/buckets.h -- aggregations whose answer is a list of buckets: what is common to
// terms, histograms, ranges and filters when the list is ordered, given to pipelines and written.
#pragma once

#include "search/agg/core/aggregator.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace elkhorn::search::agg {

struct Bucket {
    std::uint32_t ordinal =
        no_bucket;  // among those the aggregation numbered; no_bucket: it is empty
    std::uint64_t count = 0;
    std::int64_t key =
        0;  // what it means is the aggregation's: milliseconds, bits of a double, a place
    bool predicted = false;  // by a pipeline: it has the pipelines' values alone
};

/// What a pipeline made for one bucket.
struct PipelineValue {
    bool shown = false;
    double value = 0;       // NaN is written as null
    double normalized = 0;  // of a derivative with a unit
};

struct BucketList {
    std::vector<Bucket> buckets;
    /// By pipeline of the aggregation, then by bucket; empty for those that make no values.
    std::vector<std::vector<PipelineValue>> made;
};

/// The buckets below `above` where each bucket has as many below it, one behind the other.
std::vector<std::uint32_t> several_below(BucketMap above, std::size_t each);

class MultiBucket : public Aggregator {
public:
    using Aggregator::Aggregator;

    Shape shape() const final { return Shape::multi_bucket; }

    Answer<> render(json::Writer& out, std::uint32_t owner) override;

    /// The buckets as they will be shown, pipelines applied.
    Answer<BucketList> list(std::uint32_t owner);

    /// As a key of keyed answers, and as max_bucket names it.
    virtual std::string key_text(const Bucket& bucket) const = 0;

    /// What bucket_sort and derivatives take for its key.
    virtual double key_number(const Bucket& /*bucket*/) const { return 0; }

    /// The key of the bucket after it; nothing where there is no such thing.
    virtual std::optional<std::int64_t> next_key(const Bucket& /*bucket*/) { return std::nullopt; }

protected:
    virtual Answer<std::vector<Bucket>> buckets(std::uint32_t owner) = 0;

    /// Before "buckets" and after it.
    virtual void write_head(json::Writer& /*out*/) const {}

    virtual void write_tail(json::Writer& /*out*/) const {}

    /// "key" and its like. `keyed`: the bucket has its key as name already.
    virtual void write_key(json::Writer& out, const Bucket& bucket, bool keyed) const = 0;

    virtual void write_after_count(json::Writer& /*out*/) const {}

    virtual bool keyed() const { return false; }

private:
    Answer<> write_buckets(json::Writer& out, const BucketList& list);
};

}  // namespace elkhorn::search::agg
