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

std::unexpected<Failure> cannot_create(std::string type, const std::string& reason) {
    auto failure = refuse_in_phase("query_shard_exception", "failed to create query: " + reason);
    failure.error().caused_by_type = std::move(type);
    failure.error().caused_by_reason = reason;
    return failure;
}

std::unexpected<Failure> shard_failure(std::string reason) {
    return refuse_in_phase("query_shard_exception", std::move(reason));
}

std::unexpected<Failure> too_many_clauses() {
    return cannot_create("too_many_clauses", "maxClauseCount is set to 1024");
}

}  // namespace elkhorn::search
