// search/agg/bucket/relatives.cc -- children and parent: from documents to their children by a join
// field, and from children to their parents.
//
// What is kept of the documents is their ids (of children: their parents' ids) with the buckets
// that they are in. Once all are known the relatives are looked for among all documents of the
// request's indices, whatever the query finds.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/options.h"
#include "search/agg/core/single_bucket.h"
#include "search/agg/values/everything.h"
#include "search/source/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace elkhorn::search::agg::relatives {
namespace {

using event::Kind;
using event::Value;

enum class Towards { children, parents };

class Relatives final : public SingleBucket {
public:
    Relatives(Common common, std::string child, Towards towards)
        : SingleBucket(std::move(common)), child_(std::move(child)), towards_(towards) {}

    Answer<> bind(const RequestContext& request) override {
        if (!common_.nested.empty()) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("[{}] aggregation [{}] cannot be inside a [nested] aggregation: the "
                            "objects of [{}] have no relatives",
                            type(), name(), common_.nested));
        }
        request_ = &request;
        for (const auto& index : request.indices) {
            auto join = find_join_field(*index);
            auto parent = join ? join->parent_of(child_) : std::nullopt;
            if (parent) families_.emplace(index.get(), Names{join->path, std::move(*parent), {}});
        }
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(counts_, selection.bucket_count));
        const auto known = families_.find(context.index);
        if (known == families_.end()) return {};
        Names& names = known->second;
        const auto family = ASK(family_of(context, names.path));
        const std::string_view asked = towards_ == Towards::children ? names.parent : child_;
        Answer<> going = context.go_on();
        selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
            if (going && family->is_called(row, asked))
                going = remember(names, context, *family, row, bucket);
        });
        return going;
    }

    Answer<> finish() override {
        const auto buckets = static_cast<std::uint32_t>(counts_.size());
        for (auto& [index, names] : families_) {
            for (auto& [id, all] : names.buckets_of) {
                std::ranges::sort(all);
                const auto twice = std::ranges::unique(all);
                all.erase(twice.begin(), twice.end());
            }
        }
        ASK(for_each_group(*request_, "", [&](const GroupContext& context) -> Answer<> {
            const auto known = families_.find(context.index);
            if (known == families_.end() || known->second.buckets_of.empty()) return {};
            ASK(choose(known->second, context));
            return children_.none() || below_.rows.empty()
                       ? Answer<>()
                       : children_.collect(context, below_.selection(buckets));
        }));
        families_.clear();
        return children_.finish();
    }

private:
    /// Of an index.
    struct Names {
        std::string path;    // of the join field
        std::string parent;  // what the parents of `child_` are called
        std::unordered_map<std::string, std::vector<std::uint32_t>> buckets_of;  // by parent's id
    };

    Answer<> remember(Names& names, const GroupContext& context, const Family& family,
                      std::uint32_t row, std::uint32_t bucket) {
        constexpr std::size_t entry_bytes = 96;
        std::string id =
            towards_ == Towards::children ? ASK(context.group->id(row)) : family.parent_of[row];
        const std::size_t size = id.size();
        const auto [found, made] = names.buckets_of.try_emplace(std::move(id));
        std::vector<std::uint32_t>& buckets = found->second;
        if (made) ASK(ledger().hold(entry_bytes + size));
        if (!buckets.empty() && buckets.back() == bucket) return {};
        ASK(ledger().hold(sizeof bucket));
        buckets.push_back(bucket);
        return {};
    }

    /// The relatives in a row group, each in all the buckets of its document.
    Answer<> choose(const Names& names, const GroupContext& context) {
        const auto family = ASK(family_of(context, names.path));
        const std::string_view wanted = towards_ == Towards::children ? child_ : names.parent;
        below_.clear();
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            if (!family->is_called(row, wanted) || !context.live.test(row)) continue;
            const auto found =
                names.buckets_of.find(towards_ == Towards::children ? family->parent_of[row]
                                                                    : ASK(context.group->id(row)));
            if (found == names.buckets_of.end()) continue;
            for (const std::uint32_t bucket : found->second) {
                ++counts_[bucket];
                below_.add(row, bucket);
            }
        }
        return charge_buffers();
    }

    std::string child_;
    Towards towards_;
    const RequestContext* request_ = nullptr;
    std::map<const store::IndexView*, Names> families_;
};

Made make(Common common, const Value& body) {
    std::string child;
    for (const event::Member& member : body.as_object().members()) {
        if (!member.value.is(Kind::string)) {
            return refuse_parsing(
                fmt::format("Unexpected token {} in [{}].", token_name(member.value), common.name));
        }
        if (member.name != "type") {
            return refuse_parsing(fmt::format("Unknown key for a VALUE_STRING in [{}]: [{}].",
                                              common.name, member.name));
        }
        child = member.value.as_string();
    }
    if (child.empty()) {
        return refuse_parsing(fmt::format("Missing [child_type] field for {} aggregation [{}]",
                                          common.type, common.name));
    }
    const Towards towards = common.type == "parent" ? Towards::parents : Towards::children;
    return std::make_unique<Relatives>(std::move(common), std::move(child), towards);
}

constexpr Parameter members[] = {{"type", Takes::text}};

constexpr AggregationKind kinds[] = {
    {"children", make, {members}},
    {"parent", make, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::relatives
