// search/query/joining/relatives.cc -- has_child, has_parent and parent_id: documents by what their
// relatives in a join field are.
//
// The inner query is asked of the whole index when the outer one is planned; what is kept of it is
// the ids of the documents that it leads to, with their scores, charged to the searches' share.
// Inner hits are searched for each hit, once the page is known.

#include "search/fetch/inner_hits.h"
#include "search/match/bm25.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/source/family.h"
#include "store/limits/memory_hold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace elkhorn::search::relatives {
namespace {

using event::Member;
using event::Value;

enum class ScoreMode : std::uint8_t { none, average, greatest, least, sum };

constexpr std::array score_modes{std::pair{std::string_view("none"), ScoreMode::none},
                                 std::pair{std::string_view("avg"), ScoreMode::average},
                                 std::pair{std::string_view("max"), ScoreMode::greatest},
                                 std::pair{std::string_view("min"), ScoreMode::least},
                                 std::pair{std::string_view("sum"), ScoreMode::sum}};

/// What the relatives of one document score.
struct Scores {
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

    float of(ScoreMode mode) const {
        switch (mode) {
            case ScoreMode::average: return static_cast<float>(total / count);
            case ScoreMode::greatest: return greatest;
            case ScoreMode::least: return least;
            case ScoreMode::sum: return static_cast<float>(total);
            case ScoreMode::none: break;
        }
        return 1.0F;
    }
};

/// Documents by their ids, as long as somebody has them.
struct Relatives {
    explicit Relatives(store::MemoryAccount* account)
        : room(account, store::MemoryUse::queries, 1 << 20) {}

    std::unordered_map<std::string, Scores> by_id;
    store::MemoryHold room;
};

enum class Towards : std::uint8_t { parents, children };

/// Asks the inner query of all row groups.
class Finder {
public:
    Finder(const Scope& scope, const JoinField& join, std::string name, bool scored)
        : scope_(scope), join_(join), name_(std::move(name)), scored_(scored) {}

    /// `towards` parents: the parents of the children that match; children: the parents that match.
    Answer<std::shared_ptr<Relatives>> find(const NodePtr& node, Towards towards) {
        auto found = std::make_shared<Relatives>(scope_.request->memory);
        Statistics statistics(*scope_.request, *scope_.index);
        std::unique_ptr<RowScorer> scorer;
        if (scored_) scorer = ASK(node->scorer(statistics, 1.0F));
        for (const store::GroupView& view : scope_.index->groups) {
            GroupContext context;
            context.request = scope_.request;
            context.index = scope_.index;
            context.group = view.group.get();
            context.live = Bitmap(view.group->rows(), true);
            if (view.deleted != nullptr) context.live.and_not(*view.deleted);
            Bitmap rows = ASK(node->rows(context));
            rows.and_with(context.live);
            if (scorer != nullptr) ASK(scorer->enter(context));
            ASK(add(context, rows, towards, scorer.get(), *found));
        }
        return found;
    }

private:
    Answer<> add(const GroupContext& context, const Bitmap& rows, Towards towards,
                 RowScorer* scorer, Relatives& found) const {
        const auto family = ASK(family_of(context, join_.path));
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            if (row % 1024 == 0) ASK(context.go_on());
            if (!rows.test(row) || !family->is_called(row, name_)) continue;
            const std::string id =
                towards == Towards::parents ? family->parent_of[row] : ASK(context.group->id(row));
            const float score = scorer == nullptr ? 1.0F : ASK(scorer->score(row));
            found.by_id[id].add(score);
            const std::uint64_t bytes = found.by_id.size() * 128;
            if (bytes > found.room.held() && !found.room.hold(bytes + (64 << 10)))
                return too_many(found.room);
        }
        return {};
    }

    std::unexpected<Failure> too_many(const store::MemoryHold& room) const {
        auto failure = refuse_in_phase(
            "circuit_breaking_exception",
            fmt::format("[parent] Data too large, data for the relatives by [{}] would be more "
                        "than is left of the [{}] that all searches may take at once: ask about "
                        "fewer documents, try again, or raise `memory`",
                        join_.path, room.limit()));
        failure.error().status = 429;
        failure.error().over = true;
        return failure;
    }

    const Scope& scope_;     // the caller's
    const JoinField& join_;  // the caller's
    std::string name_;
    bool scored_;
};

/// Rows that were found by way of their relatives, each with a score.
class RelatedNode final : public Node {
public:
    RelatedNode(JoinField join, std::string name, Towards towards, ScoreMode mode,
                std::shared_ptr<const Relatives> relatives)
        : join_(std::move(join)),
          name_(std::move(name)),
          towards_(towards),
          mode_(mode),
          relatives_(std::move(relatives)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        Bitmap rows(context.rows());
        ASK(each_row(context, [&](std::uint32_t row, const Scores&) { rows.set(row); }));
        return rows;
    }

    int cost() const override { return 9; }

    std::optional<float> constant() const override {
        return mode_ == ScoreMode::none ? std::optional(1.0F) : std::nullopt;
    }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override;

    template <typename Visit>
    Answer<> each_row(const GroupContext& context, Visit&& visit) const {
        const auto family = ASK(family_of(context, join_.path));
        if (towards_ == Towards::parents) {
            std::uint32_t looks = 0;
            for (const auto& [id, scores] : relatives_->by_id) {
                if (++looks % 1024 == 0) ASK(context.go_on());
                const auto row = ASK(context.group->find_id(id));
                if (row && family->is_called(*row, name_)) visit(*row, scores);
            }
            return {};
        }
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            if (family->parent_of[row].empty() || family->name_of[row] == Family::nobody) continue;
            if (join_.parent_of(family->names[family->name_of[row]]) != name_) continue;
            const auto parent = relatives_->by_id.find(family->parent_of[row]);
            if (parent != relatives_->by_id.end()) visit(row, parent->second);
        }
        return {};
    }

    ScoreMode mode() const { return mode_; }

private:
    JoinField join_;
    std::string name_;  // of the parents, either way
    Towards towards_;
    ScoreMode mode_;
    std::shared_ptr<const Relatives> relatives_;
};

class RelatedScorer final : public RowScorer {
public:
    /// As on Elasticsearch a boost changes nothing where relatives say the score.
    explicit RelatedScorer(const RelatedNode& node) : node_(node) {}

    Answer<> enter(const GroupContext& context) override {
        scores_.clear();
        return node_.each_row(context, [&](std::uint32_t row, const Scores& scores) {
            scores_[row] = scores.of(node_.mode());
        });
    }

    bool has(std::uint32_t row) const override { return scores_.contains(row); }

    Answer<float> score(std::uint32_t row) override { return scores_[row]; }

private:
    const RelatedNode& node_;  // whoever asked for the scorer keeps the tree
    std::unordered_map<std::uint32_t, float> scores_;
};

Answer<std::unique_ptr<RowScorer>> RelatedNode::scorer(Statistics& statistics, float boost) const {
    if (mode_ == ScoreMode::none) return Node::scorer(statistics, boost);
    return std::make_unique<RelatedScorer>(*this);
}

class AlikeScorer final : public RowScorer {
public:
    AlikeScorer(const Node& node, float score) : node_(node), score_(score) {}

    Answer<> enter(const GroupContext& context) override {
        rows_ = ASK(node_.rows(context));
        return {};
    }

    bool has(std::uint32_t row) const override { return rows_.test(row); }

    Answer<float> score(std::uint32_t /*row*/) override { return score_; }

private:
    const Node& node_;  // whoever asked for the scorer keeps the tree
    float score_;
    Bitmap rows_;
};

/// Children of one parent, scored as the term that their parent's id is: parents have it, too.
class ChildrenOf final : public Node {
public:
    ChildrenOf(JoinField join, std::string type, std::string id)
        : join_(std::move(join)), type_(std::move(type)), id_(std::move(id)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const auto family = ASK(family_of(context, join_.path));
        Bitmap rows(context.rows());
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            if (family->is_called(row, type_) && family->parent_of[row] == id_) rows.set(row);
        }
        return rows;
    }

    int cost() const override { return 8; }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        const std::string parent = join_.parent_of(type_).value_or("");
        FieldCounts counts;
        double frequency = 0;
        ASK(statistics.each_group([&](const GroupContext& context) -> Answer<> {
            const auto family = ASK(family_of(context, join_.path));
            const auto own = ASK(context.group->find_id(id_));
            frequency += own && family->is_called(*own, parent) ? 1 : 0;
            for (std::uint32_t row = 0; row < context.rows(); ++row) {
                if (family->name_of[row] == Family::nobody) continue;
                const std::string& name = family->names[family->name_of[row]];
                const bool child = join_.parent_of(name) == parent;
                counts.documents += child || name == parent ? 1 : 0;
                frequency += child && family->parent_of[row] == id_ ? 1 : 0;
            }
            return {};
        }));
        counts.terms = counts.documents;
        const Bm25 similarity(counts, inverse_frequency(counts.documents, frequency), boost);
        return std::make_unique<AlikeScorer>(*this, similarity.score_once());
    }

private:
    JoinField join_;
    std::string type_;
    std::string id_;
};

struct Wanted {
    std::string type;
    QueryPtr inner;
    ScoreMode mode = ScoreMode::none;
    int least = 1;
    int most = std::numeric_limits<int>::max();
    bool ignore_unmapped = false;
    std::shared_ptr<const InnerHitsRequest> hits;  // null: nobody asks
    std::string id;
    Common common;
};

/// The document of that id.
class OneDocument final : public Node {
public:
    explicit OneDocument(std::string id) : id_(std::move(id)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        Bitmap rows(context.rows());
        if (const auto row = ASK(context.group->find_id(id_)); row) rows.set(*row);
        return rows;
    }

    int cost() const override { return 0; }

private:
    std::string id_;
};

/// What satisfies `inner` among the children called `type` of the document `id`, or is that
/// document.
QueryPtr among_relatives(const QueryPtr& inner, const JoinField& join, const std::string& type,
                         const std::string& id, Towards towards) {
    return make_query(
        [inner, join, type, id, towards](const Scope& scope) -> Answer<NodePtr> {
            Clauses clauses;
            clauses.must.push_back(ASK(plan_query(*inner, scope)));
            if (towards == Towards::children)
                clauses.filter.push_back(std::make_shared<ChildrenOf>(join, type, id));
            else
                clauses.filter.push_back(std::make_shared<OneDocument>(id));
            return bool_node(std::move(clauses));
        },
        Common{});
}

/// Inner hits of the inner query are below those of the outer one, which are searched by
/// themselves.
Scope without_hits(Scope scope) {
    scope.inner_hits = nullptr;
    scope.relative_hits = nullptr;
    return scope;
}

/// Asks for the relatives of each hit, where they are wanted.
Answer<> note_hits(const Scope& scope, const Wanted& wanted, const JoinField& join,
                   Towards towards) {
    if (wanted.hits == nullptr || scope.relative_hits == nullptr) return {};
    RelativeHits hits;
    hits.name = wanted.hits->name.empty() ? wanted.type : wanted.hits->name;
    hits.request = wanted.hits;
    for (const RelativeHits& other : *scope.relative_hits) {
        if (other.name != hits.name) continue;
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("[inner_hits] already contains an entry for key [{}]", hits.name));
    }
    hits.query_of = [inner = wanted.inner, join, type = wanted.type, towards](
                        const GroupContext& context, std::uint32_t row) -> Answer<QueryPtr> {
        if (towards == Towards::children) {
            const std::string id = ASK(context.group->id(row));
            return among_relatives(inner, join, type, id, towards);
        }
        const auto family = ASK(family_of(context, join.path));
        return among_relatives(inner, join, type, family->parent_of[row], towards);
    };
    scope.relative_hits->push_back(std::move(hits));
    return {};
}

/// The index's join field, or why there is no answer; nothing: no rows, and no complaint.
Answer<std::optional<JoinField>> join_of(const Scope& scope, std::string_view query,
                                         const Wanted& wanted) {
    auto join = find_join_field(*scope.index);
    const bool as_parent = query == "has_parent";
    const bool known = join && (as_parent ? join->is_parent(wanted.type)
                                          : join->parent_of(wanted.type).has_value());
    if (known) return join;
    if (wanted.ignore_unmapped) return std::nullopt;
    if (!join && query == "parent_id") {
        return shard_failure(
            fmt::format("[parent_id] no join field found for index [{}]", scope.index->name));
    }
    if (!join) return shard_failure(fmt::format("[{}] no join field has been configured", query));
    if (query == "parent_id") {
        return shard_failure(fmt::format("[parent_id] no relation found for child [{}]",
                                         wanted.type.empty() ? "null" : wanted.type));
    }
    return shard_failure(fmt::format("[{}] join field [{}] doesn't hold [{}] as a {}", query,
                                     join->path, wanted.type, as_parent ? "parent" : "child"));
}

Answer<NodePtr> plan_has_child(const Scope& scope, const Wanted& wanted) {
    const auto join = ASK(join_of(scope, "has_child", wanted));
    if (!join) return no_rows();
    ASK(note_hits(scope, wanted, *join, Towards::children));
    const NodePtr inner = ASK(plan_query(*wanted.inner, without_hits(scope)));
    Finder finder(scope, *join, wanted.type, wanted.mode != ScoreMode::none);
    auto found = ASK(finder.find(inner, Towards::parents));
    std::erase_if(found->by_id, [&](const auto& one) {
        return static_cast<int>(one.second.count) < wanted.least ||
               static_cast<int>(one.second.count) > wanted.most;
    });
    return std::make_shared<RelatedNode>(*join, *join->parent_of(wanted.type), Towards::parents,
                                         wanted.mode, std::move(found));
}

Answer<NodePtr> plan_has_parent(const Scope& scope, const Wanted& wanted) {
    const auto join = ASK(join_of(scope, "has_parent", wanted));
    if (!join) return no_rows();
    ASK(note_hits(scope, wanted, *join, Towards::parents));
    const NodePtr inner = ASK(plan_query(*wanted.inner, without_hits(scope)));
    Finder finder(scope, *join, wanted.type, wanted.mode != ScoreMode::none);
    auto found = ASK(finder.find(inner, Towards::children));
    return std::make_shared<RelatedNode>(*join, wanted.type, Towards::children, wanted.mode,
                                         std::move(found));
}

Answer<NodePtr> plan_parent_id(const Scope& scope, const Wanted& wanted) {
    const auto join = ASK(join_of(scope, "parent_id", wanted));
    if (!join) return no_rows();
    return std::make_shared<ChildrenOf>(*join, wanted.type, wanted.id);
}

Answer<ScoreMode> score_mode(const Member& member) {
    const std::string given = ASK(text_option("has_child", member));
    for (const auto& [word, mode] : score_modes) {
        if (word == given) return mode;
    }
    return refuse("illegal_argument_exception",
                  fmt::format("No score mode for child query [{}] found", given));
}

Answer<QueryPtr> parse_has_child(const Value& body) {
    Wanted wanted;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (taken) continue;
        if (member.name == "query")
            wanted.inner = ASK(inner_query(member, "has_child"));
        else if (member.name == "type")
            wanted.type = ASK(text_option("has_child", member));
        else if (member.name == "score_mode")
            wanted.mode = ASK(score_mode(member));
        else if (member.name == "ignore_unmapped")
            wanted.ignore_unmapped = ASK(boolean_option(member));
        else if (member.name == "min_children")
            wanted.least = static_cast<int>(ASK(number_option(member)));
        else if (member.name == "max_children")
            wanted.most = static_cast<int>(ASK(number_option(member)));
        else if (member.name == "inner_hits")
            wanted.hits = ASK(parse_inner_hits(member));
        else
            return unsupported("has_child", member.name);
    }
    if (!wanted.inner)
        return refuse("illegal_argument_exception", "[has_child] requires 'query' field");
    if (wanted.type.empty())
        return refuse("illegal_argument_exception", "[has_child] requires 'type' field");
    if (wanted.least < 0) {
        return refuse("illegal_argument_exception",
                      "[has_child] requires non-negative 'min_children' field");
    }
    if (wanted.most < wanted.least) {
        return refuse("illegal_argument_exception",
                      "[has_child] 'max_children' is less than 'min_children'");
    }
    return make_query(
        [wanted](const Scope& scope) -> Answer<NodePtr> { return plan_has_child(scope, wanted); },
        wanted.common);
}

Answer<QueryPtr> parse_has_parent(const Value& body) {
    Wanted wanted;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (taken) continue;
        if (member.name == "query") {
            wanted.inner = ASK(inner_query(member, "has_parent"));
        } else if (member.name == "parent_type") {
            wanted.type = ASK(text_option("has_parent", member));
        } else if (member.name == "score") {
            const bool scored = ASK(boolean_option(member));
            wanted.mode = scored ? ScoreMode::greatest : ScoreMode::none;
        } else if (member.name == "inner_hits") {
            wanted.hits = ASK(parse_inner_hits(member));
        } else if (member.name == "ignore_unmapped") {
            wanted.ignore_unmapped = ASK(boolean_option(member));
        } else {
            return unsupported("has_parent", member.name);
        }
    }
    if (!wanted.inner)
        return refuse("illegal_argument_exception", "[has_parent] requires 'query' field");
    if (wanted.type.empty())
        return refuse("illegal_argument_exception", "[has_parent] requires 'parent_type' field");
    return make_query(
        [wanted](const Scope& scope) -> Answer<NodePtr> { return plan_has_parent(scope, wanted); },
        wanted.common);
}

Answer<QueryPtr> parse_parent_id(const Value& body) {
    Wanted wanted;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (taken) continue;
        if (member.name == "type")
            wanted.type = ASK(text_option("parent_id", member));
        else if (member.name == "id")
            wanted.id = ASK(text_option("parent_id", member));
        else if (member.name == "ignore_unmapped")
            wanted.ignore_unmapped = ASK(boolean_option(member));
        else
            return unsupported("parent_id", member.name);
    }

    if (wanted.id.empty())
        return refuse("illegal_argument_exception", "[parent_id] requires 'id' field");
    return make_query(
        [wanted](const Scope& scope) -> Answer<NodePtr> { return plan_parent_id(scope, wanted); },
        wanted.common);
}

constexpr Parameter has_child_members[] = {
    {"query", Takes::object},         {"type", Takes::text},
    {"score_mode", Takes::text},      {"min_children", Takes::integer},
    {"max_children", Takes::integer},
};
constexpr Parameter has_parent_members[] = {
    {"query", Takes::object},
    {"parent_type", Takes::text},
    {"score", Takes::flag},
};
constexpr Parameter relative_members[] = {
    {"ignore_unmapped", Takes::flag},
    {"inner_hits", Takes::object},
};
constexpr Parameter parent_id_members[] = {
    {"type", Takes::text},
    {"id", Takes::text},
    {"ignore_unmapped", Takes::flag},
};

constexpr QueryKind kinds[] = {
    {"has_child", parse_has_child, {has_child_members, relative_members}},
    {"has_parent", parse_has_parent, {has_parent_members, relative_members}},
    {"parent_id", parse_parent_id, {parent_id_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::relatives
