#include "store/snapshot/snapshots.h"

#include "base/bytes.h"
#include "store/file/repositories_file.h"
#include "store/file/sealed_file.h"
#include "store/index/options.h"
#include "store/schema/index_name.h"
#include "store/snapshot/snapshot_repository.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace elkhorn::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_repository_name = 255;

SealedSteps steps{"repositories"};
const SealedKind entries_kind{0x31305052'53474b45, 1, "list of repositories", steps};  // "EKGSRP01"

std::string entries_bytes(const RepositoryEntries& entries) {
    std::string out;
    append_varint(out, entries.size());
    for (const auto& [name, entry] : entries) {
        append_text(out, name);
        append_text(out, entry.type);
        append_varint(out, entry.settings.size());
        for (const auto& [key, value] : entry.settings) {
            append_text(out, key);
            append_text(out, value);
        }
    }
    return out;
}

Result<RepositoryEntries> parse_entries(std::string_view bytes) {
    ByteReader reader(bytes);
    RepositoryEntries entries;
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        RepositoryEntry& entry = entries[std::string(reader.text())];
        entry.type = reader.text();
        const std::uint64_t settings = reader.varint();
        for (std::uint64_t j = 0; j < settings && reader.ok(); ++j) {
            const std::string key(reader.text());
            entry.settings[key] = reader.text();
        }
    }
    if (!reader.ok() || !reader.at_end()) {
        return fail(ErrorCode::corruption,
                    std::string(repositories_file) + ": its checksum holds, but it makes no sense");
    }
    return entries;
}

Result<RepositoryEntries> read_entries(const io::Folder& data) {
    if (!data.exists(repositories_file)) return RepositoryEntries();
    const std::string bytes = TRY(read_sealed(data, repositories_file, entries_kind));
    return parse_entries(bytes);
}

bool is_below(const fs::path& path, const fs::path& folder) {
    const auto [end, unused] = std::ranges::mismatch(folder, path);
    return end == folder.end();
}

/// Without the empty last part that "a/" has.
fs::path plain(const fs::path& path) {
    const fs::path normal = path.lexically_normal();
    return normal.has_filename() ? normal : normal.parent_path();
}

/// Whoever changes it holds its lock, as another program may use it, too.
Result<std::unique_ptr<io::Folder>> open_place(const Options& options, const std::string& place,
                                               bool to_change) {
    auto folder = options.open_folder(place, to_change);
    if (!folder && folder.error().code == ErrorCode::conflict) {
        return fail(ErrorCode::unavailable,
                    fmt::format("location [{}]: another elkhorn works in it; try again", place));
    }
    return folder;
}

std::unexpected<Error> missing(const std::string& repository) {
    return fail(ErrorCode::not_found, fmt::format("[{}] missing", repository));
}

}  // namespace

bool RepositoryEntry::read_only() const {
    const auto it = settings.find("readonly");
    return it != settings.end() && it->second == "true";
}

// -- repositories ---------------------------------------------------------------------------------

Result<> check_repository_name(std::string_view name) {
    const auto refuse = [](std::string_view why) {
        return fail(ErrorCode::invalid, std::string(why));
    };
    if (name.empty()) return refuse("cannot be empty");
    if (name.contains('#')) return refuse("must not contain '#'");
    if (name.find_first_of(" \"*\\<|,>/?") != std::string_view::npos)
        return refuse("must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?]");
    if (name == "." || name == "..") return refuse("must not be '.' or '..'");
    if (name.contains('\0')) return refuse("must not contain a NUL character");
    if (name.size() > longest_repository_name) {
        return refuse(
            fmt::format("it is too long, ({} > {})", name.size(), longest_repository_name));
    }
    return {};
}

Result<> check_repositories_file(const io::Folder& data) {
    TRY(read_entries(data));
    return {};
}

Result<> Snapshots::load() {
    auto entries = TRY(read_entries(data_));
    const Lock lock(mutex_);
    entries_ = std::move(entries);
    return {};
}

Result<> Snapshots::save(const RepositoryEntries& entries) {
    TRY(write_sealed(data_, repositories_file, entries_kind, entries_bytes(entries)));
    const Lock lock(mutex_);
    entries_ = entries;
    return {};
}

RepositoryEntries Snapshots::repositories() const {
    const Lock lock(mutex_);
    return entries_;
}

Result<RepositoryEntry> Snapshots::entry_of(const std::string& repository) const {
    const Lock lock(mutex_);
    const auto it = entries_.find(repository);
    if (it == entries_.end()) return missing(repository);
    return it->second;
}

/// The folder it is in: below one that may hold repositories, and not by way of "..".
Result<std::string> Snapshots::place_of(const RepositoryEntry& entry) const {
    const auto it = entry.settings.find("location");
    if (it == entry.settings.end() || it->second.empty())
        return fail(ErrorCode::invalid, "missing location");
    // The system would take what stands before it for the whole.
    if (it->second.contains('\0')) {
        return fail(ErrorCode::invalid,
                    fmt::format("location [{}] must not contain a NUL character", it->second));
    }
    const auto& allowed = options_.snapshot_folders;
    const auto refuse = [&](std::string_view why) {
        return fail(ErrorCode::invalid,
                    fmt::format("location [{}] doesn't match any of the locations specified by "
                                "path.repo{}",
                                it->second, why));
    };
    if (allowed.empty()) return refuse(" because this setting is empty");
    const fs::path given(it->second);
    const fs::path path = plain(given.is_absolute() ? given : fs::path(allowed.front()) / given);
    for (const std::string& folder : allowed) {
        if (is_below(path, plain(folder))) return path.string();
    }
    return refuse("");
}

Result<SnapshotRepository> Snapshots::open(const std::string& repository, bool to_change) const {
    const RepositoryEntry entry = TRY(entry_of(repository));
    const std::string place = TRY(place_of(entry));
    return SnapshotRepository(TRY(open_place(options_, place, to_change)));
}

Result<> Snapshots::put_repository(const std::string& name, RepositoryEntry entry, bool verify) {
    TRY(check_repository_name(name));
    const std::lock_guard<std::mutex> alone(working_);
    const std::string place = TRY(place_of(entry));
    if (verify) {
        auto folder = TRY(open_place(options_, place, !entry.read_only()));
        SnapshotRepository repository(std::move(folder));
        if (!entry.read_only()) TRY(repository.claim());
    }
    RepositoryEntries entries = repositories();
    entries[name] = std::move(entry);
    return save(entries);
}

Result<> Snapshots::forget_repository(const std::string& name) {
    const std::lock_guard<std::mutex> alone(working_);
    RepositoryEntries entries = repositories();
    if (entries.erase(name) == 0) return missing(name);
    return save(entries);
}

Result<> Snapshots::verify_repository(const std::string& name) {
    const std::lock_guard<std::mutex> alone(working_);
    const bool writes = !TRY(entry_of(name)).read_only();
    SnapshotRepository repository = TRY(open(name, writes));
    if (writes) TRY(repository.claim());
    return {};
}

// -- snapshots ------------------------------------------------------------------------------------

Result<std::vector<Snapshot>> Snapshots::list(const std::string& repository) const {
    const SnapshotRepository folder = TRY(open(repository, false));
    return folder.list();
}

Result<Snapshot> Snapshots::find(const std::string& repository, std::string_view snapshot) const {
    const SnapshotRepository folder = TRY(open(repository, false));
    return folder.find(snapshot);
}

Result<Snapshot> Snapshots::create(const std::string& repository, const SnapshotRequest& request) {
    TRY(check_snapshot_name(request.name));
    const std::lock_guard<std::mutex> alone(working_);
    SnapshotRepository folder = TRY(open(repository, true));
    TRY(folder.claim());
    if (folder.find(request.name)) {
        return fail(ErrorCode::conflict,
                    fmt::format("Invalid snapshot name [{}], snapshot with the same name already "
                                "exists",
                                request.name));
    }
    const auto now_ms = [&] {
        return options_.clock->wall_ms();
    };
    Snapshot made;
    made.name = request.name;
    made.uuid = engine_.make_uuid();
    made.started_ms = now_ms();
    made.global_state = request.global_state;
    made.metadata_json = request.metadata_json;
    for (const std::string& name : request.indices) {
        const std::int64_t began = now_ms();
        const auto pinned = engine_.pin(name);
        // Deleted since it was asked for: as if it had been then.
        if (!pinned && pinned.error().code == ErrorCode::not_found) continue;
        if (!pinned) return std::unexpected(pinned.error());
        made.indices.push_back(TRY(folder.add_files(data_, *pinned)));
        made.indices.back().started_ms = began;
        made.indices.back().took_ms = now_ms() - began;
    }
    made.ended_ms = now_ms();
    TRY(folder.add(made));
    folder.clean_or_tell();
    return made;
}

Result<> Snapshots::remove(const std::string& repository, std::span<const std::string> snapshots) {
    const std::lock_guard<std::mutex> alone(working_);
    SnapshotRepository folder = TRY(open(repository, true));
    return folder.remove(snapshots);
}

Result<SnapshotFiles> Snapshots::clean(const std::string& repository) {
    const std::lock_guard<std::mutex> alone(working_);
    SnapshotRepository folder = TRY(open(repository, true));
    return folder.clean();
}

Result<> Snapshots::restore(const std::string& repository, std::string_view snapshot,
                            std::span<const RestoreIndex> indices) {
    const std::lock_guard<std::mutex> alone(working_);
    const SnapshotRepository folder = TRY(open(repository, false));
    const Snapshot found = TRY(folder.find(snapshot));
    for (const RestoreIndex& wanted : indices) {
        const auto source = std::ranges::find(found.indices, wanted.from, [](const auto& index) {
            return std::string_view(index.manifest.name);
        });
        if (source == found.indices.end())
            return fail(ErrorCode::not_found, fmt::format("no such index [{}]", wanted.from));
        TRY(check_index_name(wanted.to));
        Manifest manifest = source->manifest;
        manifest.id_uuid = manifest.id_origin();
        manifest.name = wanted.to;
        manifest.settings_json = wanted.settings_json;
        TRY(engine_.adopt(std::move(manifest), [&](const std::string& to) {
            return folder.copy_out(*source, data_, to);
        }));
    }
    return {};
}

}  // namespace elkhorn::store
