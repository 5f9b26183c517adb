// codec/core/json_codec.h -- what json and json_lines have in common. Only codec/ includes this.
#pragma once

#include "codec/core/codec.h"

namespace elkhorn::codec {

struct JsonCodecKind {
    bool lines = false;        // a document a line; else one document, or a list of them
    bool end_encoded = false;  // write a line's end behind each event
};

Result<std::unique_ptr<Codec>> build_json_codec(const config::Plugin& plugin, JsonCodecKind kind);

}  // namespace elkhorn::codec
