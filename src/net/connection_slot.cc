#include "net/connection_slot.h"

#include <limits>
#include <utility>

namespace elkhorn::net {
namespace {

std::atomic<std::size_t> process_max{std::numeric_limits<std::size_t>::max()};
std::atomic<std::size_t> process_open{0};

bool count_up(std::atomic<std::size_t>& open, std::size_t max) {
    if (open.fetch_add(1) < max) return true;
    open.fetch_sub(1);
    return false;
}

}  // namespace

void set_connections_max(std::size_t connections) {
    process_max = connections;
}

std::optional<ConnectionSlot> ConnectionSlot::take(std::shared_ptr<ConnectionCount> count) {
    if (!count_up(count->open, count->max)) return std::nullopt;
    if (!count_up(process_open, process_max)) {
        count->open.fetch_sub(1);
        return std::nullopt;
    }
    return ConnectionSlot(std::move(count));
}

ConnectionSlot::~ConnectionSlot() {
    if (count_ == nullptr) return;
    count_->open.fetch_sub(1);
    process_open.fetch_sub(1);
}

}  // namespace elkhorn::net
