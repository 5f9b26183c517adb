#include "main/run_pipeline.h"

#include "base/log.h"
#include "config/grammar.h"
#include "config/pipeline_files.h"
#include "io/workers.h"
#include "main/open_store.h"
#include "main/print.h"
#include "main/store_sink.h"
#include "pipeline/pipeline.h"

#include <atomic>
#include <csignal>

namespace elkhorn {
namespace {

/// Opens the store at the first event for it: a pipeline without the output `elkhorn` leaves no
/// folder.
class LazySink final : public output::Sink {
public:
    explicit LazySink(const config::Settings& settings) : settings_(settings) {}

    Result<> write(std::span<const Item> items) override {
        {
            const Lock lock(mutex_);
            if (sink_ == nullptr) {
                open_ = TRY(open_store(settings_));
                sink_ = make_store_sink(*open_.store);
            }
        }
        return sink_->write(items);
    }

    Result<> finish() { return open_.store == nullptr ? Result<>{} : open_.store->flush(); }

private:
    const config::Settings& settings_;
    Mutex mutex_;
    OpenStore open_;
    std::unique_ptr<output::Sink> sink_;
};

}  // namespace

int run_pipeline(const config::Settings& settings, const std::string& file, const std::string& text,
                 bool check_only) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    auto tree = file.empty() ? config::parse_pipeline(text, {}) : config::load_pipeline(file);
    if (!tree) return complain("{}", tree.error().message), 2;
    LazySink sink(settings);
    pipeline::Options options;
    options.workers = static_cast<std::size_t>(settings.integer("pipeline.workers"));
    options.data_path = settings.text("data");
    options.sink = &sink;
    auto pipeline = pipeline::Pipeline::build(std::move(*tree), options, {});
    if (!pipeline) return complain("{}", pipeline.error().message), 2;
    if (check_only) {
        print("the pipeline is sound\n");
        return 0;
    }
    if (auto started = (*pipeline)->start(); !started)
        return complain("{}", started.error().message);
    // SIGTERM asks the inputs to end; the rest of the way is the same as when they end by
    // themselves.
    io::Thread watcher("signals", [&] {
        int signal = 0;
        sigwait(&signals, &signal);
        if (signal != SIGUSR1) (*pipeline)->request_stop();
    });
    (*pipeline)->run_to_end();
    kill(getpid(), SIGUSR1);
    watcher.join();
    pipeline->reset();
    if (auto done = sink.finish(); !done) return complain("{}", done.error().message);
    return 0;
}

}  // namespace elkhorn
