// search/query/special/pinned.cc -- pinned: documents by their ids, in that order, before all that
// the organic query finds. What is pinned scores beyond the most that anything else may score.

#include "search/match/bm25.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace elkhorn::search::pinned {
namespace {

using event::Kind;
using event::Value;

constexpr std::size_t most_ids = 100;

/// Scores have some 16 million steps beyond it: more than there are ids.
constexpr float most_organic = std::bit_cast<float>(std::uint32_t{0x7effffff});

class CappedScorer final : public RowScorer {
public:
    explicit CappedScorer(std::unique_ptr<RowScorer> inner) : inner_(std::move(inner)) {}

    Answer<> enter(const GroupContext& context) override { return inner_->enter(context); }

    bool has(std::uint32_t row) const override { return inner_->has(row); }

    Answer<float> score(std::uint32_t row) override {
        return std::min(most_organic, ASK(inner_->score(row)));
    }

private:
    std::unique_ptr<RowScorer> inner_;
};

class CappedNode final : public Node {
public:
    explicit CappedNode(NodePtr inner) : inner_(std::move(inner)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        return inner_->rows(context);
    }

    int cost() const override { return inner_->cost(); }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        return std::make_unique<CappedScorer>(ASK(inner_->scorer(statistics, boost)));
    }

    void mark(Marks& marks) const override { inner_->mark(marks); }

private:
    NodePtr inner_;
};

/// The first id has the highest score.
float pinned_score(std::size_t place, std::size_t ids) {
    const auto least = std::bit_cast<std::uint32_t>(most_organic);
    return std::bit_cast<float>(least + static_cast<std::uint32_t>(1 + ids - place));
}

Answer<std::vector<std::string>> read_ids(const event::Member& member) {
    std::vector<std::string> ids;
    if (!member.value.is(Kind::array)) {
        return bad_content(fmt::format("[pinned] ids doesn't support values of type: {}",
                                       token_name(member.value)));
    }
    for (const Value& value : member.value.as_array().values()) {
        const auto id = term_of(value);
        if (!id) return bad_content("[pinned] failed to parse field [ids]");
        ids.push_back(id->text);
    }
    if (ids.size() > most_ids) {
        return refuse(
            "illegal_argument_exception",
            fmt::format("[pinned] Max of {} ids exceeded: {} provided.", most_ids, ids.size()));
    }
    return ids;
}

Answer<QueryPtr> parse_pinned(const Value& body) {
    QueryPtr organic;
    std::optional<std::vector<std::string>> ids;
    Common common;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "ids")
            ids = ASK(read_ids(member));
        else if (member.name == "organic")
            organic = ASK(inner_query(member, "pinned"));
        else
            return bad_content(fmt::format("[pinned] unknown field [{}]", member.name));
    }
    if (!organic || !ids) {
        return refuse("illegal_argument_exception",
                      fmt::format("Required [{}]", !organic && !ids ? "organic, ids"
                                                   : !organic       ? "organic"
                                                                    : "ids"));
    }
    return make_query(
        [organic, ids = *ids](const Scope& scope) -> Answer<NodePtr> {
            std::vector<NodePtr> nodes;
            for (std::size_t i = 0; i < ids.size(); ++i)
                nodes.push_back(constant_node(with_ids({ids[i]}), pinned_score(i, ids.size())));
            nodes.push_back(std::make_shared<CappedNode>(ASK(plan_query(*organic, scope))));
            return best_of(std::move(nodes), 0.0F);
        },
        common);
}

constexpr Parameter pinned_members[] = {{"ids", Takes::array}, {"organic", Takes::object}};

constexpr QueryKind kinds[] = {
    {"pinned", parse_pinned, {pinned_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::pinned
