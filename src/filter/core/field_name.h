// filter/core/field_name.h -- a field reference that may itself have holes: "total_%{unit}",
// "[a][%{b}]". One without holes is parsed when the pipeline is built; one with holes for each
// event.
#pragma once

#include "base/clock.h"
#include "config/fields.h"
#include "event/event.h"
#include "event/field_path.h"
#include "event/format.h"

#include <optional>
#include <string_view>
#include <vector>

namespace elkhorn::filter {

class FieldName {
public:
    static Result<FieldName> parse(std::string_view text);

    /// Null when what the holes were filled with is no field reference. Valid until the next call.
    const event::FieldPath* resolve(const event::Event& event, const Clock& clock);

    /// As written.
    const std::string& text() const { return format_.text(); }

private:
    event::Format format_;
    std::optional<event::FieldPath> path_;  // when it has no holes; else the last one made
    bool constant_ = false;
};

/// Reads an option that names one field. Mistakes go to `fields`.
void read_path(config::Fields& fields, std::string_view option,
               std::optional<event::FieldPath>& out);
void read_names(config::Fields& fields, std::string_view option, std::vector<FieldName>& out);
/// A text with holes.
std::optional<event::Format> read_format(config::Fields& fields, std::string_view option,
                                         std::string_view text);

}  // namespace elkhorn::filter
