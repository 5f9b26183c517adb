#include "codec/core/codec.h"

#include "base/nearest.h"
#include "config/fields.h"

#include <fmt/format.h>

#include <vector>

namespace elkhorn::codec {

const Spec* find(std::string_view name) {
    for (const Spec* spec : all()) {
        if (spec->name == name) return spec;
    }
    return nullptr;
}

Result<std::unique_ptr<Codec>> build(const config::Value* option, std::string_view fallback,
                                     Framing framing) {
    config::Plugin plugin;
    if (option != nullptr)
        plugin = config::codec_of(*option);
    else
        plugin.name = fallback;
    const Spec* spec = find(plugin.name);
    if (spec != nullptr) return spec->build(plugin, framing);
    std::vector<std::string_view> names;
    for (const Spec* known : all())
        names.push_back(known->name);
    const std::string near = nearest_word(plugin.name, names);
    return fail(ErrorCode::invalid,
                fmt::format("{}: there is no codec {}{}", plugin.place.text(), plugin.name,
                            near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
}

}  // namespace elkhorn::codec
