// net/connection_slot.h -- the right to one connection. All servers of the process share what they
// may have together, so that some descriptors are always left for the store's files; each has a
// limit of its own beside that.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>

namespace elkhorn::net {

/// For all servers of the process together; without limit until it is said. Any thread.
void set_connections_max(std::size_t connections);

/// The connections of one server.
struct ConnectionCount {
    std::atomic<std::size_t> open{0};
    std::size_t max = 0;
};

/// Given back when it goes.
class ConnectionSlot {
public:
    /// Nothing where the server or the process has as many as it may.
    static std::optional<ConnectionSlot> take(std::shared_ptr<ConnectionCount> count);

    ConnectionSlot(ConnectionSlot&&) noexcept = default;
    ConnectionSlot& operator=(ConnectionSlot&&) = delete;
    ~ConnectionSlot();

private:
    explicit ConnectionSlot(std::shared_ptr<ConnectionCount> count) : count_(std::move(count)) {}

    std::shared_ptr<ConnectionCount> count_;  // null: moved from
};

}  // namespace elkhorn::net
