// main/repair.h -- `elkhorn repair`: makes a damaged data folder sound, and says what was lost.
#pragma once

#include <string>

namespace elkhorn {

struct RepairCommand {
    std::string data = "elkhorn-data";
    bool dry_run = false;
    bool json = false;
};

int repair_data(const RepairCommand& command);

}  // namespace elkhorn
