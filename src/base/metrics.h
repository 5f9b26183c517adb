// base/metrics.h -- counters and gauges that /metrics shows in Prometheus' text format (version
// 0.0.4).
// A metric is made once, usually as a static beside the code that moves it, and lives for ever;
// moving
// it is one relaxed atomic addition. Names follow Prometheus: elkhorn_<room>_<what>_<unit|total>.
//
//   static metrics::Counter lines{"elkhorn_input_events_total", "Events received.", {{"input",
//   "tcp"}}};
//   lines.add(n);
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::metrics {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// One line of /metrics. Registered while it lives; two with one name must differ in their labels.
class Metric {
public:
    Metric(const Metric&) = delete;
    Metric& operator=(const Metric&) = delete;

    std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

protected:
    enum class Type { counter, gauge };
    Metric(Type type, std::string_view name, std::string_view help, Labels labels);
    ~Metric();

    std::atomic<std::int64_t> value_{0};

private:
    friend std::string render();
    Type type_;
    std::string name_;
    std::string help_;
    std::string labels_;  // rendered: {a="b"} or nothing
};

class Counter : public Metric {
public:
    Counter(std::string_view name, std::string_view help, Labels labels = {})
        : Metric(Type::counter, name, help, labels) {}

    void add(std::int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
};

class Gauge : public Metric {
public:
    Gauge(std::string_view name, std::string_view help, Labels labels = {})
        : Metric(Type::gauge, name, help, labels) {}

    void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }

    void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
};

/// Every metric, sorted by name, with HELP and TYPE lines.
std::string render();

}  // namespace elkhorn::metrics
