// base/result.h -- what the outside world can cause is a value: Result<T> is a T or an Error.
//
//   TRY(expr)   gives the value of a Result, or returns its Error from the function around it.
//               It is a GNU statement expression; do not nest it in itself, nor use it in a
//               coroutine.
//
// An Error has a code, by which callers decide, and a sentence for the person who reads it: it
// names the file, offset, option or column, and never needs a stack trace to be understood.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace elkhorn {

/// What kind of trouble, as far as a caller may act on it.
enum class ErrorCode {
    invalid,      // the input is wrong and stays wrong: 400
    not_found,    // 404
    conflict,     // a version or an existing name: 409
    too_large,    // past a stated bound: 413
    overloaded,   // try again later: 429
    unavailable,  // the other side or the disk does not answer: 503
    corruption,   // bytes on disk are not what was written
    io,           // a system call failed
    cancelled,    // a deadline or a shutdown
};

struct Error {
    ErrorCode code = ErrorCode::invalid;
    std::string message;
};

template <typename T = void>
using Result = std::expected<T, Error>;

/// `return fail(ErrorCode::invalid, "column 3: ...")`.
inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
    return std::unexpected(Error{code, std::move(message)});
}

/// Puts where it happened in front of what happened: "pipeline.conf: line 3: ...".
inline std::unexpected<Error> within(const std::string& place, Error error) {
    error.message = place + ": " + error.message;
    return std::unexpected(std::move(error));
}

template <typename T>
T take_value(Result<T>&& result) {
    return std::move(*result);
}

inline void take_value(Result<>&& /*result*/) {}

}  // namespace elkhorn

#define TRY(expr)                                                                 \
    __extension__({                                                               \
        auto try_result_ = (expr);                                                \
        if (!try_result_) return std::unexpected(std::move(try_result_).error()); \
        ::elkhorn::take_value(std::move(try_result_));                            \
    })
