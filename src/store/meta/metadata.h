// store/meta/metadata.h -- what a node keeps beside its indices: texts by kind and name, such as
// stored scripts. A change is durable when it returns, whole or not at all.
//
//   data folder/metadata   sealed ("EKGSMD01"), written anew at each change
//     varint entries, each: varint kind, text name, text text      docs/formats/metadata.md
//
//   Threads   everything may be called from any; changes come one after the other.
//   Cost      a change writes and syncs all of it: at most 64 MiB, some KB as a rule.
#pragma once

#include "base/mutex.h"
#include "base/result.h"
#include "io/folder.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::store {

constexpr const char* metadata_file = "metadata";

/// As numbers in the file: one that was given is never given again.
enum class MetadataKind : std::uint8_t { script = 1 };

/// Of one kind, by name.
using NamedTexts = std::map<std::string, std::string, std::less<>>;
using AllMetadata = std::map<MetadataKind, NamedTexts>;

class Metadata {
public:
    /// `data` outlives it. `may_change` says whether the node may still change anything: after a
    /// sync that failed nobody knows what a disk does. Empty: it may.
    explicit Metadata(io::Folder& data, std::function<Result<>()> may_change = {})
        : data_(data), may_change_(std::move(may_change)) {}

    Result<> load();

    /// Of that kind as of now; null: there are none.
    std::shared_ptr<const NamedTexts> all(MetadataKind kind) const;

    /// ErrorCode::too_large where there would be more than a node keeps.
    Result<> put(MetadataKind kind, std::string_view name, std::string_view text);
    /// False: there was none.
    Result<bool> remove(MetadataKind kind, std::string_view name);

private:
    using Views = std::map<MetadataKind, std::shared_ptr<const NamedTexts>>;

    Result<> replace(MetadataKind kind, NamedTexts texts) REQUIRES(changing_);

    static constexpr std::size_t most_bytes = 64 << 20;

    io::Folder& data_;
    const std::function<Result<>()> may_change_;
    Mutex changing_;  // held while it is written: changes come one after the other
    mutable Mutex mutex_;
    Views views_ GUARDED_BY(mutex_);
};

/// No error when there is none.
Result<> check_metadata_file(const io::Folder& data);

}  // namespace elkhorn::store
