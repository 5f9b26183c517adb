#include "base/kill_point.h"

#include "base/assert.h"
#include "base/mutex.h"
#include "base/nearest.h"
#include "base/strings.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace elkhorn {
namespace {

struct Registry {
    Mutex mutex;
    std::vector<KillPoint*> points GUARDED_BY(mutex);
};

Registry& registry() {
    static auto* const instance = new Registry;  // outlives every static point
    return *instance;
}

std::unexpected<Error> unknown(std::string_view name) {
    const std::vector<std::string> names = kill_point_names();
    const std::vector<std::string_view> known(names.begin(), names.end());
    const std::string nearest = nearest_word(name, known);
    return fail(ErrorCode::invalid,
                "ELKHORN_KILL_POINT: there is no kill point [" + std::string(name) + "]" +
                    (nearest.empty() ? "" : "; did you mean [" + nearest + "]?") +
                    " `elkhorn kill-points` lists them");
}

}  // namespace

KillPoint::KillPoint(std::string name) : name_(std::move(name)) {
    const Lock lock(registry().mutex);
    const bool unique = std::ranges::none_of(
        registry().points, [this](const KillPoint* other) { return other->name_ == name_; });
    ASSERT(unique);
    registry().points.push_back(this);
}

KillPoint::~KillPoint() {
    const Lock lock(registry().mutex);
    std::erase(registry().points, this);
}

/// SIGKILL to ourselves: no destructor, no flush, no handler, as from outside.
void KillPoint::count_down() {
    if (left_.fetch_sub(1, std::memory_order_relaxed) != 1) return;
    ::kill(::getpid(), SIGKILL);
    while (true)
        ::pause();
}

std::vector<std::string> kill_point_names() {
    const Lock lock(registry().mutex);
    std::vector<std::string> names;
    for (const KillPoint* point : registry().points)
        names.push_back(point->name());
    std::ranges::sort(names);
    return names;
}

Result<> arm_kill_point(std::string_view spec) {
    const std::size_t colon = spec.rfind(':');
    const std::string_view name = spec.substr(0, colon);
    const auto nth =
        colon == std::string_view::npos ? std::optional(1L) : to_integer(spec.substr(colon + 1));
    if (!nth || *nth < 1) {
        return fail(ErrorCode::invalid, "ELKHORN_KILL_POINT: [" + std::string(spec) +
                                            "]: after the colon stands which time it is to end, "
                                            "1 or more");
    }
    {
        const Lock lock(registry().mutex);
        for (KillPoint* point : registry().points) {
            if (point->name() != name) continue;
            point->arm(*nth);
            return {};
        }
    }
    return unknown(name);
}

}  // namespace elkhorn
