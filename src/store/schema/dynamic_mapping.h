// store/schema/dynamic_mapping.h -- what becomes of a field that the mapping does not know, by its
// name and first value, as Elasticsearch 7.10 decides it. Templates are asked first, in order; else
//
//   "2015-05-19T.."  date      text otherwise, with a `.keyword` field (ignore_above 256)
//   12               long      1.5   float      true   boolean
//
// No document is refused here: a template that cannot be used is passed over.
#pragma once

#include "event/document.h"
#include "store/schema/field_value.h"
#include "store/schema/mapping.h"

#include <optional>
#include <string_view>

namespace elkhorn::store {

FieldMapping new_field(std::string_view path, const event::Leaf& leaf, const Mapping& mapping,
                       DateParsers& dates);

/// What a template makes of a new object; nothing where none is for it.
std::optional<FieldMapping> new_object(std::string_view path, const Mapping& mapping);

}  // namespace elkhorn::store
