// search/agg/metric/percentiles.cc -- percentiles, percentile_ranks and median_absolute_deviation
// over digests (digest.h), one for each bucket; with "hdr" over counts of values (hdr_counts.h).

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/figures/hdr_counts.h"
#include "search/agg/values/digest.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg::percentiles {
namespace {

enum class What { percentiles, ranks, deviation };

struct DigestOptions {
    SourceOptions source;
    std::vector<double> asked;  // percents or values, ascending
    double compression = 100;
    bool keyed = true;
    bool hdr = false;
    int digits = 3;  // of hdr
};

std::string number_text(double value) {
    std::string out;
    text::append_json_real(out, value);
    return out;
}

class Percentiles final : public Aggregator {
public:
    Percentiles(Common common, DigestOptions options, What what)
        : Aggregator(std::move(common)),
          options_(std::move(options)),
          what_(what),
          hdr_(options_.digits) {}

    Shape shape() const override {
        return what_ == What::deviation ? Shape::single_metric : Shape::multi_metric;
    }

    std::string typed_name() const override {
        if (what_ == What::deviation) return type();
        return (options_.hdr ? "hdr_" : "tdigest_") + type();
    }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.dates = what_ != What::deviation;
        return source_.bind(request, common_, options_.source, rule);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        if (options_.hdr) return count_values(context, selection);
        ASK(grow(digests_, selection.bucket_count));
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            for_each_value(selection, column, [&](std::uint32_t bucket, auto value) {
                digests_[bucket].add(static_cast<double>(value), options_.compression);
            });
        });
        return charge();
    }

    bool merges() const override { return true; }

    Answer<> merge(Aggregator& given, BucketMap above) override {
        auto& other = static_cast<Percentiles&>(given);
        const std::size_t before = hdr_.memory_bytes();
        hdr_.add(other.hdr_, above);
        ASK(ledger().hold(hdr_.memory_bytes() - before));
        ASK(merge_states(digests_, other.digests_, above, [this](Digest& mine, Digest& more) {
            mine.add(more, options_.compression);
        }));
        return charge();
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        if (what_ == What::deviation) {
            const double value = answer(bucket, 0);
            out.key("value");
            if (std::isnan(value)) {
                out.null();
            } else {
                out.value(value);
                if (source_.format().shown())
                    out.member("value_as_string", source_.format().text(value));
            }
            return {};
        }
        out.key("values");
        options_.keyed ? write_keyed(out, bucket) : write_list(out, bucket);
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view key) const override {
        if (what_ == What::deviation) return answer(bucket, 0);
        return answer(bucket, parse_real(key).value_or(0));
    }

    bool has_metric(std::string_view key) const override {
        if (what_ == What::deviation) return key.empty() || key == "value";
        const auto asked = parse_real(key);
        return asked && std::ranges::find(options_.asked, *asked) != options_.asked.end();
    }

private:
    Answer<> charge() {
        std::size_t size_bytes = 0;
        for (const Digest& digest : digests_)
            size_bytes += digest.memory_bytes();
        ASK(ledger().hold(size_bytes > held_bytes_ ? size_bytes - held_bytes_ : 0));
        held_bytes_ = std::max(held_bytes_, size_bytes);
        return {};
    }

    Answer<> count_values(const GroupContext& context, const Selection& selection) {
        const std::size_t before = hdr_.memory_bytes();
        double refused = 0;
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            for_each_value(selection, column, [&](std::uint32_t bucket, auto value) {
                const auto number = static_cast<double>(value);
                if (number >= 0 && std::isfinite(number)) {
                    hdr_.add(bucket, number);
                } else if (refused == 0) {
                    refused = number;
                }
            });
        });
        if (refused != 0) {
            auto failure = refuse_in_phase(
                "array_index_out_of_bounds_exception",
                fmt::format("The value {} is out of bounds for histogram, negative values cannot "
                            "be recorded: ask without [hdr]",
                            number_text(refused)));
            failure.error().status = 500;
            return failure;
        }
        return ledger().hold(hdr_.memory_bytes() - before);
    }

    double hdr_answer(std::uint32_t bucket, double asked) const {
        if (hdr_.empty(bucket)) return std::nan("");
        return what_ == What::percentiles ? hdr_.percentile(bucket, asked)
                                          : hdr_.rank(bucket, asked);
    }

    double answer(std::uint32_t bucket, double asked) const {
        if (options_.hdr) return hdr_answer(bucket, asked);
        if (bucket >= digests_.size() || digests_[bucket].empty()) return std::nan("");
        digests_[bucket].settle();
        if (what_ == What::deviation) return digests_[bucket].median_absolute_deviation();
        return what_ == What::percentiles ? digests_[bucket].quantile(asked / 100)
                                          : digests_[bucket].rank(asked) * 100;
    }

    void write_keyed(json::Writer& out, std::uint32_t bucket) const {
        out.begin_object();
        for (std::size_t i = 0; i < options_.asked.size(); ++i) {
            if (i > 0 && options_.asked[i] == options_.asked[i - 1]) continue;
            const std::string key = number_text(options_.asked[i]);
            const double value = answer(bucket, options_.asked[i]);
            out.key(key);
            if (std::isnan(value)) {
                out.null();
                continue;
            }
            out.value(value);
            if (source_.format().shown())
                out.member(key + "_as_string", source_.format().text(value));
        }
        out.end_object();
    }

    void write_list(json::Writer& out, std::uint32_t bucket) const {
        out.begin_array();
        for (const double asked : options_.asked) {
            const double value = answer(bucket, asked);
            out.begin_object().member("key", asked).key("value");
            if (std::isnan(value)) {
                out.null();
            } else {
                out.value(value);
                if (source_.format().shown())
                    out.member("value_as_string", source_.format().text(value));
            }
            out.end_object();
        }
        out.end_array();
    }

    DigestOptions options_;
    What what_;
    Source source_;
    mutable std::vector<Digest> digests_;  // settled when first asked
    std::size_t held_bytes_ = 0;
    mutable HdrCounts hdr_;  // sorted when first asked
};

std::unexpected<Failure> cannot_build(std::string_view type, std::string reason) {
    auto failure =
        refuse("x_content_parse_exception",
               fmt::format("Failed to build [{}] after last required field arrived", type));
    failure.error().caused_by_type = "illegal_argument_exception";
    failure.error().caused_by_reason = std::move(reason);
    return failure;
}

void read_inner(Options& options, std::string_view key, Failure refused) {
    if (refused.type.empty()) return;
    options.fail(key, refused.type, refused.reason);
}

void read_method(Options& options, DigestOptions& made, bool& both) {
    const event::Value* tdigest = options.object("tdigest");
    if (tdigest != nullptr) {
        Options inner("tdigest", options.name(), *tdigest);
        made.compression = inner.real("compression").value_or(100);
        if (made.compression < 0) {
            inner.fail("compression", "illegal_argument_exception",
                       fmt::format("[compression] must be greater than or equal to 0. Found [{}]",
                                   number_text(made.compression)));
        }
        if (auto read = inner.finish(); !read) read_inner(options, "tdigest", read.error());
    }
    const event::Value* hdr = options.object("hdr");
    if (hdr != nullptr) {
        Options inner("hdr", options.name(), *hdr);
        const std::int64_t digits = inner.integer("number_of_significant_value_digits").value_or(3);
        if (digits < 0 || digits > 5) {
            inner.fail("number_of_significant_value_digits", "illegal_argument_exception",
                       "[numberOfSignificantValueDigits] must be between 0 and 5");
        }
        if (auto read = inner.finish(); !read) read_inner(options, "hdr", read.error());
        made.hdr = true;
        made.digits = static_cast<int>(std::clamp<std::int64_t>(digits, 0, 5));
    }
    both = tdigest != nullptr && hdr != nullptr;
}

Made make_percentiles(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    DigestOptions made;
    made.source = SourceOptions::read(options, true, false);
    const auto percents = options.reals("percents");
    made.keyed = options.boolean("keyed").value_or(true);
    bool both = false;
    read_method(options, made, both);
    ASK(options.finish());
    made.asked = percents.value_or(std::vector<double>{1, 5, 25, 50, 75, 95, 99});
    if (both) return cannot_build(common.type, "Only one percentiles method should be declared.");
    if (made.asked.empty()) {
        return cannot_build(common.type,
                            fmt::format("[percents] must not be empty: [{}]", common.name));
    }
    std::ranges::sort(made.asked);
    for (const double percent : made.asked) {
        if (percent >= 0 && percent <= 100) continue;
        return cannot_build(common.type, fmt::format("percent must be in [0,100], got [{}]: [{}]",
                                                     number_text(percent), common.name));
    }
    ASK(made.source.check());
    return std::make_unique<Percentiles>(std::move(common), std::move(made), What::percentiles);
}

Made make_percentile_ranks(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    DigestOptions made;
    made.source = SourceOptions::read(options, true, false);
    const auto values = options.reals("values");
    made.keyed = options.boolean("keyed").value_or(true);
    bool both = false;
    read_method(options, made, both);
    ASK(options.finish());
    if (both) return cannot_build(common.type, "Only one percentiles method should be declared.");
    if (!values)
        return cannot_build(common.type,
                            fmt::format("[values] must not be null: [{}]", common.name));
    if (values->empty()) {
        return cannot_build(common.type,
                            fmt::format("[values] must not be an empty array: [{}]", common.name));
    }
    made.asked = *values;
    std::ranges::sort(made.asked);
    ASK(made.source.check());
    return std::make_unique<Percentiles>(std::move(common), std::move(made), What::ranks);
}

Made make_median_absolute_deviation(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    DigestOptions made;
    made.source = SourceOptions::read(options, true, false);
    made.compression = options.real("compression").value_or(1000);
    if (made.compression <= 0) {
        options.fail("compression", "illegal_argument_exception",
                     fmt::format("[compression] must be greater than 0. Found [{}] in [{}]",
                                 number_text(made.compression), common.name));
    }
    ASK(options.finish());
    ASK(made.source.check());
    return std::make_unique<Percentiles>(std::move(common), std::move(made), What::deviation);
}

constexpr Parameter percentiles_members[] = {
    {"percents", Takes::array},
    {"keyed", Takes::flag},
    {"tdigest", Takes::object},
    {"hdr", Takes::object},
};
constexpr Parameter ranks_members[] = {
    {"values", Takes::array},
    {"keyed", Takes::flag},
    {"tdigest", Takes::object},
    {"hdr", Takes::object},
};
constexpr Parameter deviation_members[] = {{"compression", Takes::real}};

constexpr AggregationKind kinds[] = {
    {"percentiles", make_percentiles, {source_members, format_members, percentiles_members}},
    {"percentile_ranks", make_percentile_ranks, {source_members, format_members, ranks_members}},
    {"median_absolute_deviation",
     make_median_absolute_deviation,
     {source_members, format_members, deviation_members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::percentiles
