// Foreign bytes through every codec, whole and in pieces. The first byte picks the size of the
// pieces.

#include "codec/core/codec.h"
#include "event/format.h"

#include <algorithm>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn;
    if (size == 0) return 0;
    const std::string input(data + 1, data + size);
    const std::size_t piece = 1 + data[0] % 64;
    for (const codec::Spec* spec : codec::all()) {
        for (const auto framing : {codec::Framing::stream, codec::Framing::message}) {
            config::Plugin plugin;
            plugin.name = spec->name;
            const auto built = spec->build(plugin, framing);
            if (!built) continue;
            event::Batch batch;
            const auto decoder = (*built)->decoder();
            for (std::size_t at = 0; at < input.size(); at += piece) {
                decoder->decode(batch.keep(input.substr(at, piece)), batch);
            }
            decoder->flush(batch);
            std::string out;
            for (const event::Event& event : batch)
                (*built)->encode(event, out);
        }
    }
    return 0;
}
