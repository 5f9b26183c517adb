// search/agg/bucket/nested.cc -- nested and reverse_nested: from documents to the objects of a
// nested field and back. Below `nested` every row is an object (nested_objects.h).

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/single_bucket.h"
#include "search/agg/values/source.h"
#include "search/source/nested_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace elkhorn::search::agg::nested {
namespace {

using event::Kind;
using event::Value;

class Nested final : public SingleBucket {
public:
    Nested(Common common, std::string path)
        : SingleBucket(std::move(common)), path_(std::move(path)) {}

    Answer<> bind(const RequestContext& request) override {
        for (const auto& index : request.indices) {
            const store::FieldMapping* field = index->mapping->find(path_);
            const bool nested = field != nullptr && field->type == store::FieldType::nested;
            if (!nested && index->mapping->knows(path_)) {
                return refuse_execution(
                    fmt::format("[nested] nested path [{}] is not nested", path_));
            }
        }
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(counts_, selection.bucket_count));
        if (selection.rows.empty()) return {};
        for (const GroupContext& inside : ASK(objects_of(context, path_))) {
            choose_objects(inside.objects->rows().owners, selection);
            if (!children_.none())
                ASK(children_.collect(inside, below_.selection(selection.bucket_count)));
        }
        return {};
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        std::size_t most = 1;
        for (const GroupContext& inside : ASK(objects_of(context, path_))) {
            const std::vector<std::uint32_t>& owners = inside.objects->rows().owners;
            for (std::size_t from = 0, at = 0; at < owners.size(); ++at) {
                if (owners[at] != owners[from]) from = at;
                most = std::max(most, at + 1 - from);
            }
        }
        return most;
    }

private:
    /// The objects of the selected rows, each in all the buckets of its row.
    void choose_objects(const std::vector<std::uint32_t>& owners, const Selection& selection) {
        below_.clear();
        std::size_t at = 0;
        for (std::uint32_t object = 0; object < owners.size(); ++object) {
            while (at < selection.rows.size() && selection.rows[at] < owners[object])
                ++at;
            for (std::size_t same = at;
                 same < selection.rows.size() && selection.rows[same] == owners[object]; ++same) {
                const std::uint32_t bucket =
                    selection.buckets.empty() ? 0 : selection.buckets[same];
                ++counts_[bucket];
                below_.add(object, bucket);
            }
        }
    }

    std::string path_;
};

class ReverseNested final : public SingleBucket {
public:
    ReverseNested(Common common, std::string path)
        : SingleBucket(std::move(common)), path_(std::move(path)) {}

    Answer<> bind(const RequestContext& request) override {
        if (common_.nested.empty()) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("Reverse nested aggregation [{}] can only be used inside a [nested] "
                            "aggregation",
                            name()));
        }
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(counts_, selection.bucket_count));
        found_.clear();
        selection.for_each(
            [&](std::uint32_t row, std::uint32_t bucket) { found_.emplace_back(row, bucket); });
        const GroupContext* place = &context;
        while (place->objects != nullptr && place->objects->path != path_) {
            const std::vector<std::uint32_t>& owners = place->objects->rows().owners;
            for (auto& [row, bucket] : found_)
                row = owners[row];
            place = &place->objects->owner;
        }
        if (!path_.empty() && place->objects == nullptr) return {};
        std::ranges::sort(found_);
        const auto twice = std::ranges::unique(found_);
        found_.erase(twice.begin(), twice.end());
        below_.clear();
        for (const auto& [row, bucket] : found_) {
            ++counts_[bucket];
            below_.add(row, bucket);
        }
        if (children_.none() || found_.empty()) return {};
        return children_.collect(*place, below_.selection(selection.bucket_count));
    }

private:
    std::string path_;  // of the objects to go back to; empty: to documents
    std::vector<std::pair<std::uint32_t, std::uint32_t>> found_;  // row and bucket
};

/// The one option that both have; empty where it is left out.
Answer<std::string> read_path(const Common& common, const Value& body) {
    std::string path;
    for (const event::Member& member : body.as_object().members()) {
        if (member.name != "path" || !member.value.is(Kind::string)) {
            return refuse_parsing(
                fmt::format("Unexpected token {} in [{}].", token_name(member.value), common.name));
        }
        path = member.value.as_string();
    }
    return path;
}

Made make_nested(Common common, const Value& body) {
    std::string path = ASK(read_path(common, body));
    if (path.empty())
        return refuse_parsing(
            fmt::format("Missing [path] field for nested aggregation [{}]", common.name));
    return std::make_unique<Nested>(std::move(common), std::move(path));
}

Made make_reverse_nested(Common common, const Value& body) {
    std::string path = ASK(read_path(common, body));
    return std::make_unique<ReverseNested>(std::move(common), std::move(path));
}

constexpr Parameter members[] = {{"path", Takes::text}};

constexpr AggregationKind kinds[] = {
    {"nested", make_nested, {members}},
    {"reverse_nested", make_reverse_nested, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::nested
