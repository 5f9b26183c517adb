// search/base/failure.h -- why a request is refused, in the words and the type that Elasticsearch
// uses: its clients act on the type. api/error_body writes it as JSON.
//
// `phase` failures are those found while searching (an unmapped sort field): Elasticsearch wraps
// them in a search_phase_execution_exception, others (a query that cannot be parsed) it answers as
// they are.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace elkhorn::search {

/// Where in a script something is wrong.
struct ScriptPlace {
    std::string source;
    std::string lang;
    std::vector<std::string> stack;  // the lines around it, "^---- HERE" below
    std::size_t offset = 0;
    std::size_t start = 0;  // of those lines
    std::size_t end = 0;
};

struct Failure {
    int status = 400;
    std::string type;    // "parsing_exception"
    std::string reason;  // "unknown query [mtch]"
    bool phase = false;
    int line = 0;  // of parsing_exception, where it can be told; 0: not shown
    int column = 0;
    std::string caused_by_type;  // empty: none
    std::string caused_by_reason;
    std::string index;                          // shown in the body where set
    std::shared_ptr<const ScriptPlace> script;  // of a script_exception; null: none
    std::shared_ptr<const Failure> cause;       // shown whole in place of caused_by; null: none
    /// The request is over, for its time is up or its client has left: no leniency passes that by.
    bool over = false;
    /// The former: a search then answers with what it has, and says so.
    bool out_of_time = false;
};

template <typename T = void>
using Answer = std::expected<T, Failure>;

inline std::unexpected<Failure> refuse(std::string type, std::string reason) {
    Failure failure;
    failure.type = std::move(type);
    failure.reason = std::move(reason);
    return std::unexpected(std::move(failure));
}

inline std::unexpected<Failure> refuse_in_phase(std::string type, std::string reason) {
    Failure failure;
    failure.type = std::move(type);
    failure.reason = std::move(reason);
    failure.phase = true;
    return std::unexpected(std::move(failure));
}

/// Damage and I/O while reading segments: 500, never a wrong answer.
inline std::unexpected<Failure> broken(const Error& error) {
    Failure failure;
    failure.status = error.code == ErrorCode::cancelled ? 408 : 500;
    failure.type =
        error.code == ErrorCode::corruption ? "corrupt_index_exception" : "i_o_exception";
    failure.reason = error.message;
    failure.phase = true;
    return std::unexpected(std::move(failure));
}

/// What a request is told whose time is up, or whose client has left. An error, and never an answer
/// that lacks something.
std::unexpected<Failure> out_of_time();
std::unexpected<Failure> client_left();

/// "failed to create query: REASON", caused by TYPE.
std::unexpected<Failure> cannot_create(std::string type, const std::string& reason);
std::unexpected<Failure> shard_failure(std::string reason);

/// What a question may be made of at most (indices.query.bool.max_clause_count), and the refusal.
inline constexpr std::size_t most_clauses = 1024;
std::unexpected<Failure> too_many_clauses();

inline std::unexpected<Failure> pass_on(Failure&& failure) {
    return std::unexpected(std::move(failure));
}

inline std::unexpected<Failure> pass_on(Error&& error) {
    return broken(error);
}

template <typename T, typename E>
T take_answer(std::expected<T, E>&& answer) {
    if constexpr (!std::is_void_v<T>) return std::move(*answer);
}

}  // namespace elkhorn::search

/// The value of an Answer or a Result, or returns its failure from the function around it (which
/// gives an Answer): what TRY is to Results.
#define ASK(expr) ELKHORN_ASK(expr, ELKHORN_ASK_NAME(ask_answer_, __COUNTER__))
#define ELKHORN_ASK_NAME(a, b) ELKHORN_ASK_JOINED(a, b)
#define ELKHORN_ASK_JOINED(a, b) a##b
#define ELKHORN_ASK(expr, name)                                              \
    __extension__({                                                          \
        auto name = (expr);                                                  \
        if (!name) return elkhorn::search::pass_on(std::move(name).error()); \
        elkhorn::search::take_answer(std::move(name));                       \
    })
