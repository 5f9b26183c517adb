// codec/core/text_codec.h -- what plain and line have in common: an event is a text, in `message`.
// Only codec/ includes this.
#pragma once

#include "codec/core/codec.h"

namespace elkhorn::codec {

struct TextCodecKind {
    bool lines = false;        // split what comes at the delimiter
    bool end_encoded = false;  // write the delimiter behind each event
};

Result<std::unique_ptr<Codec>> build_text_codec(const config::Plugin& plugin, TextCodecKind kind);

/// A line was longer than max_line_bytes.
constexpr std::string_view too_long_tag = "_linetoolong";
void count_long_line();

}  // namespace elkhorn::codec
