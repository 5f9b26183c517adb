// search/query/joining/nested.cc -- nested: documents of which one object satisfies the whole inner
// query, scored by what their objects score.

#include "search/fetch/inner_hits.h"
#include "search/match/bm25.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/source/nested_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::search::nested {
namespace {

using event::Value;

enum class ScoreMode : std::uint8_t { none, average, greatest, least, sum };

constexpr std::array score_modes{std::pair{std::string_view("none"), ScoreMode::none},
                                 std::pair{std::string_view("avg"), ScoreMode::average},
                                 std::pair{std::string_view("max"), ScoreMode::greatest},
                                 std::pair{std::string_view("min"), ScoreMode::least},
                                 std::pair{std::string_view("sum"), ScoreMode::sum}};

class NestedScorer final : public RowScorer {
public:
    NestedScorer(std::string path, ScoreMode mode, std::unique_ptr<Statistics> statistics,
                 std::unique_ptr<RowScorer> inner)
        : path_(std::move(path)),
          mode_(mode),
          statistics_(std::move(statistics)),
          inner_(std::move(inner)) {}

    /// All objects of the row group are scored at once: their scorer may be at one piece only.
    Answer<> enter(const GroupContext& context) override {
        sums_.assign(context.rows(), {});
        for (const GroupContext& inside : ASK(objects_of(context, path_))) {
            ASK(inner_->enter(inside));
            const std::vector<std::uint32_t>& owners = inside.objects->rows().owners;
            for (std::uint32_t row = 0; row < inside.rows(); ++row) {
                if (inner_->has(row)) sums_[owners[row]].add(ASK(inner_->score(row)));
            }
        }
        return {};
    }

    bool has(std::uint32_t row) const override { return sums_[row].count > 0; }

    Answer<float> score(std::uint32_t row) override {
        const Sum& scores = sums_[row];
        switch (mode_) {
            case ScoreMode::average:
                return static_cast<float>(scores.total / static_cast<double>(scores.count));
            case ScoreMode::greatest: return scores.greatest;
            case ScoreMode::least: return scores.least;
            case ScoreMode::sum: return static_cast<float>(scores.total);
            case ScoreMode::none: break;
        }
        return 0.0F;
    }

private:
    struct Sum {
        std::uint32_t count = 0;
        float least = 0;
        float greatest = 0;
        double total = 0;

        void add(float score) {
            least = count == 0 ? score : std::min(least, score);
            greatest = count == 0 ? score : std::max(greatest, score);
            total += score;
            ++count;
        }
    };

    std::string path_;
    ScoreMode mode_;
    std::unique_ptr<Statistics> statistics_;  // the inner scorer's
    std::unique_ptr<RowScorer> inner_;
    std::vector<Sum> sums_;
};

class NestedNode final : public Node {
public:
    NestedNode(NodePtr inner, std::string path, ScoreMode mode)
        : inner_(std::move(inner)), path_(std::move(path)), mode_(mode) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        Bitmap rows(context.rows());
        for (const GroupContext& inside : ASK(objects_of(context, path_))) {
            const std::vector<std::uint32_t>& owners = inside.objects->rows().owners;
            const Bitmap matching = ASK(inner_->rows(inside));
            matching.for_each([&](std::uint32_t row) { rows.set(owners[row]); });
        }
        return rows;
    }

    int cost() const override { return 9; }

    std::optional<float> constant() const override {
        if (mode_ == ScoreMode::none) return 0.0F;
        return mode_ == ScoreMode::sum ? std::nullopt : inner_->constant();
    }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        auto inside = std::make_unique<Statistics>(statistics, path_);
        auto inner = ASK(inner_->scorer(*inside, boost));
        return std::make_unique<NestedScorer>(path_, mode_, std::move(inside), std::move(inner));
    }

    void mark(Marks& marks) const override { inner_->mark(marks); }

private:
    NodePtr inner_;
    std::string path_;
    ScoreMode mode_;
};

Answer<ScoreMode> score_mode(const event::Member& member) {
    const std::string given = ASK(text_option("nested", member));
    for (const auto& [word, mode] : score_modes) {
        if (word == given) return mode;
    }
    return refuse("illegal_argument_exception",
                  fmt::format("No score mode for child query [{}] found", given));
}

std::unexpected<Failure> not_nested(const store::IndexView& index, const std::string& path) {
    return cannot_create(
        "illegal_state_exception",
        index.mapping->knows(path)
            ? fmt::format("[nested] nested object under path [{}] is not of nested type", path)
            : fmt::format("[nested] failed to find nested object under path [{}]", path));
}

Answer<QueryPtr> parse_nested(const Value& body) {
    QueryPtr inner;
    std::string path;
    ScoreMode mode = ScoreMode::average;
    bool ignore_unmapped = false;
    std::shared_ptr<const InnerHitsRequest> hits;
    Common common;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "query")
            inner = ASK(inner_query(member, "nested"));
        else if (member.name == "path")
            path = ASK(text_option("nested", member));
        else if (member.name == "ignore_unmapped")
            ignore_unmapped = ASK(boolean_option(member));
        else if (member.name == "score_mode")
            mode = ASK(score_mode(member));
        else if (member.name == "inner_hits")
            hits = ASK(parse_inner_hits(member));
        else
            return unsupported("nested", member.name);
    }
    if (!inner) return refuse("illegal_argument_exception", "[nested] requires 'query' field");
    if (path.empty()) return refuse("illegal_argument_exception", "[nested] requires 'path' field");
    return make_query(
        [inner, path, mode, hits, ignore_unmapped](const Scope& scope) -> Answer<NodePtr> {
            const store::FieldMapping* object = scope.index->mapping->find(path);
            if (object == nullptr || object->type != store::FieldType::nested) {
                if (ignore_unmapped) return no_rows();
                return not_nested(*scope.index, path);
            }
            Scope inside = scope;
            inside.nested = path;
            inside.named = nullptr;  // matched_queries tells of documents
            const bool shows = hits != nullptr && scope.inner_hits != nullptr;
            InnerHits shown{hits, path, nullptr, nullptr, {}};
            if (shows) inside.inner_hits = &shown.below;
            const NodePtr node = ASK(plan_query(*inner, inside));
            if (shows) {
                shown.node = node;
                shown.counts = std::make_unique<ObjectCounts>(*scope.request, *scope.index, path);
                ASK(add_inner_hits(*scope.inner_hits, std::move(shown)));
            }
            return std::make_shared<NestedNode>(node, path, mode);
        },
        common);
}

constexpr Parameter nested_members[] = {
    {"query", Takes::object},    {"path", Takes::text},         {"ignore_unmapped", Takes::flag},
    {"score_mode", Takes::text}, {"inner_hits", Takes::object},
};

constexpr QueryKind kinds[] = {
    {"nested", parse_nested, {nested_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::nested
