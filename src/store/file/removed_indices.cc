#include "store/file/removed_indices.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace elkhorn::store {
namespace {

constexpr const char* marks = "removed";

std::string mark_name(std::uint64_t incarnation) {
    return fmt::format("{}/{}", marks, incarnation);
}

Result<> make_mark(io::Folder& folder, std::uint64_t incarnation) {
    if (!folder.exists(marks)) TRY(folder.make_folder(marks));
    TRY(folder.sync_names(""));  // a try before this one may have made it, and no more
    TRY(folder.create(mark_name(incarnation)));
    return folder.sync_names(marks);
}

}  // namespace

Result<> mark_removed(io::Folder& folder, std::uint64_t incarnation, bool& left_over) {
    auto made = make_mark(folder, incarnation);
    left_over = !made && !unmark_removed(folder, incarnation);
    return made;
}

Result<> unmark_removed(io::Folder& folder, std::uint64_t incarnation) {
    if (!folder.exists(marks)) return {};
    TRY(folder.remove(mark_name(incarnation)));
    return folder.sync_names(marks);
}

Result<std::set<std::uint64_t>> removed_indices(const io::Folder& folder) {
    std::set<std::uint64_t> found;
    for (const std::string& name : TRY(folder.list(marks))) {
        if (const auto number = to_integer(name); number && *number > 0)
            found.insert(static_cast<std::uint64_t>(*number));
    }
    return found;
}

}  // namespace elkhorn::store
