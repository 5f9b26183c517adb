#include "main/open_store.h"

#include "io/folder.h"
#include "json/flatten.h"
#include "main/store_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace elkhorn {
namespace {

/// Elkhorn makes its folder where there is none, or in an empty one. One with other things in it is
/// a mistyped name: nothing is written there.
Result<> check_folder(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    std::string other;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename().string();
        // The store's, and where inputs keep the positions of files, with or without a store.
        if (name == "log" || name == "indices" || name == "positions") return {};
        if (name != "LOCK" && name != "node.uuid" && name != "lost+found") other = name;
    }
    if (other.empty()) return {};
    return fail(ErrorCode::invalid,
                fmt::format("{} is no data folder of elkhorn, but has other files in it ({}): name "
                            "an empty folder or the right one with --data",
                            path, other));
}

// What each thread that writes may remember of field names, which nobody counts.
constexpr std::uint64_t field_caches_in_memory = 256;

}  // namespace

Result<OpenStore> open_store(const config::Settings& settings) {
    OpenStore open;
    store::Options options;
    TRY(read_store_settings(settings, options));
    open.names = std::make_unique<event::FieldNames>(
        event::FieldNames::most_names,
        std::min<std::size_t>(event::FieldNames::most_cache_bytes,
                              options.memory.total_bytes / field_caches_in_memory));
    options.flatten = json::flatten_one(*open.names);
    options.field_names = open.names.get();
    options.snapshot_folders = settings.list("path.repo");
    TRY(check_folder(settings.text("data")));
    auto folder = TRY(io::open_folder(settings.text("data"), true));
    open.store = TRY(store::Store::open(std::move(folder), std::move(options)));
    return open;
}

}  // namespace elkhorn
