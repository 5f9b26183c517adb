#include "api/document/parts/document_read.h"

#include "api/core/error_body.h"

namespace elkhorn::api {

search::Answer<std::optional<store::Found>> read_document(const Call& call,
                                                          const std::string& index,
                                                          std::string_view id) {
    auto found = call.context().store->get(index, id);
    if (found) return std::move(*found);
    if (found.error().code != ErrorCode::not_found) return search::broken(found.error());
    return std::unexpected(index_not_found(index, "index_expression"));
}

search::Answer<> write_document(json::Writer& out, std::string_view index, std::string_view id,
                                const std::optional<store::Found>& found,
                                const search::SourceFilter& filter) {
    out.member("_index", index).member("_type", "_doc").member("_id", id);
    if (found) {
        out.member("_version", found->version).member("_seq_no", found->seq_no);
        out.member("_primary_term", 1);
    }
    out.member("found", found.has_value());
    if (found && filter.enabled)
        out.key("_source").raw(ASK(search::filter_source(found->source, filter)));
    return {};
}

}  // namespace elkhorn::api
