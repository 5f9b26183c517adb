#include "store/index/slot.h"

namespace elkhorn::store {

std::int64_t Slot::first_seq_no() const {
    return builder != nullptr ? builder->first_seq_no() : group->first_seq_no();
}

std::int64_t Slot::last_seq_no() const {
    return builder != nullptr ? builder->last_seq_no() : group->last_seq_no();
}

std::uint32_t Slot::rows() const {
    return builder != nullptr ? builder->rows() : group->rows();
}

}  // namespace elkhorn::store
