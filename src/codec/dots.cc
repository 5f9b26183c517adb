// codec/dots.cc -- a dot an event: to see that something moves.

#include "codec/core/codec.h"
#include "config/fields.h"

namespace elkhorn::codec::dots {
namespace {

class NoDecoder final : public Decoder {
public:
    void decode(std::string_view /*bytes*/, event::Batch& /*batch*/) override {}
};

class Dots final : public Codec {
public:
    std::unique_ptr<Decoder> decoder() const override { return std::make_unique<NoDecoder>(); }

    void encode(const event::Event& /*event*/, std::string& out) const override {
        out.push_back('.');
    }
};

Result<std::unique_ptr<Codec>> build(const config::Plugin& plugin, Framing /*framing*/) {
    config::Fields fields(plugin);
    fields.accept({"id", "enable_metric"});
    TRY(fields.finish());
    return std::make_unique<Dots>();
}

}  // namespace

extern constinit const Spec spec{"dots", "Writes a dot an event.", build};

}  // namespace elkhorn::codec::dots
