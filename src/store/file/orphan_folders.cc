#include "store/file/orphan_folders.h"

#include "base/kill_point.h"
#include "base/strings.h"
#include "store/file/manifest.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

KillPoint removed{"recovery.unfinished_index_removed"};

}  // namespace

Result<bool> OrphanFolders::take(io::Folder& folder, const std::string& name) {
    const std::string place = "indices/" + name;
    if (!folder.exists(place + "/manifest")) {
        names_.push_back(name);
        return true;
    }
    // A restore that was cut off after it was done.
    const std::string mark = fmt::format("{}/{}", place, restoring_mark);
    if (folder.exists(mark)) TRY(folder.remove(mark));
    return false;
}

Result<> OrphanFolders::settle(io::Folder& folder) const {
    std::vector<std::string> rubbish;
    for (const std::string& name : names_) {
        const std::string place = "indices/" + name;
        const auto files = TRY(folder.list(place));
        const auto incarnation = to_integer(name);
        const bool known = incarnation && *incarnation > 0 &&
                           accounted_.contains(static_cast<std::uint64_t>(*incarnation));
        const bool restored = std::ranges::find(files, restoring_mark) != files.end();
        const bool noted = std::ranges::find(files, "identity") != files.end();
        const bool segments = std::ranges::any_of(
            files, [](const std::string& file) { return file.ends_with(".seg"); });
        if (!known && !restored && noted && segments) {
            return fail(ErrorCode::corruption,
                        fmt::format("{}/manifest: it is missing, though there are segments; "
                                    "restore the file from a copy, or run `elkhorn repair`",
                                    place));
        }
        rubbish.push_back(place);
    }
    for (const std::string& place : rubbish) {
        TRY(remove_index(folder, place));
        removed.reached();
    }
    return {};
}

}  // namespace elkhorn::store
