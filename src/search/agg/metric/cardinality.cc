// search/agg/metric/cardinality.cc -- cardinality: how many different values the selected rows
// have, by bucket. Texts are hashed once per row group and term, not per row.

#include "base/hash.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/sketch.h"
#include "search/agg/values/source.h"

#include <bit>

namespace elkhorn::search::agg::cardinality {
namespace {

std::uint64_t hash_of(std::int64_t value) {
    return hash64(static_cast<std::uint64_t>(value) + 0x5851f42d4c957f2dULL);
}

std::uint64_t hash_of(double value) {
    return hash64(std::bit_cast<std::uint64_t>(value) ^ 0xda3e39cb94b95bdbULL);
}

class Cardinality final : public Aggregator, public CountsDistinct {
public:
    Cardinality(Common common, SourceOptions options, std::uint32_t threshold)
        : Aggregator(std::move(common)), options_(std::move(options)), threshold_(threshold) {}

    Shape shape() const override { return Shape::single_metric; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.texts = rule.addresses = rule.anything = true;
        rule.unmapped = ValueKind::text;
        return source_.bind(request, common_, options_, rule);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(sketches_, selection.bucket_count));
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            for_each_value(selection, column,
                           [&](std::uint32_t bucket, auto value) { add(bucket, hash_of(value)); });
        });
        if (const auto plain = ASK(source_.plain_texts(context))) {
            ASK(for_each_text(context, selection, *plain,
                              [&](std::uint32_t, std::uint32_t bucket, std::string_view text) {
                                  add(bucket, hash64(text) | 1U);
                              }));
        } else if (const TermColumn terms = ASK(source_.terms(context, selection)); !terms.none()) {
            add_terms(terms, selection);
        }
        return charge();
    }

    bool merges() const override { return true; }

    Answer<> merge(Aggregator& other, BucketMap above) override {
        ASK(merge_states(sketches_, static_cast<Cardinality&>(other).sketches_, above,
                         [this](CardinalitySketch& mine, const CardinalitySketch& more) {
                             mine.add(more, threshold_);
                         }));
        return charge();
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        out.member("value", bucket < sketches_.size() ? sketches_[bucket].count() : 0);
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view /*key*/) const override {
        return bucket < sketches_.size() ? static_cast<double>(sketches_[bucket].count()) : 0;
    }

    bool has_metric(std::string_view key) const override { return key.empty() || key == "value"; }

    const CardinalitySketch* sketch(std::uint32_t bucket) const override {
        return bucket < sketches_.size() ? &sketches_[bucket] : nullptr;
    }

    std::uint32_t threshold() const override { return threshold_; }

private:
    Answer<> charge() {
        std::size_t size_bytes = 0;
        for (const CardinalitySketch& sketch : sketches_)
            size_bytes += sketch.memory_bytes();
        ASK(ledger().hold(size_bytes > held_bytes_ ? size_bytes - held_bytes_ : 0));
        held_bytes_ = std::max(held_bytes_, size_bytes);
        return {};
    }

    void add(std::uint32_t bucket, std::uint64_t hash) { sketches_[bucket].add(hash, threshold_); }

    void add_terms(const TermColumn& terms, const Selection& selection) {
        std::vector<std::uint64_t> hashes(terms.ordinal_count());  // 0: not yet
        const auto hash = [&](std::uint32_t ordinal) {
            if (hashes[ordinal] == 0) hashes[ordinal] = hash64(terms.text(ordinal)) | 1U;
            return hashes[ordinal];
        };
        const std::uint64_t ordinals = terms.ordinal_count();
        if (selection.bucket_count * ordinals > most_places) {
            for_each_value(
                selection, *terms.ordinals,
                [&](std::uint32_t bucket, std::uint32_t ordinal) { add(bucket, hash(ordinal)); });
            return;
        }
        std::vector<std::uint8_t> used(selection.bucket_count * ordinals);
        for_each_value(selection, *terms.ordinals,
                       [&](std::uint32_t bucket, std::uint32_t ordinal) {
                           used[bucket * ordinals + ordinal] = 1;
                       });
        for (std::size_t place = 0; place < used.size(); ++place) {
            if (used[place] != 0)
                add(static_cast<std::uint32_t>(place / ordinals),
                    hash(static_cast<std::uint32_t>(place % ordinals)));
        }
    }

    // Buckets times distinct texts of a row group, each remembered by a byte: they are added once.
    static constexpr std::uint64_t most_places = 1 << 19;

    SourceOptions options_;
    std::uint32_t threshold_;
    Source source_;
    std::vector<CardinalitySketch> sketches_;
    std::size_t held_bytes_ = 0;
};

Made make_cardinality(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, false, false);
    auto threshold = options.integer_from("precision_threshold", 0, "precisionThreshold");
    ASK(options.finish());
    ASK(source.check());
    constexpr std::int64_t most = 40'000;
    return std::make_unique<Cardinality>(
        std::move(common), std::move(source),
        static_cast<std::uint32_t>(std::min(threshold.value_or(3000), most)));
}

constexpr Parameter members[] = {
    {"precision_threshold", Takes::integer},
    {"rehash", Takes::flag, Use::no_effect, "values are hashed in one way"},
};

constexpr AggregationKind kinds[] = {
    {"cardinality", make_cardinality, {source_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::cardinality
