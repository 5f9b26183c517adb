// codec/json.cc -- a message is a JSON document, or a list of them. On a stream documents are
// parted by line ends, as Logstash's inputs do it. What is no JSON keeps its text in `message` and
// is tagged _jsonparsefailure.

#include "codec/core/json_codec.h"

namespace elkhorn::codec::json {
namespace {

Result<std::unique_ptr<Codec>> build(const config::Plugin& plugin, Framing framing) {
    return build_json_codec(plugin, {framing == Framing::stream, false});
}

}  // namespace

extern constinit const Spec spec{"json", "A JSON document a message; on streams one a line.",
                                 build};

}  // namespace elkhorn::codec::json
