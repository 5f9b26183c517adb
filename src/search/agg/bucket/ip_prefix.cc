// search/agg/bucket/ip_prefix.cc -- ip_prefix: a bucket for each network of addresses, all with as
// many bits of prefix. Addresses of the other version are left out.
//
//   10.0.1.7, prefix_length 24  ->  10.0.1.0     key: the number of its 16 bytes

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/core/options.h"
#include "search/agg/values/source.h"
#include "search/agg/values/term_counter.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search::agg::ip_prefix {
namespace {

constexpr std::size_t address_bytes = 16;
constexpr std::size_t mapped_bytes = 12;  // before an address of version 4

struct Settings {
    SourceOptions source;
    std::int64_t bits = 0;
    bool version6 = false;
    bool append_length = false;
    bool keyed = false;
    std::uint64_t min_doc_count = 1;
};

bool is_version4(std::string_view address) {
    constexpr std::string_view before("\0\0\0\0\0\0\0\0\0\0\xff\xff", mapped_bytes);
    return address.starts_with(before);
}

class IpPrefix final : public MultiBucket {
public:
    IpPrefix(Common common, Settings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {}

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.numbers = rule.dates = false;
        rule.addresses = true;
        rule.unmapped = ValueKind::address;
        ASK(source_.bind(request, common_, settings_.source, rule));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        below_.clear();
        const TermColumn column = ASK(source_.terms(context, selection));
        if (column.none()) return {};
        const std::size_t before = table_.memory_bytes() + names_.memory_bytes();
        const bool children = !children_.none();
        std::vector<std::uint32_t> networks(column.ordinal_count(), unseen);
        std::uint32_t last_row = no_bucket;
        std::uint32_t last_owner = no_bucket;
        std::vector<std::uint32_t> seen;  // of the row
        for_each_distinct(selection, *column.ordinals,
                          [&](std::uint32_t row, std::uint32_t owner, std::uint32_t ordinal) {
                              std::uint32_t& network = networks[ordinal];
                              if (network == unseen) network = network_of(column.text(ordinal));
                              if (network == other_version) return;
                              if (row != last_row || owner != last_owner) seen.clear();
                              last_row = row;
                              last_owner = owner;
                              if (std::ranges::find(seen, network) != seen.end()) return;
                              seen.push_back(network);
                              const std::uint32_t bucket = table_.find_or_add(owner, network);
                              table_.add(bucket, 1);
                              if (children) below_.add(row, bucket);
                          });
        ASK(ledger().hold(table_.memory_bytes() + names_.memory_bytes() - before));
        return children ? children_.collect(context, below_.selection(table_.size())) : Answer<>();
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        return source_.most_values(context);
    }

    std::string key_text(const Bucket& bucket) const override {
        std::string text = store::format_ip(names_.text(bucket.key));
        if (settings_.append_length) text += fmt::format("/{}", settings_.bits);
        return text;
    }

protected:
    bool keyed() const override { return settings_.keyed; }

    void write_key(json::Writer& out, const Bucket& bucket, bool keyed) const override {
        if (!keyed) out.member("key", key_text(bucket));
        out.member("is_ipv6", settings_.version6);
    }

    void write_after_count(json::Writer& out) const override {
        out.member("prefix_length", settings_.bits);
        if (!settings_.version6) out.member("netmask", netmask());
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> all;
        for (const std::uint32_t bucket : table_.of(owner)) {
            if (table_.count(bucket) >= settings_.min_doc_count)
                all.push_back({bucket, table_.count(bucket), table_.key(bucket)});
        }
        std::ranges::sort(all, [this](const Bucket& a, const Bucket& b) {
            return names_.text(a.key) < names_.text(b.key);
        });
        return all;
    }

private:
    static constexpr std::uint32_t unseen = ~std::uint32_t{0};
    static constexpr std::uint32_t other_version = unseen - 1;

    std::string masked(std::string address) const {
        std::size_t bits = static_cast<std::size_t>(settings_.bits);
        if (!settings_.version6) bits += 8 * mapped_bytes;
        for (std::size_t i = 0; i < address.size(); ++i) {
            const std::size_t kept = std::clamp<std::size_t>(bits, 8 * i, 8 * i + 8) - 8 * i;
            const auto mask = static_cast<unsigned char>(0xff00U >> kept);
            address[i] = static_cast<char>(static_cast<unsigned char>(address[i]) & mask);
        }
        return address;
    }

    std::uint32_t network_of(std::string_view address) {
        const bool fits =
            address.size() == address_bytes && is_version4(address) != settings_.version6;
        return fits ? names_.number_of(masked(std::string(address))) : other_version;
    }

    std::string netmask() const {
        std::string all(address_bytes, '\xff');
        all.replace(0, mapped_bytes - 2, mapped_bytes - 2, '\0');
        return store::format_ip(masked(all));
    }

    Settings settings_;
    Source source_;
    TermNames names_;
    BucketTable table_;
};

Made make_ip_prefix(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    Settings settings;
    settings.source = SourceOptions::read(options, false, false);
    const auto bits = options.integer("prefix_length");
    settings.version6 = options.boolean("is_ipv6").value_or(false);
    settings.append_length = options.boolean("append_prefix_length").value_or(false);
    settings.keyed = options.boolean("keyed").value_or(false);
    settings.min_doc_count = static_cast<std::uint64_t>(
        options.integer_from("min_doc_count", 1, "min_doc_count").value_or(1));
    ASK(options.finish());
    ASK(settings.source.check());
    if (!bits) return refuse("illegal_argument_exception", "Required [prefix_length]");
    const std::int64_t most = settings.version6 ? 128 : 32;
    if (*bits < 0 || *bits > most) {
        return refuse("illegal_argument_exception",
                      fmt::format("[prefix_length] must be in range [0, {}] while value is [{}]",
                                  most, *bits));
    }
    settings.bits = *bits;
    return std::make_unique<IpPrefix>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"prefix_length", Takes::integer},     {"is_ipv6", Takes::flag},
    {"append_prefix_length", Takes::flag}, {"keyed", Takes::flag},
    {"min_doc_count", Takes::integer},
};

constexpr AggregationKind kinds[] = {
    {"ip_prefix", make_ip_prefix, {source_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::ip_prefix
