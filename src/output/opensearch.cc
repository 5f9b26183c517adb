// output/opensearch.cc -- OpenSearch, by the same bulk API (bulk_writer.cc).

#include "output/core/bulk_options.h"

namespace elkhorn::output::opensearch {
namespace {

Result<std::unique_ptr<Output>> build(const config::Plugin& plugin, const Context& context) {
    return build_bulk_output(plugin, context, BulkFlavour::opensearch);
}

}  // namespace

extern constinit const Spec spec{"opensearch", "OpenSearch, by the bulk API.", build};

}  // namespace elkhorn::output::opensearch
