// store/log/write_log.h -- the node's write-ahead log: what is acknowledged is here, synced, until
// segments have it. One for all indices, so that a thousand of them share one fdatasync.
//
//   append(entry)   takes the entry into the next batch and gives its number (lsn); never touches
//   the disk
//   commit(lsn)     returns once the batch with that entry is synced; batches of many callers
//                   share one write and one fdatasync (group commit)
//   trim(lsn)       deletes the files whose entries are all below lsn
//
// Files: log/0000000001.wal and so on; layout in docs/formats/log.md. Recovery reads frames until
// one is not whole: that is where the last process stopped, unless a frame of a later write follows
// in the same file, which is damage and refuses to start.
//
// A failed fsync, and a failed write, are for good: every later commit fails. Only where the write
// itself found the disk full, or no descriptor was left to open a file, is it known what the disk
// has: nothing that was acknowledged has changed, and nothing new is. Then commits fail while the
// entries wait; they are written again, under the same numbers, to a new file, once there is room.
// What of them the file before has is passed over when the log is read.
#pragma once

#include "base/mutex.h"
#include "base/result.h"
#include "io/folder.h"
#include "io/workers.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

using Lsn = std::uint64_t;

/// What reading the log without changing it finds.
struct LogCheck {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> damage;
};

Result<LogCheck> check_log(const io::Folder& folder);

class WriteLog {
public:
    struct Options {
        std::uint64_t file_bytes = 64ULL << 20;
        std::uint64_t pending_limit_bytes = 256ULL << 20;  // `wait_for_room` waits past it
        std::size_t frame_bytes = 1 << 20;  // a frame ends once its entries are as large
        bool background = true;             // false: commit() writes and syncs itself
        /// Called after the last entry was replayed and before anything is written.
        std::function<Result<>()> replayed = nullptr;
    };

    /// Calls `replay` for every entry in order, then opens a new file for what comes.
    static Result<std::unique_ptr<WriteLog>> open(
        io::Folder& folder, Options options,
        const std::function<Result<>(Lsn lsn, std::string_view entry)>& replay);
    ~WriteLog();

    /// Whether anything may be appended: nothing is to be taken in that cannot be acknowledged.
    Result<> writable();
    /// While more waits for the disk than may. Who writes waits here before it takes any lock, so
    /// that a disk that stalls holds up nobody who reads.
    void wait_for_room();
    /// Nobody changes the entry any more; it is let go once it is written. Never waits.
    Lsn append(std::shared_ptr<const std::string> entry);

    Lsn append(std::string entry) {
        return append(std::make_shared<const std::string>(std::move(entry)));
    }

    Result<> commit(Lsn lsn);
    Result<> trim(Lsn first_needed);

    Lsn last_lsn() const;
    /// All entries up to that one are synced.
    Lsn committed() const;
    std::uint64_t size_bytes() const;
    /// Of entries that wait to be written.
    std::uint64_t pending_bytes() const;
    /// Why nothing is acknowledged: for good, or as long as the disk is full.
    std::optional<Error> failure() const;
    /// Whether only a full disk is in the way.
    bool full() const;
    /// Commits what is pending and stops.
    void close();

private:
    using Entries = std::vector<std::shared_ptr<const std::string>>;

    struct File {
        std::uint64_t number = 0;
        Lsn first_lsn = 0;
        std::uint64_t size_bytes = 0;
    };

    WriteLog(io::Folder& folder, Options options) : folder_(folder), options_(options) {}

    Result<> recover(const std::function<Result<>(Lsn, std::string_view)>& replay);
    Result<> replay_file(const File& file, std::string_view bytes,
                         const std::function<Result<>(Lsn, std::string_view)>& replay);
    Result<> start_file();
    Result<> leave_file(Lsn first_needed);
    Result<> write_batch(const Entries& entries, Lsn first);
    void make_frames(const Entries& entries, Lsn first);
    void keep_for_later(Entries entries, const Error& full) REQUIRES(mutex_);
    void refuse_for_good(const Error& error) REQUIRES(mutex_);
    void run();
    void commit_pending() REQUIRES(mutex_);

    io::Folder& folder_;  // the store's
    const Options options_;
    mutable Mutex mutex_;
    CondVar work_;
    CondVar done_;
    Entries pending_ GUARDED_BY(mutex_);
    std::uint64_t pending_bytes_ GUARDED_BY(mutex_) = 0;
    Lsn next_lsn_ GUARDED_BY(mutex_) = 1;
    Lsn committed_ GUARDED_BY(mutex_) = 0;  // all up to here are synced
    bool writing_ GUARDED_BY(mutex_) = false;
    bool closing_ GUARDED_BY(mutex_) = false;
    std::optional<Error> failure_ GUARDED_BY(mutex_);  // for good
    std::optional<Error> full_ GUARDED_BY(mutex_);     // until there is room; not with failure_
    std::vector<File> files_ GUARDED_BY(mutex_);       // the last one is being written
    // Of whoever has writing_:
    std::unique_ptr<io::Appender> appender_;
    std::string raw_;     // of the frame at hand
    std::string frames_;  // of one write
    io::Thread thread_;
};

}  // namespace elkhorn::store
