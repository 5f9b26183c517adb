#include "search/fetch/inner_hits.h"

#include "search/fetch/hit_row.h"
#include "search/fetch/page_parse.h"
#include "search/query/core/query_parse.h"
#include "search/sort/sort.h"
#include "search/source/nested_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::search {
namespace {

using event::Value;

constexpr std::int64_t most_hits = 100;  // index.max_inner_result_window

/// The objects of some rows that one InnerHits finds, in its order.
class Finder {
public:
    Finder(const InnerHits& wanted, const GroupContext& context)
        : wanted_(wanted), page_(wanted.request->page), context_(context) {}

    Answer<> find(std::span<const std::uint32_t> rows) {
        pieces_ = ASK(objects_of(context_, wanted_.path));
        const bool scored = page_.sort.empty() || page_.track_scores;
        if (scored && !wanted_.node->constant())
            scorer_ = ASK(wanted_.node->scorer(wanted_.counts->objects, 1.0F));
        for (const auto& sort : page_.sort) {
            const bool score = sort->kind == Sort::Kind::score;
            columns_.push_back(score ? nullptr
                                     : ASK(make_sort_column(sort, *context_.request,
                                                            *context_.index, wanted_.path)));
        }
        for (std::size_t piece = 0; piece < pieces_.size(); ++piece)
            ASK(find_in(piece, rows));
        return {};
    }

    /// {"hits":{...}} of one row.
    Answer<std::string> json(std::uint32_t row) {
        std::vector<Object>& found = found_[row];
        std::ranges::stable_sort(found,
                                 [this](const Object& a, const Object& b) { return before(a, b); });
        const auto from = static_cast<std::size_t>(page_.from);
        const std::size_t until =
            std::min(found.size(), from + static_cast<std::size_t>(page_.size));
        // A page past the end has no total either: so it is in Elasticsearch.
        const std::size_t total =
            from < until || found.empty() || page_.size == 0 ? found.size() : 0;
        json::Writer out;
        out.begin_object().key("hits").begin_object();
        out.key("total")
            .begin_object()
            .member("value", total)
            .member("relation", "eq")
            .end_object();
        out.key("max_score");
        if (page_.sort.empty() && !found.empty())
            out.value(found.front().score);
        else
            out.null();
        out.key("hits").begin_array();
        ASK(write_objects(out, found, from, until));
        out.end_array().end_object().end_object();
        return out.take();
    }

private:
    struct Object {
        std::size_t piece = 0;
        std::uint32_t row = 0;
        float score = 0;
        std::vector<SortValue> keys;
    };

    Answer<> find_in(std::size_t piece, std::span<const std::uint32_t> rows) {
        const GroupContext& inside = pieces_[piece];
        const Bitmap matching = ASK(wanted_.node->rows(inside));
        if (scorer_) ASK(scorer_->enter(inside));
        for (const auto& column : columns_) {
            if (column) ASK(column->enter(inside));
        }
        const std::vector<std::uint32_t>& owners = inside.objects->rows().owners;
        for (const std::uint32_t owner : rows) {
            const auto [first, last] = std::ranges::equal_range(owners, owner);
            for (auto it = first; it != last; ++it) {
                const auto row = static_cast<std::uint32_t>(it - owners.begin());
                if (!matching.test(row)) continue;
                Object object{piece, row, wanted_.node->constant().value_or(1.0F), {}};
                if (scorer_) object.score = ASK(scorer_->score(row));
                for (const auto& column : columns_) {
                    object.keys.push_back(column ? ASK(column->value(row))
                                                 : SortValue::of(double{object.score}));
                }
                if (AnswerRoom* const room = context_.answer(); room != nullptr)
                    ASK(room->take(sizeof(Object) + bytes_of(object.keys)));
                found_[owner].push_back(std::move(object));
            }
        }
        return {};
    }

    bool before(const Object& a, const Object& b) const {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const int order = compare_keys(*page_.sort[i], a.keys[i], b.keys[i]);
            if (order != 0) return order < 0;
        }
        return columns_.empty() && a.score > b.score;
    }

    Answer<> write_objects(json::Writer& out, const std::vector<Object>& found, std::size_t from,
                           std::size_t until) {
        for (std::size_t i = from; i < until; ++i) {
            const GroupContext& inside = pieces_[found[i].piece];
            std::string below;
            if (!wanted_.below.empty()) {
                const std::array rows{found[i].row};
                below = ASK(inner_hits_of(inside, rows, wanted_.below))[found[i].row];
            }
            ASK(write(out, inside, found[i], below));
        }
        return {};
    }

    Answer<> write(json::Writer& out, const GroupContext& inside, const Object& object,
                   const std::string& below) {
        const bool scored = page_.sort.empty() || page_.track_scores;
        out.begin_object();
        ASK(write_row(out, inside, object.row, page_,
                      scored ? std::optional(object.score) : std::nullopt));
        if (!page_.sort.empty()) {
            out.key("sort").begin_array();
            for (std::size_t i = 0; i < columns_.size(); ++i)
                out.raw(columns_[i] ? columns_[i]->json(object.keys[i]) : float_json(object.score));
            out.end_array();
        }
        if (!below.empty()) out.key("inner_hits").raw(below);
        out.end_object();
        return {};
    }

    const InnerHits& wanted_;
    const Page& page_;
    const GroupContext& context_;
    std::vector<GroupContext> pieces_;
    std::unique_ptr<RowScorer> scorer_;                 // null: a constant, or nobody asks
    std::vector<std::unique_ptr<SortColumn>> columns_;  // by key; null for _score
    std::map<std::uint32_t, std::vector<Object>> found_;
};

}  // namespace

Answer<std::shared_ptr<const InnerHitsRequest>> parse_inner_hits(const event::Member& member) {
    constexpr std::array known = {
        "name",    "ignore_unmapped", "from",          "size",
        "sort",    "_source",         "stored_fields", "docvalue_fields",
        "fields",  "script_fields",   "highlight",     "explain",
        "version", "track_scores",    "collapse",      "seq_no_primary_term"};
    if (!member.value.is(event::Kind::object))
        return bad_syntax(fmt::format("[nested] unexpected token [{}]", token_name(member.value)));
    auto wanted = std::make_shared<InnerHitsRequest>();
    event::Arena arena;
    event::Object page;
    for (const event::Member& option : member.value.as_object().members()) {
        if (std::ranges::find(known, option.name) == known.end())
            return bad_content(fmt::format("[inner_hits] unknown field [{}]", option.name));
        if (option.name == "name")
            wanted->name = ASK(text_option("inner_hits", option));
        else if (option.name != "ignore_unmapped")
            page.add(arena, option.name, option.value);
    }
    wanted->page = ASK(parse_page(Value::object(&page), 3));
    if (const std::int64_t window = wanted->page.from + wanted->page.size; window > most_hits) {
        return refuse(
            "illegal_argument_exception",
            fmt::format(
                "Inner result window is too large, the inner hit definition's [{}]'s from "
                "+ size must be less than or equal to: [{}] but was [{}]. This limit can be "
                "set by changing the [index.max_inner_result_window] index level setting.",
                wanted->name.empty() ? "null" : wanted->name, most_hits, window));
    }
    if (wanted->page.seq_no) {
        auto failure = refuse("unsupported_operation_exception",
                              "nested documents are not assigned sequence numbers");
        failure.error().status = 500;
        return failure;
    }
    return wanted;
}

Answer<> add_inner_hits(std::vector<InnerHits>& all, InnerHits one) {
    const bool there = std::ranges::any_of(
        all, [&](const InnerHits& other) { return other.name() == one.name(); });
    if (there) {
        return refuse(
            "illegal_argument_exception",
            fmt::format("[inner_hits] already contains an entry for key [{}]", one.name()));
    }
    all.push_back(std::move(one));
    return {};
}

Answer<std::map<std::uint32_t, std::string>> inner_hits_of(const GroupContext& context,
                                                           std::span<const std::uint32_t> rows,
                                                           const std::vector<InnerHits>& wanted) {
    std::map<std::uint32_t, json::Writer> writers;
    for (const std::uint32_t row : rows)
        writers[row].begin_object();
    for (const InnerHits& one : wanted) {
        Finder finder(one, context);
        ASK(finder.find(rows));
        for (const std::uint32_t row : rows)
            writers[row].key(one.name()).raw(ASK(finder.json(row)));
    }
    std::map<std::uint32_t, std::string> texts;
    for (auto& [row, out] : writers)
        texts[row] = out.end_object().take();
    return texts;
}

}  // namespace elkhorn::search
