#include "search/run/show_hits.h"

#include "json/writer.h"
#include "search/fetch/hit_fields.h"
#include "search/fetch/inner_hits.h"
#include "search/run/part.h"
#include "search/run/rows_ahead.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace elkhorn::search {
namespace {

class Shown {
public:
    Shown(const Request& request, const RequestContext& context, bool scores,
          const std::vector<Candidate>& candidates)
        : request_(request), context_(context), scores_(scores), candidates_(candidates) {
        hits_.resize(candidates.size());
    }

    Answer<std::vector<Hit>> all() {
        std::map<std::pair<std::size_t, std::size_t>, Places> groups;
        for (std::size_t i = 0; i < candidates_.size(); ++i)
            groups[{candidates_[i].part->number, candidates_[i].group}].push_back(i);
        for (auto& [group, places] : groups) {
            std::ranges::sort(places, {}, [this](std::size_t i) { return candidates_[i].row; });
            ASK(show_group(places));
        }
        return std::move(hits_);
    }

private:
    using Places = std::vector<std::size_t>;  // among the candidates, of one row group, rows ascend

    Answer<> show_group(const Places& places) {
        const Candidate& first = candidates_[places[0]];
        const GroupContext context = context_of(context_, *first.part->index, first.group);
        const auto sources = context.group->sources();
        if (request_.explain && first.part->scorer) ASK(first.part->scorer->enter(context));
        if (first.part->script_fields) ASK(first.part->script_fields->enter(context));
        std::vector<std::pair<std::string, Bitmap>> named;
        for (const auto& [name, node] : first.part->named)
            named.emplace_back(name, ASK(node->rows(context)));
        for (const std::size_t i : places) {
            if (context_.answer) ASK(context_.answer->expect());
            ASK(fill(hits_[i], candidates_[i], context, *sources));
            for (const auto& [name, rows] : named) {
                if (rows.test(candidates_[i].row)) hits_[i].matched_queries.push_back(name);
            }
            std::ranges::sort(hits_[i].matched_queries);
            if (context_.answer) ASK(context_.answer->made(bytes_of(hits_[i])));
        }
        return add_inner_hits(places, context, first.part->inner_hits);
    }

    Answer<> add_inner_hits(const Places& places, const GroupContext& context,
                            const std::vector<InnerHits>& wanted) {
        if (wanted.empty()) return {};
        std::vector<std::uint32_t> rows;
        for (const std::size_t i : places)
            rows.push_back(candidates_[i].row);
        auto texts = ASK(inner_hits_of(context, rows, wanted));
        for (const std::size_t i : places)
            hits_[i].inner_hits = std::move(texts.at(candidates_[i].row));
        return {};
    }

    Answer<> fill(Hit& hit, const Candidate& candidate, const GroupContext& context,
                  store::SourceReader& sources) const {
        hit.index = context.index->name;
        hit.id = ASK(context.group->id(candidate.row));
        if (request_.version) hit.version = ASK(context.group->version(candidate.row));
        if (request_.seq_no) hit.seq_no = ASK(context.group->seq_no(candidate.row));
        if (scores_) hit.score = candidate.score;
        if (request_.source.enabled)
            hit.source = ASK(filter_source(ASK(sources.at(candidate.row)), request_.source));
        if (!request_.docvalue_fields.empty() || !request_.fields.empty()) {
            hit.fields =
                ASK(hit_fields(context, candidate.row, request_.docvalue_fields, request_.fields));
        }
        if (candidate.part->script_fields) {
            hit.fields =
                ASK(candidate.part->script_fields->add_to(std::move(hit.fields), candidate.row));
        }
        if (candidate.part->highlighter)
            hit.highlight = ASK(candidate.part->highlighter->of(context, candidate.row));
        if (request_.explain) hit.explanation = ASK(explain(*candidate.part, candidate.row));
        for (std::size_t i = 0; i < candidate.keys.size(); ++i) {
            const auto& column = candidate.part->columns[i];
            hit.sort.push_back(column ? column->json(candidate.keys[i])
                                      : float_json(candidate.score));
        }
        return {};
    }

    /// The score of its query, as it is before any other query scores it once more.
    static Answer<std::string> explain(const Part& part, std::uint32_t row) {
        Explanation explanation{part.constant, "a constant score of "};
        if (part.scorer)
            explanation = ASK(part.scorer->explain(row));
        else if (!part.profile->root.below.empty())
            explanation.description +=
                part.profile->root.below[0]->kind + " " + part.profile->root.below[0]->description;
        json::Writer out;
        write_explanation(out, explanation);
        return out.take();
    }

    const Request& request_;
    const RequestContext& context_;
    bool scores_;
    const std::vector<Candidate>& candidates_;
    std::vector<Hit> hits_;
};

}  // namespace

Answer<std::vector<Hit>> show_hits(const Request& request, const RequestContext& context,
                                   bool scores, const std::vector<Candidate>& hits) {
    return Shown(request, context, scores, hits).all();
}

}  // namespace elkhorn::search
