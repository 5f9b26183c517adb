// Any JSON as a query, and as a whole search, and any text as Lucene's language, over a few
// documents: refused, or run to an answer that is JSON again and shows no more than there is.

#include "base/assert.h"
#include "json/parse.h"
#include "json/writer.h"
#include "search/query/core/parse.h"
#include "search/run/hits_json.h"
#include "search/run/search.h"
#include "search/run/test_documents.h"

#include <cstdint>
#include <string>

using namespace elkhorn;

namespace {

void count(const search::Answer<search::QueryPtr>& query, const search::RequestContext& context) {
    if (!query) return;
    const auto found = search::count(*query, context);
    ASSERT(!found || *found <= context.indices[0]->documents);
}

void run(const search::Request& request, const search::RequestContext& context,
         json::Parser& parser) {
    auto found = search::run(request, context, true);
    if (!found) return;
    ASSERT(found->hits.size() <= context.indices[0]->documents);
    json::Writer out;
    out.begin_object().key("hits");
    search::write_hits(out, request, *found, false);
    if (!found->aggregations.empty()) out.key("aggregations").raw(found->aggregations);
    if (!found->profile.empty()) out.key("profile").raw(found->profile);
    if (!found->suggest.empty()) out.key("suggest").raw(found->suggest);
    out.end_object();
    event::Arena answer;
    ASSERT(parser.parse(out.take(), answer));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    static const search::FuzzDocuments documents;
    static json::Parser parser;
    const search::RequestContext& context = documents.context();
    count(search::parse_query_string(text, {}), context);
    event::Arena arena;
    const auto body = parser.parse(text, arena);
    if (!body) return 0;
    count(search::parse_query(*body), context);
    if (const auto request = search::parse_request(*body, {})) run(*request, context, parser);
    return 0;
}
