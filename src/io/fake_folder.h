// io/fake_folder.h -- a disk in memory that lies as disks do, for tests and simulation. It keeps
// two states of every folder: what a program sees, and what would survive a power cut.
//
//   crash(random)   what was not synced is lost in part: of each file's unsynced tail a random
//                   prefix survives, its last 512-byte sector possibly torn, or all of it but some
//                   sectors (a disk takes them in any order); of the names made, renamed or removed
//                   in a folder since its last sync_names, a random prefix in order survives,
//                   another one in each folder. A folder is a name as well: one whose own making
//                   was not synced goes with all that is in it, synced or not.
//   fail_after(n)   the nth changing call from now fails once (io), having done part of its work. A
//                   file whose sync failed never gets what it had then to the disk, though later
//                   syncs of it succeed: that is what kernels do.
//   open_at_most(n) after n more, nothing can be opened, as without descriptors: no file to write
//                   or to read, no folder to sync. What is open stays so. Negative: no limit.
//   fill_after(n)   appends fail as on a full disk once n more bytes are written.
//   neglect(duty)   syncs that are answered and not done, or done late: whoever tests durability
//                   shows with it that the test would notice.
//   faults()        how often each of these came to pass, for a test to show that it tested.
//
// As on a real disk nothing can be made in a folder that is not there. Thread-safe. Two
// FakeFolder::view() of one disk see the same files.
#pragma once

#include "base/mutex.h"
#include "base/random.h"
#include "io/folder.h"

#include <cstdint>
#include <functional>
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
    /// What becomes of a sync: `late` is done with the next changing call, whatever that is.
    enum class Duty { done, late, never };
    /// Told the name of the file, or of the folder whose names are synced.
    using Duties = std::function<Duty(std::string_view name, bool is_folder)>;

    FakeDisk();

    void crash(Random& random);
    void fail_after(int calls);
    /// Whether it has failed since it was told to.
    bool failed() const;
    void fill_after(std::uint64_t bytes);
    void open_at_most(int more);
    void neglect(Duties duties);
    /// As if it had been written and synced, with the folders above it: for setting a scene.
    void put(const std::string& name, std::string bytes);
    /// What a program sees now.
    std::string get(const std::string& name) const;
    std::vector<std::string> names() const;
    /// Changes one byte where it lies.
    void flip(const std::string& name, std::size_t at, unsigned char bits);
    std::uint64_t syncs() const;
    /// By kind: "short write", "torn sector", ...
    std::map<std::string_view, std::uint64_t> faults() const;

    /// The folder `below` on this disk, which must outlive it; empty: the root. It is made where it
    /// is not there, durably, as open_folder does.
    std::unique_ptr<Folder> view(const std::string& below = "");

private:
    friend class FakeFolder;
    friend class FakeAppender;

    struct Node;
    using NodePtr = std::shared_ptr<Node>;

    /// A change of a folder's names that is not yet durable.
    struct NameChange {
        std::string name;
        NodePtr node;  // null: the name is gone
    };

    /// A file, or a folder; it may have several names, or none any more.
    struct Node {
        bool is_folder = false;
        std::string bytes;
        std::size_t synced_bytes = 0;
        bool spoiled = false;  // a sync of it has failed
        std::map<std::string, NodePtr> seen;
        std::map<std::string, NodePtr> durable;
        std::vector<NameChange> pending;
    };

    /// Takes a descriptor for a moment.
    Result<> open(const std::string& name) REQUIRES(mutex_);
    /// Fails where it was told to; then it is a fault of this kind.
    Result<> change(std::string_view kind) REQUIRES(mutex_);
    void sync_file(const std::string& name, const NodePtr& file) REQUIRES(mutex_);
    void sync_folder(const std::string& name, const NodePtr& folder) REQUIRES(mutex_);
    void do_late_syncs() REQUIRES(mutex_);
    /// Null where there is none.
    NodePtr find(std::string_view path) const REQUIRES(mutex_);
    /// The folder that a path is in; an error where it is not there.
    Result<NodePtr> parent(const std::string& path) const REQUIRES(mutex_);
    NodePtr make_durable_folder(std::string_view path) REQUIRES(mutex_);
    static void set_name(Node& folder, std::string name, NodePtr node);
    static void empty(Node& folder, std::size_t most);
    void lose(Node& node, Random& random, std::set<const Node*>& done) REQUIRES(mutex_);
    void lose_names(Node& folder, Random& random) REQUIRES(mutex_);
    void lose_bytes(Node& file, Random& random) REQUIRES(mutex_);
    static void list_files(const Node& folder, const std::string& path,
                           std::vector<std::string>& files);

    mutable Mutex mutex_;
    NodePtr root_ GUARDED_BY(mutex_);
    Duties duties_ GUARDED_BY(mutex_);
    std::vector<std::function<void()>> late_ GUARDED_BY(mutex_);
    int calls_until_failure_ GUARDED_BY(mutex_) = -1;
    std::uint64_t bytes_until_full_ GUARDED_BY(mutex_) = std::numeric_limits<std::uint64_t>::max();
    int opens_left_ GUARDED_BY(mutex_) = -1;
    std::uint64_t syncs_ GUARDED_BY(mutex_) = 0;
    std::map<std::string_view, std::uint64_t> faults_ GUARDED_BY(mutex_);
    std::uint64_t age_ GUARDED_BY(mutex_) = 0;  // grows with each crash: older appenders are dead
};

}  // namespace elkhorn::io
