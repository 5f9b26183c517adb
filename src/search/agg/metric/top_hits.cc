// search/agg/metric/top_hits.cc -- top_hits: the first documents of each bucket, by a sort or in
// order of arrival. Documents themselves are read when the answer is written.
//
// Aggregations know no scores: without a sort every document scores 1.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/options.h"
#include "search/fetch/hit_row.h"
#include "search/fetch/page_members.h"
#include "search/fetch/page_parse.h"
#include "search/sort/sort.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace elkhorn::search::agg::top_hits {
namespace {

class TopHits final : public Aggregator {
public:
    TopHits(Common common, Page page) : Aggregator(std::move(common)), page_(std::move(page)) {}

    Shape shape() const override { return Shape::other; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        const std::int64_t window = page_.from + page_.size;
        if (window > 100) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("Top hits result window is too large, the top hits aggregator [{}]'s "
                            "from + size must be "
                            "less than or equal to: [100] but was [{}]. This limit can be set by "
                            "changing the "
                            "[index.max_inner_result_window] index level setting.",
                            name(), window));
        }
        if (window <= 0) {
            return refuse_in_phase(
                "illegal_argument_exception",
                "numHits must be > 0; please use TotalHitCountCollector if you just need the total "
                "hit count");
        }
        for (std::size_t i = 0; i < request.indices.size(); ++i) {
            Columns columns;
            columns.place = i;
            for (const auto& sort : page_.sort) {
                if (sort->kind == Sort::Kind::score) {
                    columns.columns.push_back(nullptr);
                } else {
                    columns.columns.push_back(
                        ASK(make_sort_column(sort, request, *request.indices[i], common().nested)));
                }
            }
            columns_.emplace(request.indices[i].get(), std::move(columns));
        }
        return {};
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(states_, selection.bucket_count));
        if (selection.rows.empty()) return {};
        const auto found = columns_.find(context.index);
        if (found == columns_.end()) return {};
        Columns& columns = found->second;
        for (const auto& column : columns.columns) {
            if (column) ASK(column->enter(context));
        }
        const bool entered = !contexts_.empty() && contexts_.back().group == context.group &&
                             contexts_.back().objects == context.objects;
        if (!entered) {
            ASK(ledger().hold(sizeof(GroupContext) + context.rows() / 8));
            contexts_.push_back(context);
        }
        const auto window = static_cast<std::size_t>(page_.from + page_.size);
        for (std::size_t i = 0; i < selection.rows.size(); ++i) {
            const std::uint32_t bucket = selection.buckets.empty() ? 0 : selection.buckets[i];
            ASK(offer(states_[bucket], columns, selection.rows[i], window));
        }
        return {};
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        State none;
        State& state = bucket < states_.size() ? states_[bucket] : none;
        std::ranges::sort(state.hits, [this](const Hit& a, const Hit& b) { return before(a, b); });
        const bool scored = page_.sort.empty();
        out.key("hits").begin_object();
        out.key("total")
            .begin_object()
            .member("value", state.total)
            .member("relation", "eq")
            .end_object();
        out.key("max_score");
        if (scored && !state.hits.empty()) {
            out.value(1.0);
        } else {
            out.null();
        }
        out.key("hits").begin_array();
        for (std::size_t i = static_cast<std::size_t>(page_.from); i < state.hits.size(); ++i) {
            ASK(write_hit(out, state.hits[i]));
        }
        out.end_array().end_object();
        return {};
    }

private:
    struct Hit {
        std::uint32_t context = 0;  // place in contexts_
        std::uint32_t row = 0;
        std::vector<SortValue> keys;
    };

    struct State {
        std::uint64_t total = 0;
        std::vector<Hit> hits;  // a heap, the last of them in front
    };

    struct Columns {
        std::size_t place = 0;                             // of the index in the request
        std::vector<std::unique_ptr<SortColumn>> columns;  // null: by score
    };

    bool before(const Hit& a, const Hit& b) const {
        for (std::size_t i = 0; i < page_.sort.size(); ++i) {
            if (page_.sort[i]->kind == Sort::Kind::score) continue;
            const int way = compare_keys(*page_.sort[i], a.keys[i], b.keys[i]);
            if (way != 0) return way < 0;
        }
        return rank(a) < rank(b);
    }

    /// The order of indices and of arrival.
    std::tuple<std::size_t, std::int64_t, std::uint32_t> rank(const Hit& hit) const {
        const GroupContext& context = contexts_[hit.context];
        return {columns_.at(context.index).place, context.group->first_seq_no(), hit.row};
    }

    Answer<> offer(State& state, Columns& columns, std::uint32_t row, std::size_t window) {
        ++state.total;
        const auto less = [this](const Hit& a, const Hit& b) {
            return before(a, b);
        };
        const bool full = state.hits.size() == window;
        if (full && !columns.columns.empty() && columns.columns[0]) {
            if (ASK(columns.columns[0]->compare(row, state.hits.front().keys[0])) > 0) return {};
        }
        Hit hit{static_cast<std::uint32_t>(contexts_.size() - 1), row, {}};
        for (const auto& column : columns.columns) {
            hit.keys.push_back(column ? ASK(column->value(row)) : SortValue::of(1.0));
        }
        if (full) {
            if (!before(hit, state.hits.front())) return {};
            std::ranges::pop_heap(state.hits, less);
            state.hits.back() = std::move(hit);
        } else {
            ASK(ledger().hold(sizeof(Hit) + hit.keys.size() * (sizeof(SortValue) + 32)));
            state.hits.push_back(std::move(hit));
        }
        std::ranges::push_heap(state.hits, less);
        return {};
    }

    Answer<> write_hit(json::Writer& out, const Hit& hit) {
        const GroupContext& context = contexts_[hit.context];
        const bool scored = page_.sort.empty() || page_.track_scores;
        out.begin_object();
        ASK(write_row(out, context, hit.row, page_, scored ? std::optional(1.0F) : std::nullopt));
        if (!page_.sort.empty()) {
            const Columns& columns = columns_.at(context.index);
            out.key("sort").begin_array();
            for (std::size_t i = 0; i < hit.keys.size(); ++i) {
                out.raw(columns.columns[i] ? columns.columns[i]->json(hit.keys[i]) : "1.0");
            }
            out.end_array();
        }
        out.end_object();
        return {};
    }

    Page page_;
    std::map<const store::IndexView*, Columns> columns_;
    std::vector<GroupContext> contexts_;  // of the row groups that hits are in
    std::vector<State> states_;
};

Made make_top_hits(Common common, const event::Value& body) {
    constexpr std::array known = {
        "from",         "size",    "version",       "seq_no_primary_term", "explain",
        "track_scores", "_source", "stored_fields", "docvalue_fields",     "script_fields",
        "highlight",    "sort",    "fields"};
    for (const event::Member& member : body.as_object().members()) {
        if (std::ranges::find(known, member.name) != known.end()) continue;
        return refuse_parsing(
            fmt::format("Unknown key for a {} in [{}].", token_name(member.value), member.name));
    }
    return std::make_unique<TopHits>(std::move(common), ASK(parse_page(body, 3)));
}

constexpr AggregationKind kinds[] = {
    {"top_hits", make_top_hits, {page_members, lower_page_members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::top_hits
