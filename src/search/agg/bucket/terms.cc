// search/agg/bucket/terms.cc -- terms: a bucket for each value of a field, the greatest ones shown.
//
// Texts are counted by the ordinals of each row group's dictionary, in an array, and become terms
// of the whole request once per row group: each distinct text is looked up once, not each row.
// Numbers that lie close together are counted in an array, too, others by hash.
//
//   dictionary of the row group      0 debug  1 error  2 info
//   counts while rows are read       3        1        40
//   terms of the request             7        2        5       (numbered as they appeared)

#include "base/strings.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/order.h"
#include "search/agg/values/source.h"
#include "search/agg/values/term_filter.h"
#include "search/agg/values/term_names.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <unordered_map>
#include <unordered_set>

namespace elkhorn::search::agg::terms {
namespace {

/// Buckets by (bucket of the parent, key). At the top, where there is one parent, terms are
/// numbered densely, and a term's number is its bucket.
class TermBuckets {
public:
    explicit TermBuckets(bool dense) : dense_(dense) {}

    std::uint32_t find_or_add(std::uint32_t owner, std::int64_t key) {
        if (!dense_) return table_.find_or_add(owner, key);
        const auto bucket = static_cast<std::uint32_t>(key);
        if (bucket >= counts_.size()) counts_.resize(bucket + 1);
        return bucket;
    }

    void add(std::uint32_t bucket, std::uint64_t documents) {
        if (dense_)
            counts_[bucket] += documents;
        else
            table_.add(bucket, documents);
    }

    /// As BucketTable::merge.
    template <typename KeyOf>
    std::vector<std::uint32_t> merge(const TermBuckets& other, BucketMap above, KeyOf&& key_of) {
        if (!dense_) return table_.merge(other.table_, above, key_of);
        std::vector<std::uint32_t> places(other.counts_.size(), no_bucket);
        for (std::uint32_t i = 0; i < other.counts_.size(); ++i) {
            if (other.counts_[i] == 0) continue;
            places[i] = find_or_add(0, key_of(i));
            counts_[places[i]] += other.counts_[i];
        }
        return places;
    }

    /// Calls visit(bucket, count, key) for those of one bucket of the parent.
    template <typename Visit>
    void for_each(std::uint32_t owner, Visit&& visit) {
        if (!dense_) {
            for (const std::uint32_t bucket : table_.of(owner))
                visit(bucket, table_.count(bucket), table_.key(bucket));
            return;
        }
        for (std::uint32_t i = 0; owner == 0 && i < counts_.size(); ++i) {
            if (counts_[i] > 0) visit(i, counts_[i], std::int64_t{i});
        }
    }

    std::uint32_t owner(std::uint32_t bucket) const { return dense_ ? 0 : table_.owner(bucket); }

    std::uint32_t size() const {
        return dense_ ? static_cast<std::uint32_t>(counts_.size()) : table_.size();
    }

    std::size_t memory_bytes() const { return table_.memory_bytes() + counts_.capacity() * 8; }

private:
    bool dense_;
    BucketTable table_;
    std::vector<std::uint64_t> counts_;
};

struct TermsSettings {
    SourceOptions source;
    std::size_t size = 10;
    std::size_t shard_size = 0;  // 0: by size
    std::uint64_t min_doc_count = 1;
    std::uint64_t shard_min_doc_count = 0;
    bool show_error = false;
    Order order = Order::by_count();
    TermFilter filter;
};

class Terms final : public MultiBucket {
public:
    Terms(Common common, TermsSettings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {
        if (settings_.shard_size == 0 && !settings_.order.starts_with_key()) {
            const double usual = static_cast<double>(settings_.size) * 1.5 + 10;
            settings_.shard_size = static_cast<std::size_t>(std::min(usual, 2147483647.0));
        }
        settings_.shard_size = std::max(settings_.shard_size, settings_.size);
        settings_.shard_min_doc_count =
            std::min(settings_.shard_min_doc_count, settings_.min_doc_count);
    }

    std::string typed_name() const override {
        if (is_text_kind(source_.kind())) return "sterms";
        return source_.whole() ? "lterms" : "dterms";
    }

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.texts = rule.addresses = true;
        rule.unmapped = ValueKind::text;
        ASK(source_.bind(request, common_, settings_.source, rule));
        ASK(settings_.filter.bind(source_, name()));
        ASK(settings_.order.bind(*this));
        table_ = TermBuckets(common_.top && is_text_kind(source_.kind()));
        return children_.bind(request);
    }

    bool wants_all_rows() const override {
        return settings_.min_doc_count == 0 || MultiBucket::wants_all_rows();
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        const std::size_t before =
            table_.memory_bytes() + names_.memory_bytes() + zero_keys_.size() * 32;
        below_.clear();
        const bool zeros = settings_.min_doc_count == 0;
        if (auto plain = ASK(zeros ? std::nullopt : source_.plain_texts(context))) {
            ASK(count_plain(context, selection, *plain));
        } else if (is_text_kind(source_.kind())) {
            const TermColumn column = ASK(source_.terms(context, selection));
            if (!column.none()) count_texts(selection, column);
            if (!column.none() && zeros) remember_texts(context, column);
        } else {
            const NumberColumn numbers = ASK(source_.numbers(context, selection));
            numbers.visit([&](const auto& column) {
                count_numbers(selection, column);
                if (zeros) remember_numbers(context, column);
            });
        }
        ASK(ledger().hold(table_.memory_bytes() + names_.memory_bytes() + zero_keys_.size() * 32 -
                          before));
        return children_.none() ? Answer<>()
                                : children_.collect(context, below_.selection(table_.size()));
    }

    std::optional<TimeSpan> time_span(std::uint32_t bucket) override {
        if (parent() == nullptr || bucket >= table_.size()) return std::nullopt;
        return parent()->time_span(table_.owner(bucket));
    }

    /// Where empty terms are shown, all rows are looked at, and by one thread.
    bool merges() const override { return !wants_all_rows() && children_.merges(); }

    Answer<> merge(Aggregator& given, BucketMap above) override {
        auto& other = static_cast<Terms&>(given);
        const std::size_t before = table_.memory_bytes() + names_.memory_bytes();
        const std::vector<std::uint32_t> numbers = names_.add_all(other.names_);
        const bool texts = is_text_kind(source_.kind());
        const auto below = table_.merge(other.table_, above, [&](std::int64_t key) {
            return texts ? std::int64_t{numbers[static_cast<std::size_t>(key)]} : key;
        });
        ASK(ledger().hold(table_.memory_bytes() + names_.memory_bytes() - before));
        return children_.merge(other.children_, below);
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        return source_.most_values(context);
    }

    std::string key_text(const Bucket& bucket) const override {
        if (source_.kind() == ValueKind::address) return store::format_ip(names_.text(bucket.key));
        if (source_.kind() == ValueKind::text) return std::string(names_.text(bucket.key));
        return source_.whole() ? source_.format().text(bucket.key)
                               : source_.format().text(key_number(bucket));
    }

    double key_number(const Bucket& bucket) const override {
        if (is_text_kind(source_.kind())) return std::nan("");
        return source_.whole() ? static_cast<double>(bucket.key)
                               : std::bit_cast<double>(bucket.key);
    }

protected:
    void write_head(json::Writer& out) const override {
        out.member("doc_count_error_upper_bound", error_);
        out.member("sum_other_doc_count", other_);
    }

    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        out.key("key");
        if (is_text_kind(source_.kind())) {
            out.value(key_text(bucket));
            return;
        }
        if (source_.whole()) {
            out.value(bucket.key);
        } else {
            out.value(key_number(bucket));
        }
        if (source_.format().shown()) out.member("key_as_string", key_text(bucket));
    }

    void write_after_count(json::Writer& out) const override {
        if (settings_.show_error) out.member("doc_count_error_upper_bound", error_);
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> all;
        std::uint64_t total = 0;
        table_.for_each(owner, [&](std::uint32_t bucket, std::uint64_t count, std::int64_t key) {
            total += count;
            if (count >= settings_.shard_min_doc_count) all.push_back({bucket, count, key});
        });
        if (settings_.min_doc_count == 0) add_zeros(all, owner);
        // As Elasticsearch has it: a shard answers with its first `shard_size` buckets, too small
        // ones among them, and of those the first `size` that are large enough are shown.
        const auto compare = [this](const Bucket& a, const Bucket& b) {
            return compare_keys(a, b);
        };
        const bool full = all.size() >= settings_.shard_size;
        const bool sure =
            settings_.order.starts_with_key() || settings_.order.starts_with_count_down();
        error_ = full && !sure ? -1 : 0;
        settings_.order.arrange(all, settings_.shard_size, compare);
        for (const Bucket& bucket : all)
            total -= bucket.count;
        std::erase_if(
            all, [this](const Bucket& bucket) { return bucket.count < settings_.min_doc_count; });
        for (std::size_t i = settings_.size; i < all.size(); ++i)
            total += all[i].count;
        if (all.size() > settings_.size) all.resize(settings_.size);
        other_ = total;
        return all;
    }

private:
    static constexpr std::uint32_t unseen = ~std::uint32_t{0};
    static constexpr std::uint32_t refused = unseen - 1;
    static constexpr std::int64_t close_together = 65'536;
    static constexpr std::uint64_t most_places = 65'536;  // remembered while a row group is counted

    int compare_keys(const Bucket& a, const Bucket& b) const {
        if (is_text_kind(source_.kind())) {
            const int way = names_.text(a.key).compare(names_.text(b.key));
            return way < 0 ? -1 : way > 0 ? 1 : 0;
        }
        if (source_.whole()) return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
        const double left = key_number(a);
        const double right = key_number(b);
        return left < right ? -1 : left > right ? 1 : 0;
    }

    void add_zeros(std::vector<Bucket>& all, std::uint32_t owner) {
        std::unordered_set<std::int64_t> there;
        table_.for_each(owner,
                        [&](std::uint32_t, std::uint64_t, std::int64_t key) { there.insert(key); });
        for (const std::int64_t key : zero_keys_) {
            if (!there.contains(key)) all.push_back({no_bucket, 0, key});
        }
    }

    /// The request's number of a term of this row group; `refused` when the filter does not want
    /// it.
    std::uint32_t number_of(const TermColumn& column, std::uint32_t ordinal) {
        std::uint32_t& number = numbers_[ordinal];
        if (number == unseen) {
            const std::string_view text = column.text(ordinal);
            number = settings_.filter.none() || settings_.filter.accepts(text)
                         ? names_.number_of(text)
                         : refused;
        }
        return number;
    }

    /// Texts that lie without a dictionary are mostly different: each is looked up as it comes.
    Answer<> count_plain(const GroupContext& context, const Selection& selection,
                         const PlainTexts& plain) {
        const bool children = !children_.none();
        const auto count = [&](const TextBatch::Item& item, std::string_view text) {
            const std::uint32_t number = names_.number_of(text, item.hash);
            const std::uint32_t bucket = table_.find_or_add(item.owner, number);
            table_.add(bucket, 1);
            if (children) below_.add(item.row, bucket);
        };
        TextBatch batch;
        ASK(for_each_text(context, selection, plain,
                          [&](std::uint32_t row, std::uint32_t owner, std::string_view text) {
                              if (!settings_.filter.none() && !settings_.filter.accepts(text))
                                  return;
                              const std::uint64_t hash = hash64(text);
                              names_.prefetch(hash);
                              batch.add(row, owner, text, hash);
                              if (batch.full()) batch.take(count);
                          }));
        batch.take(count);
        return {};
    }

    void count_texts(const Selection& selection, const TermColumn& column) {
        numbers_.assign(column.ordinal_count(), unseen);
        if (selection.all_in_first()) return count_texts_of_one(selection, column);
        const bool children = !children_.none();
        const auto bucket_of = [&](std::uint32_t owner, std::uint32_t ordinal) {
            const std::uint32_t number = number_of(column, ordinal);
            return number == refused ? refused : table_.find_or_add(owner, number);
        };
        const auto count = [&](std::uint32_t row, std::uint32_t bucket) {
            if (bucket == refused) return;
            table_.add(bucket, 1);
            if (children) below_.add(row, bucket);
        };
        const std::uint64_t ordinals = column.ordinal_count();
        if (selection.bucket_count * ordinals > most_places) {
            for_each_distinct(selection, *column.ordinals,
                              [&](std::uint32_t row, std::uint32_t owner, std::uint32_t ordinal) {
                                  count(row, bucket_of(owner, ordinal));
                              });
            return;
        }
        places_.assign(selection.bucket_count * ordinals, unseen);
        for_each_distinct(selection, *column.ordinals,
                          [&](std::uint32_t row, std::uint32_t owner, std::uint32_t ordinal) {
                              std::uint32_t& bucket = places_[owner * ordinals + ordinal];
                              if (bucket == unseen) bucket = bucket_of(owner, ordinal);
                              count(row, bucket);
                          });
    }

    void count_texts_of_one(const Selection& selection, const TermColumn& column) {
        std::vector<std::uint32_t> counts(column.ordinal_count());
        for_each_distinct(
            selection, *column.ordinals,
            [&](std::uint32_t, std::uint32_t, std::uint32_t ordinal) { ++counts[ordinal]; });
        std::vector<std::uint32_t> buckets(counts.size(), refused);
        for (std::uint32_t ordinal = 0; ordinal < counts.size(); ++ordinal) {
            if (counts[ordinal] == 0) continue;
            const std::uint32_t number = number_of(column, ordinal);
            if (number == refused) continue;
            buckets[ordinal] = table_.find_or_add(0, number);
            table_.add(buckets[ordinal], counts[ordinal]);
        }
        if (children_.none()) return;
        for_each_distinct(selection, *column.ordinals,
                          [&](std::uint32_t row, std::uint32_t, std::uint32_t ordinal) {
                              if (buckets[ordinal] != refused) below_.add(row, buckets[ordinal]);
                          });
    }

    template <typename T>
    std::int64_t key_of(T value) const {
        if (source_.whole()) return static_cast<std::int64_t>(value);
        return std::bit_cast<std::int64_t>(static_cast<double>(value));
    }

    template <typename T>
    bool accepts(T value) const {
        if (settings_.filter.none()) return true;
        if (source_.whole()) return settings_.filter.accepts(static_cast<std::int64_t>(value));
        return settings_.filter.accepts(static_cast<double>(value));
    }

    template <typename T>
    void count_numbers(const Selection& selection, const store::ColumnValues<T>& column) {
        if constexpr (std::is_same_v<T, std::int64_t>) {
            if (selection.all_in_first() && !column.values.empty()) {
                const auto [min, max] = std::ranges::minmax(column.values);
                if (min > -close_together && max < close_together)
                    return count_near(selection, column, min, max);
            }
        }
        const bool children = !children_.none();
        for_each_distinct(selection, column, [&](std::uint32_t row, std::uint32_t owner, T value) {
            if (!accepts(value)) return;
            const std::uint32_t bucket = table_.find_or_add(owner, key_of(value));
            table_.add(bucket, 1);
            if (children) below_.add(row, bucket);
        });
    }

    /// All values between min and max, which are near enough for an array of counts.
    void count_near(const Selection& selection, const store::IntegerValues& column,
                    std::int64_t min, std::int64_t max) {
        std::vector<std::uint32_t> counts(static_cast<std::size_t>(max - min) + 1);
        for_each_distinct(selection, column, [&](std::uint32_t, std::uint32_t, std::int64_t value) {
            ++counts[static_cast<std::size_t>(value - min)];
        });
        std::vector<std::uint32_t> buckets(counts.size(), refused);
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const std::int64_t value = min + static_cast<std::int64_t>(i);
            if (counts[i] == 0 || !accepts(value)) continue;
            buckets[i] = table_.find_or_add(0, key_of(value));
            table_.add(buckets[i], counts[i]);
        }
        if (children_.none()) return;
        for_each_distinct(
            selection, column, [&](std::uint32_t row, std::uint32_t, std::int64_t value) {
                const std::uint32_t bucket = buckets[static_cast<std::size_t>(value - min)];
                if (bucket != refused) below_.add(row, bucket);
            });
    }

    /// Terms of documents that no query found: min_doc_count 0 shows them.
    void remember_texts(const GroupContext& context, const TermColumn& column) {
        context.live.for_each([&](std::uint32_t row) {
            for (auto i = column.ordinals->rows.first(row); i < column.ordinals->rows.last(row);
                 ++i) {
                const std::uint32_t number = number_of(column, column.ordinals->values[i]);
                if (number != refused) zero_keys_.insert(number);
            }
        });
    }

    template <typename T>
    void remember_numbers(const GroupContext& context, const store::ColumnValues<T>& column) {
        context.live.for_each([&](std::uint32_t row) {
            for (auto i = column.rows.first(row); i < column.rows.last(row); ++i) {
                if (accepts(column.values[i])) zero_keys_.insert(key_of(column.values[i]));
            }
        });
    }

    TermsSettings settings_;
    Source source_;
    TermNames names_;
    TermBuckets table_{false};
    std::unordered_set<std::int64_t> zero_keys_;
    std::vector<std::uint32_t> numbers_;  // of a row group's ordinals
    std::vector<std::uint32_t> places_;   // buckets by parent's bucket and ordinal of a row group
    std::int64_t error_ = 0;              // of the list made last, like other_
    std::uint64_t other_ = 0;
};

Made make_terms(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    TermsSettings settings;
    settings.source = SourceOptions::read(options, true, false);
    settings.size = static_cast<std::size_t>(options.integer_from("size", 1, "size").value_or(10));
    settings.shard_size =
        static_cast<std::size_t>(options.integer_from("shard_size", 1, "shardSize").value_or(0));
    settings.min_doc_count = static_cast<std::uint64_t>(
        options.integer_from("min_doc_count", 0, "minDocCount").value_or(1));
    settings.shard_min_doc_count = static_cast<std::uint64_t>(
        options.integer_from("shard_min_doc_count", 0, "shardMinDocCount").value_or(0));
    settings.show_error = options.boolean("show_term_doc_count_error").value_or(false);
    settings.order = Order::read(options, Order::by_count());
    settings.filter = TermFilter::read(options);
    if (const auto mode = options.text("collect_mode")) {
        if (*mode != "depth_first" && *mode != "breadth_first") {
            options.fail("collect_mode", "parse_exception",
                         fmt::format("no [collect_mode] found for value [{}]", *mode));
        }
    }
    ASK(options.finish());
    ASK(settings.source.check());
    return std::make_unique<Terms>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"size", Takes::integer},
    {"shard_size", Takes::integer},
    {"min_doc_count", Takes::integer},
    {"shard_min_doc_count", Takes::integer},
    {"show_term_doc_count_error", Takes::flag},
    {"order", Takes::any},
    {"include", Takes::any},
    {"exclude", Takes::any},
    {"collect_mode", Takes::text},
    {"execution_hint", Takes::text, Use::no_effect,
     "terms are counted by ordinals where there are"},
};

constexpr AggregationKind kinds[] = {
    {"terms", make_terms, {source_members, format_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::terms
