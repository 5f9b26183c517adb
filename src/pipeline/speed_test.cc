// How fast is the flow: standard input through the usual filters to nowhere. Skipped unless asked
// for:
//
//   ELKHORN_SPEED=1 pipeline_test --gtest_filter='Speed.*' < access.log

#include "base/log.h"
#include "config/grammar.h"
#include "pipeline/pipeline.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>

namespace elkhorn::pipeline {
namespace {

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

class Count final : public output::Output {
public:
    explicit Count(std::atomic<std::size_t>& events, std::atomic<std::size_t>& failed)
        : events_(events), failed_(failed) {}

    Result<> write(output::Events events) override {
        events_ += events.size();
        for (const event::Event* event : events)
            failed_ += event->find("tags") != nullptr ? 1 : 0;
        return {};
    }

private:
    std::atomic<std::size_t>& events_;
    std::atomic<std::size_t>& failed_;
};

TEST(Speed, AccessLogLinesPerCpuSecond) {
    if (std::getenv("ELKHORN_SPEED") == nullptr) GTEST_SKIP() << "set ELKHORN_SPEED=1";
    std::atomic<std::size_t> events = 0;
    std::atomic<std::size_t> failed = 0;
    Parts parts;
    parts.outputs.push_back(std::make_unique<Count>(events, failed));
    const auto tree = config::parse_pipeline(
        R"(input { stdin { } } filter {
             grok { match => { "message" => "%{COMBINEDAPACHELOG}" } }
             date { match => ["timestamp", "dd/MMM/yyyy:HH:mm:ss Z"] } })",
        {});
    auto pipeline = Pipeline::build(*tree, Options{}, std::move(parts));
    ASSERT_TRUE(pipeline && (*pipeline)->start());
    const double before = cpu_seconds();
    (*pipeline)->run_to_end();
    const double used = cpu_seconds() - before;
    log::info("speed", {{"lines", events.load()},
                        {"tagged", failed.load()},
                        {"cpu_seconds", used},
                        {"lines_per_cpu_second", static_cast<double>(events) / used}});
}

}  // namespace
}  // namespace elkhorn::pipeline
