// store/group/memory_group.h -- documents that are in no index as a row group in memory, typed by a
// mapping like those of an index: the objects of a nested field, which are searched as documents of
// their own.
//
//   Cost      what a refresh costs: about 10 ns a byte.
//   Memory    the documents, until `take`; then the group's bytes.
#pragma once

#include "base/result.h"
#include "event/document.h"
#include "store/group/row_group.h"
#include "store/schema/mapping.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace elkhorn::store {

class MemoryGroup {
public:
    /// `names` outlives it; the mapping is copied, and what its dynamic rules add is not seen.
    MemoryGroup(const event::FieldNames& names, const Mapping& mapping);
    ~MemoryGroup();

    /// At most `max_group_rows` of them.
    void add(const event::Document& document, std::string_view source);
    std::uint32_t rows() const;

    /// What was added; then it is empty again. The group decodes through the cache of `beside`.
    Result<std::shared_ptr<const RowGroup>> take(const RowGroup& beside);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace elkhorn::store
