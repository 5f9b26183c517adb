// codec/line.cc -- one event a line, in `message`. A carriage return before the line's end goes
// with it.

#include "codec/core/text_codec.h"

namespace elkhorn::codec::line {
namespace {

Result<std::unique_ptr<Codec>> build(const config::Plugin& plugin, Framing /*framing*/) {
    return build_text_codec(plugin, {true, true});
}

}  // namespace

extern constinit const Spec spec{"line", "One event a line, in `message`.", build};

}  // namespace elkhorn::codec::line
