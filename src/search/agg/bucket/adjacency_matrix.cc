// search/agg/bucket/adjacency_matrix.cc -- adjacency_matrix: a bucket for each named filter and one
// for each two of them that documents match together, "a&b"; those without documents are left out.
//
//   filters a b c      a  a&b  a&c  b  b&c  c      places 0 to 5 of each bucket above

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/core/options.h"
#include "search/agg/values/planned_filter.h"
#include "search/query/core/parse.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search::agg::adjacency_matrix {
namespace {

using event::Kind;
using event::Value;

struct Settings {
    std::vector<std::pair<std::string, PlannedFilter>> filters;  // by name
    std::string separator = "&";
};

class AdjacencyMatrix final : public MultiBucket {
public:
    AdjacencyMatrix(Common common, Settings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {}

    Answer<> bind(const RequestContext& request) override {
        constexpr std::size_t most_filters = 100;
        if (settings_.filters.size() > most_filters) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("Number of filters is too large, must be less than or equal to: [{}] "
                            "but was [{}].This limit can be set by changing the "
                            "[index.max_adjacency_matrix_filters] index level setting.",
                            most_filters, settings_.filters.size()));
        }
        ASK(make_names());
        for (auto& [name, query] : settings_.filters)
            ASK(query.bind(request, common_.nested));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        const std::uint32_t count = ASK(bucket_product(selection.bucket_count, names_.size()));
        ASK(grow(counts_, count));
        ASK(look_at(context));
        below_.clear();
        std::vector<std::size_t> matched;
        selection.for_each([&](std::uint32_t row, std::uint32_t owner) {
            matched.clear();
            for (std::size_t i = 0; i < matching_.size(); ++i) {
                if (matching_[i].test(row)) matched.push_back(i);
            }
            const std::size_t base = owner * names_.size();
            for (std::size_t i = 0; i < matched.size(); ++i) {
                for (std::size_t k = i; k < matched.size(); ++k)
                    add(row, base + place(matched[i], matched[k]));
            }
        });
        return children_.none() ? Answer<>() : children_.collect(context, below_.selection(count));
    }

    Answer<std::size_t> fan_out(const GroupContext& /*context*/) const override {
        return names_.size();
    }

    std::string key_text(const Bucket& bucket) const override {
        return names_[static_cast<std::size_t>(bucket.key)];
    }

protected:
    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        out.member("key", key_text(bucket));
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> made;
        if (owner == no_bucket) return made;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const std::size_t bucket = owner * names_.size() + i;
            if (bucket >= counts_.size() || counts_[bucket] == 0) continue;
            made.push_back({static_cast<std::uint32_t>(bucket), counts_[bucket],
                            static_cast<std::int64_t>(i)});
        }
        std::ranges::sort(
            made, [this](const Bucket& a, const Bucket& b) { return key_text(a) < key_text(b); });
        return made;
    }

private:
    Answer<> make_names() {
        const auto& filters = settings_.filters;
        for (std::size_t a = 0; a < filters.size(); ++a) {
            names_.push_back(filters[a].first);
            for (std::size_t b = a + 1; b < filters.size(); ++b) {
                const std::size_t letters =
                    filters[a].first.size() + settings_.separator.size() + filters[b].first.size();
                ASK(ledger().hold(letters + sizeof(std::string)));
                names_.push_back(filters[a].first + settings_.separator + filters[b].first);
            }
        }
        return {};
    }

    /// Of the filters a and b, a <= b.
    std::size_t place(std::size_t a, std::size_t b) const {
        const std::size_t filters = settings_.filters.size();
        return a * filters - a * (a + 1) / 2 + b;
    }

    void add(std::uint32_t row, std::size_t bucket) {
        ++counts_[bucket];
        if (!children_.none()) below_.add(row, static_cast<std::uint32_t>(bucket));
    }

    /// The rows of each filter in the group; kept while the group is the same.
    Answer<> look_at(const GroupContext& context) {
        if (group_ == context.group && objects_ == context.objects) return {};
        const std::size_t rows_bytes = settings_.filters.size() * (context.rows() / 8 + 64);
        if (rows_bytes > matching_bytes_) {
            ASK(ledger().hold(rows_bytes - matching_bytes_));
            matching_bytes_ = rows_bytes;
        }
        group_ = nullptr;
        matching_.clear();
        for (const auto& [name, query] : settings_.filters)
            matching_.push_back(ASK(query.rows(context)));
        group_ = context.group;
        objects_ = context.objects;
        return {};
    }

    Settings settings_;
    std::vector<std::string> names_;  // by place
    std::vector<std::uint64_t> counts_;
    std::vector<store::Bitmap> matching_;     // by filter, of group_
    std::size_t matching_bytes_ = 0;          // held in the ledger
    const store::RowGroup* group_ = nullptr;  // only compared
    std::shared_ptr<const ObjectsPlace> objects_;
};

Made make_adjacency_matrix(Common common, const Value& body) {
    Options options(common.type, common.name, body);
    Settings settings;
    const Value* filters = options.any("filters");
    if (filters != nullptr && filters->is(Kind::array)) {
        options.fail("filters", "illegal_argument_exception",
                     "[filters] doesn't support arrays. Use a single object with multiple fields.");
    } else if (filters != nullptr && !filters->is(Kind::object)) {
        options.fail_kind("filters", *filters);
    }
    if (const auto separator = options.text("separator")) settings.separator = *separator;
    ASK(options.finish());
    if (filters == nullptr || filters->as_object().size() == 0) {
        auto failure = refuse("illegal_state_exception",
                              fmt::format("[{}] is missing : filters parameter", common.name));
        failure.error().status = 500;
        return failure;
    }
    for (const event::Member& member : filters->as_object().members())
        settings.filters.emplace_back(member.name, PlannedFilter(ASK(parse_query(member.value))));
    std::ranges::sort(settings.filters,
                      [](const auto& a, const auto& b) { return a.first < b.first; });
    return std::make_unique<AdjacencyMatrix>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {{"filters", Takes::object}, {"separator", Takes::text}};

constexpr AggregationKind kinds[] = {
    {"adjacency_matrix", make_adjacency_matrix, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::adjacency_matrix
