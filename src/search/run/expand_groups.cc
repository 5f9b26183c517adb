#include "search/run/expand_groups.h"

#include "json/writer.h"
#include "search/run/collapse.h"
#include "search/run/hits_json.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace elkhorn::search {
namespace {

/// {"hits":{..}} of one search among those that share the hit's value.
Answer<std::string> group_hits(const Request& request, const RequestContext& context,
                               const GroupSearch& search, const SortValue& shared) {
    Request inner = *search.request;
    inner.query = in_group(request.query, request.collapse->field, shared);
    inner.post_filter = request.post_filter;
    Found found = ASK(run(inner, context, false));
    json::Writer out;
    out.begin_object().key("hits");
    write_hits(out, inner, found, false);
    out.end_object();
    std::string text = out.take();
    if (context.answer) ASK(context.answer->made(text.size()));
    return text;
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

}  // namespace elkhorn::search
