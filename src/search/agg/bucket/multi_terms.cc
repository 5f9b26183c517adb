// search/agg/bucket/multi_terms.cc -- multi_terms: a bucket for each combination of values of
// several fields, the greatest ones shown. A document with several values of a field counts once in
// each combination; one that lacks a field in none.
//
//   genre rock, product [a, b]   ->  ["rock","a"]  ["rock","b"]
//
// A combination is the keys of its values, eight bytes each, numbered as texts are.

#include "base/bytes.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/order.h"
#include "search/agg/values/source.h"
#include "search/agg/values/term_counter.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace elkhorn::search::agg::multi_terms {
namespace {

using event::Kind;
using event::Value;

/// One of the fields: its values in a row group as keys.
class Part {
public:
    explicit Part(SourceOptions options) : options_(std::move(options)) {}

    Answer<> bind(const RequestContext& request, const Common& common) {
        SourceRule rule;
        rule.texts = rule.addresses = true;
        rule.unmapped = ValueKind::text;
        return source_.bind(request, common, options_, rule);
    }

    const Source& source() const { return source_; }

    Answer<> enter(const GroupContext& context, const Selection& selection) {
        terms_ = ASK(source_.terms(context, selection));
        numbers_ = ASK(source_.numbers(context, selection));
        known_.assign(terms_.none() ? 0 : terms_.ordinal_count(), unseen);
        return {};
    }

    /// The different keys of a row.
    void keys(std::uint32_t row, std::vector<std::int64_t>& keys) {
        keys.clear();
        if (!terms_.none()) {
            const store::OrdinalValues& ordinals = *terms_.ordinals;
            for (auto i = ordinals.rows.first(row); i < ordinals.rows.last(row); ++i) {
                std::uint32_t& number = known_[ordinals.values[i]];
                if (number == unseen) number = names_.number_of(terms_.text(ordinals.values[i]));
                keys.push_back(number);
            }
        }
        numbers_.visit([&](const auto& column) {
            for (auto i = column.rows.first(row); i < column.rows.last(row); ++i)
                keys.push_back(key_of(column.values[i]));
        });
        if (keys.size() < 2) return;
        std::ranges::sort(keys);
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    }

    int compare(std::int64_t a, std::int64_t b) const {
        if (is_text_kind(source_.kind())) return names_.text(a).compare(names_.text(b));
        if (source_.whole()) return a < b ? -1 : a > b ? 1 : 0;
        const auto left = std::bit_cast<double>(a);
        const auto right = std::bit_cast<double>(b);
        return left < right ? -1 : left > right ? 1 : 0;
    }

    std::string text(std::int64_t key) const {
        if (source_.kind() == ValueKind::address) return store::format_ip(names_.text(key));
        if (source_.kind() == ValueKind::text) return std::string(names_.text(key));
        return source_.whole() ? source_.format().text(key)
                               : source_.format().text(std::bit_cast<double>(key));
    }

    void write(json::Writer& out, std::int64_t key) const {
        if (is_text_kind(source_.kind()) || source_.format().shown()) {
            out.value(text(key));
        } else if (source_.whole()) {
            out.value(key);
        } else {
            out.value(std::bit_cast<double>(key));
        }
    }

    std::size_t memory_bytes() const { return names_.memory_bytes(); }

private:
    static constexpr std::uint32_t unseen = ~std::uint32_t{0};

    template <typename T>
    std::int64_t key_of(T value) const {
        if (source_.whole()) return static_cast<std::int64_t>(value);
        return std::bit_cast<std::int64_t>(static_cast<double>(value));
    }

    SourceOptions options_;
    Source source_;
    TermNames names_;
    TermColumn terms_;  // of the row group, like numbers_
    NumberColumn numbers_;
    std::vector<std::uint32_t> known_;  // numbers of its ordinals
};

struct Settings {
    std::size_t size = 10;
    std::size_t shard_size = 0;
    std::uint64_t min_doc_count = 1;
    Order order = Order::by_count();
};

class MultiTerms final : public MultiBucket {
public:
    MultiTerms(Common common, std::vector<Part> parts, Settings settings)
        : MultiBucket(std::move(common)),
          parts_(std::move(parts)),
          settings_(std::move(settings)) {}

    Answer<> bind(const RequestContext& request) override {
        for (Part& part : parts_)
            ASK(part.bind(request, common_));
        ASK(settings_.order.bind(*this));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        below_.clear();
        for (Part& part : parts_)
            ASK(part.enter(context, selection));
        std::uint32_t row_known = no_bucket;
        std::vector<std::uint32_t> combinations;
        for (std::size_t i = 0; i < selection.rows.size(); ++i) {
            const std::uint32_t row = selection.rows[i];
            if (row != row_known) ASK(combine(row, combinations));
            row_known = row;
            for (const std::uint32_t combination : combinations) {
                const std::uint32_t owner = selection.buckets.empty() ? 0 : selection.buckets[i];
                const std::uint32_t bucket = table_.find_or_add(owner, combination);
                table_.add(bucket, 1);
                if (!children_.none()) below_.add(row, bucket);
            }
            ASK(charge());
        }
        if (children_.none()) return {};
        return children_.collect(context, below_.selection(table_.size()));
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        constexpr std::size_t many = std::size_t{1} << 32U;
        std::size_t most = 1;
        for (const Part& part : parts_)
            most = std::min(many, most * ASK(part.source().most_values(context)));
        return most;
    }

    std::string key_text(const Bucket& bucket) const override {
        std::string text;
        for (std::size_t i = 0; i < parts_.size(); ++i)
            text += (i == 0 ? "" : "|") + parts_[i].text(key(bucket, i));
        return text;
    }

protected:
    void write_head(json::Writer& out) const override {
        out.member("doc_count_error_upper_bound", 0);
        out.member("sum_other_doc_count", other_);
    }

    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        out.key("key").begin_array();
        for (std::size_t i = 0; i < parts_.size(); ++i)
            parts_[i].write(out, key(bucket, i));
        out.end_array().member("key_as_string", key_text(bucket));
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> all;
        std::uint64_t total = 0;
        for (const std::uint32_t bucket : table_.of(owner)) {
            total += table_.count(bucket);
            if (table_.count(bucket) >= settings_.min_doc_count)
                all.push_back({bucket, table_.count(bucket), table_.key(bucket)});
        }
        settings_.order.arrange(all, settings_.size, [this](const Bucket& a, const Bucket& b) {
            for (std::size_t i = 0; i < parts_.size(); ++i) {
                const int way = parts_[i].compare(key(a, i), key(b, i));
                if (way != 0) return way < 0 ? -1 : 1;
            }
            return 0;
        });
        for (const Bucket& bucket : all)
            total -= bucket.count;
        other_ = total;
        return all;
    }

private:
    std::size_t memory_bytes() const {
        std::size_t size_bytes = table_.memory_bytes() + combinations_.memory_bytes();
        for (const Part& part : parts_)
            size_bytes += part.memory_bytes();
        return size_bytes;
    }

    std::int64_t key(const Bucket& bucket, std::size_t part) const {
        return load<std::int64_t>(combinations_.text(bucket.key).data() +
                                  part * sizeof(std::int64_t));
    }

    /// What was made since the last time.
    Answer<> charge() {
        const std::size_t now = memory_bytes();
        ASK(ledger().hold(now > charged_bytes_ ? now - charged_bytes_ : 0));
        charged_bytes_ = std::max(charged_bytes_, now);
        return {};
    }

    /// The numbers of a row's combinations.
    Answer<> combine(std::uint32_t row, std::vector<std::uint32_t>& combinations) {
        combinations.clear();
        std::vector<std::vector<std::int64_t>> keys(parts_.size());
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            parts_[i].keys(row, keys[i]);
            if (keys[i].empty()) return {};
        }
        std::vector<std::size_t> at(parts_.size(), 0);
        std::string packed;
        for (;;) {
            packed.clear();
            for (std::size_t i = 0; i < parts_.size(); ++i)
                append_number(packed, keys[i][at[i]]);
            combinations.push_back(combinations_.number_of(packed));
            std::size_t turn = parts_.size();
            while (turn > 0 && ++at[turn - 1] == keys[turn - 1].size())
                at[--turn] = 0;
            if (turn == 0) return {};
            if (combinations.size() % 4096 == 0) ASK(charge());
        }
    }

    std::vector<Part> parts_;
    Settings settings_;
    TermNames combinations_;
    BucketTable table_;
    std::size_t charged_bytes_ = 0;
    std::uint64_t other_ = 0;  // of the list made last
};

std::vector<Part> read_parts(Options& options) {
    std::vector<Part> parts;
    const Value* terms = options.array("terms");
    for (std::size_t i = 0; terms != nullptr && i < terms->as_array().size(); ++i) {
        const Value& element = terms->as_array()[i];
        if (!element.is(Kind::object)) {
            options.fail("terms", "x_content_parse_exception",
                         fmt::format("[1:1] [terms] Expected START_OBJECT but was: {}",
                                     token_name(element)));
            break;
        }
        Options inner("terms", options.name(), element);
        SourceOptions source = SourceOptions::read(inner, true, true);
        auto read = inner.finish();
        if (read) read = source.check();
        if (!read) options.fail("terms", read.error().type, read.error().reason);
        parts.emplace_back(std::move(source));
    }
    return parts;
}

Made make_multi_terms(Common common, const Value& body) {
    constexpr std::size_t most_parts = 16;
    Options options(common.type, common.name, body);
    std::vector<Part> parts = read_parts(options);
    Settings settings;
    settings.size = static_cast<std::size_t>(options.integer_from("size", 1, "size").value_or(10));
    static_cast<void>(options.integer_from("shard_size", 1, "shardSize"));
    settings.min_doc_count = static_cast<std::uint64_t>(
        options.integer_from("min_doc_count", 1, "minDocCount").value_or(1));
    settings.order = Order::read(options, Order::by_count());
    ASK(options.finish());
    if (parts.size() < 2 || parts.size() > most_parts) {
        return refuse("illegal_argument_exception",
                      fmt::format("The [terms] parameter in the aggregation [{}] must be present "
                                  "and have at least 2 fields or scripts, and at most {}.",
                                  common.name, most_parts));
    }
    return std::make_unique<MultiTerms>(std::move(common), std::move(parts), std::move(settings));
}

constexpr std::string_view exact = "all combinations are counted";
constexpr Parameter members[] = {
    {"terms", Takes::array},
    {"size", Takes::integer},
    {"shard_size", Takes::integer},
    {"min_doc_count", Takes::integer},
    {"order", Takes::any},
    {"shard_min_doc_count", Takes::integer, Use::no_effect, exact},
    {"show_term_doc_count_error", Takes::flag, Use::no_effect, exact},
    {"collect_mode", Takes::text, Use::no_effect, exact},
};

constexpr AggregationKind kinds[] = {
    {"multi_terms", make_multi_terms, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::multi_terms
