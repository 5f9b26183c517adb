// codec/plain.cc -- text as it comes: a message is an event. On a stream, where messages have no
// borders of their own, a line is one.

#include "codec/core/text_codec.h"

namespace elkhorn::codec::plain {
namespace {

Result<std::unique_ptr<Codec>> build(const config::Plugin& plugin, Framing framing) {
    return build_text_codec(plugin, {framing == Framing::stream, false});
}

}  // namespace

extern constinit const Spec spec{"plain", "Text as it comes; on streams one event a line.", build};

}  // namespace elkhorn::codec::plain
