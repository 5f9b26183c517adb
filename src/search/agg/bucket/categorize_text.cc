// search/agg/bucket/categorize_text.cc -- categorize_text: a bucket for each kind of text, as lines
// of a log that one statement wrote (figures/text_categories.h). A document is in the categories of
// all its texts, once in each.
//
// Counts are exact. Which text makes a category and which joins one depends on their order, which
// is that of arrival.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/core/options.h"
#include "search/agg/figures/text_categories.h"
#include "search/base/field.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search::agg::categorize_text {
namespace {

struct Settings {
    std::string field;
    std::size_t size = 10;
    std::uint64_t min_doc_count = 1;
    int similarity = 70;
};

class CategorizeText final : public MultiBucket {
public:
    CategorizeText(Common common, Settings settings)
        : MultiBucket(std::move(common)),
          settings_(std::move(settings)),
          categories_(settings_.similarity) {}

    Answer<> bind(const RequestContext& request) override {
        for (const auto& index : request.indices) {
            const Field field = find_field(*index, settings_.field);
            if (!field.known() || field.is_text() || field.is_keyword()) continue;
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("categorize_text agg can only be used on fields of type text or "
                            "keyword, and [{}] is of type [{}]",
                            settings_.field, field.mapping->es_name));
        }
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        below_.clear();
        const Field field = find_field(*context.index, settings_.field);
        const store::Column* column = field.known() ? column_of(context, field) : nullptr;
        if (column == nullptr) return {};
        ASK(column->has_dictionary() ? by_ordinals(context, field, selection)
                                     : by_texts(context, *column, selection));
        ASK(charge());
        return children_.none() ? Answer<>()
                                : children_.collect(context, below_.selection(table_.size()));
    }

    std::string key_text(const Bucket& bucket) const override {
        return categories_.key(static_cast<std::uint32_t>(bucket.key));
    }

protected:
    void write_key(json::Writer& out, const Bucket& bucket, bool keyed) const override {
        const auto category = static_cast<std::uint32_t>(bucket.key);
        if (!keyed) out.member("key", categories_.key(category));
        out.member("regex", categories_.regex(category));
        out.member("max_matching_length", categories_.longest(category));
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> all;
        for (const std::uint32_t bucket : table_.of(owner)) {
            if (table_.count(bucket) >= settings_.min_doc_count)
                all.push_back({bucket, table_.count(bucket), table_.key(bucket)});
        }
        std::ranges::sort(all, [](const Bucket& a, const Bucket& b) {
            return a.count != b.count ? a.count > b.count : a.key < b.key;
        });
        if (all.size() > settings_.size) all.resize(settings_.size);
        return all;
    }

private:
    static constexpr std::uint32_t unseen = ~std::uint32_t{0};

    /// Each different text once.
    Answer<> by_ordinals(const GroupContext& context, const Field& field,
                         const Selection& selection) {
        const Keywords words = ASK(keywords_of(context, field));
        if (words.none()) return {};
        std::vector<std::uint32_t> categories(words.dictionary->size(), unseen);
        Answer<> going = context.go_on();
        selection.for_each([&](std::uint32_t row, std::uint32_t owner) {
            if (!going) return;
            seen_.clear();
            words.for_each(row, [&](std::uint32_t ordinal) {
                std::uint32_t& category = categories[ordinal];
                if (category == unseen) {
                    category = categories_.category_of((*words.dictionary)[ordinal]);
                    going = look(context);
                }
                add(row, owner, category);
            });
        });
        return going;
    }

    Answer<> by_texts(const GroupContext& context, const store::Column& column,
                      const Selection& selection) {
        const auto rows = ASK(column.row_values());
        const auto texts = column.texts();
        Answer<> going = context.go_on();
        std::vector<std::uint32_t> categories;  // of the row
        std::uint32_t known = unseen;           // the row they are of
        selection.for_each([&](std::uint32_t row, std::uint32_t owner) {
            if (!going) return;
            if (row != known) {
                categories.clear();
                for (auto i = rows->first(row); i < rows->last(row); ++i) {
                    const auto text = texts->at(i);
                    if (!text)
                        going = broken(text.error());
                    else
                        categories.push_back(categories_.category_of(*text));
                }
                if (going) going = look(context);
                known = row;
            }
            seen_.clear();
            for (const std::uint32_t category : categories)
                add(row, owner, category);
        });
        return going;
    }

    void add(std::uint32_t row, std::uint32_t owner, std::uint32_t category) {
        if (std::ranges::find(seen_, category) != seen_.end()) return;
        seen_.push_back(category);
        const std::uint32_t bucket = table_.find_or_add(owner, category);
        table_.add(bucket, 1);
        if (!children_.none()) below_.add(row, bucket);
    }

    /// After each text, for one may be compared with many.
    Answer<> look(const GroupContext& context) {
        constexpr std::size_t texts_between_looks = 64;
        if (++looks_ % texts_between_looks != 0) return {};
        ASK(charge());
        return context.go_on();
    }

    Answer<> charge() {
        const std::size_t now = table_.memory_bytes() + categories_.memory_bytes();
        if (now <= charged_bytes_) return {};
        ASK(ledger().hold(now - charged_bytes_));
        charged_bytes_ = now;
        return {};
    }

    Settings settings_;
    TextCategories categories_;
    BucketTable table_;
    std::vector<std::uint32_t> seen_;  // of the row
    std::size_t looks_ = 0;
    std::size_t charged_bytes_ = 0;
};

Made make(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    Settings settings;
    settings.field = options.text("field").value_or("");
    settings.size = static_cast<std::size_t>(options.integer_from("size", 1, "size").value_or(10));
    settings.min_doc_count = static_cast<std::uint64_t>(
        options.integer_from("min_doc_count", 1, "min_doc_count").value_or(1));
    const auto similarity = options.integer("similarity_threshold").value_or(70);
    ASK(options.finish());
    if (settings.field.empty()) return refuse("illegal_argument_exception", "Required [field]");
    if (similarity < 1 || similarity > 100) {
        return refuse(
            "illegal_argument_exception",
            fmt::format("[similarity_threshold] must be in the range [1, 100]. Found [{}] "
                        "in [{}]",
                        similarity, common.name));
    }
    settings.similarity = static_cast<int>(similarity);
    return std::make_unique<CategorizeText>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"field", Takes::text},
    {"size", Takes::integer},
    {"min_doc_count", Takes::integer},
    {"similarity_threshold", Takes::integer},
    {"shard_size", Takes::integer, Use::no_effect, "all categories are counted"},
    {"shard_min_doc_count", Takes::integer, Use::no_effect, "all categories are counted"},
    {"max_unique_tokens", Takes::integer, Use::no_effect,
     "all words are kept, in the request's memory"},
    {"max_matched_tokens", Takes::integer, Use::no_effect, "texts are compared by all their words"},
    {"categorization_filters", Takes::array, Use::refused,
     "words with digits are left out by themselves", "[]"},
    {"categorization_analyzer", Takes::any, Use::refused,
     "texts are cut into words in one way, which this aggregation relies on"},
};

constexpr AggregationKind kinds[] = {
    {"categorize_text", make, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::categorize_text
