#include "search/search.h"
namespace elkhorn::search {
struct MA : Query { Answer<store::Bitmap> rows(const GroupContext& c) const override { return c.live; } };
QueryPtr match_all() { return std::make_shared<MA>(); }
Answer<std::string> filter_source(std::string_view s, const SourceFilter&) { return std::string(s); }
Answer<Request> parse_request(const event::Value&, const Parameters&) { return Request{}; }
Answer<Found> run(const Request&, const RequestContext&, bool) { return Found{}; }
Answer<std::uint64_t> count(const QueryPtr&, const RequestContext& c) { std::uint64_t n=0; for (auto& i : c.indices) n += i->documents; return n; }
}
