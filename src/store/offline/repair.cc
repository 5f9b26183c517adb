#include "store/offline/repair.h"

#include "base/hash.h"
#include "base/strings.h"
#include "store/file/removed_indices.h"
#include "store/file/repositories_file.h"
#include "store/meta/metadata.h"
#include "store/offline/repair_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace elkhorn::store {
namespace {

std::string folder_of(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string::npos ? "" : name.substr(0, slash);
}

class Repair {
public:
    Repair(io::Folder& folder, const RepairOptions& options) : folder_(folder), options_(options) {}

    /// Everything is looked at before anything is changed.
    Result<Repaired> run() {
        log_ = TRY(save_log(folder_));
        // Indices with the mark of a deletion are no indices: the next start finishes that.
        const auto removed = TRY(removed_indices(folder_));
        log_.removed.insert(removed.begin(), removed.end());
        for (const std::string& name : TRY(folder_.list("indices"))) {
            if (removed.contains(static_cast<std::uint64_t>(to_integer(name).value_or(0))))
                continue;
            indices_.emplace_back(folder_, "indices/" + name, options_, log_);
            TRY(indices_.back().plan());
        }
        find_lost_indices();
        bool repositories_damaged = false;
        if (const auto sound = check_repositories_file(folder_); !sound) {
            const bool newer = sound.error().message.find("newer elkhorn") != std::string::npos;
            if (newer || sound.error().code != ErrorCode::corruption)
                return std::unexpected(sound.error());
            repositories_damaged = true;
            done_.log_notes.push_back(
                "repositories: the list of snapshot repositories is damaged; register them again, "
                "their snapshots are not concerned");
        }
        const bool metadata_damaged = TRY(find_metadata_damage());
        for (IndexRepair& index : indices_)
            if (index.is_index()) TRY(apply(index));
        if (repositories_damaged) TRY(move_away(repositories_file));
        if (metadata_damaged) TRY(move_away(metadata_file));
        if (!log_.notes.empty()) TRY(repair_log());
        done_.log_notes.insert(done_.log_notes.end(), log_.notes.begin(), log_.notes.end());
        done_.log_entries_kept = log_.entries_kept;
        done_.log_entries_lost = log_.entries_lost;
        return std::move(done_);
    }

private:
    Result<bool> find_metadata_damage() {
        const auto sound = check_metadata_file(folder_);
        if (sound) return false;
        const bool newer = sound.error().message.find("newer elkhorn") != std::string::npos;
        if (newer || sound.error().code != ErrorCode::corruption)
            return std::unexpected(sound.error());
        done_.log_notes.push_back(
            "metadata: the stored scripts are damaged; store them again, documents are not "
            "concerned");
        return true;
    }

    Result<> apply(IndexRepair& index) {
        const auto keep = [this](const std::string& name) {
            return copy_away(name);
        };
        if (!options_.dry_run) TRY(index.apply(keep));
        done_.indices.push_back(index.report());
        return {};
    }

    /// Documents of an index whose creation was in what is lost of the log, and which was never
    /// flushed.
    void find_lost_indices() {
        if (log_.notes.empty()) return;
        std::set<std::uint64_t> known;
        for (const IndexRepair& index : indices_)
            if (index.is_index()) known.insert(index.manifest().incarnation);
        for (const std::uint64_t incarnation : log_.written) {
            const bool gone = known.contains(incarnation) || log_.created.contains(incarnation) ||
                              log_.removed.contains(incarnation);
            if (gone) continue;
            Manifest manifest;
            manifest.incarnation = incarnation;
            manifest.name = fmt::format("recovered-{}", incarnation);
            manifest.uuid = fmt::format("recovered-{:012x}", hash64(incarnation) >> 16);
            log_.notes.push_back(
                fmt::format("the log has documents of an index whose creation is lost: they are in "
                            "index {} now, and those that were given no _id have other ones",
                            manifest.name));
            made_up_.push_back(std::move(manifest));
        }
    }

    /// A second name for it in the folder of what was damaged; durable.
    Result<> copy_away(const std::string& name) {
        if (options_.dry_run) return {};
        std::string to = options_.moved_to + "/" + name;
        for (int i = 2; folder_.exists(to); ++i)
            to = fmt::format("{}/{}.{}", options_.moved_to, name, i);
        TRY(folder_.make_folder(folder_of(to)));
        if (!folder_.link(name, folder_, to)) {
            const std::string bytes = TRY(folder_.read(name));
            const auto file = TRY(folder_.create(to));
            TRY(file->append(bytes));
            TRY(file->sync());
        }
        for (std::string at = folder_of(to); !at.empty(); at = folder_of(at))
            TRY(folder_.sync_names(at));
        TRY(folder_.sync_names(""));
        done_.moved.push_back(name);
        return {};
    }

    Result<> move_away(const std::string& name) {
        if (options_.dry_run) return {};
        TRY(copy_away(name));
        TRY(folder_.remove(name));
        return folder_.sync_names(folder_of(name));
    }

    /// The new file first: beside the damaged ones a server does not start, and nothing is lost.
    Result<> repair_log() {
        if (options_.dry_run) return {};
        TRY(write_saved_log(folder_, log_, made_up_));
        // Damaged ones last, so that no half of the log ever looks whole.
        for (const std::string& name : log_.files)
            TRY(copy_away("log/" + name));
        for (const std::string& name : log_.files)
            TRY(folder_.remove("log/" + name));
        return folder_.sync_names("log");
    }

    io::Folder& folder_;
    const RepairOptions& options_;
    SavedLog log_;
    std::vector<IndexRepair> indices_;
    std::vector<Manifest> made_up_;
    Repaired done_;
};

}  // namespace

bool Repaired::changed() const {
    return !log_notes.empty() || std::ranges::any_of(indices, [](const RepairedIndex& index) {
        return !index.notes.empty();
    });
}

Result<Repaired> repair(io::Folder& folder, const RepairOptions& options) {
    return Repair(folder, options).run();
}

}  // namespace elkhorn::store
