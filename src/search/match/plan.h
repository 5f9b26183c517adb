// search/match/plan.h -- a query resolved against one index: a tree of nodes that give the rows of
// a row group and score them. Queries (query.h) know names and words; nodes know columns and
// values.
//
//   Rows     a bitmap per row group, dead rows possibly in it.
//   Scores   a node makes a RowScorer once per index; it enters row group after row group.
//   Threads  nodes are immutable; a RowScorer belongs to one thread.
#pragma once

#include "search/base/context.h"
#include "search/base/explanation.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/query.h"
#include "store/code/bitmap.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::search {

using store::Bitmap;

/// Scores the rows that match its node. Rows of a group are asked in ascending order.
class RowScorer {
public:
    virtual ~RowScorer() = default;
    virtual Answer<> enter(const GroupContext& context) = 0;
    virtual bool has(std::uint32_t row) const = 0;
    /// Only where has(row).
    virtual Answer<float> score(std::uint32_t row) = 0;

    /// The same, with what it is made of.
    virtual Answer<Explanation> explain(std::uint32_t row) {
        return Explanation{ASK(score(row)), ""};
    }
};

class Statistics;     // bm25.h
struct InnerHits;     // inner_hits.h
struct RelativeHits;  // the same
struct Marks;         // marks.h
struct ProfileEntry;  // profile.h

class Node {
public:
    virtual ~Node() = default;
    virtual Answer<Bitmap> rows(const GroupContext& context) const = 0;

    /// Those among `candidates`, others possibly with them: for what runs a script for each row,
    /// which must see none that other clauses have excluded.
    virtual Answer<Bitmap> rows_among(const GroupContext& context,
                                      const Bitmap& /*candidates*/) const {
        return rows(context);
    }

    /// What rows() takes, to begin with the cheapest: 0 nothing, 1 a range of time, 9 reading
    /// texts.
    virtual int cost() const { return 5; }

    /// The score that all its rows have; nothing when it depends on the row.
    virtual std::optional<float> constant() const { return 1.0F; }

    /// The constant score unless the node says otherwise.
    virtual Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const;

    /// Adds what it looks for in texts.
    virtual void mark(Marks& /*marks*/) const {}
};

using NodePtr = std::shared_ptr<const Node>;

/// Of a node that whoever asks keeps: every row scores alike; or the sum of those of the parts that
/// have the row.
std::unique_ptr<RowScorer> alike_scorer(const Node& node, float score);
std::unique_ptr<RowScorer> sum_scorer(const Node& node,
                                      std::vector<std::unique_ptr<RowScorer>> parts);

/// What planning knows: the index, the request's moment, and the nested object one is in.
struct Scope {
    const store::IndexView* index = nullptr;
    const RequestContext* request = nullptr;
    std::string nested;
    std::vector<std::pair<std::string, NodePtr>>* named =
        nullptr;                                         // gathers _name; null: nobody asks
    std::vector<InnerHits>* inner_hits = nullptr;        // gathers them; null: nobody asks
    std::vector<RelativeHits>* relative_hits = nullptr;  // the same, of a join field
    ProfileEntry* profile = nullptr;  // of the query around it; null: nobody asks
};

using Plan = std::function<Answer<NodePtr>(const Scope&)>;

/// A query as its plan. `constant`: its score in every row when that is known without an index.
class PlannedQuery final : public Query {
public:
    PlannedQuery(Plan plan, float boost, std::string name, std::optional<float> constant)
        : plan_(std::move(plan)), boost_(boost), name_(std::move(name)), constant_(constant) {}

    Answer<Bitmap> rows(const GroupContext& context) const override;

    bool scores() const override { return !constant_; }

    double constant_score() const override { return constant_ ? *constant_ * boost_ : 1.0; }

    Answer<NodePtr> plan(const Scope& scope) const;

    /// As the request calls it, for who profiles it.
    QueryPtr called(std::string_view kind, std::string description) const;

    /// Known before any index is looked at to match nothing: then what stands beside it in a bool
    /// is not even planned, and so cannot be refused.
    bool matches_nothing() const { return !plan_; }

private:
    Answer<NodePtr> plan_watched(const Scope& scope) const;

    Plan plan_;  // none: matches nothing
    float boost_;
    std::string name_;
    std::optional<float> constant_;
    std::string kind_;
    std::string description_;
};

QueryPtr match_nothing();
bool matches_nothing(const Query& query);

/// Every Query is a PlannedQuery.
Answer<NodePtr> plan_query(const Query& query, const Scope& scope);

// -- nodes (node_values.cc, node_text.cc, node_compound.cc) ---------------------------------------

NodePtr all_rows();
NodePtr no_rows();

NodePtr integer_range(Field field, std::int64_t least, std::int64_t greatest);
NodePtr integer_set(Field field, std::vector<std::int64_t> values);
/// Both ends belong to it.
NodePtr real_range(Field field, double least, double greatest);
NodePtr address_range(Field field, std::string least, std::string greatest);
NodePtr existing(std::vector<Field> fields);
NodePtr with_ids(std::vector<std::string> ids);

/// An exact value of a keyword (scored), or of the misfits of a typed field. `frequency`: scored as
/// if so many rows had it.
NodePtr keyword_term(Field field, std::string text, std::optional<double> frequency = {});
/// A boolean, scored as Lucene scores its term.
NodePtr boolean_term(Field field, bool value);
NodePtr keyword_set(Field field, std::vector<std::string> texts);

/// Decides about a distinct value or a token.
struct TextTest {
    std::string prefix;  // of every text that passes
    std::function<bool(std::string_view)> passes;
    std::vector<std::string> pieces = {};  // every text that passes has them, some letters small

    /// Whether a text of digits alone may pass.
    bool may_be_number() const;
};

/// Keywords: any value passes. Texts: any token passes. Typed fields: any misfit passes.
NodePtr text_test(Field field, TextTest test);

NodePtr token_term(Field field, std::string token, std::optional<double> frequency = {});

/// Tokens one after the other, `slop` moves allowed; the last may be the beginning of one.
struct Phrase {
    std::vector<std::string> tokens;
    int slop = 0;
    bool prefix = false;
    std::uint32_t max_expansions = 50;
    std::vector<std::int32_t> places = {};  // of the tokens; empty: one behind the other
    std::optional<double> frequency = {};   // of one token: scored as if so many rows had it
};

NodePtr phrase(Field field, Phrase phrase);

struct Clauses {
    std::vector<NodePtr> must;
    std::vector<NodePtr> filter;
    std::vector<NodePtr> should;
    std::vector<NodePtr> must_not;
    int should_match = 0;  // at least that many of `should`
};

NodePtr bool_node(Clauses clauses);
NodePtr any_of(std::vector<NodePtr> nodes);  // the sum of scores
NodePtr best_of(std::vector<NodePtr> nodes, float tie_breaker);
NodePtr constant_node(NodePtr node, float score);
NodePtr boosted(NodePtr node, float boost);
NodePtr demoted(NodePtr positive, NodePtr negative, float factor);

}  // namespace elkhorn::search
