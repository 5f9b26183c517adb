// search/run/run.cc -- a whole search over the row groups of several indices: matching rows,
// totals, aggregations, the best hits in a heap, and the documents of the page at last.
//
// Row groups that cannot hold a better hit are skipped by the least and the greatest value of the
// first sort key, once enough was counted; groups that may hold the best ones are visited first.

#include "search/fetch/hit_fields.h"
#include "search/fetch/inner_hits.h"
#include "search/match/bm25.h"
#include "search/match/plan.h"
#include "search/run/rows_ahead.h"
#include "search/run/search.h"
#include "search/sort/sort.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

namespace elkhorn::search {
namespace {

constexpr std::int64_t most_hits = 10'000;
constexpr std::int64_t time_to_show_ns = 1'000'000'000;
constexpr std::size_t groups_ahead = 8;

/// One index in a search.
struct Part {
    const store::IndexView* index = nullptr;
    std::size_t number = 0;
    NodePtr node;
    NodePtr post_filter;
    std::vector<std::pair<std::string, NodePtr>> named;
    std::vector<InnerHits> inner_hits;
    std::unique_ptr<Highlighter> highlighter;     // null: nobody asks
    std::unique_ptr<ScriptFields> script_fields;  // the same
    std::unique_ptr<Statistics> statistics;
    std::unique_ptr<RowScorer> scorer;  // null: the constant score, or nobody asks
    float constant = 1;
    std::vector<std::unique_ptr<SortColumn>> columns;  // by key; null for _score
    std::vector<SortValue> after;
    std::int64_t collected = 0;
};

struct Candidate {
    std::vector<SortValue> keys;
    float score = 0;
    const Part* part = nullptr;
    std::size_t group = 0;
    std::uint32_t row = 0;
};

struct Visit {
    Part* part = nullptr;
    std::size_t group = 0;
};

class Run {
public:
    Run(const Request& request, const RequestContext& context, bool typed_keys)
        : request_(request), context_(context), typed_keys_(typed_keys) {
        if (!context_.cache) context_.cache = std::make_shared<GroupCache>();
        context_.query = request.query;
        if (request.timeout_ms > 0 && context_.clock != nullptr) {
            const std::int64_t deadline =
                context_.clock->steady_ns() + request.timeout_ms * 1'000'000;
            if (context_.deadline_ns == 0 || deadline < context_.deadline_ns)
                context_.deadline_ns = deadline;
        }
        wanted_ = static_cast<std::size_t>(std::max<std::int64_t>(0, request.from) +
                                           std::max<std::int64_t>(0, request.size));
        if (request.size == 0) wanted_ = 0;
        by_score_ = request.sort.empty();
        const bool score_key = std::ranges::any_of(
            request.sort, [](const auto& sort) { return sort->kind == Sort::Kind::score; });
        shows_scores_ = by_score_ || score_key || request.track_scores;
        needs_scores_ =
            (shows_scores_ && (wanted_ > 0 || request.track_scores)) || request.min_score;
    }

    Answer<Found> answer() {
        if (context_.indices.empty()) {
            found_.max_score = 0.0F;
            found_.total_known = request_.count_up_to != 0;
            return std::move(found_);
        }
        ASK(check());
        if (request_.aggregations) {
            aggregations_ = ASK(parse_aggregations(*request_.aggregations, context_));
        }
        if (auto done = collect_all(); !done) {
            if (!done.error().out_of_time) return std::unexpected(std::move(done.error()));
            found_.timed_out = true;
            // What was found until then is still shown, within a time of its own.
            context_.deadline_ns = context_.clock->steady_ns() + time_to_show_ns;
        }
        ASK(finish());
        return std::move(found_);
    }

private:
    Answer<> collect_all() {
        ASK(prepare());
        const std::vector<Visit> all = visits();
        std::vector<RowsAhead::Group> groups;
        for (const Visit& visit : all)
            groups.push_back({visit.part->node, visit.part->index, visit.group});
        RowsAhead ahead(context_, std::move(groups));
        for (std::size_t i = 0; i < all.size(); ++i) {
            ASK(context_.go_on());
            ASK(collect(all[i], [&](const GroupContext& context) {
                return ahead.take(i, context, visits_all() ? groups_ahead : 0);
            }));
        }
        return context_.go_on();
    }

    /// Refusals that need no row, but that Elasticsearch finds in its search phase.
    Answer<> check() const {
        if (request_.search_after) {
            if (request_.from > 0) {
                auto failure = refuse_in_phase(
                    "search_exception",
                    "`from` parameter must be set to 0 when `search_after` is used.");
                failure.error().status = 500;
                return failure;
            }
            if (request_.sort.empty()) {
                return refuse_in_phase("illegal_argument_exception",
                                       "Sort must contain at least one field.");
            }
            const std::size_t given = request_.search_after->as_array().size();
            if (given != request_.sort.size()) {
                return refuse_in_phase("illegal_argument_exception",
                                       fmt::format("search_after has {} value(s) but sort has {}.",
                                                   given, request_.sort.size()));
            }
        }
        if (request_.from < 0) {
            auto failure = refuse_in_phase("array_index_out_of_bounds_exception",
                                           fmt::format("Index {} out of bounds", request_.from));
            failure.error().status = 500;
            return failure;
        }
        if (request_.size < 0) {
            return refuse_in_phase(
                "illegal_argument_exception",
                "numHits must be > 0; please use TotalHitCountCollector if you just need the "
                "total hit count");
        }
        if (request_.from + request_.size > most_hits) {
            return refuse_in_phase("illegal_argument_exception",
                                   fmt::format("Result window is too large, from + size must be "
                                               "less than or equal to: [10000] but "
                                               "was [{}]. See the scroll api for a more efficient "
                                               "way to request large data sets. "
                                               "This limit can be set by changing the "
                                               "[index.max_result_window] index level setting.",
                                               request_.from + request_.size));
        }
        return {};
    }

    Answer<> prepare() {
        for (const auto& index : context_.indices) {
            auto part = prepare_part(*index);
            if (part) {
                parts_.push_back(std::move(*part));
                continue;
            }
            Failure failure = part.error();
            if (failure.index.empty()) failure.index = index->name;
            if (!failure.phase || failure.over) return std::unexpected(std::move(failure));
            found_.failures.push_back(std::move(failure));
        }
        if (parts_.empty()) return std::unexpected(found_.failures.front());
        return {};
    }

    Answer<std::unique_ptr<Part>> prepare_part(const store::IndexView& index) {
        auto part = std::make_unique<Part>();
        part->index = &index;
        part->number = parts_.size() + found_.failures.size();
        Scope scope;
        scope.index = &index;
        scope.request = &context_;
        scope.named = &part->named;
        scope.inner_hits = &part->inner_hits;
        part->node = ASK(plan_query(*request_.query, scope));
        if (request_.post_filter) part->post_filter = ASK(plan_query(*request_.post_filter, scope));
        if (request_.highlight && wanted_ > 0)
            part->highlighter = ASK(Highlighter::plan(*request_.highlight, scope, part->node));
        if (!request_.script_fields.empty() && wanted_ > 0)
            part->script_fields = ASK(ScriptFields::plan(request_.script_fields, context_));
        for (std::size_t i = 0; i < request_.sort.size(); ++i) {
            const auto& sort = request_.sort[i];
            const bool score = sort->kind == Sort::Kind::score;
            part->columns.push_back(score ? nullptr : ASK(make_sort_column(sort, context_, index)));
            if (!request_.search_after) continue;
            const event::Value& after = request_.search_after->as_array()[i];
            part->after.push_back(score ? ASK(score_after(after))
                                        : ASK(part->columns.back()->parse_after(after)));
        }
        if (!needs_scores_) return part;
        if (const auto constant = part->node->constant()) {
            part->constant = *constant;
        } else {
            part->statistics = std::make_unique<Statistics>(context_, index);
            part->scorer = ASK(part->node->scorer(*part->statistics, 1.0F));
        }
        return part;
    }

    static Answer<SortValue> score_after(const event::Value& value) {
        if (value.is(event::Kind::real)) return SortValue::of(value.as_real());
        if (value.is(event::Kind::integer))
            return SortValue::of(static_cast<double>(value.as_integer()));
        return refuse_in_phase("illegal_argument_exception",
                               "Failed to parse search_after value for field [_score].");
    }

    /// Row groups, those first that may hold the best hits by a number or a date.
    std::vector<Visit> visits() {
        std::vector<std::pair<double, Visit>> ranked;
        const bool by_field = !by_score_ && request_.sort[0]->kind == Sort::Kind::field;
        for (const auto& part : parts_) {
            const Field field =
                by_field ? find_field(*part->index, request_.sort[0]->field) : Field{};
            for (std::size_t group = 0; group < part->index->groups.size(); ++group) {
                double rank = 0;
                const store::Column* column = field.has_values()
                                                  ? part->index->groups[group].group->find(
                                                        field.column, store::ColumnKind::integer)
                                                  : nullptr;
                if (column != nullptr && column->value_count() > 0) {
                    rank = request_.sort[0]->descending
                               ? -static_cast<double>(column->max_integer())
                               : static_cast<double>(column->min_integer());
                }
                ranked.push_back({rank, {part.get(), group}});
            }
        }
        std::ranges::sort(ranked, [](const auto& a, const auto& b) {
            if (a.first != b.first) return a.first < b.first;
            if (a.second.part != b.second.part)
                return a.second.part->number < b.second.part->number;
            return a.second.group < b.second.group;
        });
        std::vector<Visit> ordered;
        for (const auto& [rank, visit] : ranked)
            ordered.push_back(visit);
        return ordered;
    }

    bool counting() const {
        return !request_.count_up_to ||
               (*request_.count_up_to > 0 && total_ <= *request_.count_up_to);
    }

    /// Whether the rows of the groups to come will be asked for, as far as can be told.
    bool visits_all() const {
        return request_.terminate_after <= 0 && (counting() || aggregations_ != nullptr);
    }

    bool hopeless(const GroupContext& context, const Part& part) const {
        if (wanted_ == 0) return true;
        if (!part.after.empty() && part.columns[0] != nullptr &&
            part.columns[0]->all_before(context, part.after[0]))
            return true;
        if (heap_.size() < wanted_) return false;
        if (by_score_) return !part.scorer && heap_.front().score >= part.constant && in_order_;
        if (part.columns[0] == nullptr) return false;
        return part.columns[0]->all_behind(context, heap_.front().keys[0]);
    }

    template <typename RowsOf>
    Answer<> collect(const Visit& visit, RowsOf&& rows_of) {
        Part& part = *visit.part;
        const bool limited = request_.terminate_after > 0;
        if (limited && part.collected >= request_.terminate_after) return {};
        const GroupContext context = context_of(context_, *part.index, visit.group);
        const bool scored = needs_scores_ && part.scorer != nullptr;
        const bool all_scores = request_.track_scores || request_.min_score.has_value();
        const bool skip = hopeless(context, part) && !(all_scores && needs_scores_);
        if (skip && !counting() && !aggregations_ && !limited) return {};
        Bitmap rows = ASK(rows_of(context));
        rows.and_with(context.live);
        if (!rows.any()) return {};
        if (scored && (!skip || request_.min_score)) ASK(part.scorer->enter(context));
        if (request_.min_score) ASK(drop_low_scores(part, rows));
        if (limited) limit(part, rows);
        if (aggregations_) ASK(aggregations_->collect(context, rows));
        if (part.post_filter) rows.and_with(ASK(part.post_filter->rows(context)));
        total_ += rows.count();
        if (skip) return {};
        for (const auto& column : part.columns) {
            if (column) ASK(column->enter(context));
        }
        return offer(part, context, visit.group, rows);
    }

    void limit(Part& part, Bitmap& rows) {
        Bitmap kept(rows.size());
        rows.for_each([&](std::uint32_t row) {
            if (part.collected >= request_.terminate_after) return;
            kept.set(row);
            ++part.collected;
        });
        if (part.collected >= request_.terminate_after) found_.terminated_early = true;
        rows = std::move(kept);
    }

    Answer<float> score_of(const Part& part, std::uint32_t row) const {
        if (!part.scorer) return part.constant;
        return part.scorer->score(row);
    }

    Answer<> drop_low_scores(const Part& part, Bitmap& rows) const {
        std::optional<Failure> failure;
        Bitmap kept(rows.size());
        rows.for_each([&](std::uint32_t row) {
            if (failure) return;
            const auto score = score_of(part, row);
            if (!score)
                failure = score.error();
            else if (*score >= *request_.min_score)
                kept.set(row);
        });
        if (failure) return std::unexpected(*failure);
        rows = std::move(kept);
        return {};
    }

    /// Calls visit(row), the last row first, until it gives false.
    template <typename Visit>
    static void for_each_back(const Bitmap& rows, Visit&& visit) {
        constexpr std::size_t bits = 64;
        for (std::size_t i = rows.words().size(); i-- > 0;) {
            for (std::uint64_t word = rows.words()[i]; word != 0;) {
                const int top = std::bit_width(word) - 1;
                if (!visit(static_cast<std::uint32_t>(i * bits) + static_cast<std::uint32_t>(top)))
                    return;
                word ^= std::uint64_t{1} << top;
            }
        }
    }

    /// The best first where the rows lie in the order of the first key: then the first that is too
    /// bad is the last that is looked at.
    Answer<> offer(const Part& part, const GroupContext& context, std::size_t group,
                   const Bitmap& rows) {
        Answer<> going;
        std::uint32_t steps = 0;
        const auto visit = [&](std::uint32_t row) -> Answer<bool> {
            if (++steps % 4096 == 0) ASK(context_.go_on());
            return offer_row(part, group, row);
        };
        const bool by_key = !part.columns.empty() && part.columns[0] != nullptr;
        const bool in_order = by_key && part.columns[0]->ascending(context);
        if (by_key && request_.sort[0]->descending) {
            for_each_back(rows, [&](std::uint32_t row) {
                const auto hopeful = visit(row);
                if (!hopeful) going = std::unexpected(hopeful.error());
                return hopeful && (*hopeful || !in_order);
            });
            return going;
        }
        bool over = false;
        rows.for_each([&](std::uint32_t row) {
            if (over || !going) return;
            const auto hopeful = visit(row);
            if (!hopeful) going = std::unexpected(hopeful.error());
            over = hopeful && !*hopeful && in_order;
        });
        return going;
    }

    /// False where the row's first key is worse than those of all that are kept.
    Answer<bool> offer_row(const Part& part, std::size_t group, std::uint32_t row) {
        const bool full = heap_.size() >= wanted_;
        if (wanted_ > 0 && !request_.track_scores && !part.columns.empty() &&
            part.columns[0] != nullptr) {
            SortColumn& first = *part.columns[0];
            if (full && ASK(first.compare(row, heap_.front().keys[0])) > 0) return false;
            if (!part.after.empty() && ASK(first.compare(row, part.after[0])) < 0) return true;
        }
        Candidate candidate;
        candidate.part = &part;
        candidate.group = group;
        candidate.row = row;
        if (needs_scores_) {
            candidate.score = ASK(score_of(part, row));
            best_score_ = std::max(best_score_.value_or(candidate.score), candidate.score);
        }
        for (const auto& column : part.columns) {
            candidate.keys.push_back(column ? ASK(column->value(row))
                                            : SortValue::of(static_cast<double>(candidate.score)));
        }
        if (!part.after.empty() && !is_after(candidate.keys, part.after)) return true;
        if (!full) {
            if (context_.answer) ASK(context_.answer->take(bytes_of(candidate)));
            heap_.push_back(std::move(candidate));
            std::ranges::push_heap(
                heap_, [this](const Candidate& a, const Candidate& b) { return better(a, b); });
        } else if (wanted_ > 0 && better(candidate, heap_.front())) {
            const auto order = [this](const Candidate& a, const Candidate& b) {
                return better(a, b);
            };
            std::ranges::pop_heap(heap_, order);
            if (context_.answer) {
                context_.answer->give(bytes_of(heap_.back()));
                ASK(context_.answer->take(bytes_of(candidate)));
            }
            heap_.back() = std::move(candidate);
            std::ranges::push_heap(heap_, order);
        }
        return true;
    }

    static std::uint64_t bytes_of(const Candidate& candidate) {
        return sizeof(Candidate) + search::bytes_of(candidate.keys);
    }

    bool is_after(const std::vector<SortValue>& keys, const std::vector<SortValue>& after) const {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const int order = compare_keys(*request_.sort[i], keys[i], after[i]);
            if (order != 0) return order > 0;
        }
        return false;
    }

    /// By the keys or the score; then by index and arrival.
    bool better(const Candidate& a, const Candidate& b) const {
        if (by_score_ && a.score != b.score) return a.score > b.score;
        for (std::size_t i = 0; i < a.keys.size(); ++i) {
            const int order = compare_keys(*request_.sort[i], a.keys[i], b.keys[i]);
            if (order != 0) return order < 0;
        }
        if (a.part != b.part) return a.part->number < b.part->number;
        if (a.group != b.group) return a.group < b.group;
        return a.row < b.row;
    }

    Answer<> finish() {
        found_.total_known = request_.count_up_to != 0;
        found_.total = total_;
        if (request_.count_up_to && total_ > *request_.count_up_to) {
            found_.total = *request_.count_up_to;
            found_.total_is_lower_bound = found_.total_known;
        }
        std::ranges::sort(heap_,
                          [this](const Candidate& a, const Candidate& b) { return better(a, b); });
        if (wanted_ > 0 && !heap_.empty()) {
            if (by_score_)
                found_.max_score = heap_.front().score;
            else if (request_.track_scores)
                found_.max_score = best_score_;
        }
        const auto from = std::min(static_cast<std::size_t>(request_.from), heap_.size());
        heap_.erase(heap_.begin(), heap_.begin() + static_cast<std::ptrdiff_t>(from));
        ASK(materialize());
        if (aggregations_) {
            json::Writer out;
            out.begin_object();
            ASK(aggregations_->render(out, typed_keys_));
            out.end_object();
            found_.aggregations = out.take();
            if (context_.answer) ASK(context_.answer->made(found_.aggregations.size()));
        }
        return {};
    }

    /// The documents of the page, read group by group and row by row, for blocks are decoded once
    /// then.
    Answer<> materialize() {
        found_.hits.resize(heap_.size());
        std::map<std::pair<const Part*, std::size_t>, std::vector<std::size_t>> places;
        for (std::size_t i = 0; i < heap_.size(); ++i)
            places[{heap_[i].part, heap_[i].group}].push_back(i);
        for (auto& [place, hits] : places) {
            std::ranges::sort(hits, {}, [this](std::size_t i) { return heap_[i].row; });
            const GroupContext context = context_of(context_, *place.first->index, place.second);
            const auto sources = context.group->sources();
            if (place.first->script_fields) ASK(place.first->script_fields->enter(context));
            std::vector<std::pair<std::string, Bitmap>> named;
            for (const auto& [name, node] : place.first->named) {
                named.emplace_back(name, ASK(node->rows(context)));
            }
            for (const std::size_t i : hits) {
                if (context_.answer) ASK(context_.answer->expect());
                ASK(fill(found_.hits[i], heap_[i], context, *sources));
                for (const auto& [name, rows] : named) {
                    if (rows.test(heap_[i].row)) found_.hits[i].matched_queries.push_back(name);
                }
                std::ranges::sort(found_.hits[i].matched_queries);
                if (context_.answer) ASK(context_.answer->made(search::bytes_of(found_.hits[i])));
            }
            if (!place.first->inner_hits.empty())
                ASK(add_inner_hits_of(hits, context, place.first->inner_hits));
        }
        return {};
    }

    /// `hits` are places in the heap, in the order of their rows.
    Answer<> add_inner_hits_of(const std::vector<std::size_t>& hits, const GroupContext& context,
                               const std::vector<InnerHits>& wanted) {
        std::vector<std::uint32_t> rows;
        for (const std::size_t i : hits)
            rows.push_back(heap_[i].row);
        auto texts = ASK(inner_hits_of(context, rows, wanted));
        for (const std::size_t i : hits)
            found_.hits[i].inner_hits = std::move(texts.at(heap_[i].row));
        return {};
    }

    Answer<> fill(Hit& hit, const Candidate& candidate, const GroupContext& context,
                  store::SourceReader& sources) const {
        hit.index = context.index->name;
        hit.id = ASK(context.group->id(candidate.row));
        if (request_.version) hit.version = ASK(context.group->version(candidate.row));
        if (request_.seq_no) hit.seq_no = ASK(context.group->seq_no(candidate.row));
        if (shows_scores_) hit.score = candidate.score;
        if (request_.source.enabled) {
            hit.source = ASK(filter_source(ASK(sources.at(candidate.row)), request_.source));
        }
        if (!request_.docvalue_fields.empty() || !request_.fields.empty()) {
            hit.fields =
                ASK(hit_fields(context, candidate.row, request_.docvalue_fields, request_.fields));
        }
        if (candidate.part->script_fields)
            hit.fields =
                ASK(candidate.part->script_fields->add_to(std::move(hit.fields), candidate.row));
        if (candidate.part->highlighter)
            hit.highlight = ASK(candidate.part->highlighter->of(context, candidate.row));
        for (std::size_t i = 0; i < candidate.keys.size(); ++i) {
            const auto& column = candidate.part->columns[i];
            hit.sort.push_back(column ? column->json(candidate.keys[i])
                                      : float_json(candidate.score));
        }
        return {};
    }

    const Request& request_;  // the caller's
    RequestContext context_;
    bool typed_keys_;
    std::size_t wanted_ = 0;  // hits to keep: from + size
    bool by_score_ = true;
    bool shows_scores_ = true;
    bool needs_scores_ = true;
    bool in_order_ = true;  // by score, groups are visited in the order of their rows
    std::unique_ptr<Aggregations> aggregations_;
    std::vector<std::unique_ptr<Part>> parts_;
    std::vector<Candidate> heap_;  // the worst first
    std::int64_t total_ = 0;
    std::optional<float> best_score_;
    Found found_;
};

}  // namespace

Answer<Found> run(const Request& request, const RequestContext& context, bool typed_keys) {
    return Run(request, context, typed_keys).answer();
}

Answer<std::uint64_t> count(const QueryPtr& query, const RequestContext& given) {
    RequestContext context = given;
    if (!context.cache) context.cache = std::make_shared<GroupCache>();
    std::uint64_t total = 0;
    for (const auto& index : context.indices) {
        Scope scope;
        scope.index = index.get();
        scope.request = &context;
        auto node = plan_query(*query, scope);
        if (!node) {
            Failure failure = node.error();
            failure.index = index->name;
            return std::unexpected(std::move(failure));
        }
        std::vector<RowsAhead::Group> groups;
        for (std::size_t group = 0; group < index->groups.size(); ++group)
            groups.push_back({*node, index.get(), group});
        RowsAhead ahead(context, std::move(groups));
        for (std::size_t group = 0; group < index->groups.size(); ++group) {
            ASK(context.go_on());
            const GroupContext place = context_of(context, *index, group);
            Bitmap rows = ASK(ahead.take(group, place, groups_ahead));
            rows.and_with(place.live);
            total += rows.count();
        }
    }
    ASK(context.go_on());
    return total;
}

}  // namespace elkhorn::search
