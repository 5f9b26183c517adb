// search/agg/bucket/composite.cc -- composite: a bucket for each combination of values of several
// sources (terms, histogram, date_histogram), page by page: "after" is the last key of the page
// before.
//
// A combination is numbered source by source: (number of what came before, value) -> number, so
// that the last table's numbers are the buckets.

#include "base/strings.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/values/interval.h"
#include "search/agg/values/source.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <unordered_map>

namespace elkhorn::search::agg::composite {
namespace {

using event::Kind;
using event::Value;

struct CompositeSource {
    enum class Type { terms, histogram, date_histogram };
    std::string name;
    Type type = Type::terms;
    SourceOptions options;
    Interval interval;
    double width = 0;
    bool up = true;
    bool missing_bucket = false;
};

/// One value of a key. A missing one is less than all others.
struct Part {
    bool missing = true;
    std::int64_t whole = 0;
    double real = 0;
    std::string text;
};

/// A source bound to the request, and the texts it has seen.
class KeySource {
public:
    explicit KeySource(CompositeSource given) : given_(std::move(given)) {}

    const std::string& name() const { return given_.name; }

    bool up() const { return given_.up; }

    Answer<> bind(const RequestContext& request, const Common& common) {
        SourceRule rule;
        rule.texts = rule.addresses = given_.type == CompositeSource::Type::terms;
        rule.unmapped = rule.texts                                             ? ValueKind::text
                        : given_.type == CompositeSource::Type::date_histogram ? ValueKind::date
                                                                               : ValueKind::real;
        if (!given_.options.has_field && !given_.options.script) {
            auto failure = refuse_in_phase(
                "illegal_state_exception",
                "value source config is invalid; must have either a field or a script");
            failure.error().status = 500;
            return failure;
        }
        ASK(source_.bind(request, common, given_.options, rule));
        if (given_.type == CompositeSource::Type::date_histogram) {
            rounding_ = ASK(given_.interval.rounding(given_.options.time_zone));
        }
        return {};
    }

    /// The keys of each row: codes of rows r are [starts[r], starts[r + 1]).
    struct Codes {
        std::vector<std::uint32_t> starts;
        std::vector<std::int64_t> codes;
    };

    Answer<Codes> codes(const GroupContext& context, const Selection& selection) {
        Codes made;
        made.starts.assign(context.rows() + 1, 0);
        // As in Elasticsearch equal numbers of a document count as often as they are there.
        std::vector<std::pair<std::uint32_t, std::int64_t>> pairs;
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            for (std::uint32_t row = 0; row < context.rows(); ++row) {
                for (auto i = column.rows.first(row); i < column.rows.last(row); ++i) {
                    pairs.emplace_back(row, code_of(column.values[i]));
                }
            }
        });
        const TermColumn terms = ASK(source_.terms(context, selection));
        if (!terms.none()) {
            std::vector<std::uint32_t> rows(context.rows());
            std::iota(rows.begin(), rows.end(), 0U);
            for_each_distinct(Selection{rows, {}, 1, true}, *terms.ordinals,
                              [&](std::uint32_t row, std::uint32_t, std::uint32_t ordinal) {
                                  pairs.emplace_back(row, number_of(terms.text(ordinal)));
                              });
        }
        auto next = pairs.begin();
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            const bool there = next != pairs.end() && next->first == row;
            if (!there && given_.missing_bucket) made.codes.push_back(missing_code);
            for (; next != pairs.end() && next->first == row; ++next)
                made.codes.push_back(next->second);
            made.starts[row + 1] = static_cast<std::uint32_t>(made.codes.size());
        }
        return made;
    }

    Answer<std::size_t> most_values(const GroupContext& context) const {
        return source_.most_values(context);
    }

    /// Of the texts seen, and of the table that finds them again.
    std::size_t memory_bytes() const { return texts_bytes_ + texts_.size() * text_overhead; }

    Part part(std::int64_t code) const {
        Part made;
        made.missing = code == missing_code;
        if (made.missing) return made;
        if (is_text_kind(source_.kind())) {
            made.text = texts_[static_cast<std::size_t>(code)];
        } else if (whole()) {
            made.whole = code;
        } else {
            made.real = std::bit_cast<double>(code);
        }
        return made;
    }

    /// Below zero: a comes first upwards.
    int compare(const Part& a, const Part& b) const {
        if (a.missing || b.missing) return a.missing == b.missing ? 0 : a.missing ? -1 : 1;
        if (is_text_kind(source_.kind())) return a.text.compare(b.text);
        if (whole()) return a.whole < b.whole ? -1 : a.whole > b.whole ? 1 : 0;
        return a.real < b.real ? -1 : a.real > b.real ? 1 : 0;
    }

    void write(json::Writer& out, const Part& part) const {
        if (part.missing) {
            out.null();
        } else if (source_.kind() == ValueKind::address) {
            out.value(store::format_ip(part.text));
        } else if (source_.kind() == ValueKind::text) {
            out.value(part.text);
        } else if (source_.kind() == ValueKind::boolean && whole()) {
            out.value(part.whole != 0);
        } else if (!given_.options.format.empty()) {
            out.value(source_.format().text(part.whole));
        } else if (whole()) {
            out.value(part.whole);
        } else {
            out.value(part.real);
        }
    }

    /// As write, unless the format loses what the next page begins after (the hour of a day): then
    /// the number itself, so that pages end.
    void write_after(json::Writer& out, const Part& part) const {
        if (given_.options.format.empty() || part.missing) return write(out, part);
        const auto read = source_.format().read_whole(source_.format().text(part.whole));
        if (read && *read == part.whole) return write(out, part);
        out.value(part.whole);
    }

    Answer<Part> read_after(const Value& value) const {
        Part made;
        if (value.is_null()) return made;
        made.missing = false;
        const std::string text = scalar_text(value).value_or("");
        if (source_.kind() == ValueKind::text) {
            made.text = text;
        } else if (source_.kind() == ValueKind::address) {
            const auto address = store::parse_ip(text);
            if (!address) {
                return refuse_in_phase("illegal_argument_exception",
                                       fmt::format("'{}' is not an IP string literal.", text));
            }
            made.text.assign(address->data(), address->size());
        } else if (whole()) {
            made.whole = value.is(Kind::integer) ? value.as_integer()
                                                 : ASK(source_.format().read_whole(text));
        } else {
            made.real = ASK(source_.format().read(text));
        }
        return made;
    }

private:
    static constexpr std::size_t text_overhead = 96;  // a string, a node of the map, its slot
    static constexpr std::int64_t missing_code = std::numeric_limits<std::int64_t>::min();

    bool whole() const {
        return given_.type == CompositeSource::Type::date_histogram ||
               (given_.type == CompositeSource::Type::terms && source_.whole());
    }

    template <typename T>
    std::int64_t code_of(T value) {
        if (rounding_) return rounding_->round(static_cast<std::int64_t>(value));
        if (given_.type == CompositeSource::Type::histogram) {
            const double number =
                std::floor(static_cast<double>(value) / given_.width) * given_.width;
            return std::bit_cast<std::int64_t>(number + 0.0);
        }
        if (source_.whole()) return static_cast<std::int64_t>(value);
        return std::bit_cast<std::int64_t>(static_cast<double>(value));
    }

    std::int64_t number_of(std::string_view text) {
        if (const auto it = numbers_.find(text); it != numbers_.end()) return it->second;
        const std::string& kept = texts_.emplace_back(text);
        texts_bytes_ += text.size();
        const auto number = static_cast<std::int64_t>(texts_.size() - 1);
        numbers_.emplace(kept, number);
        return number;
    }

    CompositeSource given_;
    Source source_;
    std::optional<TimeRounding> rounding_;
    std::size_t texts_bytes_ = 0;
    std::deque<std::string> texts_;  // stays where it is, for numbers_ looks at it
    std::unordered_map<std::string_view, std::int64_t> numbers_;
};

class Composite final : public MultiBucket {
public:
    Composite(Common common, std::vector<CompositeSource> sources, std::size_t size,
              const Value* after)
        : MultiBucket(std::move(common)), size_(size), tables_(sources.size()) {
        for (CompositeSource& source : sources)
            sources_.emplace_back(std::move(source));
        if (after != nullptr) {
            arena_ = std::make_unique<event::Arena>();
            after_value_ = event::copy_value(*arena_, *after);
        }
    }

    Answer<> bind(const RequestContext& request) override {
        if (!common_.top) {
            return refuse_in_phase(
                "illegal_argument_exception",
                "[composite] aggregation cannot be used with a parentAggregation");
        }
        for (KeySource& source : sources_)
            ASK(source.bind(request, common_));
        if (after_value_.is(Kind::object)) {
            for (const KeySource& source : sources_) {
                const Value* part = after_value_.as_object().find(source.name());
                if (part == nullptr) {
                    return refuse_in_phase(
                        "illegal_argument_exception",
                        fmt::format("Missing value for [after.{}]", source.name()));
                }
                after_.push_back(ASK(source.read_after(*part)));
            }
        }
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        std::size_t before = 0;
        for (const BucketTable& table : tables_)
            before += table.memory_bytes();
        for (const KeySource& source : sources_)
            before += source.memory_bytes();
        std::vector<KeySource::Codes> codes;
        for (KeySource& source : sources_)
            codes.push_back(ASK(source.codes(context, selection)));
        below_.clear();
        for (const std::uint32_t row : selection.rows)
            combine(codes, row, 0, 0);
        std::size_t after = 0;
        for (const BucketTable& table : tables_)
            after += table.memory_bytes();
        for (const KeySource& source : sources_)
            after += source.memory_bytes();
        ASK(ledger().hold(after - before));
        return children_.none()
                   ? Answer<>()
                   : children_.collect(context, below_.selection(tables_.back().size()));
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        std::size_t product = 1;
        for (const KeySource& source : sources_) {
            const std::size_t values = ASK(source.most_values(context));
            product =
                std::min(product, std::numeric_limits<std::uint32_t>::max() / values) * values;
        }
        return product;
    }

    std::string key_text(const Bucket& bucket) const override {
        json::Writer out;
        write_parts(out, parts_of(static_cast<std::uint32_t>(bucket.key)));
        return out.take();
    }

protected:
    void write_head(json::Writer& out) const override {
        if (after_key_ == no_bucket) return;
        out.key("after_key").begin_object();
        const std::vector<Part> parts = parts_of(after_key_);
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            out.key(sources_[i].name());
            sources_[i].write_after(out, parts[i]);
        }
        out.end_object();
    }

    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        out.key("key");
        write_parts(out, parts_of(static_cast<std::uint32_t>(bucket.key)));
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t /*owner*/) override {
        struct Keyed {
            std::uint32_t bucket;
            std::vector<Part> parts;
        };

        const BucketTable& last = tables_.back();
        const auto less = [this](const Keyed& a, const Keyed& b) {
            return compare(a.parts, b.parts) < 0;
        };
        std::vector<Keyed> page;  // a heap of the first `size_`, the last of them in front
        for (std::uint32_t bucket = 0; bucket < last.size(); ++bucket) {
            Keyed keyed{bucket, parts_of(bucket)};
            if (!after_.empty() && compare(keyed.parts, after_) <= 0) continue;
            if (page.size() == size_) {
                if (!less(keyed, page.front())) continue;
                std::ranges::pop_heap(page, less);
                page.pop_back();
            }
            page.push_back(std::move(keyed));
            std::ranges::push_heap(page, less);
        }
        std::ranges::sort_heap(page, less);
        std::vector<Bucket> made;
        for (const Keyed& keyed : page) {
            made.push_back(
                {keyed.bucket, last.count(keyed.bucket), static_cast<std::int64_t>(keyed.bucket)});
        }
        after_key_ = made.empty() ? no_bucket : made.back().ordinal;
        return made;
    }

private:
    void combine(const std::vector<KeySource::Codes>& codes, std::uint32_t row, std::size_t source,
                 std::uint32_t owner) {
        const KeySource::Codes& mine = codes[source];
        for (auto i = mine.starts[row]; i < mine.starts[row + 1]; ++i) {
            const std::uint32_t number = tables_[source].find_or_add(owner, mine.codes[i]);
            if (source + 1 < sources_.size()) {
                combine(codes, row, source + 1, number);
                continue;
            }
            tables_[source].add(number, 1);
            if (!children_.none()) below_.add(row, number);
        }
    }

    std::vector<Part> parts_of(std::uint32_t bucket) const {
        std::vector<Part> parts(sources_.size());
        for (std::size_t i = sources_.size(); i > 0; --i) {
            parts[i - 1] = sources_[i - 1].part(tables_[i - 1].key(bucket));
            bucket = tables_[i - 1].owner(bucket);
        }
        return parts;
    }

    int compare(const std::vector<Part>& a, const std::vector<Part>& b) const {
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            const int way = sources_[i].compare(a[i], b[i]);
            if (way != 0) return sources_[i].up() ? way : -way;
        }
        return 0;
    }

    void write_parts(json::Writer& out, const std::vector<Part>& parts) const {
        out.begin_object();
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            out.key(sources_[i].name());
            sources_[i].write(out, parts[i]);
        }
        out.end_object();
    }

    std::vector<KeySource> sources_;
    std::size_t size_;
    std::vector<BucketTable>
        tables_;  // of each source; the last one's buckets are the combinations
    std::unique_ptr<event::Arena> arena_;
    Value after_value_;
    std::vector<Part> after_;
    std::uint32_t after_key_ = no_bucket;  // of the list made last
};

std::optional<CompositeSource> read_source(Options& options, const Value& element) {
    const auto refused = [&](std::string reason) {
        options.fail("sources", "parsing_exception", std::move(reason));
        return std::nullopt;
    };
    if (!element.is(Kind::object) || element.as_object().size() != 1)
        return refused("invalid source");
    const event::Member& named = element.as_object().members()[0];
    if (!named.value.is(Kind::object) || named.value.as_object().size() != 1)
        return refused("invalid source");
    const event::Member& typed = named.value.as_object().members()[0];
    CompositeSource source;
    source.name = named.name;
    if (typed.name == "histogram")
        source.type = CompositeSource::Type::histogram;
    else if (typed.name == "date_histogram")
        source.type = CompositeSource::Type::date_histogram;
    else if (typed.name != "terms")
        return refused(fmt::format("invalid source type: {}", typed.name));
    if (!typed.value.is(Kind::object)) return refused("invalid source");
    Options inner(typed.name, options.name(), typed.value);
    const bool dates = source.type == CompositeSource::Type::date_histogram;
    source.options = SourceOptions::read(inner, dates, dates);
    if (dates) source.interval = Interval::read(inner);
    if (source.type == CompositeSource::Type::histogram)
        source.width = inner.real("interval").value_or(0);
    if (source.type == CompositeSource::Type::histogram && !(source.width > 0)) {
        inner.fail("interval", "illegal_argument_exception",
                   "[interval] must be greater than 0 for [histogram] source");
    }
    source.missing_bucket = inner.boolean("missing_bucket").value_or(false);
    const std::string order = inner.text("order").value_or("asc");
    source.up = to_lower(order) != "desc";
    if (source.up && to_lower(order) != "asc") {
        inner.fail("order", "illegal_argument_exception",
                   fmt::format("No enum constant org.elasticsearch.search.sort.SortOrder.{}",
                               to_upper(order)));
    }
    if (auto read = inner.finish(); !read)
        options.fail("sources", read.error().type, read.error().reason);
    return source;
}

Made make_composite(Common common, const Value& body) {
    Options options(common.type, common.name, body);
    std::vector<CompositeSource> sources;
    const Value* list = options.array("sources");
    if (list != nullptr) {
        for (const Value& element : list->as_array().values()) {
            if (auto source = read_source(options, element)) sources.push_back(std::move(*source));
        }
        if (list->as_array().size() == 0) {
            options.fail("sources", "x_content_parse_exception",
                         "Failed to build [composite] after last required field arrived");
        }
    }
    const auto size = options.integer_from("size", 1, "size");
    const Value* after = options.object("after");
    ASK(options.finish());
    if (list == nullptr) return refuse("illegal_argument_exception", "Required [sources]");
    return std::make_unique<Composite>(std::move(common), std::move(sources),
                                       static_cast<std::size_t>(size.value_or(10)), after);
}

constexpr Parameter members[] = {
    {"sources", Takes::array}, {"size", Takes::integer}, {"after", Takes::object}};

constexpr AggregationKind kinds[] = {
    {"composite", make_composite, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::composite
