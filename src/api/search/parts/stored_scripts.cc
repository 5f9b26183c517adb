#include "api/search/parts/stored_scripts.h"

#include "json/parse.h"
#include "store/meta/metadata.h"

namespace elkhorn::api {

using event::Kind;

std::optional<StoredScript> stored_script(store::Store& store, std::string_view id) {
    const auto all = store.metadata().all(store::MetadataKind::script);
    if (all == nullptr) return std::nullopt;
    const auto found = all->find(id);
    if (found == all->end()) return std::nullopt;
    StoredScript script;
    script.json = found->second;
    json::Parser parser;
    event::Arena arena;
    const auto parsed = parser.parse(script.json, arena);
    if (!parsed || !parsed->is(Kind::object)) return std::nullopt;
    for (const event::Member& member : parsed->as_object().members()) {
        if (!member.value.is(Kind::string)) continue;
        if (member.name == "lang") script.lang = member.value.as_string();
        if (member.name == "source") script.source = member.value.as_string();
    }
    return script;
}

std::function<std::optional<std::pair<std::string, std::string>>(std::string_view)> stored_scripts(
    store::Store& store) {
    return [&store](std::string_view id) -> std::optional<std::pair<std::string, std::string>> {
        auto found = stored_script(store, id);
        if (!found) return std::nullopt;
        return std::pair(std::move(found->lang), std::move(found->source));
    };
}

}  // namespace elkhorn::api
