#include "store/node/index_troubles.h"

#include "base/log.h"
#include "store/index/index.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::int64_t first_wait_ms = 1'000;
constexpr std::int64_t longest_wait_ms = 60'000;
constexpr std::size_t most_named = 10;

}  // namespace

bool IndexTroubles::due(const Index& index, std::string_view doing) const {
    const Lock lock(mutex_);
    const auto it = troubles_.find({index.incarnation(), std::string(doing)});
    return it == troubles_.end() || now_ms() >= it->second.again_ms;
}

Result<> IndexTroubles::note(const Index& index, std::string_view doing, Result<> done) {
    const Key key{index.incarnation(), std::string(doing)};
    const Lock lock(mutex_);
    if (done) {
        if (troubles_.erase(key) > 0)
            log::info("an index is well again", {{"index", index.name()}, {"doing", doing}});
        return done;
    }
    Trouble& trouble = troubles_[key];
    if (trouble.reason != done.error().message) {
        log::error("an index cannot be written to disk; its documents stay in the log",
                   {{"index", index.name()}, {"doing", doing}, {"reason", done.error().message}});
    }
    trouble.name = index.name();
    trouble.reason = done.error().message;
    trouble.wait_ms = std::clamp(trouble.wait_ms * 2, first_wait_ms, longest_wait_ms);
    trouble.again_ms = now_ms() + trouble.wait_ms;
    return within(fmt::format("index [{}]", index.name()), done.error());
}

void IndexTroubles::forget(const Index& index) {
    const Lock lock(mutex_);
    std::erase_if(troubles_,
                  [&](const auto& each) { return each.first.first == index.incarnation(); });
}

std::vector<std::string> IndexTroubles::warnings() const {
    const Lock lock(mutex_);
    std::vector<std::string> sentences;
    for (const auto& [key, trouble] : troubles_) {
        if (sentences.size() == most_named) {
            sentences.push_back(fmt::format("and {} more", troubles_.size() - most_named));
            break;
        }
        sentences.push_back(fmt::format("index [{}]: {} failed and is tried again: {}",
                                        trouble.name, key.second, trouble.reason));
    }
    return sentences;
}

}  // namespace elkhorn::store
