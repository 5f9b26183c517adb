// search/runtime/runtime_fields.h -- "runtime_mappings" of a search: fields that scripts make of
// each document while the search runs.
//
//   "runtime_mappings": {"hour": {"type": "long",
//                                 "script": "emit(doc['@timestamp'].value.getHour())"}}
//
//   Type        boolean, date, double, geo_point, ip, keyword, long. Without a script the values
//               are those of `_source` at the field's path.
//   A field     of that name in the mapping is hidden by it. It may look at other such fields.
//   Documents   a script is run for every document of a row group that is looked at, whatever the
//               query's other clauses leave. One that throws ends the search, or with
//               "on_script_error": "continue" gives that document no values.
//   Cost        nothing where nobody looks for the field. Otherwise once a search: the script over
//               all rows, and what a refresh of so many small documents costs.
#pragma once

#include "base/parameter.h"
#include "event/value.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/script/script_call.h"
#include "store/schema/mapping.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace elkhorn::search {

/// Of each field.
inline constexpr Parameter runtime_field_members[] = {
    {"type", Takes::text},
    {"script", Takes::any},
    {"format", Takes::text},
    {"on_script_error", Takes::one_of, Use::used, {}, "fail continue"},
    {"meta", Takes::object, Use::no_effect, "nobody asks a request's fields for it"},
};

struct RuntimeField {
    std::string name;
    store::FieldMapping mapping;
    std::optional<ScriptCall> script;  // nothing: the values of _source
    bool skips_errors = false;
};

struct RuntimeFields {
    std::vector<RuntimeField> all;
};

/// Null where the object is empty, as most dashboards send it.
Answer<std::shared_ptr<const RuntimeFields>> parse_runtime_fields(const event::Value& body);

/// Replaces the request's indices by ones that have the fields. What goes wrong while a column is
/// made, go_on() tells; whoever makes an answer asks it once more at the end.
Answer<> add_runtime_fields(const RuntimeFields& fields, RequestContext& request);

}  // namespace elkhorn::search
