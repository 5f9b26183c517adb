// Any JSON as a query, a body and a sort: parsed or refused; what was parsed runs over an empty
// index and finds nothing in it.

#include "base/assert.h"
#include "json/parse.h"
#include "search/query/core/parse.h"
#include "search/run/search.h"

#include <cstdint>
#include <memory>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn;
    const std::string text(data, data + size);
    static json::Parser parser;
    static const auto index = [] {
        auto view = std::make_shared<store::IndexView>();
        auto mapping = std::make_shared<store::Mapping>();
        mapping->fields["message"] = store::dynamic_text();
        mapping->fields["n"] = store::dynamic_field(store::FieldType::int64);
        mapping->fields["at"] = store::dynamic_field(store::FieldType::date);
        mapping->fields["client"] = store::dynamic_field(store::FieldType::ip);
        view->name = "fuzz";
        view->mapping = std::move(mapping);
        return view;
    }();
    event::Arena arena;
    const auto body = parser.parse(text, arena);
    if (!body) return 0;
    search::RequestContext context;
    context.clock = &system_clock();
    context.indices.push_back(index);
    if (const auto query = search::parse_query(*body)) {
        const auto found = search::count(*query, context);
        ASSERT(!found || *found == 0);
    }
    const auto request = search::parse_request(*body, {});
    if (!request || request->aggregations) return 0;
    const auto found = search::run(*request, context, false);
    ASSERT(!found || found->hits.empty());
    return 0;
}
