// codec/json_lines.cc -- a JSON document a line.

#include "codec/core/json_codec.h"

namespace elkhorn::codec::json_lines {
namespace {

Result<std::unique_ptr<Codec>> build(const config::Plugin& plugin, Framing /*framing*/) {
    return build_json_codec(plugin, {true, true});
}

}  // namespace

extern constinit const Spec spec{"json_lines", "A JSON document a line.", build};

}  // namespace elkhorn::codec::json_lines
