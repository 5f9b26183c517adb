#include "search/base/failure.h"

namespace elkhorn::search {

std::unexpected<Failure> out_of_time() {
    auto failure = broken(Error{ErrorCode::cancelled, "the request took longer than it may"});
    failure.error().over = true;
    failure.error().out_of_time = true;
    return failure;
}

std::unexpected<Failure> client_left() {
    auto failure =
        broken(Error{ErrorCode::cancelled, "the client has left before it was answered"});
    failure.error().over = true;
    return failure;
}

}  // namespace elkhorn::search
