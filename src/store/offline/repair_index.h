// store/offline/repair_index.h -- one index of a damaged data folder: what its manifest would have
// to say, and the files for it.
#pragma once

#include "store/file/deletes_file.h"
#include "store/offline/repair.h"
#include "store/offline/repair_log.h"
#include "store/offline/repair_segment.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace elkhorn::store {

class IndexRepair {
public:
    /// Moves a file out of the way for good, or in a dry run does not; takes its path.
    using Keep = std::function<Result<>(const std::string& file)>;

    /// All outlive this; `path` is "indices/7".
    IndexRepair(io::Folder& folder, std::string path, const RepairOptions& options,
                const SavedLog& log)
        : folder_(folder), path_(std::move(path)), options_(options), log_(log) {}

    /// Looks at everything and changes nothing. An error where it is of a newer program.
    Result<> plan();
    /// Makes it so; damaged files have been kept by `keep` before their names are free again.
    Result<> apply(const Keep& keep);

    /// False where there is nothing that a flush has ever finished.
    bool is_index() const { return is_index_; }

    bool changed() const { return changed_; }

    const Manifest& manifest() const { return manifest_; }

    const RepairedIndex& report() const { return report_; }

private:
    struct NewSegment {
        SegmentEntry entry;
        std::vector<SavedGroup> groups;
        bool made_anew = false;  // else the file is there already
    };

    void note(std::string sentence);
    Result<> find_manifest();
    Result<> check_identity();
    Result<> guess_manifest(std::uint64_t incarnation);
    Result<> find_segments();
    Result<> find_segment(SegmentEntry entry);
    void leave_out_doubles();
    Result<> find_deletes();
    Result<bool> read_deletes(Deletes& old);
    void find_replaced();
    void carry_over(const Deletes& old);
    void count();

    io::Folder& folder_;
    const std::string path_;
    const RepairOptions& options_;
    const SavedLog& log_;
    bool is_index_ = false;
    bool changed_ = false;
    bool guessed_ = false;  // the manifest
    Manifest manifest_;
    std::vector<NewSegment> segments_;
    std::uint64_t groups_gone_ = 0;  // of which nothing is known
    Deletes deletes_;
    bool write_deletes_ = false;
    std::vector<std::string> damaged_;  // files that are no use
    RepairedIndex report_;
};

}  // namespace elkhorn::store
