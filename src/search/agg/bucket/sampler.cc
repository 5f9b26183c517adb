// search/agg/bucket/sampler.cc -- sampler and diversified_sampler: the aggregations inside see the
// documents alone that score best, "shard_size" of them for each index and each bucket above; a
// diversified one lets at most "max_docs_per_value" in that have the same value of a field.
//
//   rows of a group    scored, put behind those kept so far; past twice the size the best stay
//   after the last     the best of each index are given to the aggregations inside
//
// An index is what a shard is to Elasticsearch. Documents that score alike come in the order of
// arrival; all do below `global` and `nested`.

#include "base/hash.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/single_bucket.h"
#include "search/agg/values/kept_rows.h"
#include "search/agg/values/source.h"
#include "search/match/bm25.h"
#include "search/match/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

namespace elkhorn::search::agg::sampler {
namespace {

struct Settings {
    std::size_t size = 100;
    std::size_t most_of_a_value = 0;  // 0: as many as there are
    SourceOptions source;             // of a diversified one
};

/// Scores the rows of one index by the query; without one they are alike.
class IndexScores {
public:
    static Answer<std::unique_ptr<IndexScores>> make(const RequestContext& request,
                                                     const store::IndexView& index,
                                                     const Query* query) {
        auto made = std::make_unique<IndexScores>();
        if (query == nullptr) return made;
        Scope scope;
        scope.index = &index;
        scope.request = &request;
        made->node_ = ASK(plan_query(*query, scope));
        if (const auto constant = made->node_->constant()) {
            made->constant_ = *constant;
            return made;
        }
        made->statistics_ = std::make_unique<Statistics>(request, index);
        made->scorer_ = ASK(made->node_->scorer(*made->statistics_, 1.0F));
        return made;
    }

    Answer<> enter(const GroupContext& context) {
        if (scorer_ == nullptr || entered_ == context.group) return {};
        entered_ = context.group;
        return scorer_->enter(context);
    }

    Answer<float> score(std::uint32_t row) {
        if (scorer_ == nullptr) return constant_;
        return scorer_->has(row) ? scorer_->score(row) : Answer<float>(0.0F);
    }

private:
    NodePtr node_;
    std::unique_ptr<Statistics> statistics_;
    std::unique_ptr<RowScorer> scorer_;
    float constant_ = 1.0F;
    const store::RowGroup* entered_ = nullptr;  // only compared
};

class Sampler final : public SingleBucket {
public:
    Sampler(Common common, Settings settings, bool diversified)
        : SingleBucket(std::move(common)),
          settings_(std::move(settings)),
          diversified_(diversified) {}

    std::string typed_name() const override { return "sampler"; }

    Answer<> bind(const RequestContext& request) override {
        if (diversified_) {
            SourceRule rule;
            rule.texts = true;
            rule.unmapped = ValueKind::text;
            ASK(source_.bind(request, common_, settings_.source, rule));
        }
        const bool counts = !diversified_ || source_.mapped();
        if (counts && children_.none())
            return refuse_execution("Sampler aggregation must be used with child aggregations.");
        if (settings_.size == 0) {
            return refuse_in_phase(
                "illegal_argument_exception",
                "numHits must be > 0; please use TotalHitCountCollector if you just need the total "
                "hit count");
        }
        for (const auto& index : request.indices) {
            const bool alike = common_.global || !common_.nested.empty();
            scores_[index.get()] =
                ASK(IndexScores::make(request, *index, alike ? nullptr : request.query.get()));
        }
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(counts_, selection.bucket_count));
        const bool known = !diversified_ || source_.mapped();
        if (selection.rows.empty() || !known) return {};
        const auto found = scores_.find(context.index);
        if (found == scores_.end()) return {};
        ASK(found->second->enter(context));
        if (diversified_) ASK(read_values(context, selection));
        const std::uint32_t place = ASK(groups_.keep(context, ledger()));
        std::vector<Sample>& samples = samples_[context.index];
        ASK(grow(samples, selection.bucket_count));
        for (std::size_t i = 0; i < selection.rows.size(); ++i) {
            const std::uint32_t row = selection.rows[i];
            const std::uint32_t bucket = selection.buckets.empty() ? 0 : selection.buckets[i];
            if (diversified_ && several_[row]) {
                return refuse_in_phase("illegal_argument_exception",
                                       "Sample diversifying key must be a single valued-field");
            }
            Hit hit;
            hit.score = ASK(found->second->score(row));
            hit.first_seq_no = context.group->first_seq_no();
            hit.group = place;
            hit.row = row;
            if (diversified_) hit.value = values_[row];
            ASK(offer(samples[bucket], hit));
        }
        return {};
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        if (!diversified_ || source_.mapped()) return SingleBucket::render(out, bucket);
        out.member("doc_count", 0);
        return {};
    }

    Answer<> finish() override {
        std::vector<KeptRow> rows;
        for (auto& [index, samples] : samples_) {
            for (std::uint32_t bucket = 0; bucket < samples.size(); ++bucket) {
                choose(samples[bucket]);
                counts_[bucket] += samples[bucket].hits.size();
                for (const Hit& hit : samples[bucket].hits)
                    rows.push_back({hit.group, hit.row, bucket});
            }
        }
        ASK(ledger().hold(rows.capacity() * sizeof(KeptRow)));
        samples_.clear();
        const auto buckets = static_cast<std::uint32_t>(counts_.size());
        ASK(collect_kept(groups_, rows, below_, buckets, children_));
        return children_.finish();
    }

private:
    struct Hit {
        float score = 0;
        std::int64_t first_seq_no = 0;  // of its group
        std::uint32_t group = 0;
        std::uint32_t row = 0;
        std::uint64_t value = 0;

        bool before(const Hit& other) const {
            if (score != other.score) return score > other.score;
            return std::tie(first_seq_no, row) < std::tie(other.first_seq_no, other.row);
        }
    };

    /// What is kept for a bucket: more than are wanted, but nothing that could be among them is
    /// missing.
    struct Sample {
        std::vector<Hit> hits;
        std::size_t charged = 0;
    };

    Answer<> offer(Sample& sample, const Hit& hit) {
        const std::size_t most = 2 * std::max<std::size_t>(settings_.size, 32);
        if (sample.hits.size() >= most) choose(sample);
        if (sample.hits.size() == sample.charged) {
            const std::size_t more = std::max<std::size_t>(sample.charged, 8);
            ASK(ledger().hold(more * sizeof(Hit)));
            sample.charged += more;
            sample.hits.reserve(sample.charged);
        }
        sample.hits.push_back(hit);
        return {};
    }

    /// The best ones, those with a value that is there often enough already left out. What goes for
    /// its value stays out later on, for the better ones with that value only ever make way for
    /// better ones still.
    void choose(Sample& sample) const {
        std::ranges::sort(sample.hits, [](const Hit& a, const Hit& b) { return a.before(b); });
        if (diversified_) {
            std::unordered_map<std::uint64_t, std::size_t> seen;
            std::erase_if(sample.hits, [&](const Hit& hit) {
                return ++seen[hit.value] > settings_.most_of_a_value;
            });
        }
        if (sample.hits.size() > settings_.size) sample.hits.resize(settings_.size);
    }

    /// What the rows of the group are told apart by; those without a value are alike.
    Answer<> read_values(const GroupContext& context, const Selection& selection) {
        values_.assign(context.rows(), 0);
        several_.assign(context.rows(), false);
        const auto look = [&](const auto& column, auto&& value_of) {
            for (std::uint32_t row = 0; row < context.rows(); ++row) {
                const auto first = column.rows.first(row);
                const auto last = column.rows.last(row);
                if (first == last) continue;
                several_[row] = last - first > 1;
                values_[row] = value_of(column.values[first]);
            }
        };
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            look(column, [](auto value) {
                return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
            });
        });
        const TermColumn terms = ASK(source_.terms(context, selection));
        if (terms.none()) return {};
        look(*terms.ordinals, [&](std::uint32_t ordinal) { return hash64(terms.text(ordinal)); });
        return {};
    }

    Settings settings_;
    bool diversified_;
    Source source_;
    std::map<const store::IndexView*, std::unique_ptr<IndexScores>> scores_;
    std::map<const store::IndexView*, std::vector<Sample>> samples_;  // by bucket above
    KeptGroups groups_;
    std::vector<std::uint64_t> values_;  // of a row group's rows
    std::vector<bool> several_;
};

Made make_sampler(Common common, const event::Value& body) {
    Settings settings;
    for (const event::Member& member : body.as_object().members()) {
        const bool number =
            member.value.is(event::Kind::integer) || member.value.is(event::Kind::real);
        if (member.name != "shard_size" || !number) {
            return refuse_parsing(fmt::format("Unsupported property \"{}\" for aggregation \"{}",
                                              member.name, common.name));
        }
        const double size = member.value.is(event::Kind::real)
                                ? member.value.as_real()
                                : static_cast<double>(member.value.as_integer());
        settings.size = static_cast<std::size_t>(std::clamp(size, 0.0, 2147483647.0));
    }
    return std::make_unique<Sampler>(std::move(common), std::move(settings), false);
}

Made make_diversified_sampler(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    Settings settings;
    settings.source = SourceOptions::read(options, false, false);
    settings.size =
        static_cast<std::size_t>(options.integer_from("shard_size", 0, "shardSize").value_or(100));
    settings.most_of_a_value = static_cast<std::size_t>(
        options.integer_from("max_docs_per_value", 0, "maxDocsPerValue").value_or(1));
    if (const auto hint = options.text("execution_hint");
        hint && *hint != "map" && *hint != "bytes_hash" && *hint != "global_ordinals") {
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("Unknown `execution_hint`: [{}], expected any of [map, bytes_hash, "
                        "global_ordinals]",
                        *hint));
    }
    ASK(options.finish());
    ASK(settings.source.check());
    return std::make_unique<Sampler>(std::move(common), std::move(settings), true);
}

constexpr Parameter sampler_members[] = {{"shard_size", Takes::integer}};
constexpr Parameter diversified_members[] = {
    {"shard_size", Takes::integer},
    {"max_docs_per_value", Takes::integer},
    {"execution_hint", Takes::text},
};

constexpr AggregationKind kinds[] = {
    {"sampler", make_sampler, {sampler_members}},
    {"diversified_sampler", make_diversified_sampler, {source_members, diversified_members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::sampler
