// input/core/arrival.h -- the options that every input has (codec, type, tags, add_field, id,
// enable_metric) and the last touch that makes decoded members an event. Only input/ includes this.
#pragma once

#include "base/clock.h"
#include "codec/core/codec.h"
#include "config/fields.h"
#include "event/batch.h"
#include "event/format.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::input {

class Arrival {
public:
    explicit Arrival(const Clock& clock) : clock_(&clock) {}

    /// `fallback` is the codec where none is named.
    void read(config::Fields& fields, std::string_view fallback, codec::Framing framing);

    /// A decoder for one more stream.
    std::unique_ptr<codec::Decoder> decoder() const { return codec_->decoder(); }

    /// Completes the batch's events from number `first` on: @timestamp, @version, and `origin`
    /// fields (host, path, port) where the event has none of that name; then the options above. A
    /// `type` that the event brought stays.
    void complete(event::Batch& batch, std::size_t first,
                  std::span<const std::pair<std::string_view, event::Value>> origin) const;

    const Clock& clock() const { return *clock_; }

private:
    struct Addition {
        event::FieldPath path;
        std::vector<event::Format> values;
    };

    void add_fields(event::Event& event) const;

    const Clock* clock_;
    std::shared_ptr<const codec::Codec> codec_;
    std::string type_;
    std::vector<std::string> tags_;
    std::vector<Addition> additions_;
};

/// This machine's name.
const std::string& host_name();

}  // namespace elkhorn::input
