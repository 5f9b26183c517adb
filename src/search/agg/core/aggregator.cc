#include "search/agg/core/aggregator.h"

#include "search/agg/core/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search::agg {

Answer<> Ledger::hold(std::size_t size_bytes) {
    held_bytes_ += size_bytes;
    if (held_bytes_ > limit_bytes) return too_large("request", limit_bytes);
    if (memory_ == nullptr) return {};
    if (!memory_->try_take(store::MemoryUse::queries, size_bytes))
        return too_large("parent", memory_->limit(store::MemoryUse::queries));
    taken_bytes_ += size_bytes;
    return {};
}

Ledger::~Ledger() {
    if (memory_ != nullptr) memory_->give_back(store::MemoryUse::queries, taken_bytes_);
}

std::unexpected<Failure> Ledger::too_large(std::string_view breaker, std::size_t limit) {
    auto failure = refuse_in_phase(
        "circuit_breaking_exception",
        fmt::format("[{}] Data too large, data for [aggregations] would be [{}], which is larger "
                    "than what is left of [{}]: ask for fewer buckets, try again, or raise "
                    "`memory`",
                    breaker, held_bytes_, limit));
    failure.error().status = 429;
    return failure;
}

namespace {

std::unexpected<Failure> too_many_buckets(std::size_t limit, std::size_t wanted) {
    auto failure = refuse_in_phase(
        "too_many_buckets_exception",
        fmt::format(
            "Trying to create too many buckets. Must be less than or equal to: [{}] but was [{}]. "
            "This limit can be set by changing the [search.max_buckets] cluster level setting.",
            limit, wanted));
    failure.error().status = 503;
    return failure;
}

}  // namespace

Answer<> Ledger::allow(std::size_t buckets) const {
    if (shown_ + buckets <= max_buckets_) return {};
    return too_many_buckets(max_buckets_, shown_ + buckets);
}

Answer<> Ledger::show(std::size_t buckets, bool below_empty) {
    constexpr std::size_t written_factor = 16;
    if (!below_empty) {
        ASK(allow(buckets));
        shown_ += buckets;
    }
    written_ += buckets;
    if (written_ > written_factor * max_buckets_) return too_many_buckets(max_buckets_, written_);
    return {};
}

Children::Children() = default;
Children::~Children() = default;
Children::Children(Children&&) noexcept = default;
Children& Children::operator=(Children&&) noexcept = default;

Aggregator* Children::find(std::string_view name) const {
    for (const auto& aggregator : aggregators) {
        if (aggregator->name() == name) return aggregator.get();
    }
    return nullptr;
}

bool Children::wants_all_rows() const {
    return std::ranges::any_of(aggregators,
                               [](const auto& inside) { return inside->wants_all_rows(); });
}

Answer<> Children::bind(const RequestContext& request) {
    for (const auto& aggregator : aggregators)
        ASK(aggregator->bind(request));
    return {};
}

namespace {

/// What one call may select for the aggregations inside: 2 MB of rows and buckets.
constexpr std::size_t most_below = std::size_t{1} << 18;
/// What one row may, past which no slice is small enough.
constexpr std::size_t most_of_a_row = std::size_t{1} << 24;

Answer<> collect_in_slices(Aggregator& aggregator, const GroupContext& context,
                           const Selection& selection) {
    const std::size_t fan_out = ASK(aggregator.fan_out(context));
    if (fan_out > most_of_a_row) {
        auto failure = refuse_in_phase(
            "circuit_breaking_exception",
            fmt::format("[request] Data too large: a document goes to up to {} buckets of [{}]",
                        fan_out, aggregator.name()));
        failure.error().status = 429;
        return failure;
    }
    const std::size_t step =
        std::max<std::size_t>(most_below / std::max<std::size_t>(fan_out, 1), 1);
    if (selection.rows.size() <= step) return aggregator.collect(context, selection);
    for (std::size_t from = 0; from < selection.rows.size(); from += step) {
        ASK(context.go_on());
        Selection slice;
        const std::size_t size = std::min(step, selection.rows.size() - from);
        slice.rows = selection.rows.subspan(from, size);
        if (!selection.buckets.empty()) slice.buckets = selection.buckets.subspan(from, size);
        slice.bucket_count = selection.bucket_count;
        ASK(aggregator.collect(context, slice));
    }
    return {};
}

}  // namespace

Answer<> Children::collect(const GroupContext& context, const Selection& selection) {
    ASK(context.go_on());
    if (selection.bucket_count == 0) return {};  // no buckets above: no rows, and nowhere to count
    for (const auto& aggregator : aggregators) {
        ASK(collect_in_slices(*aggregator, context, selection));
        ASK(aggregator->charge_buffers());
    }
    return {};
}

bool Children::merges() const {
    return std::ranges::all_of(aggregators, [](const auto& inside) { return inside->merges(); });
}

Answer<> Children::merge(Children& other, BucketMap above) {
    for (std::size_t i = 0; i < aggregators.size(); ++i)
        ASK(aggregators[i]->merge(*other.aggregators[i], above));
    return {};
}

Answer<> Children::finish() {
    for (const auto& aggregator : aggregators) {
        ASK(aggregator->finish());
        ASK(aggregator->charge_buffers());
    }
    return {};
}

Answer<> Aggregator::charge_buffers() {
    const std::size_t size_bytes = below_.memory_bytes();
    if (size_bytes <= charged_bytes_) return {};
    ASK(ledger().hold(size_bytes - charged_bytes_));
    charged_bytes_ = size_bytes;
    return {};
}

namespace {

void begin_member(json::Writer& out, bool typed, std::string_view type, std::string_view name,
                  std::string_view meta) {
    out.key(typed ? fmt::format("{}#{}", type, name) : std::string(name)).begin_object();
    if (!meta.empty()) out.key("meta").raw(meta);
}

}  // namespace

Answer<> Children::render(json::Writer& out, std::uint32_t bucket, const BucketList* list,
                          std::size_t index) {
    ASK(render_aggregators(out, bucket));
    return render_pipelines(out, bucket, list, index);
}

Answer<> Children::render_aggregators(json::Writer& out, std::uint32_t bucket) {
    for (const auto& aggregator : aggregators) {
        begin_member(out, aggregator->common().ledger->typed_keys, aggregator->typed_name(),
                     aggregator->name(), aggregator->common().meta);
        ASK(aggregator->render(out, bucket));
        out.end_object();
    }
    return {};
}

Answer<> Children::render_pipelines(json::Writer& out, std::uint32_t bucket, const BucketList* list,
                                    std::size_t index) {
    for (const auto& pipeline : pipelines) {
        if (!pipeline->shows(list, index)) continue;
        begin_member(out, pipeline->ledger().typed_keys, pipeline->typed_name(), pipeline->name(),
                     pipeline->meta());
        ASK(pipeline->render(out, *this, bucket, list, index));
        out.end_object();
    }
    return {};
}

std::unexpected<Failure> Aggregator::refuse_execution(std::string reason) const {
    auto failure = refuse_in_phase("aggregation_execution_exception", std::move(reason));
    failure.error().status = 500;
    return failure;
}

Answer<std::uint32_t> bucket_product(std::uint32_t a, std::size_t b) {
    constexpr std::uint64_t most = std::uint64_t{1} << 28;
    const std::uint64_t product = static_cast<std::uint64_t>(a) * b;
    if (b <= most && product <= most) return static_cast<std::uint32_t>(product);
    auto failure = refuse_in_phase("circuit_breaking_exception",
                                   "[request] Data too large, too many buckets below one another");
    failure.error().status = 429;
    return failure;
}

}  // namespace elkhorn::search::agg
