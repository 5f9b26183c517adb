// output/null.cc -- nowhere: for measurements, and for inputs whose side effects are the point.

#include "config/fields.h"
#include "output/core/output.h"

namespace elkhorn::output::null {
namespace {

class Null final : public Output {
public:
    Result<> write(Events /*events*/) override { return {}; }
};

Result<std::unique_ptr<Output>> build(const config::Plugin& plugin, const Context& /*context*/) {
    config::Fields fields(plugin);
    fields.accept({"id", "enable_metric", "workers", "codec"});
    TRY(fields.finish());
    return std::make_unique<Null>();
}

}  // namespace

extern constinit const Spec spec{"null", "Nowhere.", build};

}  // namespace elkhorn::output::null
