// io/folder.h -- the disk as a parameter: one folder with files in it, seen through the few calls
// that a log-structured store needs. `open_folder` is the machine's; io/fake_folder.h is one that
// crashes, tears, fills up and fails on cue.
//
// Names are relative paths with '/' ("indices/7/3.seg"). Nothing is durable before it is synced:
// bytes by Appender::sync (fdatasync), and the making, renaming and removing of names by sync_names
// of the folder they are in. Errors are ErrorCode::io and name the path and the system's reason;
// what passes, a full disk or a process without descriptors, is ErrorCode::unavailable. A sync that
// was begun and failed is always io: what the disk then has, nobody knows.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::io {

/// A file being written, at its end only. One thread at a time.
class Appender {
public:
    virtual ~Appender() = default;
    virtual Result<> append(std::string_view bytes) = 0;
    /// On an error the file's state is unknown: nobody may assume that a second try would cover it.
    virtual Result<> sync() = 0;
    virtual std::uint64_t size_bytes() const = 0;
};

/// The bytes of a file that is no longer written. Valid as long as it is held, even after `remove`.
class Mapped {
public:
    virtual ~Mapped() = default;
    virtual std::string_view bytes() const = 0;

    /// Whether what was read of `part` of it so far were zeros in the place of a page that the disk
    /// cannot read (io/unreadable_pages.h): to be asked after reading.
    virtual bool unreadable(std::string_view /*part*/) const { return false; }
};

class Folder {
public:
    virtual ~Folder() = default;

    /// Makes the file, or empties the one there is.
    virtual Result<std::unique_ptr<Appender>> create(const std::string& name) = 0;
    virtual Result<std::shared_ptr<const Mapped>> map(const std::string& name) const = 0;
    /// Small files whole.
    virtual Result<std::string> read(const std::string& name) const = 0;
    virtual Result<> rename(const std::string& from, const std::string& to) = 0;
    /// Gives the file a second name, in folder `to`: the same bytes on the disk, which nobody may
    /// change from then on. An error where the two are not on one disk, the disk has no such links
    /// or `to_name` is taken: then copy.
    virtual Result<> link(const std::string& name, Folder& to, const std::string& to_name) = 0;
    /// No error when it is not there.
    virtual Result<> remove(const std::string& name) = 0;
    /// The folder and all in it; no error when it is not there.
    virtual Result<> remove_tree(const std::string& name) = 0;
    /// With those above it; no error when it is there.
    virtual Result<> make_folder(const std::string& name) = 0;
    /// Names in the folder, sorted, without "." and ".."; empty for a folder that is not there.
    virtual Result<std::vector<std::string>> list(const std::string& name) const = 0;
    virtual bool exists(const std::string& name) const = 0;
    /// Makes names made, renamed or removed in folder `name` ("" is the root) durable.
    virtual Result<> sync_names(const std::string& name) = 0;
    /// Free bytes on the disk.
    virtual Result<std::uint64_t> free_bytes() const = 0;
    /// Bytes of the disk, free or not.
    virtual Result<std::uint64_t> total_bytes() const = 0;

    /// For messages: where it is.
    virtual std::string place() const = 0;
};

/// Makes the folder where it is not there. With `exclusive`, a second process (or a second call)
/// on it is refused with ErrorCode::conflict, naming the process that has it; the lock goes with
/// the object.
Result<std::unique_ptr<Folder>> open_folder(const std::string& path, bool exclusive);

}  // namespace elkhorn::io
