// output/core/bulk_options.h -- the options of the elasticsearch, opensearch and amazon_es outputs,
// as users' files hold them: what matters is read, what changes nothing here is accepted, what must
// not be ignored is refused with a reason. Only output/ includes this.
#pragma once

#include "base/result.h"
#include "config/ast.h"
#include "event/format.h"
#include "http/client.h"
#include "output/core/output.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::output {

struct BulkOptions {
    std::vector<http::Url> hosts;
    std::optional<event::Format> index;
    std::optional<event::Format> id;
    std::optional<event::Format> action;
    std::optional<event::Format> pipeline;
    std::optional<event::Format> routing;
    std::string authorization;  // the header's value; empty: none
    bool compress = false;
    bool upsert = false;
    std::int64_t retry_on_conflict = 1;
    std::int64_t timeout_s = 60;
    std::int64_t retry_ms_min = 2'000;
    std::int64_t retry_ms_max = 64'000;
};

enum class BulkFlavour { elasticsearch, opensearch, amazon_es };

Result<BulkOptions> read_bulk_options(const config::Plugin& plugin, BulkFlavour flavour);

/// The output behind all three names.
Result<std::unique_ptr<Output>> build_bulk_output(const config::Plugin& plugin,
                                                  const Context& context, BulkFlavour flavour);

}  // namespace elkhorn::output
