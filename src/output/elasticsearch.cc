// output/elasticsearch.cc -- Elasticsearch, and whatever speaks its bulk API (bulk_writer.cc).

#include "output/core/bulk_options.h"

namespace elkhorn::output::elasticsearch {
namespace {

Result<std::unique_ptr<Output>> build(const config::Plugin& plugin, const Context& context) {
    return build_bulk_output(plugin, context, BulkFlavour::elasticsearch);
}

}  // namespace

extern constinit const Spec spec{"elasticsearch", "Elasticsearch, by the bulk API.", build};

}  // namespace elkhorn::output::elasticsearch
