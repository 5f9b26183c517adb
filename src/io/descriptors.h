// io/descriptors.h -- how many files and sockets this process may have open. A machine's usual
// limit is 1,024, which a few hundred connections and a store would share; most systems let a
// process raise it itself.
#pragma once

#include <cstdint>

namespace elkhorn::io {

struct DescriptorLimit {
    std::uint64_t before = 0;
    std::uint64_t now = 0;
};

/// As far as this process may without being root. Where the system refuses, it stays as it is.
DescriptorLimit raise_descriptor_limit();

/// Whether a system call's error means that there are no more, of this process or of the machine:
/// something that passes.
bool out_of_descriptors(int error);

}  // namespace elkhorn::io
