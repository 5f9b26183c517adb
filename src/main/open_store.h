// main/open_store.h -- the embedded store as the program opens it: its folder, and JSON for its
// replay.
#pragma once

#include "config/settings.h"
#include "event/document.h"
#include "store/node/store.h"

#include <memory>

namespace elkhorn {

/// Keeps the names that documents and store share.
struct OpenStore {
    std::unique_ptr<event::FieldNames> names;
    std::unique_ptr<store::Store> store;
};

Result<OpenStore> open_store(const config::Settings& settings);

}  // namespace elkhorn
