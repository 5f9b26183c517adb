// base/assert.h -- ASSERT(condition): for what only a bug of ours can cause; always on. It prints
// the condition and the place, and aborts, for going on would harm data. What the outside world can
// cause is a Result instead.
#pragma once

namespace elkhorn {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace elkhorn

#define ASSERT(condition)                                                \
    do {                                                                 \
        if (!(condition)) [[unlikely]]                                   \
            ::elkhorn::assertion_failed(#condition, __FILE__, __LINE__); \
    } while (false)
