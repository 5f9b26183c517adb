#include "store/group/memory_group.h"

#include "base/assert.h"
#include "store/group/field_router.h"
#include "store/group/group_builder.h"

namespace elkhorn::store {

struct MemoryGroup::Parts {
    Parts(const event::FieldNames& names, const Mapping& given) : mapping(given), router(names) {}

    Mapping mapping;
    FieldRouter router;
    std::unique_ptr<GroupBuilder> builder = std::make_unique<GroupBuilder>(0);
};

MemoryGroup::MemoryGroup(const event::FieldNames& names, const Mapping& mapping)
    : parts_(std::make_unique<Parts>(names, mapping)) {}

MemoryGroup::~MemoryGroup() = default;

void MemoryGroup::add(const event::Document& document, std::string_view source) {
    ASSERT(rows() < max_group_rows);
    NewRow row;
    row.seq_no = rows();
    row.source = source;
    const std::uint32_t number = parts_->builder->add(row);
    parts_->router.add(number, document, source, *parts_->builder, parts_->mapping);
}

std::uint32_t MemoryGroup::rows() const {
    return parts_->builder->rows();
}

Result<std::shared_ptr<const RowGroup>> MemoryGroup::take(const RowGroup& beside) {
    const auto bytes = std::make_shared<const std::string>(parts_->builder->encode());
    parts_->router.reset();
    parts_->builder = std::make_unique<GroupBuilder>(0);
    return beside.open_beside(bytes);
}

}  // namespace elkhorn::store
