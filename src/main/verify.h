// main/verify.h -- `elkhorn verify`: is a data folder sound, and if not, what is broken where.
#pragma once

#include <string>

namespace elkhorn {

struct VerifyOptions {
    std::string data = "elkhorn-data";
    bool values = false;
    bool json = false;
};

int verify_data(const VerifyOptions& options);

}  // namespace elkhorn
