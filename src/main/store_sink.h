// main/store_sink.h -- joins the pipeline's output `elkhorn` to the embedded store.
#pragma once

#include "output/core/sink.h"
#include "store/node/store.h"

#include <memory>

namespace elkhorn {

/// `store` outlives it.
std::unique_ptr<output::Sink> make_store_sink(store::Store& store);

}  // namespace elkhorn
