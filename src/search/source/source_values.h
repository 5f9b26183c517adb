// search/source/source_values.h -- values that lie in no column, from the documents of a row group:
// what a query needs of them is made once, when it is first asked for, and kept beside the row
// group while the node's cache has room.
//
//   Cost      the first question: parsing every document of the row group; later ones: nothing.
#pragma once

#include "event/value.h"
#include "search/base/context.h"
#include "search/base/failure.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace elkhorn::search {

/// Adds a value at the path, with the objects on its way.
void put_at_path(event::Arena& arena, event::Object& root, std::string_view path,
                 const event::Value& value);

/// Calls `visit` for each row in order with the values at the path (lists opened, nulls and objects
/// among them); it gives the bytes that it keeps so far, which are charged to the searches' share.
Answer<> each_source_value(
    const GroupContext& context, std::string_view path,
    const std::function<std::uint64_t(std::uint32_t row, std::span<const event::Value> values)>&
        visit);

/// What was made of a row group under the name, or what `make` makes of it now.
template <typename Made, typename Make>
Answer<std::shared_ptr<const Made>> made_of_group(const GroupContext& context,
                                                  const std::string& name, Make&& make) {
    if (const auto kept = context.group->made(name))
        return std::static_pointer_cast<const Made>(kept);
    auto made = std::make_shared<Made>();
    ASK(make(*made));
    context.group->keep_made(name, made, made->size_bytes());
    return std::shared_ptr<const Made>(std::move(made));
}

}  // namespace elkhorn::search
