// store/index/options.h -- how a node's store is set up.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "event/document.h"
#include "io/folder.h"
#include "store/group/row_group.h"
#include "store/limits/disk_watch.h"
#include "store/limits/memory_account.h"
#include "store/limits/retention.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

struct Options {
    /// Fills a document from its JSON, for replay of the log; json::Flattener in the product.
    using Flatten = std::function<Result<>(std::string_view source, event::Document& document)>;
    Flatten flatten;
    event::FieldNames* field_names = nullptr;  // the one that `flatten` uses
    const Clock* clock = &system_clock();
    std::uint64_t random_seed = 0;  // 0: from the clock; uuids come from it
    MemoryShares memory = MemoryShares::of(2ULL << 30);
    std::uint64_t log_limit_bytes = 128ULL << 20;  // tails are flushed to keep the log below it
    std::uint64_t log_file_bytes = 64ULL << 20;
    std::uint64_t log_frame_bytes = 1ULL << 20;
    std::uint32_t group_rows = max_group_rows;
    std::uint64_t group_source_bytes = 64ULL << 20;
    std::uint32_t groups_per_segment = 4;
    std::size_t merge_segments = 8;  // neighbours of one size that become one (merge_rules.h)
    // To which the mapping of an index grows by itself; further fields stay in their documents.
    std::size_t fields_limit = 100'000;
    std::uint64_t largest_segment_bytes = 1ULL << 30;
    // How long versions of deleted documents are kept, and how many bytes of them on the node.
    std::int64_t tombstone_age_ms = 60'000;
    std::uint64_t tombstone_limit_bytes = 16ULL << 20;
    RetentionOptions retention;
    DiskWatermarks watermarks;  // none: the disk is never too full
    // Below these folders, and nowhere else, may snapshot repositories be; none: nowhere.
    std::vector<std::string> snapshot_folders;
    std::function<Result<std::unique_ptr<io::Folder>>(const std::string& path, bool exclusive)>
        open_folder = io::open_folder;
    std::size_t encode_threads = 0;  // beside the housekeeper's; 0: by the machine's cores
    // false: no threads; commits, flushes happen within the calls (simulation)
    bool background = true;
};

}  // namespace elkhorn::store
