#include "search/base/answer_room.h"

#include <fmt/format.h>

namespace elkhorn::search {

std::unexpected<Failure> AnswerRoom::too_large(std::uint64_t bytes, std::uint64_t limit) {
    auto failure = refuse_in_phase(
        "circuit_breaking_exception",
        fmt::format("[parent] Data too large, data for [hits] would be [{}], and all searches at "
                    "once may take [{}]: ask for fewer hits or less of each (_source), try again, "
                    "or raise `memory`",
                    bytes, limit));
    failure.error().status = 429;
    failure.error().over = true;
    return failure;
}

}  // namespace elkhorn::search
