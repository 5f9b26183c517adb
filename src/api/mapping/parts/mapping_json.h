// api/mapping/parts/mapping_json.h -- a store::Mapping as Elasticsearch's "mappings" JSON and back.
#pragma once

#include "api/mapping/parts/analysis_settings.h"
#include "event/value.h"
#include "json/writer.h"
#include "search/base/failure.h"
#include "store/schema/mapping.h"

#include <string_view>

namespace elkhorn::api {

/// The "mappings" object of a request. `prefix` begins the error messages of index creation
/// ("Failed to parse mapping [_doc]: "). A type in the outermost object (`_doc`) is looked through.
search::Answer<store::Mapping> parse_mappings(const event::Value& mappings, std::string_view prefix,
                                              const Analysis& analysis);

/// Whether each alias stands for a field that is there. For a whole mapping: an update's aliases
/// may stand for fields that were there before.
search::Answer<> check_aliases(const store::Mapping& mapping);

/// Writes the "mappings" object with its braces.
void write_mappings(json::Writer& out, const store::Mapping& mapping);

/// One field's own object: {"type":"text","fields":{...}}.
void write_field(json::Writer& out, const store::FieldMapping& field);

}  // namespace elkhorn::api
