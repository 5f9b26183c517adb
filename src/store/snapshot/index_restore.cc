#include "store/snapshot/index_restore.h"

#include "base/log.h"
#include "store/file/index_identity.h"
#include "store/file/orphan_folders.h"
#include "store/file/segment_file.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>

namespace elkhorn::store {
namespace {

/// A damaged segment must be found now: later it would keep the program from starting.
Result<> check_segments(const Node& node, const Manifest& manifest, const std::string& folder) {
    for (const SegmentEntry& entry : manifest.segments) {
        const std::string name = fmt::format("{}/{}.seg", folder, entry.number);
        const auto groups =
            TRY(open_segment(*node.folder, name, id_salt(manifest.id_origin()), node.cache));
        for (const auto& group : groups) {
            TRY(group->bytes());  // which checks them
            if (group->last_seq_no() >= manifest.flushed_seq_no) {
                return fail(ErrorCode::corruption,
                            fmt::format("{}: it has sequence number {}, but the manifest says that "
                                        "segments end before {}; restore another snapshot",
                                        name, group->last_seq_no(), manifest.flushed_seq_no));
            }
        }
    }
    return {};
}

Result<std::shared_ptr<Index>> build(Node& node, const Manifest& manifest,
                                     const std::string& folder, const SnapshotEngine::Fill& fill) {
    TRY(node.folder->make_folder(folder));
    TRY(node.folder->sync_names("indices"));
    // Until there is a manifest, a start that finds this removes it all.
    const std::string mark = fmt::format("{}/{}", folder, restoring_mark);
    TRY(node.folder->create(mark));
    TRY(node.folder->sync_names(folder));
    TRY(fill(folder));
    TRY(check_segments(node, manifest, folder));
    auto index = std::make_shared<Index>(node, manifest);
    TRY(index->open_segments());
    TRY(note_identity(*node.folder, manifest));
    TRY(write_manifest(*node.folder, manifest));
    TRY(node.folder->remove(mark));
    return index;
}

}  // namespace

Result<std::shared_ptr<Index>> restore_index(Node& node, const Manifest& manifest,
                                             const SnapshotEngine::Fill& fill) {
    const std::string folder = index_folder(manifest.incarnation);
    auto index = build(node, manifest, folder, fill);
    if (index) return index;
    // What cannot be removed now has no manifest, and goes with the next start.
    const auto removed = remove_index(*node.folder, index_folder(manifest.incarnation));
    if (!removed) {
        log::warn("the files of a restore that failed are still there",
                  {{"folder", folder}, {"reason", removed.error().message}});
    }
    return index;
}

}  // namespace elkhorn::store
