// search/agg/bucket/significant.cc -- significant_terms and significant_text: the values or words
// that are more frequent among the documents of a bucket than in the background, which is all
// documents, or those of a "background_filter".
//
//   found by the query     counted as terms are
//   in the background      counted in one walk over all row groups once the last one was collected
//   "significant_text"     cuts the texts of the rows that it is given into words anew, so one puts
//                          it into a sampler
//
// A shard of Elasticsearch sends its best "shard_size" terms and min_doc_count is asked of those;
// the same is done here, so that the answers agree.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/figures/heuristic.h"
#include "search/agg/values/everything.h"
#include "search/agg/values/planned_filter.h"
#include "search/agg/values/term_counter.h"
#include "search/query/core/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace elkhorn::search::agg::significant {
namespace {

struct Settings {
    std::size_t size = 10;
    std::size_t shard_size = 0;
    std::uint64_t min_doc_count = 3;
    std::uint64_t shard_min_doc_count = 0;
    Heuristic heuristic;
    std::optional<PlannedFilter> background;

    Answer<> read(Options& options, const event::Value& body) {
        size = static_cast<std::size_t>(options.integer_from("size", 1, "size").value_or(10));
        const auto usual = static_cast<std::int64_t>(
            std::min(2 * (static_cast<double>(size) * 1.5 + 10), 2147483647.0));
        shard_size = static_cast<std::size_t>(
            options.integer_from("shard_size", 1, "shardSize").value_or(usual));
        shard_size = std::max(shard_size, size);
        min_doc_count = static_cast<std::uint64_t>(
            options.integer_from("min_doc_count", 0, "minDocCount").value_or(3));
        shard_min_doc_count = static_cast<std::uint64_t>(
            options.integer_from("shard_min_doc_count", 0, "shardMinDocCount").value_or(0));
        heuristic = Heuristic::read(options, body);
        if (const event::Value* filter = options.object("background_filter"))
            background.emplace(ASK(parse_query(*filter)));
        return {};
    }
};

/// What both have in common once terms are counted.
class Significant : public MultiBucket {
public:
    Significant(Common common, Settings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {}

protected:
    struct Scored {
        Bucket bucket;
        double score = 0;
        std::uint64_t around = 0;
    };

    Answer<> bind_background(const RequestContext& request) {
        request_ = &request;
        ASK(settings_.heuristic.bind(request));
        if (settings_.background) ASK(settings_.background->bind(request, common_.nested));
        return {};
    }

    Answer<> count_documents(const Selection& selection) {
        ASK(grow(found_, selection.bucket_count));
        selection.for_each([&](std::uint32_t, std::uint32_t owner) { ++found_[owner]; });
        return {};
    }

    /// Calls visit(context, rows) with the rows of the background.
    template <typename Visit>
    Answer<> walk_background(Visit&& visit) {
        return for_each_group(*request_, common_.nested,
                              [&](const GroupContext& context) -> Answer<> {
                                  store::Bitmap rows = context.live;
                                  if (settings_.background)
                                      rows.and_with(ASK(settings_.background->rows(context)));
                                  around_ += rows.count();
                                  return visit(context, rows);
                              });
    }

    std::uint64_t found(std::uint32_t owner) const {
        return owner < found_.size() ? found_[owner] : 0;
    }

    /// The best terms of a bucket, best first; what they score is kept for writing.
    template <typename Around, typename Compare>
    Answer<std::vector<Bucket>> best(std::uint32_t owner, std::vector<Bucket> all, Around&& around,
                                     Compare&& compare) {
        std::vector<Scored> scored;
        for (const Bucket& bucket : all) {
            if (bucket.count < std::max<std::uint64_t>(settings_.shard_min_doc_count, 1)) continue;
            Scored one{bucket, 0, around(bucket.key)};
            one.score = ASK(settings_.heuristic.score(
                {static_cast<double>(bucket.count), static_cast<double>(found(owner)),
                 static_cast<double>(one.around), static_cast<double>(around_)}));
            scored.push_back(one);
        }
        const std::size_t sent = std::min(settings_.shard_size, scored.size());
        std::ranges::partial_sort(scored, scored.begin() + static_cast<std::ptrdiff_t>(sent),
                                  [&](const Scored& a, const Scored& b) {
                                      return a.score != b.score ? a.score > b.score
                                                                : compare(a.bucket, b.bucket) < 0;
                                  });
        scored.resize(sent);
        std::erase_if(scored, [&](const Scored& one) {
            return !(one.score > 0) || one.bucket.count < settings_.min_doc_count;
        });
        if (scored.size() > settings_.size) scored.resize(settings_.size);
        std::vector<Bucket> shown;
        shown_.clear();
        owner_ = owner;
        for (const Scored& one : scored) {
            shown.push_back(one.bucket);
            shown_.emplace(one.bucket.key, one);
        }
        return shown;
    }

    void write_counts(json::Writer& out) const {
        out.member("doc_count", found(owner_));
        out.member("bg_count", around_);
    }

    void write_after_count(json::Writer& out) const final {
        out.member("score", writing_->score);
        out.member("bg_count", writing_->around);
    }

    /// Whose score is written next.
    void begin_bucket(const Bucket& bucket) const { writing_ = &shown_.at(bucket.key); }

    Settings settings_;

private:
    const RequestContext* request_ = nullptr;         // the search's
    std::vector<std::uint64_t> found_;                // documents by bucket of the parent
    std::uint64_t around_ = 0;                        // documents of the background
    std::unordered_map<std::int64_t, Scored> shown_;  // of the list made last
    std::uint32_t owner_ = no_bucket;                 // whose list that is
    mutable const Scored* writing_ = nullptr;         // of shown_
};

class SignificantTerms final : public Significant {
public:
    SignificantTerms(Common common, Settings settings, TermCounter counter)
        : Significant(std::move(common), std::move(settings)), counter_(std::move(counter)) {}

    std::string typed_name() const override {
        return is_text_kind(counter_.source().kind()) ? "sigsterms" : "siglterms";
    }

    Answer<> bind(const RequestContext& request) override {
        ASK(counter_.bind(request, common_));
        if (counter_.source().kind() == ValueKind::real) {
            auto failure = refuse_in_phase("unsupported_operation_exception",
                                           "No support for examining floating point numerics");
            failure.error().status = 500;
            return failure;
        }
        ASK(bind_background(request));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(count_documents(selection));
        below_.clear();
        const bool children = !children_.none();
        ASK(counter_.collect(context, selection, ledger(), children ? &below_ : nullptr));
        if (!children) return {};
        return children_.collect(context, below_.selection(counter_.table().size()));
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        return counter_.source().most_values(context);
    }

    Answer<> finish() override {
        BucketTable& table = counter_.table();
        constexpr std::size_t entry_bytes = 48;
        ASK(ledger().hold(table.size() * entry_bytes));
        for (std::uint32_t bucket = 0; bucket < table.size(); ++bucket)
            background_.emplace(table.key(bucket), 0);
        std::vector<std::uint32_t> selected;
        ASK(walk_background(
            [&](const GroupContext& context, const store::Bitmap& rows) -> Answer<> {
                if (background_.empty()) return {};
                selected.clear();
                rows.for_each([&](std::uint32_t row) { selected.push_back(row); });
                Selection all;
                all.rows = selected;
                return counter_.look_again(context, all, [this](std::int64_t key) {
                    if (const auto it = background_.find(key); it != background_.end())
                        ++it->second;
                });
            }));
        return children_.finish();
    }

    std::string key_text(const Bucket& bucket) const override { return counter_.text(bucket); }

    double key_number(const Bucket& bucket) const override { return counter_.number(bucket); }

protected:
    void write_head(json::Writer& out) const override {
        if (counter_.source().mapped()) write_counts(out);
    }

    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        begin_bucket(bucket);
        if (counter_.source().kind() == ValueKind::boolean) {
            out.member("key", bucket.key).member("key_as_string", bucket.key != 0);
        } else {
            counter_.write_key(out, bucket);
        }
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        return best(
            owner, counter_.of(owner), [this](std::int64_t key) { return background_.at(key); },
            [this](const Bucket& a, const Bucket& b) { return counter_.compare(a, b); });
    }

private:
    TermCounter counter_;
    std::unordered_map<std::int64_t, std::uint64_t> background_;  // of the background, by key
};

class SignificantText final : public Significant {
public:
    SignificantText(Common common, Settings settings, std::string field,
                    std::vector<std::string> sources, TermFilter filter)
        : Significant(std::move(common), std::move(settings)),
          field_(std::move(field)),
          sources_(std::move(sources)),
          filter_(std::move(filter)) {
        if (sources_.empty()) sources_.push_back(field_);
    }

    std::string typed_name() const override { return "sigsterms"; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        for (const auto& index : request.indices) {
            const Field field = find_field(*index, field_);
            if (!field.known() || field.is_text() || field.is_keyword()) continue;
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("significant_text looks at texts and keywords, and [{}] is neither",
                            field_));
        }
        // The words are texts, whatever the field is: as those of a field that nobody knows.
        SourceRule rule;
        rule.unmapped = ValueKind::text;
        Source words;
        ASK(words.bind(request, common_, SourceOptions(), rule));
        ASK(filter_.bind(words, name()));
        return bind_background(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(count_documents(selection));
        const Field field = find_field(*context.index, field_);
        if (!field.known()) return {};
        std::uint32_t last = no_bucket;
        std::size_t seen = 0;
        for (std::size_t i = 0; i < selection.rows.size(); ++i) {
            const std::uint32_t row = selection.rows[i];
            if (row != last) {
                ASK(cut(context, field, row));
                if (++seen % 256 == 0) ASK(context.go_on());
            }
            last = row;
            const std::uint32_t owner = selection.buckets.empty() ? 0 : selection.buckets[i];
            for (const std::uint32_t word : words_)
                table_.add(table_.find_or_add(owner, word), 1);
            ASK(charge());
        }
        return {};
    }

    Answer<> finish() override {
        constexpr std::size_t entry_bytes = 48;
        ASK(ledger().hold(table_.size() * entry_bytes));
        // Words that too few documents of a bucket have are never shown.
        for (std::uint32_t bucket = 0; bucket < table_.size(); ++bucket) {
            if (table_.count(bucket) >= settings_.min_doc_count)
                background_.emplace(table_.key(bucket), 0);
        }
        return walk_background(
            [&](const GroupContext& context, const store::Bitmap& rows) -> Answer<> {
                const Field field = find_field(*context.index, field_);
                if (!field.known()) return {};
                for (auto& [word, count] : background_) {
                    ASK(context.go_on());
                    const std::string text(names_.text(word));
                    const NodePtr node =
                        field.is_text() ? token_term(field, text) : keyword_term(field, text);
                    store::Bitmap with = ASK(node->rows(context));
                    with.and_with(rows);
                    count += with.count();
                }
                return {};
            });
    }

    std::string key_text(const Bucket& bucket) const override {
        return std::string(names_.text(bucket.key));
    }

protected:
    void write_head(json::Writer& out) const override { write_counts(out); }

    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        begin_bucket(bucket);
        out.member("key", names_.text(bucket.key));
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> all;
        for (const std::uint32_t bucket : table_.of(owner)) {
            if (table_.count(bucket) >= settings_.min_doc_count)
                all.push_back({no_bucket, table_.count(bucket), table_.key(bucket)});
        }
        return best(
            owner, std::move(all), [this](std::int64_t key) { return background_.at(key); },
            [this](const Bucket& a, const Bucket& b) {
                return names_.text(a.key).compare(names_.text(b.key));
            });
    }

private:
    /// What words and buckets have grown by since the last time.
    Answer<> charge() {
        const std::size_t now = table_.memory_bytes() + names_.memory_bytes();
        if (now <= charged_bytes_) return {};
        ASK(ledger().hold(now - charged_bytes_));
        charged_bytes_ = now;
        return {};
    }

    /// The different words of a row, as numbers.
    Answer<> cut(const GroupContext& context, const Field& field, std::uint32_t row) {
        words_.clear();
        for (const std::string& source : sources_) {
            const Field from = find_field(*context.index, source);
            if (!from.is_text() && !from.is_keyword()) continue;
            for (const std::string& text : ASK(texts_of(context, from, row))) {
                if (!field.is_text()) {
                    add_word(field.normalized(text));
                    continue;
                }
                for (text::TokenStream words(field.analyzer.get(), text); words.next();)
                    add_word(words.token());
            }
        }
        std::ranges::sort(words_);
        const auto twice = std::ranges::unique(words_);
        words_.erase(twice.begin(), twice.end());
        return {};
    }

    void add_word(std::string_view word) {
        if (filter_.none() || filter_.accepts(word)) words_.push_back(names_.number_of(word));
    }

    std::string field_;
    std::vector<std::string> sources_;
    TermFilter filter_;
    TermNames names_;
    BucketTable table_;
    std::size_t charged_bytes_ = 0;
    std::vector<std::uint32_t> words_;                            // of one row
    std::unordered_map<std::int64_t, std::uint64_t> background_;  // of the background, by word
};

/// A member that nobody knows could have been a heuristic, says Elasticsearch.
Answer<> finish(Options& options) {
    auto finished = options.finish();
    if (finished || finished.error().caused_by_type != "") return finished;
    const std::string& reason = finished.error().reason;
    const std::size_t named = reason.find("unknown field");
    const bool own = reason.starts_with(fmt::format("[1:1] [{}]", options.type()));
    if (named == std::string::npos || !own) return finished;
    finished.error().caused_by_type = "named_object_not_found_exception";
    finished.error().caused_by_reason = "[1:1] " + reason.substr(named);
    return finished;
}

Made make_significant_terms(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, true, false);
    Settings settings;
    ASK(settings.read(options, body));
    TermFilter filter = TermFilter::read(options);
    const auto hint = options.text("execution_hint");
    ASK(finish(options));
    ASK(source.check());
    if (hint && *hint != "map" && *hint != "global_ordinals") {
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("Unknown `execution_hint`: [{}], expected any of [map, global_ordinals]",
                        *hint));
    }
    return std::make_unique<SignificantTerms>(std::move(common), std::move(settings),
                                              TermCounter(std::move(source), std::move(filter)));
}

Made make_significant_text(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    const auto field = options.text("field");
    std::vector<std::string> sources;
    if (const event::Value* names = options.array("source_fields")) {
        for (const event::Value& name : names->as_array().values())
            sources.push_back(scalar_text(name).value_or(""));
    }
    Settings settings;
    ASK(settings.read(options, body));
    TermFilter filter = TermFilter::read(options);
    ASK(finish(options));
    if (!field) {
        return refuse("illegal_argument_exception",
                      "Required one of fields [field], but none were specified. ");
    }
    return std::make_unique<SignificantText>(std::move(common), std::move(settings), *field,
                                             std::move(sources), std::move(filter));
}

constexpr Parameter members[] = {
    {"size", Takes::integer},
    {"shard_size", Takes::integer},
    {"min_doc_count", Takes::integer},
    {"shard_min_doc_count", Takes::integer},
    {"background_filter", Takes::object},
    {"include", Takes::any},
    {"exclude", Takes::any},
};

// The members of terms without its order, and those of a source in one table for terms: a kind has
// room for three.
constexpr Parameter terms_members[] = {
    {"field", Takes::text},
    {"missing", Takes::any},
    {"value_type", Takes::text},
    {"script", Takes::any, Use::refused, "it looks at the values of a field"},
    {"format", Takes::text},
    {"execution_hint", Takes::text},
};

constexpr Parameter text_members[] = {
    {"field", Takes::text},
    {"source_fields", Takes::array},
    {"filter_duplicate_text", Takes::flag, Use::refused,
     "which of two equal texts counts would depend on the order of the rows", "false"},
};

constexpr AggregationKind kinds[] = {
    {"significant_terms", make_significant_terms, {terms_members, members, heuristic_members}},
    {"significant_text", make_significant_text, {text_members, members, heuristic_members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::significant
