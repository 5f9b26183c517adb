// search/run/run.cc -- a whole search over the row groups of several indices: matching rows and
// totals, what is offered to the aggregations and to the best hits, and the page at last.
//
// Row groups that cannot hold a better hit are skipped by the least and the greatest value of the
// first sort key, once enough was counted; groups that may hold the best ones are visited first.

#include "search/run/aggregate_apart.h"
#include "search/run/best_hits.h"
#include "search/run/expand_groups.h"
#include "search/run/part.h"
#include "search/run/rows_ahead.h"
#include "search/run/search.h"
#include "search/run/show_hits.h"
#include "search/runtime/runtime_fields.h"
#include "search/suggest/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <tuple>

namespace elkhorn::search {
namespace {

constexpr std::int64_t most_hits = 10'000;
constexpr std::int64_t time_to_show_ns = 1'000'000'000;
constexpr std::size_t groups_ahead = 8;

struct Visit {
    Part* part = nullptr;
    std::size_t group = 0;
};

class Run {
public:
    Run(const Request& request, const RequestContext& context, bool typed_keys)
        : request_(request), context_(context), typed_keys_(typed_keys), order_(request.sort) {
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
        kept_ = wanted_;
        for (const Rescore& rescore : request.rescores)
            kept_ = std::max(kept_, static_cast<std::size_t>(std::max<std::int64_t>(
                                        0, wanted_ == 0 ? 0 : rescore.window)));
        const bool score_key = std::ranges::any_of(
            request.sort, [](const auto& sort) { return sort->kind == Sort::Kind::score; });
        shows_scores_ = order_.by_score() || score_key || request.track_scores;
        needs_scores_ =
            (shows_scores_ && (wanted_ > 0 || request.track_scores)) || request.min_score;
    }

    Answer<Found> answer() {
        if (context_.indices.empty()) {
            found_.max_score = 0.0F;
            found_.total_known = request_.count_up_to != 0;
            return std::move(found_);
        }
        if (request_.runtime_fields) ASK(add_runtime_fields(*request_.runtime_fields, context_));
        ASK(check());
        if (request_.aggregations) {
            aggregations_ = ASK(parse_aggregations(*request_.aggregations, context_));
        }
        if (auto done = collect_all(); !done) {
            if (!done.error().out_of_time) return std::unexpected(std::move(done.error()));
            found_.timed_out = true;
            // What was found until then is still shown, within a time of its own.
            context_.deadline_ns = context_.clock->steady_ns() + time_to_show_ns;
            context_.held_back = nullptr;
        }
        ASK(finish());
        if (context_.held_back) ASK(context_.held_back());
        return std::move(found_);
    }

private:
    Answer<> collect_all() {
        ASK(prepare());
        const std::vector<Visit> all = visits();
        std::vector<RowsAhead::Group> groups;
        for (const Visit& visit : all)
            groups.push_back({visit.part->node, visit.part->index, visit.group});
        ASK(aggregate_apart(groups));
        RowsAhead ahead(context_, std::move(groups));
        for (std::size_t i = 0; i < all.size(); ++i) {
            ASK(context_.go_on());
            counted_ = apart_ ? &apart_->counted(i) : nullptr;
            ASK(collect(all[i], [&](const GroupContext& context) -> Answer<Bitmap> {
                if (counted_ != nullptr && counted_->which) return *counted_->which;
                return ahead.take(i, context, visits_all() ? groups_ahead : 0);
            }));
        }
        return context_.go_on();
    }

    /// Where several threads can: then nothing is left of the aggregations but their answer.
    Answer<> aggregate_apart(const std::vector<RowsAhead::Group>& groups) {
        const bool all_rows =
            !request_.slice && !request_.min_score && request_.terminate_after <= 0;
        if (!aggregations_ || !all_rows) return {};
        const bool keep_rows = wanted_ > 0 || request_.post_filter != nullptr;
        apart_ = ASK(AggregateApart::begin(
            {request_.aggregations.get(), &context_, aggregations_.get(), keep_rows}, groups));
        if (!apart_) return {};
        const ProfileTimer timer(parts_[0]->profile.get(), &PartProfile::aggregations_ns,
                                 context_.clock);
        return apart_->count();
    }

    /// Whether there are some that have not seen the rows yet.
    bool aggregating() const { return aggregations_ != nullptr && apart_ == nullptr; }

    /// Refusals that need no row, but that Elasticsearch finds in its search phase.
    Answer<> check() const {
        ASK(check_together());
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
            const bool shorter = request_.tie_breaker && given + 1 == request_.sort.size();
            if (given != request_.sort.size() && !shorter) {
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

    /// Parts of a request that exclude each other.
    Answer<> check_together() const {
        const auto not_with = [](std::string_view other) {
            auto failure = refuse_in_phase(
                "search_exception",
                fmt::format("cannot use `collapse` in conjunction with `{}`", other));
            failure.error().status = 500;
            return failure;
        };
        if (request_.collapse && request_.search_after) return not_with("search_after");
        if (request_.collapse && !request_.rescores.empty()) return not_with("rescore");
        if (!request_.rescores.empty() && !request_.sort.empty()) {
            return refuse_in_phase("illegal_argument_exception",
                                   "Cannot use [sort] option in conjunction with [rescore].");
        }
        return {};
    }

    Answer<> prepare() {
        for (const auto& index : context_.indices) {
            auto part =
                plan_part(request_, context_, *index, parts_.size() + found_.failures.size(),
                          {wanted_ > 0, needs_scores_});
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
        // Windows of scores that are changed afterwards are of one index each.
        const std::size_t lists = request_.rescores.empty() ? 1 : parts_.size();
        for (std::size_t i = 0; i < lists; ++i)
            best_.emplace_back(order_, kept_, context_.answer.get(), request_.collapse != nullptr);
        return {};
    }

    BestHits& best_of(const Part& part) {
        if (request_.rescores.empty()) return best_.front();
        const auto place = std::ranges::find(parts_, &part, &std::unique_ptr<Part>::get);
        return best_[static_cast<std::size_t>(place - parts_.begin())];
    }

    /// Row groups, those first that may hold the best hits by a number or a date.
    std::vector<Visit> visits() {
        std::vector<std::pair<double, Visit>> ranked;
        const bool by_field = !order_.by_score() && request_.sort[0]->kind == Sort::Kind::field;
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
        return request_.terminate_after <= 0 && (counting() || aggregating());
    }

    bool hopeless(const GroupContext& context, const Visit& visit) {
        if (wanted_ == 0) return true;
        const Part& part = *visit.part;
        SortColumn* const first = part.columns.empty() ? nullptr : part.columns[0].get();
        if (first != nullptr && !part.after.empty() && first->all_before(context, part.after[0]))
            return true;
        if (request_.behind && before_place(context, visit, first)) return true;
        const Candidate* const worst = best_of(part).worst();
        if (worst == nullptr) return false;
        if (order_.by_score()) return !part.scorer && worst->score >= part.constant;
        return first != nullptr && first->all_behind(context, worst->keys[0]);
    }

    /// Whether all hits of the group come before the place that others are wanted behind.
    bool before_place(const GroupContext& context, const Visit& visit, SortColumn* first) const {
        const HitPlace& place = *request_.behind;
        if (first != nullptr) return first->all_before(context, place.keys[0]);
        const Part& part = *visit.part;
        if (!order_.by_score() || part.scorer) return false;
        if (part.constant != place.score) return part.constant > place.score;
        return std::tuple(part.number, visit.group) < std::tuple(place.part, place.group);
    }

    template <typename RowsOf>
    Answer<> collect(const Visit& visit, RowsOf&& rows_of) {
        Part& part = *visit.part;
        const bool limited = request_.terminate_after > 0;
        if (limited && part.collected >= request_.terminate_after) return {};
        const GroupContext context = context_of(context_, *part.index, visit.group);
        const bool scored = (needs_scores_ || part.sorts_by_scores) && part.scorer != nullptr;
        const bool all_scores = request_.track_scores || request_.min_score.has_value();
        const bool skip = hopeless(context, visit) && !(all_scores && needs_scores_);
        PartProfile* const profile = part.profile.get();
        const bool none = skip && !counting() && !aggregating() && !limited;
        if (profile != nullptr) {
            ++profile->groups;
            profile->skipped += none ? 1 : 0;
            profile->without_hits += !none && skip && wanted_ > 0 ? 1 : 0;
        }
        if (none) return {};
        if (counted_ != nullptr && (counted_->rows == 0 || (skip && !part.post_filter))) {
            total_ += static_cast<std::int64_t>(counted_->rows);
            return {};
        }
        Bitmap rows = ASK(rows_of(context));
        rows.and_with(context.live);
        if (part.slice) ASK(part.slice->keep(context, first_row(visit), rows));
        if (!rows.any()) {
            if (profile != nullptr) ++profile->empty;
            return {};
        }
        if (scored && (!skip || request_.min_score)) ASK(part.scorer->enter(context));
        if (request_.min_score) ASK(drop_low_scores(part, rows));
        if (limited) limit(part, rows);
        if (aggregating()) {
            const ProfileTimer timer(profile, &PartProfile::aggregations_ns, context_.clock);
            ASK(aggregations_->collect(context, rows));
        }
        if (part.post_filter) rows.and_with(ASK(part.post_filter->rows(context)));
        total_ += rows.count();
        if (skip) return {};
        const ProfileTimer timer(profile, &PartProfile::hits_ns, context_.clock);
        for (const auto& column : part.columns) {
            if (column) ASK(column->enter(context));
        }
        if (part.collapse) ASK(part.collapse->enter(context));
        return offer(part, context, visit.group, rows);
    }

    /// How many rows of the index lie in the row groups before.
    static std::uint64_t first_row(const Visit& visit) {
        std::uint64_t rows = 0;
        for (std::size_t i = 0; i < visit.group; ++i)
            rows += visit.part->index->groups[i].group->rows();
        return rows;
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
    Answer<> offer(Part& part, const GroupContext& context, std::size_t group, const Bitmap& rows) {
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
    Answer<bool> offer_row(Part& part, std::size_t group, std::uint32_t row) {
        BestHits& best = best_of(part);
        if (wanted_ > 0 && !request_.track_scores && !part.columns.empty() &&
            part.columns[0] != nullptr) {
            SortColumn& first = *part.columns[0];
            const Candidate* const worst = best.worst();
            if (worst != nullptr && ASK(first.compare(row, worst->keys[0])) > 0) return false;
            if (!part.after.empty() && ASK(first.compare(row, part.after[0])) < 0) return true;
            const HitPlace* const behind = request_.behind.get();
            if (behind != nullptr && ASK(first.compare(row, behind->keys[0])) < 0) return true;
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
        if (!part.after.empty() && !order_.is_after(candidate.keys, part.after)) return true;
        if (request_.behind && !order_.is_behind(candidate, *request_.behind)) return true;
        if (part.collapse) candidate.shared = ASK(part.collapse->key(row));
        ASK(best.add(std::move(candidate)));
        return true;
    }

    /// Of all lists, the best first, scored once more where that is asked for.
    Answer<std::vector<Candidate>> best_hits() {
        std::vector<Candidate> hits;
        for (std::size_t i = 0; i < best_.size(); ++i) {
            std::vector<Candidate> some = best_[i].take();
            if (!request_.rescores.empty()) ASK(rescore_hits(context_, parts_[i]->rescores, some));
            std::ranges::move(some, std::back_inserter(hits));
        }
        if (best_.size() > 1) {
            std::ranges::stable_sort(hits, [this](const Candidate& a, const Candidate& b) {
                return order_.better(a, b);
            });
        }
        if (hits.size() > wanted_) hits.resize(wanted_);
        return hits;
    }

    Answer<> finish() {
        found_.total_known = request_.count_up_to != 0;
        found_.total = total_;
        if (request_.count_up_to && total_ > *request_.count_up_to) {
            found_.total = *request_.count_up_to;
            found_.total_is_lower_bound = found_.total_known;
        }
        std::vector<Candidate> hits = ASK(best_hits());
        if (wanted_ > 0 && !hits.empty()) {
            if (order_.by_score())
                found_.max_score = hits.front().score;
            else if (request_.track_scores)
                found_.max_score = best_score_;
        }
        const auto from = std::min(static_cast<std::size_t>(request_.from), hits.size());
        hits.erase(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(from));
        found_.hits = ASK(show_hits(request_, context_, shows_scores_, hits));
        if (request_.collapse) ASK(expand_groups(request_, context_, hits, found_.hits));
        ASK(expand_relatives(context_, hits, found_.hits));
        if (!hits.empty()) found_.last = std::make_shared<const HitPlace>(place_of(hits.back()));
        if (aggregations_) {
            json::Writer out;
            out.begin_object();
            ASK(aggregations_->render(out, typed_keys_));
            out.end_object();
            found_.aggregations = out.take();
            if (context_.answer) ASK(context_.answer->made(found_.aggregations.size()));
        }
        if (request_.suggest) {
            found_.suggest = ASK(suggest(
                *request_.suggest, context_,
                [this](const GroupContext& context, std::uint32_t row) -> Answer<std::string> {
                    if (!request_.source.enabled) return std::string();
                    const auto sources = context.group->sources();
                    return filter_source(ASK(sources->at(row)), request_.source);
                },
                typed_keys_));
        }
        if (request_.profile) write_profile();
        return {};
    }

    void write_profile() {
        std::vector<const PartProfile*> profiles;
        for (const auto& part : parts_)
            profiles.push_back(part->profile.get());
        std::string names;
        if (request_.aggregations) {
            for (const event::Member& member : request_.aggregations->as_object().members())
                names += (names.empty() ? "" : ", ") + std::string(member.name);
        }
        found_.profile = profile_json(profiles, names);
    }

    const Request& request_;  // the caller's
    RequestContext context_;
    bool typed_keys_;
    HitOrder order_;
    std::size_t wanted_ = 0;  // from + size
    std::size_t kept_ = 0;    // as many, or what is scored once more
    bool shows_scores_ = true;
    bool needs_scores_ = true;
    std::unique_ptr<Aggregations> aggregations_;
    std::unique_ptr<AggregateApart> apart_;             // null: they are counted here
    const AggregateApart::Counted* counted_ = nullptr;  // by them, of the row group at hand
    std::vector<std::unique_ptr<Part>> parts_;
    std::vector<BestHits> best_;  // one, or one a part
    std::int64_t total_ = 0;
    std::optional<float> best_score_;
    Found found_;
};

}  // namespace

Answer<Found> run(const Request& request, const RequestContext& context, bool typed_keys) {
    return Run(request, context, typed_keys).answer();
}

}  // namespace elkhorn::search
