// Any JSON as aggregations over a few documents: refused, or counted and written as an answer that
// is JSON again.

#include "base/assert.h"
#include "json/parse.h"
#include "json/writer.h"
#include "search/agg/core/aggregations.h"
#include "search/run/test_documents.h"

#include <cstdint>
#include <string>

using namespace elkhorn;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    static const search::FuzzDocuments documents;
    static json::Parser parser;
    event::Arena arena;
    const auto aggs = parser.parse(text, arena);
    if (!aggs) return 0;
    const search::RequestContext& request = documents.context();
    const auto tree = search::parse_aggregations(*aggs, request);
    if (!tree) return 0;
    for (const store::GroupView& view : request.indices[0]->groups) {
        search::GroupContext context;
        context.request = &request;
        context.index = request.indices[0].get();
        context.group = view.group.get();
        context.live = store::Bitmap(view.group->rows(), true);
        if (!(*tree)->collect(context, context.live)) return 0;
    }
    json::Writer out;
    out.begin_object();
    const auto written = (*tree)->render(out, true);
    if (!written) return 0;
    out.end_object();
    event::Arena answer;
    ASSERT(parser.parse(out.take(), answer));
    return 0;
}
