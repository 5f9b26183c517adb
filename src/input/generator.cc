// input/generator.cc -- events out of nothing, for trials and measurements.
//
//   generator { message => "hello"  count => 1000 }      generator { lines => ["a", "b"]  count =>
//                                   3 }
//
// Every line is sent `count` times (0: until stopped) from each of `threads` threads, with a
// `sequence`.

#include "base/stop.h"
#include "input/core/arrival.h"
#include "input/core/input.h"

namespace elkhorn::input::generator {
namespace {

constexpr std::size_t batch_events = 1000;

struct Options {
    std::vector<std::string> lines = {"Hello world!"};
    std::int64_t count = 0;
    std::int64_t threads = 1;
};

class Generator final : public Input {
public:
    Generator(Options options, Arrival arrival)
        : options_(std::move(options)), arrival_(std::move(arrival)) {}

    void run(Receiver& receiver) override {
        const auto decoder = arrival_.decoder();
        std::int64_t sequence = 0;
        while (!stop_.requested() && (options_.count == 0 || sequence < options_.count)) {
            event::Batch batch;
            const event::Value host = event::Value::string(batch.arena().copy(host_name()));
            while (batch.size() < batch_events &&
                   (options_.count == 0 || sequence < options_.count)) {
                for (const std::string& line : options_.lines) {
                    const std::size_t first = batch.size();
                    decoder->decode(batch.arena().copy(line), batch);
                    decoder->flush(batch);
                    const std::pair<std::string_view, event::Value> origin[] = {
                        {"host", host}, {"sequence", event::Value::integer(sequence)}};
                    arrival_.complete(batch, first, origin);
                }
                ++sequence;
            }
            if (!receiver.push(std::move(batch))) return;
        }
    }

    void stop() override { stop_.request(); }

    std::size_t threads() const override { return static_cast<std::size_t>(options_.threads); }

private:
    const Options options_;
    const Arrival arrival_;
    Stop stop_;
};

Result<std::unique_ptr<Input>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    Arrival arrival(context.clock);
    if (fields.has("message")) {
        options.lines = {""};
        fields.optional("message", options.lines[0]);
    } else {
        fields.accept({"message"});
    }
    fields.optional("lines", options.lines);
    fields.number("count", options.count, 0, std::int64_t{1} << 60);
    fields.number("threads", options.threads, 1, 64);
    fields.accept({"ecs_compatibility"});
    arrival.read(fields, "plain", codec::Framing::message);
    TRY(fields.finish());
    return std::make_unique<Generator>(std::move(options), std::move(arrival));
}

}  // namespace

extern constinit const Spec spec{"generator", "Events out of nothing, for trials and measurements.",
                                 build};

}  // namespace elkhorn::input::generator
