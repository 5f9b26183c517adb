// search/agg/pipeline/bucket_sort.cc -- bucket_sort: the buckets in another order, or a part of
// them. A bucket that has none of the numbers asked for has no place in the order and goes.

#include "base/strings.h"
#include "search/agg/core/pipeline_kind.h"
#include "search/base/members.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace elkhorn::search::agg::bucket_sort {
namespace {

using event::Kind;
using event::Value;

struct SortKey {
    std::string path;
    bool up = true;
};

struct Wanted {
    std::vector<SortKey> keys;
    std::size_t from = 0;
    std::size_t size = std::numeric_limits<std::uint32_t>::max();
};

class BucketSort final : public ParentPipeline {
public:
    BucketSort(Common common, Settings settings, Wanted wanted)
        : ParentPipeline(std::move(common), std::move(settings)), wanted_(std::move(wanted)) {}

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        std::vector<Ranked> ranked = ASK(rank(parent, list));
        std::ranges::sort(ranked, [this](const Ranked& a, const Ranked& b) { return less(a, b); });
        BucketList sorted;
        sorted.made.resize(list.made.size());
        for (std::size_t i = wanted_.from; i < ranked.size() && i - wanted_.from < wanted_.size;
             ++i) {
            sorted.buckets.push_back(list.buckets[ranked[i].place]);
            for (std::size_t p = 0; p < list.made.size(); ++p) {
                if (!list.made[p].empty()) sorted.made[p].push_back(list.made[p][ranked[i].place]);
            }
        }
        list = std::move(sorted);
        return {};
    }

private:
    struct Ranked {
        std::size_t place;
        std::vector<double> numbers;  // by key
    };

    Answer<std::vector<Ranked>> rank(MultiBucket& parent, const BucketList& list) const {
        std::vector<Ranked> ranked;
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            Ranked one{i, {}};
            bool any = wanted_.keys.empty();
            for (const SortKey& key : wanted_.keys) {
                one.numbers.push_back(
                    ASK(number(parent, list, i, key.path, settings().insert_zeros)));
                any = any || !std::isnan(one.numbers.back());
            }
            if (any) ranked.push_back(std::move(one));
        }
        return ranked;
    }

    bool less(const Ranked& a, const Ranked& b) const {
        for (std::size_t i = 0; i < wanted_.keys.size(); ++i) {
            const double x = a.numbers[i];
            const double y = b.numbers[i];
            if (std::isnan(x) != std::isnan(y)) return std::isnan(y);
            if (std::isnan(x) || x == y) continue;
            return (x < y) == wanted_.keys[i].up;
        }
        return a.place < b.place;
    }

    Wanted wanted_;
};

constexpr std::string_view one_number = "a bucket has one number of that name";
constexpr Parameter key_members[] = {
    {"order", Takes::one_of, Use::used, "", "asc desc"},
    {"mode", Takes::text, Use::no_effect, one_number},
    {"missing", Takes::any, Use::no_effect, "buckets without a number come last"},
    {"unmapped_type", Takes::text, Use::no_effect, one_number},
    {"numeric_type", Takes::text, Use::no_effect, one_number},
    {"nested", Takes::object, Use::no_effect, one_number},
};
constexpr ParameterTable key_tables[] = {key_members};

/// Whether it goes up; refusals are the options'.
bool read_way(const Value& value, Options& options) {
    const std::string way = value.is(Kind::string) ? to_lower(value.as_string()) : "";
    if (way != "asc" && way != "desc") {
        options.fail("sort", "illegal_argument_exception",
                     fmt::format("No enum constant org.elasticsearch.search.sort.SortOrder.{}",
                                 to_upper(scalar_text(value).value_or(""))));
    }
    return way != "desc";
}

Answer<> read_key_object(const Value& value, Options& options, Wanted& wanted) {
    for (const event::Member& member : value.as_object().members()) {
        SortKey key{std::string(member.name), true};
        const Value* way = &member.value;
        if (way->is(Kind::object)) {
            const MemberCheck check = ASK(check_members("a sort", *way, key_tables));
            if (!check.undeclared.empty()) {
                options.fail(
                    "sort", "x_content_parse_exception",
                    fmt::format("[1:1] [field_sort] unknown field [{}]", check.undeclared));
            }
            way = way->as_object().find("order");
        }
        if (way != nullptr) key.up = read_way(*way, options);
        wanted.keys.push_back(std::move(key));
    }
    return {};
}

Answer<> read_keys(Options& options, Wanted& wanted) {
    const Value* given = options.object_or_array("sort");
    if (given == nullptr) return {};
    if (given->is(Kind::object)) return read_key_object(*given, options, wanted);
    for (const Value& element : given->as_array().values()) {
        if (element.is(Kind::string)) {
            wanted.keys.push_back({std::string(element.as_string()), true});
        } else if (element.is(Kind::object)) {
            ASK(read_key_object(element, options, wanted));
        } else {
            options.fail("sort", "illegal_argument_exception",
                         "malformed sort format, within the sort array, an object, or an actual "
                         "string are allowed");
        }
    }
    return {};
}

MadePipeline make(Common common, PipelineOptions& options) {
    Options& rest = options.rest();
    Wanted wanted;
    ASK(read_keys(rest, wanted));
    const auto size = rest.integer("size");
    const auto from = rest.integer("from");
    if (from && *from < 0) {
        rest.fail("from", "illegal_argument_exception",
                  fmt::format("[from] must be a non-negative integer: [{}]", *from));
    }
    if (size && *size <= 0) {
        rest.fail("size", "illegal_argument_exception",
                  fmt::format("[size] must be a positive integer: [{}]", *size));
    }
    ASK(options.finish());
    if (wanted.keys.empty() && !size && from.value_or(0) == 0) {
        return refuse("action_request_validation_exception",
                      fmt::format("Validation Failed: 1: [{}] is configured to perform nothing. "
                                  "Please set either of [sort, size, from] to use bucket_sort;",
                                  options.name()));
    }
    wanted.from = static_cast<std::size_t>(from.value_or(0));
    if (size) wanted.size = static_cast<std::size_t>(*size);
    return std::make_unique<BucketSort>(std::move(common), std::move(options.settings()),
                                        std::move(wanted));
}

constexpr Parameter members[] = {
    {"sort", Takes::any}, {"from", Takes::integer}, {"size", Takes::integer}};

constexpr PipelineKind kinds[] = {{"bucket_sort", make, {gap_member, members}}};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::bucket_sort
