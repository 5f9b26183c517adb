// search/agg/core/single_bucket.h -- an aggregation with one bucket for each bucket of its parent,
// under the same number. Only search/agg_*.cc include it.
#pragma once

#include "search/agg/core/aggregator.h"
#include "store/code/bitmap.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

class SingleBucket : public Aggregator {
public:
    using Aggregator::Aggregator;

    Shape shape() const final { return Shape::single_bucket; }

    std::optional<TimeSpan> time_span(std::uint32_t bucket) override {
        return parent() == nullptr ? std::nullopt : parent()->time_span(bucket);
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        out.member("doc_count", bucket < counts_.size() ? counts_[bucket] : 0);
        return children_.render(out, bucket, nullptr, 0);
    }

    double metric(std::uint32_t bucket, std::string_view /*key*/) const final {
        return bucket < counts_.size() ? static_cast<double>(counts_[bucket]) : 0;
    }

    bool has_metric(std::string_view key) const final { return key.empty() || key == "doc_count"; }

protected:
    Answer<> merge_counts(SingleBucket& other, BucketMap above) {
        ASK(merge_states(counts_, other.counts_, above,
                         [](std::uint64_t& mine, std::uint64_t more) { mine += more; }));
        return children_.merge(other.children_, above);
    }

    /// Counts the selected rows that are in `rows` and passes them on.
    Answer<> collect_rows(const GroupContext& context, const Selection& selection,
                          const store::Bitmap& rows) {
        ASK(grow(counts_, selection.bucket_count));
        below_.clear();
        if (selection.rows.empty()) return {};  // there may be no bucket either
        if (selection.all_in_first()) {
            for (const std::uint32_t row : selection.rows) {
                if (rows.test(row)) below_.rows.push_back(row);
            }
            counts_[0] += below_.rows.size();
        } else {
            selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
                if (!rows.test(row)) return;
                ++counts_[bucket];
                below_.add(row, bucket);
            });
        }
        if (children_.none()) return {};
        Selection chosen = below_.selection(selection.bucket_count);
        chosen.whole = selection.whole && below_.rows.size() == context.rows();
        return children_.collect(context, chosen);
    }

    std::vector<std::uint64_t> counts_;
};

}  // namespace elkhorn::search::agg
