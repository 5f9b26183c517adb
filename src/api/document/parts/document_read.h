// api/document/parts/document_read.h -- a document read by its id, as _doc and _mget show it.
#pragma once

#include "api/core/api.h"
#include "json/writer.h"
#include "search/run/search.h"

#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::api {

/// As it is now, refreshed or not; nothing: there is none. index_not_found_exception without the
/// index.
search::Answer<std::optional<store::Found>> read_document(const Call& call,
                                                          const std::string& index,
                                                          std::string_view id);

/// _index, _type, _id, then _version, _seq_no, _primary_term, found and what `filter` leaves of
/// _source; or only found.
search::Answer<> write_document(json::Writer& out, std::string_view index, std::string_view id,
                                const std::optional<store::Found>& found,
                                const search::SourceFilter& filter);

}  // namespace elkhorn::api
