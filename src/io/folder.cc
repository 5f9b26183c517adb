#include "io/folder.h"

#include "io/descriptors.h"
#include "io/unreadable_pages.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace elkhorn::io {
namespace {

namespace fs = std::filesystem;

/// What passes by itself, or when somebody makes room.
bool passes(int error) {
    return error == ENOSPC || error == EDQUOT || out_of_descriptors(error);
}

std::unexpected<Error> system_error(std::string_view doing, const std::string& path, int error) {
    const ErrorCode code = error == ENOENT ? ErrorCode::not_found
                           : passes(error) ? ErrorCode::unavailable
                                           : ErrorCode::io;
    return fail(code, fmt::format("cannot {} {}: {}", doing, path, std::strerror(error)));
}

/// Whatever the reason: what the disk has now is unknown, and that does not pass.
std::unexpected<Error> sync_error(std::string_view doing, const std::string& path, int error) {
    auto failed = system_error(doing, path, error);
    failed.error().code = ErrorCode::io;
    return failed;
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}

    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }

    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    Descriptor& operator=(Descriptor&&) = delete;

    int get() const { return fd_; }

private:
    int fd_;
};

class RealAppender final : public Appender {
public:
    RealAppender(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    Result<> append(std::string_view bytes) override {
        while (!bytes.empty()) {
            const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return system_error("write", path_, errno);
            bytes.remove_prefix(static_cast<std::size_t>(written));
            size_bytes_ += static_cast<std::uint64_t>(written);
        }
        return {};
    }

    Result<> sync() override {
        if (::fdatasync(fd_.get()) != 0) return sync_error("fdatasync", path_, errno);
        return {};
    }

    std::uint64_t size_bytes() const override { return size_bytes_; }

private:
    Descriptor fd_;
    std::string path_;
    std::uint64_t size_bytes_ = 0;
};

class RealMapped final : public Mapped {
public:
    RealMapped(void* address, std::size_t size_bytes) : address_(address), size_bytes_(size_bytes) {
        if (size_bytes_ > 0) watched_.emplace(address_, size_bytes_);
    }

    ~RealMapped() override {
        watched_.reset();
        if (size_bytes_ > 0) ::munmap(address_, size_bytes_);
    }

    RealMapped(const RealMapped&) = delete;
    RealMapped& operator=(const RealMapped&) = delete;

    std::string_view bytes() const override {
        return {static_cast<const char*>(address_), size_bytes_};
    }

    bool unreadable(std::string_view part) const override {
        return watched_ && watched_->unreadable(part);
    }

private:
    void* address_;
    std::size_t size_bytes_;
    std::optional<WatchedMapping> watched_;  // not of an empty one
};

Result<> sync_folder(const std::string& path) {
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return system_error("open folder", path, errno);
    if (::fsync(fd.get()) != 0) return sync_error("fsync folder", path, errno);
    return {};
}

class RealFolder final : public Folder {
public:
    RealFolder(std::string path, Descriptor lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    Result<std::unique_ptr<Appender>> create(const std::string& name) override {
        const std::string path = full(name);
        Descriptor fd(
            ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0640));
        if (fd.get() < 0) return system_error("create", path, errno);
        return std::make_unique<RealAppender>(std::move(fd), path);
    }

    Result<std::shared_ptr<const Mapped>> map(const std::string& name) const override {
        const std::string path = full(name);
        const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (fd.get() < 0) return system_error("open", path, errno);
        struct stat info{};
        if (::fstat(fd.get(), &info) != 0) return system_error("stat", path, errno);
        const auto size = static_cast<std::size_t>(info.st_size);
        if (size == 0) return std::make_shared<RealMapped>(nullptr, 0);
        void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
        if (address == MAP_FAILED) return system_error("map", path, errno);
        return std::make_shared<RealMapped>(address, size);
    }

    Result<std::string> read(const std::string& name) const override {
        const auto mapped = TRY(map(name));
        std::string bytes(mapped->bytes());
        if (mapped->unreadable(mapped->bytes())) {
            return fail(ErrorCode::corruption,
                        fmt::format("cannot read {}: the disk gives no answer for a part of it; "
                                    "restore the file from a copy",
                                    full(name)));
        }
        return bytes;
    }

    Result<> rename(const std::string& from, const std::string& to) override {
        if (::rename(full(from).c_str(), full(to).c_str()) != 0) {
            return system_error("rename", full(from), errno);
        }
        return {};
    }

    Result<> link(const std::string& name, Folder& to, const std::string& to_name) override {
        const std::string target = to.place() + "/" + to_name;
        if (::link(full(name).c_str(), target.c_str()) != 0)
            return system_error("link " + full(name) + " to", target, errno);
        return {};
    }

    Result<> remove(const std::string& name) override {
        if (::unlink(full(name).c_str()) != 0 && errno != ENOENT) {
            return system_error("remove", full(name), errno);
        }
        return {};
    }

    Result<> remove_tree(const std::string& name) override {
        std::error_code error;
        fs::remove_all(full(name), error);
        if (error) return system_error("remove", full(name), error.value());
        return {};
    }

    Result<> make_folder(const std::string& name) override {
        std::error_code error;
        fs::create_directories(full(name), error);
        if (error) return system_error("create folder", full(name), error.value());
        return {};
    }

    Result<std::vector<std::string>> list(const std::string& name) const override {
        std::vector<std::string> names;
        std::error_code error;
        for (fs::directory_iterator it(full(name), error), end; !error && it != end;
             it.increment(error)) {
            names.push_back(it->path().filename().string());
        }
        if (error && error != std::errc::no_such_file_or_directory) {
            return system_error("list", full(name), error.value());
        }
        std::ranges::sort(names);
        return names;
    }

    bool exists(const std::string& name) const override {
        return ::access(full(name).c_str(), F_OK) == 0;
    }

    Result<> sync_names(const std::string& name) override { return sync_folder(full(name)); }

    Result<std::uint64_t> free_bytes() const override {
        struct statvfs info{};
        if (::statvfs(path_.c_str(), &info) != 0) return system_error("stat", path_, errno);
        return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
    }

    Result<std::uint64_t> total_bytes() const override {
        struct statvfs info{};
        if (::statvfs(path_.c_str(), &info) != 0) return system_error("stat", path_, errno);
        return static_cast<std::uint64_t>(info.f_blocks) * info.f_frsize;
    }

    std::string place() const override { return path_; }

private:
    std::string full(const std::string& name) const {
        return name.empty() ? path_ : path_ + "/" + name;
    }

    std::string path_;
    Descriptor lock_;
};

std::string read_small(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The lock is flock(2) on a file "LOCK" that names the holder: it goes with the process, however
/// it ends.
Result<Descriptor> take_lock(const std::string& path) {
    const std::string name = path + "/LOCK";
    Descriptor fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (fd.get() < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        return fail(ErrorCode::io,
                    fmt::format("cannot write in {}: {}; make it writable for the user that runs "
                                "elkhorn, or name another folder",
                                path, std::strerror(errno)));
    }
    if (fd.get() < 0) return system_error("open", name, errno);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return system_error("lock", name, errno);
        return fail(
            ErrorCode::conflict,
            fmt::format("{} is in use by another elkhorn (process {}); stop it, or give this "
                        "one another --data folder",
                        path, read_small(name)));
    }
    const std::string holder = std::to_string(::getpid());
    if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), holder.data(), holder.size(), 0) < 0) {
        return system_error("write", name, errno);
    }
    return fd;
}

/// With those above it. What is synced below would be lost with a folder whose own name is not.
Result<> make_durable_folder(const std::string& path) {
    std::error_code error;
    std::vector<fs::path> without_name;  // the folders that get a new name in them
    fs::path at = fs::absolute(path, error);
    while (!error && at != at.root_path() && !fs::exists(at, error)) {
        at = at.parent_path();
        without_name.push_back(at);
    }
    fs::create_directories(path, error);
    if (error) return system_error("create folder", path, error.value());
    for (const fs::path& parent : without_name) {
        if (fs::is_directory(parent, error)) TRY(sync_folder(parent.string()));
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Folder>> open_folder(const std::string& path, bool exclusive) {
    TRY(make_durable_folder(path));
    Descriptor lock(-1);
    if (exclusive) {
        auto taken = take_lock(path);
        if (!taken) return std::unexpected(taken.error());
        return std::make_unique<RealFolder>(path, std::move(*taken));
    }
    return std::make_unique<RealFolder>(path, std::move(lock));
}

}  // namespace elkhorn::io
