#include "main/open_store.h"

#include "io/folder.h"
#include "json/flatten.h"

namespace elkhorn {

Result<OpenStore> open_store(const config::Settings& settings) {
    OpenStore open;
    open.names = std::make_unique<event::FieldNames>();
    store::Options options;
    auto flattener = std::make_shared<json::Flattener>(*open.names);
    options.flatten = [flattener](std::string_view source, event::Document& document) {
        flattener->reset();
        return flattener->flatten(source, source.size(), document);
    };
    options.field_names = open.names.get();
    options.snapshot_folders = settings.list("path.repo");
    options.memory_limit_bytes = static_cast<std::uint64_t>(settings.integer("memory"));
    options.cache_limit_bytes = static_cast<std::uint64_t>(settings.integer("cache"));
    auto folder = TRY(io::open_folder(settings.text("data"), true));
    open.store = TRY(store::Store::open(std::move(folder), std::move(options)));
    return open;
}

}  // namespace elkhorn
