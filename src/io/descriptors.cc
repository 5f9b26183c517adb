#include "io/descriptors.h"

#include <sys/resource.h>

#include <cerrno>

namespace elkhorn::io {

DescriptorLimit raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
    DescriptorLimit found{limit.rlim_cur, limit.rlim_cur};
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) found.now = limit.rlim_cur;
    return found;
}

bool out_of_descriptors(int error) {
    return error == EMFILE || error == ENFILE;
}

}  // namespace elkhorn::io
