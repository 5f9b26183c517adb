#include "base/metrics.h"

#include "base/mutex.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace elkhorn::metrics {
namespace {

struct Registry {
    Mutex mutex;
    std::vector<const Metric*> metrics GUARDED_BY(mutex);
};

Registry& registry() {
    static auto* const instance = new Registry;  // outlives every static metric
    return *instance;
}

std::string render_labels(Labels labels) {
    if (labels.size() == 0) return "";
    std::string out = "{";
    for (const auto& [name, value] : labels) {
        if (out.size() > 1) out += ',';
        out.append(name);
        out += "=\"";
        for (const char c : value) {
            if (c == '"' || c == '\\') out += '\\';
            if (c == '\n')
                out += "\\n";
            else
                out += c;
        }
        out += '"';
    }
    return out + "}";
}

}  // namespace

Metric::Metric(Type type, std::string_view name, std::string_view help, Labels labels)
    : type_(type), name_(name), help_(help), labels_(render_labels(labels)) {
    const Lock lock(registry().mutex);
    registry().metrics.push_back(this);
}

Metric::~Metric() {
    const Lock lock(registry().mutex);
    std::erase(registry().metrics, this);
}

std::string render() {
    const Lock lock(registry().mutex);
    auto sorted = registry().metrics;
    std::ranges::sort(sorted, [](const Metric* a, const Metric* b) {
        return std::tie(a->name_, a->labels_) < std::tie(b->name_, b->labels_);
    });
    std::string out;
    std::string_view former;
    for (const Metric* metric : sorted) {
        if (metric->name_ != former) {
            out += "# HELP " + metric->name_ + " " + metric->help_ + "\n# TYPE " + metric->name_;
            out += metric->type_ == Metric::Type::counter ? " counter\n" : " gauge\n";
        }
        former = metric->name_;
        out += metric->name_ + metric->labels_ + " " + std::to_string(metric->value()) + "\n";
    }
    return out;
}

}  // namespace elkhorn::metrics
