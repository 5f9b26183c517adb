// search/agg/core/pipeline.h -- aggregations over the answers of other aggregations.
//
//   parents   inside a list of buckets, a value for each bucket or another list: derivative,
//             bucket_script, bucket_sort
//   siblings  beside a list of buckets, one answer over all: avg_bucket, stats_bucket
//
// "buckets_path" says what they look at: "sum", "stats.avg", "_count", "filter>sum", "list>sum".
// Each kind is a plug-in of agg/pipeline (pipeline_kind.h).
#pragma once

#include "search/agg/core/buckets.h"
#include "search/agg/core/format.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::search::agg {

/// The number of something that is not there.
extern const double no_number;

class Pipeline {
public:
    /// What most of them are told.
    struct Settings {
        std::vector<std::pair<std::string, std::string>> paths;  // a script's variable, the path
        bool insert_zeros = false;
        std::optional<std::string> format;
    };

    Pipeline(Common common, Settings settings);
    virtual ~Pipeline() = default;

    const std::string& name() const { return common_.name; }

    const std::string& type() const { return common_.type; }

    const std::string& meta() const { return common_.meta; }

    Ledger& ledger() const { return *common_.ledger; }

    const Settings& settings() const { return settings_; }

    /// Before the # of typed keys.
    virtual std::string typed_name() const { return common_.type; }

    /// Whether it is possible where it stands; `parent` is null at the top.
    virtual Answer<> check(const Children& beside, const Aggregator* parent) const = 0;

    /// Whether the bucket at `index` of `list` has a value of it.
    virtual bool shows(const BucketList* list, std::size_t index) const = 0;

    virtual Answer<> render(json::Writer& out, const Children& beside, std::uint32_t bucket,
                            const BucketList* list, std::size_t index) const = 0;

    /// Of a parent: makes its values, or drops and reorders buckets.
    virtual Answer<> apply(MultiBucket& /*parent*/, BucketList& /*list*/) const { return {}; }

protected:
    const ValueFormat& format() const { return format_; }

    /// `name` and, where there is a format, `name`_as_string.
    void write_number(json::Writer& out, std::string_view name, double value) const;

    /// What a path that begins inside the bucket leads to; no_number where there is none.
    Answer<double> number(MultiBucket& parent, const BucketList& list, std::size_t index,
                          const std::string& path, bool insert_zeros) const;

    /// Where its values stand in BucketList::made.
    std::size_t place() const { return place_; }

    [[nodiscard]] static std::unexpected<Failure> refuse_validation(std::string reason);

private:
    Common common_;
    Settings settings_;
    ValueFormat format_;
    std::size_t place_ = 0;  // among the pipelines beside it
    friend Answer<> check_pipelines(Children& children, const Aggregator* parent);
};

class ParentPipeline : public Pipeline {
public:
    using Pipeline::Pipeline;

    Answer<> check(const Children& beside, const Aggregator* parent) const override;
    bool shows(const BucketList* list, std::size_t index) const final;
    Answer<> render(json::Writer& out, const Children& beside, std::uint32_t bucket,
                    const BucketList* list, std::size_t index) const override;

protected:
    /// Whether it makes sense over histograms alone.
    virtual bool needs_histogram() const { return false; }
};

/// The numbers that a sibling finds, of the buckets that have one.
struct SiblingNumbers {
    std::vector<double> values;
    std::vector<std::string> keys;  // of the buckets, as many as values
};

class SiblingPipeline : public Pipeline {
public:
    using Pipeline::Pipeline;

    Answer<> check(const Children& beside, const Aggregator* parent) const final;

    bool shows(const BucketList* /*list*/, std::size_t /*index*/) const final { return true; }

    Answer<> render(json::Writer& out, const Children& beside, std::uint32_t bucket,
                    const BucketList* list, std::size_t index) const final;

protected:
    virtual void write(json::Writer& out, const SiblingNumbers& numbers) const = 0;
};

/// Checks all pipelines of a level and puts those first whose values others look at.
Answer<> check_pipelines(Children& children, const Aggregator* parent);

Answer<> apply_parent_pipelines(MultiBucket& parent, BucketList& list);

}  // namespace elkhorn::search::agg
