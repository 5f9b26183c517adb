// codec/core/codec.h -- bytes to events and back. A codec does not know where its bytes come from;
// only whether they are a stream, in which it must find the events' borders, or messages that are
// whole.
#pragma once

#include "base/result.h"
#include "config/ast.h"
#include "event/batch.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace elkhorn::codec {

/// stream: a file or a connection; json there means one document a line, and plain one event a
/// line. message: a datagram, a request body.
enum class Framing { stream, message };

/// What has been read of one stream. One thread at a time.
class Decoder {
public:
    virtual ~Decoder() = default;

    /// Adds the events that end within `bytes` to the batch. `bytes` must live as long as the batch
    /// (Batch::keep); what is left over is copied and waits for more. Never fails: what cannot be
    /// read is an event with a tag that says so.
    virtual void decode(std::string_view bytes, event::Batch& batch) = 0;

    /// The stream has ended: what waits is the last event.
    virtual void flush(event::Batch& /*batch*/) {}

    /// How much of what was given waits for more: a file's reader may not count it as delivered.
    virtual std::size_t pending_bytes() const { return 0; }
};

/// Immutable; share freely between threads.
class Codec {
public:
    virtual ~Codec() = default;
    virtual std::unique_ptr<Decoder> decoder() const = 0;
    /// Appends the event as this codec writes it, with whatever ends it.
    virtual void encode(const event::Event& event, std::string& out) const = 0;
};

struct Spec {
    std::string_view name;
    std::string_view summary;
    Result<std::unique_ptr<Codec>> (*build)(const config::Plugin& options, Framing framing);
};

std::span<const Spec* const> all();
const Spec* find(std::string_view name);

/// The codec that a plug-in's option names, or else the one called `fallback`. An unknown name is
/// an error with its place and the nearest right one.
Result<std::unique_ptr<Codec>> build(const config::Value* option, std::string_view fallback,
                                     Framing framing);

}  // namespace elkhorn::codec
