// input/core/positions.h -- how far files were delivered: remembered across restarts, by device and
// inode. A position moves only over what has been acknowledged, in order. Only input/ includes
// this.
//
// The file is text, one line a file, written anew and renamed into place:
//
//   elkhorn-positions 1
//   <device> <inode> <offset> <bytes of the fingerprint> <its hash> <path>
//
// The fingerprint (a hash of the first bytes) tells a file from another one that got the same
// inode.
#pragma once

#include "base/mutex.h"
#include "base/result.h"

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace elkhorn::input {

struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    auto operator<=>(const FileId&) const = default;
};

struct Position {
    std::uint64_t offset = 0;
    std::uint64_t print_bytes = 0;
    std::uint64_t print_hash = 0;
    std::string path;
};

/// Batches of one file on their way. Any thread.
class Delivery {
public:
    explicit Delivery(std::uint64_t from) : delivered_(from) {}

    /// A batch that ends at `offset` goes out; its number is given back by `arrived`.
    std::uint64_t sent(std::uint64_t offset);
    void arrived(std::uint64_t number);

    /// Everything before this offset is delivered.
    std::uint64_t delivered() const;

private:
    struct Sent {
        std::uint64_t offset;
        bool arrived;
    };

    mutable Mutex mutex_;
    std::deque<Sent> sent_ GUARDED_BY(mutex_);
    std::uint64_t first_ GUARDED_BY(mutex_) = 0;  // number of sent_.front()
    std::uint64_t delivered_ GUARDED_BY(mutex_);
};

using Positions = std::map<FileId, Position>;

/// A file that is not there holds no positions.
Result<Positions> read_positions(const std::string& path);
Result<> write_positions(const std::string& path, const Positions& positions);

}  // namespace elkhorn::input
