#include "search/agg/values/term_filter.h"

#include "base/bytes.h"
#include "search/match/patterns.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <bit>

namespace elkhorn::search::agg {
namespace {

using event::Kind;
using event::Value;

/// MurmurHash3 in its 32-bit form, as the partitions of Elasticsearch take it.
std::int32_t murmur3_32(std::string_view bytes, std::uint32_t seed) {
    constexpr std::uint32_t c1 = 0xcc9e2d51;
    constexpr std::uint32_t c2 = 0x1b873593;
    std::uint32_t hash = seed;
    const std::size_t blocks = bytes.size() / 4;
    for (std::size_t i = 0; i < blocks; ++i) {
        hash ^= std::rotl(load<std::uint32_t>(bytes.data() + 4 * i) * c1, 15) * c2;
        hash = std::rotl(hash, 13) * 5 + 0xe6546b64;
    }
    std::uint32_t rest = 0;
    for (std::size_t i = bytes.size(); i > 4 * blocks; --i)
        rest = rest << 8U | static_cast<unsigned char>(bytes[i - 1]);
    if (bytes.size() % 4 != 0) hash ^= std::rotl(rest * c1, 15) * c2;
    hash ^= static_cast<std::uint32_t>(bytes.size());
    hash = (hash ^ (hash >> 16U)) * 0x85ebca6b;
    hash = (hash ^ (hash >> 13U)) * 0xc2b2ae35;
    return static_cast<std::int32_t>(hash ^ (hash >> 16U));
}

std::int64_t mix64(std::uint64_t z) {
    z = (z ^ (z >> 32U)) * 0x4cd6944c5cc20b6dULL;
    z = (z ^ (z >> 29U)) * 0xfc12c5b19d3259e9ULL;
    return static_cast<std::int64_t>(z ^ (z >> 32U));
}

}  // namespace

void TermFilter::read_partition(Options& options, const Value& value) {
    for (const event::Member& member : value.as_object().members()) {
        const bool known = member.name == "partition" || member.name == "num_partitions";
        if (!known || !member.value.is(Kind::integer)) {
            return options.fail(
                "include", "parse_exception",
                fmt::format("Unknown parameter in Include/Exclude clause: {}", member.name));
        }
        (member.name == "partition" ? partition_ : partitions_) = member.value.as_integer();
    }
    if (partitions_ <= 0) {
        return options.fail("include", "illegal_argument_exception",
                            "Missing [num_partitions] parameter for "
                            "partition-based include");
    }
    if (partition_ < 0 || partition_ >= partitions_) {
        options.fail(
            "include", "illegal_argument_exception",
            fmt::format("Partition must be >=0 and < numPartition which is {}", partitions_));
    }
}

std::optional<TermFilter::Rule> TermFilter::read_rule(Options& options, std::string_view key,
                                                      TermFilter& filter) {
    const Value* value = options.any(key);
    if (value == nullptr) return std::nullopt;
    Rule rule;
    if (value->is(Kind::string)) {
        auto test = regexp_test(value->as_string(), false);
        if (!test) {
            options.fail(key, test.error().type, test.error().reason);
            return std::nullopt;
        }
        rule.pattern = std::move(*test);
        return rule;
    }
    if (value->is(Kind::object) && key == "include") {
        filter.read_partition(options, *value);
        return std::nullopt;
    }
    if (!value->is(Kind::array)) {
        options.fail_kind(key, *value);
        return std::nullopt;
    }
    for (const Value& element : value->as_array().values()) {
        auto text = scalar_text(element);
        if (!text) {
            options.fail(key, "parse_exception",
                         "Array elements in include/exclude clauses should be string values");
            return std::nullopt;
        }
        rule.list.push_back(std::move(*text));
    }
    return rule;
}

TermFilter TermFilter::read(Options& options) {
    TermFilter filter;
    filter.include_ = read_rule(options, "include", filter);
    filter.exclude_ = read_rule(options, "exclude", filter);
    const bool mixed = filter.include_ && filter.exclude_ &&
                       filter.include_->pattern.has_value() != filter.exclude_->pattern.has_value();
    if (mixed || (filter.partitions_ != 0 && filter.exclude_)) {
        options.fail("exclude", "illegal_argument_exception",
                     "Cannot mix a set-based include with a regex-based method");
    }
    return filter;
}

Answer<> TermFilter::bind_rule(Rule& rule, const Source& source, std::string_view aggregation) {
    if (rule.pattern && source.kind() != ValueKind::text) {
        const bool number = source.kind() != ValueKind::address;
        auto failure =
            refuse_in_phase("aggregation_execution_exception",
                            fmt::format("Aggregation [{}] cannot support regular expression style "
                                        "include/exclude settings as they can "
                                        "only be applied to string fields. Use an array of "
                                        "{}values for include/exclude clauses{}",
                                        aggregation, number ? "numeric " : "",
                                        number ? " used to filter numeric fields" : ""));
        failure.error().status = 500;
        return failure;
    }
    for (const std::string& value : rule.list) {
        if (source.kind() == ValueKind::text) {
            rule.texts.insert(value);
        } else if (source.kind() == ValueKind::address) {
            const auto address = store::parse_ip(value);
            if (!address) {
                return refuse_in_phase("illegal_argument_exception",
                                       fmt::format("'{}' is not an IP string literal.", value));
            }
            rule.texts.emplace(address->data(), address->size());
        } else {
            rule.numbers.insert(ASK(source.format().read(value)));
        }
    }
    return {};
}

Answer<> TermFilter::bind(const Source& source, std::string_view aggregation) {
    if (include_) ASK(bind_rule(*include_, source, aggregation));
    if (exclude_) ASK(bind_rule(*exclude_, source, aggregation));
    return {};
}

bool TermFilter::in_partition(std::int64_t hash) const {
    if (partitions_ == 0) return true;
    const std::int64_t place = hash % partitions_;
    return (place < 0 ? place + partitions_ : place) == partition_;
}

bool TermFilter::accepts(std::string_view text) const {
    const auto has = [&](const Rule& rule) {
        if (rule.pattern)
            return text.starts_with(rule.pattern->prefix) && rule.pattern->passes(text);
        return rule.texts.contains(text);
    };
    if (partitions_ != 0) return in_partition(murmur3_32(text, 31));
    return (!include_ || has(*include_)) && (!exclude_ || !has(*exclude_));
}

bool TermFilter::accepts(std::int64_t value) const {
    if (partitions_ != 0) return in_partition(mix64(static_cast<std::uint64_t>(value)));
    const auto number = static_cast<double>(value);
    return (!include_ || include_->numbers.contains(number)) &&
           (!exclude_ || !exclude_->numbers.contains(number));
}

bool TermFilter::accepts(double value) const {
    if (partitions_ != 0) {
        auto bits = std::bit_cast<std::int64_t>(value);
        bits ^= (bits >> 63) & 0x7fffffffffffffffLL;  // as Lucene makes doubles sortable
        return in_partition(mix64(static_cast<std::uint64_t>(bits)));
    }
    return (!include_ || include_->numbers.contains(value)) &&
           (!exclude_ || !exclude_->numbers.contains(value));
}

}  // namespace elkhorn::search::agg
