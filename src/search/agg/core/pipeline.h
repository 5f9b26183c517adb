// search/agg/core/pipeline.h -- aggregations over the answers of other aggregations.
//
//   parents   inside a list of buckets, a value for each bucket or another list: derivative,
//             cumulative_sum, bucket_script, bucket_selector, bucket_sort
//   siblings  beside a list of buckets, one value over all: avg_bucket, sum_bucket, min_bucket,
//             max_bucket, stats_bucket
//
// "buckets_path" says what they look at: "sum", "stats.avg", "_count", "filter>sum", "list>sum".
#pragma once

#include "event/value.h"
#include "search/agg/core/buckets.h"
#include "search/agg/core/format.h"
#include "search/agg/core/script.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

enum class PipelineKind {
    derivative,
    cumulative_sum,
    bucket_script,
    bucket_selector,
    bucket_sort,
    avg_bucket,
    sum_bucket,
    min_bucket,
    max_bucket,
    stats_bucket
};

std::optional<PipelineKind> pipeline_kind(std::string_view type);
std::vector<std::string_view> pipeline_types();

class Pipeline {
public:
    struct SortKey {
        std::string path;
        bool up = true;
    };

    struct Settings {
        PipelineKind kind = PipelineKind::derivative;
        std::vector<std::pair<std::string, std::string>>
            paths;  // name of a script's variable, path
        bool insert_zeros = false;
        std::optional<std::string> format;
        std::int64_t unit_ms = 0;
        std::vector<SortKey> sort;
        std::uint64_t from = 0;
        std::optional<std::uint64_t> size;
        std::shared_ptr<const Script> script;
    };

    static Answer<std::unique_ptr<Pipeline>> make(Common common, const event::Value& body);

    Pipeline(Common common, Settings settings);

    const std::string& name() const { return common_.name; }

    const std::string& type() const { return common_.type; }

    const std::string& meta() const { return common_.meta; }

    Ledger& ledger() const { return *common_.ledger; }

    const Settings& settings() const { return settings_; }

    bool is_sibling() const { return settings_.kind >= PipelineKind::avg_bucket; }

    std::string typed_name() const;

    /// Whether it is possible where it stands; `parent` is null at the top.
    Answer<> check(const Children& beside, const Aggregator* parent) const;

    bool shows(const BucketList* list, std::size_t index) const;
    Answer<> render(json::Writer& out, const Children& beside, std::uint32_t bucket,
                    const BucketList* list, std::size_t index) const;

    /// Of a parent: makes its values, or drops and reorders buckets. `place` is its own among the
    /// pipelines.
    Answer<> apply(MultiBucket& parent, BucketList& list, std::size_t place) const;

private:
    Answer<> apply_script(MultiBucket& parent, BucketList& list, std::size_t place) const;
    Answer<> apply_sort(MultiBucket& parent, BucketList& list) const;
    Answer<> write_sibling(json::Writer& out, const Children& beside, std::uint32_t bucket) const;
    void write_number(json::Writer& out, std::string_view name, double value) const;
    Answer<double> number(MultiBucket& parent, const BucketList& list, std::size_t index,
                          const std::string& path, bool insert_zeros) const;

    Common common_;
    Settings settings_;
    ValueFormat format_;
    std::size_t place_ = 0;  // among the pipelines beside it
    friend Answer<> check_pipelines(Children& children, const Aggregator* parent);
};

/// Checks all pipelines of a level and puts those first whose values others look at.
Answer<> check_pipelines(Children& children, const Aggregator* parent);

Answer<> apply_parent_pipelines(MultiBucket& parent, BucketList& list);

}  // namespace elkhorn::search::agg
