// input/stdin.cc -- standard input, a line an event; the pipeline ends with it. Lines are views
// into the blocks that were read: nothing is copied.

#include "base/stop.h"
#include "input/core/arrival.h"
#include "input/core/input.h"

#include <poll.h>
#include <unistd.h>

namespace elkhorn::input::stdin_input {
namespace {

constexpr std::size_t block_bytes = 256 << 10;
constexpr int poll_ms = 100;

class StandardInput final : public Input {
public:
    explicit StandardInput(Arrival arrival) : arrival_(std::move(arrival)) {}

    void run(Receiver& receiver) override {
        const auto decoder = arrival_.decoder();
        while (!stop_.requested()) {
            std::string block = read_block();
            const bool end = block.empty();
            if (end && !ended_) continue;
            event::Batch batch;
            if (end)
                decoder->flush(batch);
            else
                decoder->decode(batch.keep(std::move(block)), batch);
            const std::pair<std::string_view, event::Value> origin[] = {
                {"host", event::Value::string(batch.arena().copy(host_name()))}};
            arrival_.complete(batch, 0, origin);
            if (!batch.empty() && !receiver.push(std::move(batch))) return;
            if (end) return;
        }
    }

    void stop() override { stop_.request(); }

private:
    /// Empty when nothing came in time, or for good when `ended_`.
    std::string read_block() {
        pollfd wanted{STDIN_FILENO, POLLIN, 0};
        if (poll(&wanted, 1, poll_ms) <= 0) return {};
        std::string block(block_bytes, '\0');
        const ssize_t size = read(STDIN_FILENO, block.data(), block.size());
        if (size <= 0) ended_ = true;
        block.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return block;
    }

    const Arrival arrival_;
    Stop stop_;
    bool ended_ = false;
};

Result<std::unique_ptr<Input>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Arrival arrival(context.clock);
    arrival.read(fields, "line", codec::Framing::stream);
    fields.accept({"ecs_compatibility"});
    TRY(fields.finish());
    return std::make_unique<StandardInput>(std::move(arrival));
}

}  // namespace
}  // namespace elkhorn::input::stdin_input

// The C library may make `stdin` a macro of the same name, which is harmless here.
namespace elkhorn::input::stdin {
extern constinit const Spec spec{"stdin", "Standard input, a line an event.", stdin_input::build};
}  // namespace elkhorn::input::stdin
