// search/agg/bucket/rare_terms.cc -- rare_terms: the values that few documents have, rarest first.
// Elasticsearch forgets values in a filter of some precision; here all are counted, so none is
// missing from the answer.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/options.h"
#include "search/agg/values/term_counter.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search::agg::rare_terms {
namespace {

class RareTerms final : public MultiBucket {
public:
    RareTerms(Common common, TermCounter counter, std::uint64_t most)
        : MultiBucket(std::move(common)), counter_(std::move(counter)), most_(most) {}

    std::string typed_name() const override {
        if (!counter_.source().mapped() && !has_missing_) return "sterms";
        return is_text_kind(counter_.source().kind()) ? "srareterms" : "lrareterms";
    }

    void has_missing() { has_missing_ = true; }

    Answer<> bind(const RequestContext& request) override {
        ASK(counter_.bind(request, common_));
        if (counter_.source().kind() == ValueKind::real) {
            return refuse_in_phase("illegal_argument_exception",
                                   "RareTerms aggregation does not support floating point fields.");
        }
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        below_.clear();
        const bool children = !children_.none();
        ASK(counter_.collect(context, selection, ledger(), children ? &below_ : nullptr));
        if (!children) return {};
        return children_.collect(context, below_.selection(counter_.table().size()));
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        return counter_.source().most_values(context);
    }

    std::string key_text(const Bucket& bucket) const override { return counter_.text(bucket); }

    double key_number(const Bucket& bucket) const override { return counter_.number(bucket); }

protected:
    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        counter_.write_key(out, bucket);
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> rare = counter_.of(owner);
        std::erase_if(rare, [this](const Bucket& bucket) { return bucket.count > most_; });
        std::ranges::sort(rare, [this](const Bucket& a, const Bucket& b) {
            return a.count != b.count ? a.count < b.count : counter_.compare(a, b) < 0;
        });
        return rare;
    }

private:
    TermCounter counter_;
    std::uint64_t most_;
    bool has_missing_ = false;
};

Made make_rare_terms(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, true, false);
    const auto most = options.integer_from("max_doc_count", 1, "max_doc_count").value_or(1);
    if (most > 100) {
        options.fail("max_doc_count", "illegal_argument_exception",
                     fmt::format("[max_doc_count] must be smallerthan 100in [{}]", common.name));
    }
    if (const auto precision = options.real("precision"); precision && *precision < 0.00001) {
        options.fail("precision", "illegal_argument_exception",
                     "[precision] must be greater than 0.00001");
    }
    TermFilter filter = TermFilter::read(options);
    ASK(options.finish());
    ASK(source.check());
    const bool missing = source.missing.has_value();
    auto made = std::make_unique<RareTerms>(std::move(common),
                                            TermCounter(std::move(source), std::move(filter)),
                                            static_cast<std::uint64_t>(most));
    if (missing) made->has_missing();
    return made;
}

constexpr Parameter members[] = {
    {"max_doc_count", Takes::integer},
    {"precision", Takes::real},  // of a filter that there is none of here: it only has to be sound
    {"include", Takes::any},
    {"exclude", Takes::any},
};

constexpr AggregationKind kinds[] = {
    {"rare_terms", make_rare_terms, {source_members, format_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::rare_terms
