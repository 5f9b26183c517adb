#include "search/run/expand_groups.h"

#include "json/writer.h"
#include "search/run/collapse.h"
#include "search/run/hits_json.h"
#include "search/run/part.h"
#include "search/run/rows_ahead.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {
namespace {

/// {"hits":{..}} of one search.
Answer<std::string> hits_of(const Request& inner, const RequestContext& context) {
    Found found = ASK(run(inner, context, false));
    json::Writer out;
    out.begin_object().key("hits");
    write_hits(out, inner, found, false);
    out.end_object();
    std::string text = out.take();
    if (context.answer) ASK(context.answer->made(text.size()));
    return text;
}

/// Of one search among those that share the hit's value.
Answer<std::string> group_hits(const Request& request, const RequestContext& context,
                               const GroupSearch& search, const SortValue& shared) {
    Request inner = *search.request;
    inner.query = in_group(request.query, request.collapse->field, shared);
    inner.post_filter = request.post_filter;
    return hits_of(inner, context);
}

/// Of one search among a hit's relatives.
Answer<std::string> relative_hits(const RelativeHits& wanted, const RequestContext& context,
                                  const Candidate& candidate) {
    Request inner;
    static_cast<Page&>(inner) = wanted.request->page;
    const GroupContext place = context_of(context, *candidate.part->index, candidate.group);
    inner.query = ASK(wanted.query_of(place, candidate.row));
    inner.count_up_to = std::nullopt;
    RequestContext own = context;
    std::erase_if(own.indices,
                  [&](const auto& index) { return index.get() != candidate.part->index; });
    return hits_of(inner, own);
}

/// Beside what nested queries have put there.
void add_members(std::string& object, std::string_view members) {
    if (object.empty()) {
        object = fmt::format("{{{}}}", members);
        return;
    }
    object.pop_back();
    if (object.size() > 1) object += ',';
    object.append(members).append("}");
}

}  // namespace

Answer<> expand_groups(const Request& request, const RequestContext& context,
                       const std::vector<Candidate>& candidates, std::vector<Hit>& hits) {
    const auto& searches = request.collapse->inner;
    if (searches.empty()) return {};
    for (std::size_t i = 0; i < hits.size(); ++i) {
        json::Writer out;
        out.begin_object();
        for (const GroupSearch& search : searches) {
            ASK(context.go_on());
            if (!search.name)
                return refuse("illegal_argument_exception", "Field name cannot be null");
            out.key(*search.name)
                .raw(ASK(group_hits(request, context, search, candidates[i].shared)));
        }
        const std::string object = out.end_object().take();
        add_members(hits[i].inner_hits, std::string_view(object).substr(1, object.size() - 2));
    }
    return {};
}

Answer<> expand_relatives(const RequestContext& context, const std::vector<Candidate>& candidates,
                          std::vector<Hit>& hits) {
    for (std::size_t i = 0; i < hits.size(); ++i) {
        json::Writer out;
        out.begin_object();
        const auto& wanted = candidates[i].part->relative_hits;
        for (const RelativeHits& one : wanted) {
            ASK(context.go_on());
            out.key(one.name).raw(ASK(relative_hits(one, context, candidates[i])));
        }
        const std::string object = out.end_object().take();
        if (!wanted.empty())
            add_members(hits[i].inner_hits, std::string_view(object).substr(1, object.size() - 2));
    }
    return {};
}

}  // namespace elkhorn::search
