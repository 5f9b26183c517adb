#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace elkhorn {

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "elkhorn: a bug: %s does not hold at %s:%d\n", condition, file, line);
    std::abort();
}

}  // namespace elkhorn
