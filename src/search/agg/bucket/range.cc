// search/agg/bucket/range.cc -- range, date_range and ip_range: buckets between bounds, from
// included and to not. A document with several values counts once in each bucket that holds one of
// them. Buckets come in the order of their bounds, whatever the order in the request.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/values/source.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

namespace elkhorn::search::agg::range {
namespace {

using event::Kind;
using event::Value;

struct RangeSettings {
    struct Given {
        std::string key;
        std::optional<std::string> from;
        std::optional<std::string> to;
    };

    SourceOptions source;
    std::vector<Given> ranges;
    bool keyed = false;
};

/// Counts rows into `count` buckets for each bucket of the parent.
class RangeCounter {
public:
    /// `below` is the aggregation's.
    explicit RangeCounter(SelectionBuffer& below) : below_(below) {}

    void start(std::size_t count) {
        count_ = count;
        below_.clear();
        last_row_ = no_bucket;
    }

    std::vector<std::uint64_t>& counts() { return counts_; }

    void add(std::uint32_t row, std::uint32_t owner, std::size_t place, bool children) {
        if (row != last_row_ || owner != last_owner_) {
            seen_.assign(count_, false);
            last_row_ = row;
            last_owner_ = owner;
        }
        if (seen_[place]) return;
        seen_[place] = true;
        const auto bucket = static_cast<std::uint32_t>(owner * count_ + place);
        ++counts_[bucket];
        if (children) below_.add(row, bucket);
    }

    std::vector<Bucket> buckets(std::uint32_t owner) const {
        std::vector<Bucket> made;
        for (std::size_t place = 0; place < count_; ++place) {
            const std::size_t bucket = owner == no_bucket ? no_bucket : owner * count_ + place;
            const bool there = bucket < counts_.size();
            made.push_back({there ? static_cast<std::uint32_t>(bucket) : no_bucket,
                            there ? counts_[bucket] : 0, static_cast<std::int64_t>(place)});
        }
        return made;
    }

    void set_count(std::size_t count) { count_ = count; }

private:
    std::size_t count_ = 0;
    std::vector<std::uint64_t> counts_;
    SelectionBuffer& below_;
    std::vector<bool> seen_;
    std::uint32_t last_row_ = no_bucket;
    std::uint32_t last_owner_ = no_bucket;
};

class NumberRange final : public MultiBucket {
public:
    NumberRange(Common common, RangeSettings settings, bool dates)
        : MultiBucket(std::move(common)), settings_(std::move(settings)), dates_(dates) {}

    Answer<> bind(const RequestContext& request) override {
        if (settings_.ranges.empty()) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("No [ranges] specified for the [{}] aggregation", name()));
        }
        SourceRule rule;
        rule.unmapped = dates_ ? ValueKind::date : ValueKind::real;
        ASK(source_.bind(request, common_, settings_.source, rule));
        for (const RangeSettings::Given& given : settings_.ranges) {
            Range range;
            if (given.from) range.from = ASK(source_.format().read(*given.from));
            if (given.to) range.to = ASK(source_.format().read(*given.to));
            range.key =
                given.key.empty() ? bound_text(range.from) + "-" + bound_text(range.to) : given.key;
            range.place = ranges_.size();
            ranges_.push_back(std::move(range));
        }
        std::ranges::sort(ranges_, [](const Range& a, const Range& b) {
            return std::tie(a.from, a.to, a.place) < std::tie(b.from, b.to, b.place);
        });
        counter_.set_count(ranges_.size());
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        const std::uint32_t count = ASK(bucket_product(selection.bucket_count, ranges_.size()));
        ASK(grow(counter_.counts(), count));
        counter_.start(ranges_.size());
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        const bool children = !children_.none();
        numbers.visit([&](const auto& column) {
            for_each_distinct(selection, column,
                              [&](std::uint32_t row, std::uint32_t owner, auto value) {
                                  const auto number = static_cast<double>(value);
                                  for (std::size_t i = 0; i < ranges_.size(); ++i) {
                                      if (number >= ranges_[i].from && number < ranges_[i].to)
                                          counter_.add(row, owner, i, children);
                                  }
                              });
        });
        return children ? children_.collect(context, below_.selection(count)) : Answer<>();
    }

    bool merges() const override { return children_.merges(); }

    Answer<> merge(Aggregator& given, BucketMap above) override {
        auto& other = static_cast<NumberRange&>(given);
        const std::vector<std::uint32_t> below = several_below(above, ranges_.size());
        ASK(merge_states(counter_.counts(), other.counter_.counts(), below,
                         [](std::uint64_t& mine, std::uint64_t more) { mine += more; }));
        return children_.merge(other.children_, below);
    }

    std::optional<TimeSpan> time_span(std::uint32_t bucket) override {
        if (parent() == nullptr || bucket == no_bucket) return std::nullopt;
        return parent()->time_span(static_cast<std::uint32_t>(bucket / ranges_.size()));
    }

    Answer<std::size_t> fan_out(const GroupContext& /*context*/) const override {
        return ranges_.size();
    }

    std::string key_text(const Bucket& bucket) const override { return range(bucket).key; }

protected:
    bool keyed() const override { return settings_.keyed; }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        return counter_.buckets(owner);
    }

    void write_key(json::Writer& out, const Bucket& bucket, bool keyed) const override {
        const Range& shown = range(bucket);
        if (!keyed) out.member("key", shown.key);
        write_bound(out, "from", shown.from);
        write_bound(out, "to", shown.to);
    }

private:
    struct Range {
        std::string key;
        double from = -std::numeric_limits<double>::infinity();
        double to = std::numeric_limits<double>::infinity();
        std::size_t place = 0;  // in the request
    };

    const Range& range(const Bucket& bucket) const {
        return ranges_[static_cast<std::size_t>(bucket.key)];
    }

    std::string bound_text(double bound) const {
        return std::isfinite(bound) ? source_.format().text(bound) : "*";
    }

    void write_bound(json::Writer& out, std::string_view name, double bound) const {
        if (!std::isfinite(bound)) return;
        out.member(name, bound);
        if (!source_.format().shown()) return;
        out.key(fmt::format("{}_as_string", name));
        if (source_.format().kind() == ValueFormat::Kind::boolean) {
            out.value(bound != 0);
        } else {
            out.value(source_.format().text(bound));
        }
    }

    RangeSettings settings_;
    bool dates_;
    Source source_;
    std::vector<Range> ranges_;
    RangeCounter counter_{below_};
};

struct AddressRange {
    std::string key;
    std::optional<std::string> from;  // 16 bytes
    std::optional<std::string> to;
    std::size_t place = 0;  // in the request
};

class IpRange final : public MultiBucket {
public:
    IpRange(Common common, SourceOptions source, std::vector<AddressRange> ranges, bool keyed)
        : MultiBucket(std::move(common)),
          options_(std::move(source)),
          ranges_(std::move(ranges)),
          keyed_(keyed) {
        std::ranges::sort(ranges_, [](const AddressRange& a, const AddressRange& b) {
            if (a.from != b.from) return a.from < b.from;  // none comes first
            if (a.to && b.to && *a.to != *b.to) return *a.to < *b.to;
            if (a.to.has_value() != b.to.has_value()) return a.to.has_value();
            return a.place < b.place;
        });
        counter_.set_count(ranges_.size());
    }

    Answer<> bind(const RequestContext& request) override {
        if (ranges_.empty()) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("No [ranges] specified for the [{}] aggregation", name()));
        }
        SourceRule rule;
        rule.numbers = rule.dates = false;
        rule.addresses = true;
        rule.unmapped = ValueKind::address;
        ASK(source_.bind(request, common_, options_, rule));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        const std::uint32_t count = ASK(bucket_product(selection.bucket_count, ranges_.size()));
        ASK(grow(counter_.counts(), count));
        counter_.start(ranges_.size());
        const TermColumn column = ASK(source_.terms(context, selection));
        const bool children = !children_.none();
        if (!column.none()) {
            for_each_distinct(selection, *column.ordinals,
                              [&](std::uint32_t row, std::uint32_t owner, std::uint32_t ordinal) {
                                  const std::string_view address = column.text(ordinal);
                                  for (std::size_t i = 0; i < ranges_.size(); ++i) {
                                      if (ranges_[i].from && address < *ranges_[i].from) continue;
                                      if (ranges_[i].to && address >= *ranges_[i].to) continue;
                                      counter_.add(row, owner, i, children);
                                  }
                              });
        }
        return children ? children_.collect(context, below_.selection(count)) : Answer<>();
    }

    bool merges() const override { return children_.merges(); }

    Answer<> merge(Aggregator& given, BucketMap above) override {
        auto& other = static_cast<IpRange&>(given);
        const std::vector<std::uint32_t> below = several_below(above, ranges_.size());
        ASK(merge_states(counter_.counts(), other.counter_.counts(), below,
                         [](std::uint64_t& mine, std::uint64_t more) { mine += more; }));
        return children_.merge(other.children_, below);
    }

    std::optional<TimeSpan> time_span(std::uint32_t bucket) override {
        if (parent() == nullptr || bucket == no_bucket) return std::nullopt;
        return parent()->time_span(static_cast<std::uint32_t>(bucket / ranges_.size()));
    }

    Answer<std::size_t> fan_out(const GroupContext& /*context*/) const override {
        return ranges_.size();
    }

    std::string key_text(const Bucket& bucket) const override {
        const AddressRange& range = ranges_[static_cast<std::size_t>(bucket.key)];
        if (!range.key.empty()) return range.key;
        return (range.from ? store::format_ip(*range.from) : "*") + "-" +
               (range.to ? store::format_ip(*range.to) : "*");
    }

protected:
    bool keyed() const override { return keyed_; }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        return counter_.buckets(owner);
    }

    void write_key(json::Writer& out, const Bucket& bucket, bool keyed) const override {
        const AddressRange& range = ranges_[static_cast<std::size_t>(bucket.key)];
        if (!keyed) out.member("key", key_text(bucket));
        if (range.from) out.member("from", store::format_ip(*range.from));
        if (range.to) out.member("to", store::format_ip(*range.to));
    }

private:
    SourceOptions options_;
    std::vector<AddressRange> ranges_;
    bool keyed_;
    Source source_;
    RangeCounter counter_{below_};
};

/// One element of "ranges" of numbers and dates.
std::optional<RangeSettings::Given> read_range(Options& options, const Value& element) {
    if (!element.is(Kind::object)) {
        options.fail(
            "ranges", "x_content_parse_exception",
            fmt::format("[1:1] [range] Expected START_OBJECT but was: {}", token_name(element)));
        return std::nullopt;
    }
    RangeSettings::Given given;
    Options inner("range", options.name(), element);
    const auto bound = [&](std::string_view name) -> std::optional<std::string> {
        const Value* value = inner.any_unless_null(name);
        if (value == nullptr) return std::nullopt;
        if (value->is(Kind::string) || value->is(Kind::integer)) return scalar_text(*value);
        if (value->is(Kind::real)) {
            // A date's bound loses its fraction; a number's is read again as it was.
            if (options.type() == "date_range") {
                return std::to_string(
                    static_cast<std::int64_t>(std::clamp(value->as_real(), -9.2e18, 9.2e18)));
            }
            return scalar_text(*value);
        }
        inner.fail_kind(name, *value);
        return std::nullopt;
    };
    given.from = bound("from");
    given.to = bound("to");
    if (const Value* key = inner.any("key")) given.key = scalar_text(*key).value_or("");
    if (auto read = inner.finish(); !read)
        options.fail("ranges", read.error().type, read.error().reason);
    return given;
}

std::vector<const Value*> elements_of(const Value* list) {
    std::vector<const Value*> elements;
    if (list == nullptr) return elements;
    if (list->is(Kind::object)) {
        elements.push_back(list);
        return elements;
    }
    for (const Value& element : list->as_array().values())
        elements.push_back(&element);
    return elements;
}

Made make_number_range(Common common, const Value& body, bool dates) {
    Options options(common.type, common.name, body);
    RangeSettings settings;
    settings.source = SourceOptions::read(options, true, dates);
    settings.keyed = options.boolean("keyed").value_or(false);
    for (const Value* element : elements_of(options.object_or_array("ranges"))) {
        if (auto given = read_range(options, *element))
            settings.ranges.push_back(std::move(*given));
    }
    ASK(options.finish());
    ASK(settings.source.check());
    return std::make_unique<NumberRange>(std::move(common), std::move(settings), dates);
}

std::optional<std::string> read_address(Options& options, const Value& value) {
    const std::string text = scalar_text(value).value_or("");
    const auto address = store::parse_ip(text);
    if (!address) {
        options.fail("ranges", "illegal_argument_exception",
                     fmt::format("'{}' is not an IP string literal.", text));
        return std::nullopt;
    }
    return std::string(address->data(), address->size());
}

/// The address after it; nothing after the last one.
std::optional<std::string> after(const store::IpBytes& address) {
    std::string next(address.data(), address.size());
    for (std::size_t i = next.size(); i > 0; --i) {
        next[i - 1] = static_cast<char>(static_cast<unsigned char>(next[i - 1]) + 1);
        if (next[i - 1] != 0) return next;
    }
    return std::nullopt;
}

void read_mask(Options& options, const Value& value, AddressRange& range) {
    const std::string text = scalar_text(value).value_or("");
    const auto both = text.find('/') == std::string::npos ? std::nullopt : store::parse_cidr(text);
    if (!both) {
        return options.fail("ranges", "illegal_argument_exception",
                            fmt::format("Expected [ip/prefix] but was [{}]", text));
    }
    const std::string first(both->first.data(), both->first.size());
    if (first != std::string(16, '\0')) range.from = first;
    range.to = after(both->second);
    if (range.key.empty()) range.key = text;
}

AddressRange read_address_range(Options& options, const Value& element) {
    AddressRange range;
    if (!element.is(Kind::object)) {
        options.fail("ranges", "parsing_exception", "[ranges] must contain objects");
        return range;
    }
    const event::Object& members = element.as_object();
    if (const Value* key = members.find("key")) range.key = scalar_text(*key).value_or("");
    for (const event::Member& member : members.members()) {
        if (member.name == "key" || member.value.is_null()) continue;
        if (member.name == "from") {
            range.from = read_address(options, member.value);
        } else if (member.name == "to") {
            range.to = read_address(options, member.value);
        } else if (member.name == "mask") {
            read_mask(options, member.value, range);
        } else {
            options.fail("ranges", "parsing_exception",
                         fmt::format("Unexpected ip range parameter: [{}]", member.name));
        }
    }
    return range;
}

Made make_range(Common common, const Value& body) {
    return make_number_range(std::move(common), body, false);
}

Made make_date_range(Common common, const Value& body) {
    return make_number_range(std::move(common), body, true);
}

Made make_ip_range(Common common, const Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, false, false);
    const bool keyed = options.boolean("keyed").value_or(false);
    std::vector<AddressRange> ranges;
    for (const Value* element : elements_of(options.object_or_array("ranges"))) {
        ranges.push_back(read_address_range(options, *element));
        ranges.back().place = ranges.size();
    }
    ASK(options.finish());
    ASK(source.check());
    return std::make_unique<IpRange>(std::move(common), std::move(source), std::move(ranges),
                                     keyed);
}

constexpr Parameter members[] = {{"ranges", Takes::array}, {"keyed", Takes::flag}};
constexpr Parameter date_members[] = {
    {"ranges", Takes::array}, {"keyed", Takes::flag}, {"time_zone", Takes::text}};

constexpr AggregationKind kinds[] = {
    {"range", make_range, {source_members, format_members, members}},
    {"date_range", make_date_range, {source_members, format_members, date_members}},
    {"ip_range", make_ip_range, {source_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::range
