// io/fake_folder.h -- a disk in memory that lies as disks do, for tests and simulation. It keeps
// two states: what a program sees, and what would survive a power cut.
//
//   crash(random)   what was not synced is lost in part: of each file's unsynced tail a random
//                   prefix survives, its last 512-byte sector possibly torn, or all of it but some
//                   sectors (a disk takes them in any order); of the names made, renamed or
//                   removed in a folder since its last sync_names, a random prefix in order
//                   survives, another one in each folder.
//   fail_after(n)   the nth changing call from now fails once (io), having done part of its work. A
//                   file whose sync failed never gets what it had then to the disk, though later
//                   syncs of it succeed: that is what kernels do.
//   open_at_most(n) after n more, nothing can be opened, as without descriptors: no file to write
//                   or to read, no folder to sync. What is open stays so. Negative: no limit.
//   fill_after(n)   appends fail as on a full disk once n more bytes are written.
//   faults()        how often each of these came to pass, for a test to show that it tested.
//
// Thread-safe. Two FakeFolder::view() of one disk see the same files.
#pragma once

#include "base/mutex.h"
#include "base/random.h"
#include "io/folder.h"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::io {

class FakeDisk {
public:
    void crash(Random& random);
    void fail_after(int calls);
    /// Whether it has failed since it was told to.
    bool failed() const;
    void fill_after(std::uint64_t bytes);
    void open_at_most(int more);
    /// As if every file had been written and synced: for setting a scene.
    void put(const std::string& name, std::string bytes);
    /// What a program sees now.
    std::string get(const std::string& name) const;
    std::vector<std::string> names() const;
    /// Changes one byte where it lies.
    void flip(const std::string& name, std::size_t at, unsigned char bits);
    std::uint64_t syncs() const;
    /// By kind: "short write", "torn sector", ...
    std::map<std::string_view, std::uint64_t> faults() const;

    /// The folder `below` on this disk, which must outlive it; empty: the root.
    std::unique_ptr<Folder> view(const std::string& below = "");

private:
    friend class FakeFolder;
    friend class FakeAppender;

    struct File {
        std::string bytes;
        std::size_t synced_bytes = 0;
        bool spoiled = false;  // a sync of it has failed
    };

    /// A change of names that is not yet durable.
    struct NameChange {
        std::string name;
        std::shared_ptr<File> file;  // null: the name is gone
    };

    /// Takes a descriptor for a moment.
    Result<> open(const std::string& name) REQUIRES(mutex_);
    /// Fails where it was told to; then it is a fault of this kind.
    Result<> change(std::string_view kind) REQUIRES(mutex_);
    void lose_names(Random& random) REQUIRES(mutex_);
    void lose_bytes(File& file, Random& random) REQUIRES(mutex_);
    void set_name(const std::string& name, std::shared_ptr<File> file) REQUIRES(mutex_);

    mutable Mutex mutex_;
    std::map<std::string, std::shared_ptr<File>> seen_ GUARDED_BY(mutex_);
    std::map<std::string, std::shared_ptr<File>> durable_ GUARDED_BY(mutex_);
    std::vector<NameChange> pending_ GUARDED_BY(mutex_);
    std::set<std::string> folders_ GUARDED_BY(mutex_);
    int calls_until_failure_ GUARDED_BY(mutex_) = -1;
    std::uint64_t bytes_until_full_ GUARDED_BY(mutex_) = std::numeric_limits<std::uint64_t>::max();
    int opens_left_ GUARDED_BY(mutex_) = -1;
    std::uint64_t syncs_ GUARDED_BY(mutex_) = 0;
    std::map<std::string_view, std::uint64_t> faults_ GUARDED_BY(mutex_);
    std::uint64_t age_ GUARDED_BY(mutex_) = 0;  // grows with each crash: older appenders are dead
};

}  // namespace elkhorn::io
