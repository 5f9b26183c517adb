// output/stdout.cc -- standard output; rubydebug unless a codec is named. A batch is written whole,
// so lines of two workers do not mix.

#include "base/mutex.h"
#include "codec/core/codec.h"
#include "config/fields.h"
#include "output/core/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace elkhorn::output::stdout_output {
namespace {

class StandardOutput final : public Output {
public:
    explicit StandardOutput(std::unique_ptr<codec::Codec> codec) : codec_(std::move(codec)) {}

    Result<> write(Events events) override {
        std::string text;
        for (const event::Event* event : events)
            codec_->encode(*event, text);
        const Lock lock(mutex_);  // held while writing, on purpose: order is what it guards
        for (std::size_t at = 0; at < text.size();) {
            const ssize_t size = ::write(STDOUT_FILENO, text.data() + at, text.size() - at);
            if (size < 0 && errno == EINTR) continue;
            if (size < 0)
                return fail(ErrorCode::io,
                            fmt::format("standard output: {}", std::strerror(errno)));
            at += static_cast<std::size_t>(size);
        }
        return {};
    }

private:
    const std::unique_ptr<codec::Codec> codec_;
    Mutex mutex_;
};

Result<std::unique_ptr<Output>> build(const config::Plugin& plugin, const Context& /*context*/) {
    config::Fields fields(plugin);
    auto codec = codec::build(fields.codec("codec"), "rubydebug", codec::Framing::stream);
    if (!codec) fields.mistake("codec", codec.error().message);
    fields.accept({"id", "enable_metric", "workers"});
    TRY(fields.finish());
    return std::make_unique<StandardOutput>(std::move(*codec));
}

}  // namespace
}  // namespace elkhorn::output::stdout_output

// The C library may make `stdout` a macro of the same name, which is harmless here.
namespace elkhorn::output::stdout {
extern constinit const Spec spec{"stdout", "Standard output, for people to read.",
                                 stdout_output::build};
}  // namespace elkhorn::output::stdout
