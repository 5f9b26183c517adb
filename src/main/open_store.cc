#include "main/open_store.h"

#include "io/folder.h"
#include "json/flatten.h"
#include "main/store_settings.h"

#include <algorithm>

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
    TRY(read_store_settings(settings, options));
    auto folder = TRY(io::open_folder(settings.text("data"), true));
    open.store = TRY(store::Store::open(std::move(folder), std::move(options)));
    return open;
}

}  // namespace elkhorn
