// output/amazon_es.cc -- a domain on AWS, by the same bulk API. Requests are not signed
// yet: `region` is accepted, credentials are refused (bulk_writer.cc).

#include "output/core/bulk_options.h"

namespace elkhorn::output::amazon_es {
namespace {

Result<std::unique_ptr<Output>> build(const config::Plugin& plugin, const Context& context) {
    return build_bulk_output(plugin, context, BulkFlavour::amazon_es);
}

}  // namespace

extern constinit const Spec spec{
    "amazon_es", "A search domain on AWS, by the bulk API, without signatures.", build};

}  // namespace elkhorn::output::amazon_es
