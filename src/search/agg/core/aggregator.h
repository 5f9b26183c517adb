// search/agg/core/aggregator.h -- what all aggregations share. A request's "aggs" become a tree of
// Aggregators. Each counts for many buckets of its parent at once: it is given rows together with
// the bucket that each goes to, and keeps its state in arrays by bucket.
//
//   terms        (row, 0) ...         -> state by its own buckets, which it numbers as they appear
//     avg        (row, term) ...      -> sum[term], count[term]
//
//   Threads  one; several have a tree each, put together by `merge`. Virtual calls happen once per
//            row group, never per row.
//   Memory   every state is charged to the Ledger, which refuses past its limit.
#pragma once

#include "json/writer.h"
#include "search/agg/core/bucket_table.h"
#include "search/agg/core/selection.h"
#include "search/base/context.h"
#include "search/base/failure.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::search::agg {

/// What a request may use: memory while it counts, buckets in its answer.
class Ledger {
public:
    explicit Ledger(std::uint32_t max_buckets, store::MemoryAccount* memory = nullptr,
                    const RequestContext* request = nullptr)
        : max_buckets_(max_buckets), memory_(memory), request_(request) {}

    ~Ledger();
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;

    /// 429 past the request's limit, or where the node's share for searches has no more.
    Answer<> hold(std::size_t size_bytes);
    /// 503 past the limit. What is below an empty bucket counts for little, as in Elasticsearch,
    /// which makes it once for all empty ones.
    Answer<> show(std::size_t buckets, bool below_empty);
    /// Whether that many could be shown, without showing them.
    Answer<> allow(std::size_t buckets) const;

    /// As of the request: for what takes long while an answer is made.
    Answer<> go_on() const { return request_ == nullptr ? Answer<>{} : request_->go_on(); }

    /// The search's; null: there is none.
    const RequestContext* request() const { return request_; }

    void begin_answer() { shown_ = written_ = 0; }

    std::uint32_t max_buckets() const { return max_buckets_; }

    bool typed_keys = false;

private:
    static constexpr std::size_t limit_bytes = std::size_t{512} << 20;
    [[nodiscard]] std::unexpected<Failure> too_large(std::string_view breaker, std::size_t limit);

    std::uint32_t max_buckets_;
    store::MemoryAccount* memory_;   // the node's; null: nobody counts
    const RequestContext* request_;  // the search's; null: there is no end
    std::size_t held_bytes_ = 0;
    std::size_t taken_bytes_ = 0;  // of memory_
    std::size_t shown_ = 0;
    std::size_t written_ = 0;  // with those below empty ones
};

/// What orders and paths may do with an aggregation.
enum class Shape { single_metric, multi_metric, single_bucket, multi_bucket, other };

/// By bucket of another aggregation of the same kind: which bucket it is in this one; no_bucket:
/// nothing was counted in it.
using BucketMap = std::span<const std::uint32_t>;

class Aggregator;
class Pipeline;  // pipeline.h
struct BucketList;

/// What is inside an aggregation or at the top: aggregations, and pipelines over them.
class Children {
public:
    Children();
    ~Children();
    Children(Children&&) noexcept;
    Children& operator=(Children&&) noexcept;

    std::vector<std::unique_ptr<Aggregator>> aggregators;
    std::vector<std::unique_ptr<Pipeline>> pipelines;

    bool none() const { return aggregators.empty(); }

    Aggregator* find(std::string_view name) const;
    bool wants_all_rows() const;
    Answer<> bind(const RequestContext& request);
    Answer<> collect(const GroupContext& context, const Selection& selection);
    bool merges() const;
    Answer<> merge(Children& other, BucketMap above);
    Answer<> finish();
    /// Members of one bucket. `list` and `index` tell what the bucket's pipelines made; null: none
    /// did.
    Answer<> render(json::Writer& out, std::uint32_t bucket, const BucketList* list,
                    std::size_t index);
    Answer<> render_aggregators(json::Writer& out, std::uint32_t bucket);
    Answer<> render_pipelines(json::Writer& out, std::uint32_t bucket, const BucketList* list,
                              std::size_t index);
};

/// How long the time is that a bucket covers. Months where it is so many of them, for those are not
/// of one length.
struct TimeSpan {
    std::int64_t ms = 0;
    int months = 0;
};

/// What every aggregation is made of.
struct Common {
    std::string name;
    std::string type;  // "terms"
    std::string meta;  // JSON; empty: none
    Ledger* ledger = nullptr;
    bool top = false;     // not inside another
    bool global = false;  // below `global`: the query does not matter
    std::string nested;   // path of the nested aggregation around it; empty: none
};

class Aggregator {
public:
    explicit Aggregator(Common common) : common_(std::move(common)) {}

    virtual ~Aggregator() = default;

    const std::string& name() const { return common_.name; }

    const std::string& type() const { return common_.type; }

    const Common& common() const { return common_; }

    Children& children() { return children_; }

    const Children& children() const { return children_; }

    /// The one around it; null at the top.
    Aggregator* parent() const { return parent_; }

    void set_parent(Aggregator* parent) { parent_ = parent; }

    /// Of the histogram of dates that it is, or that is around it; nothing where there is none.
    virtual std::optional<TimeSpan> time_span(std::uint32_t /*bucket*/) { return std::nullopt; }

    virtual Shape shape() const = 0;

    /// Before the # of typed keys.
    virtual std::string typed_name() const { return common_.type; }

    virtual bool may_have_children() const { return true; }

    virtual bool is_histogram() const { return false; }

    /// Whether buckets without documents are shown, too: pipelines over histograms want them.
    virtual bool shows_empty() const { return true; }

    /// Whether it must see row groups in which nothing matches.
    virtual bool wants_all_rows() const { return children_.wants_all_rows(); }

    /// Fields against the mappings, orders against the aggregations inside; once, before collect.
    virtual Answer<> bind(const RequestContext& request) { return children_.bind(request); }

    /// A row group's rows, in as many calls as Children::collect makes of them.
    virtual Answer<> collect(const GroupContext& context, const Selection& selection) = 0;

    /// Whether several of its kind can count different row groups, by several threads, and become
    /// one. Not where rows are looked at again in `finish`.
    virtual bool merges() const { return false; }

    /// Adds what `other`, of the same request, has counted, below the buckets `above`.
    virtual Answer<> merge(Aggregator& /*other*/, BucketMap /*above*/) { return {}; }

    /// After the last row group and before anything is written: what has to see all rows before it
    /// knows which bucket each goes to gives them to the aggregations inside now.
    virtual Answer<> finish() { return children_.finish(); }

    /// How many buckets one row of the group can go to at most. Children::collect gives as many
    /// rows at once as keep what is selected for the aggregations inside within bounds.
    virtual Answer<std::size_t> fan_out(const GroupContext& /*context*/) const { return 1; }

    /// Takes from the ledger what the buffers have grown by.
    Answer<> charge_buffers();
    /// The members of its object, `meta` already written.
    virtual Answer<> render(json::Writer& out, std::uint32_t bucket) = 0;

    /// A metric's number ("value" or "" of single ones, "avg" of stats), or a single bucket's
    /// count. `key` is one that has_metric knows.
    virtual double metric(std::uint32_t /*bucket*/, std::string_view /*key*/) const { return 0; }

    virtual bool has_metric(std::string_view /*key*/) const { return false; }

protected:
    /// Makes room for `count` states and charges for them.
    template <typename T>
    Answer<> grow(std::vector<T>& states, std::size_t count, const T& empty = T()) {
        if (states.size() >= count) return {};
        ASK(common_.ledger->hold((count - states.size()) * sizeof(T)));
        states.resize(count, empty);
        return {};
    }

    /// Adds the states of other buckets to those of this one's, by `add(mine, other)`.
    template <typename T, typename Add>
    Answer<> merge_states(std::vector<T>& states, std::vector<T>& others, BucketMap above,
                          Add&& add) {
        const std::size_t count = std::min(others.size(), above.size());
        for (std::size_t i = 0; i < count; ++i) {
            if (above[i] == no_bucket) continue;
            ASK(grow(states, std::size_t{above[i]} + 1));
            add(states[above[i]], others[i]);
        }
        return {};
    }

    Ledger& ledger() const { return *common_.ledger; }

    [[nodiscard]] std::unexpected<Failure> refuse_execution(std::string reason) const;

    Common common_;
    Children children_;
    SelectionBuffer below_;  // for the aggregations inside

private:
    Aggregator* parent_ = nullptr;
    std::size_t charged_bytes_ = 0;  // of below_
};

/// `a * b` buckets; 429 when there would be more than can be numbered.
Answer<std::uint32_t> bucket_product(std::uint32_t a, std::size_t b);

}  // namespace elkhorn::search::agg
