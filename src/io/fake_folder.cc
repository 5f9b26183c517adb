#include "io/fake_folder.h"

#include <algorithm>

namespace elkhorn::io {
namespace {

std::string folder_of(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string::npos ? "" : name.substr(0, slash);
}

constexpr std::size_t sector_bytes = 512;

}  // namespace

class FakeAppender final : public Appender {
public:
    FakeAppender(FakeDisk& disk, std::shared_ptr<FakeDisk::File> file, std::uint64_t age)
        : disk_(disk), file_(std::move(file)), age_(age) {}

    Result<> append(std::string_view bytes) override {
        const Lock lock(disk_.mutex_);
        if (age_ != disk_.age_) return fail(ErrorCode::io, "the fake disk has crashed");
        if (auto changed = disk_.change(); !changed) {
            file_->bytes.append(bytes.substr(0, bytes.size() / 2));  // a short write
            return changed;
        }
        if (bytes.size() > disk_.bytes_until_full_) {
            file_->bytes.append(bytes.substr(0, disk_.bytes_until_full_));
            disk_.bytes_until_full_ = 0;
            return fail(ErrorCode::unavailable, "the fake disk is full");
        }
        disk_.bytes_until_full_ -= bytes.size();
        file_->bytes.append(bytes);
        return {};
    }

    Result<> sync() override {
        const Lock lock(disk_.mutex_);
        if (age_ != disk_.age_) return fail(ErrorCode::io, "the fake disk has crashed");
        TRY(disk_.change());
        ++disk_.syncs_;
        file_->synced_bytes = file_->bytes.size();
        return {};
    }

    std::uint64_t size_bytes() const override {
        const Lock lock(disk_.mutex_);
        return file_->bytes.size();
    }

private:
    FakeDisk& disk_;
    std::shared_ptr<FakeDisk::File> file_;
    std::uint64_t age_;
};

class FakeMapped final : public Mapped {
public:
    explicit FakeMapped(std::string bytes) : bytes_(std::move(bytes)) {}

    std::string_view bytes() const override { return bytes_; }

private:
    std::string bytes_;
};

class FakeFolder final : public Folder {
public:
    FakeFolder(FakeDisk& disk, const std::string& below)
        : disk_(disk), prefix_(below.empty() ? "" : below + "/") {}

    Result<std::unique_ptr<Appender>> create(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.change());
        auto file = std::make_shared<FakeDisk::File>();
        disk_.set_name(full(name), file);
        return std::make_unique<FakeAppender>(disk_, std::move(file), disk_.age_);
    }

    Result<std::shared_ptr<const Mapped>> map(const std::string& name) const override {
        return std::make_shared<FakeMapped>(TRY(read(name)));
    }

    Result<std::string> read(const std::string& name) const override {
        const Lock lock(disk_.mutex_);
        const auto it = disk_.seen_.find(full(name));
        if (it == disk_.seen_.end()) return fail(ErrorCode::not_found, "cannot open " + name);
        return it->second->bytes;
    }

    Result<> rename(const std::string& from, const std::string& to) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.change());
        const auto it = disk_.seen_.find(full(from));
        if (it == disk_.seen_.end()) return fail(ErrorCode::not_found, "cannot rename " + from);
        const auto file = it->second;
        disk_.set_name(full(to), file);
        disk_.set_name(full(from), nullptr);
        return {};
    }

    Result<> link(const std::string& name, Folder& to, const std::string& to_name) override {
        auto* other = dynamic_cast<FakeFolder*>(&to);
        if (other == nullptr || &other->disk_ != &disk_)
            return fail(ErrorCode::io, "cannot link " + name + " to another disk");
        const Lock lock(disk_.mutex_);
        TRY(disk_.change());
        const auto it = disk_.seen_.find(full(name));
        if (it == disk_.seen_.end()) return fail(ErrorCode::not_found, "cannot link " + name);
        if (disk_.seen_.contains(other->full(to_name)))
            return fail(ErrorCode::conflict, to_name + " is there already");
        disk_.set_name(other->full(to_name), it->second);
        return {};
    }

    Result<> remove(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.change());
        if (disk_.seen_.contains(full(name))) disk_.set_name(full(name), nullptr);
        return {};
    }

    Result<> remove_tree(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.change());
        std::vector<std::string> below;
        for (const auto& [file, unused] : disk_.seen_) {
            if (file.starts_with(full(name) + "/")) below.push_back(file);
        }
        for (const std::string& file : below)
            disk_.set_name(file, nullptr);
        std::erase_if(disk_.folders_, [&](const std::string& folder) {
            return folder == full(name) || folder.starts_with(full(name) + "/");
        });
        return {};
    }

    Result<> make_folder(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        for (std::string at = full(name); !at.empty(); at = folder_of(at))
            disk_.folders_.insert(at);
        return {};
    }

    Result<std::vector<std::string>> list(const std::string& name) const override {
        const Lock lock(disk_.mutex_);
        std::set<std::string> found;
        const std::string prefix = name.empty() ? prefix_ : full(name) + "/";
        const auto add = [&](const std::string& path) {
            if (path.starts_with(prefix) && path.size() > prefix.size()) {
                found.insert(
                    path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
            }
        };
        for (const auto& [path, unused] : disk_.seen_)
            add(path);
        for (const std::string& folder : disk_.folders_)
            add(folder);
        return std::vector<std::string>(found.begin(), found.end());
    }

    bool exists(const std::string& name) const override {
        const Lock lock(disk_.mutex_);
        return disk_.seen_.contains(full(name)) || disk_.folders_.contains(full(name));
    }

    Result<> sync_names(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        const std::string synced = name.empty() ? folder_of(prefix_) : full(name);
        TRY(disk_.change());
        std::vector<FakeDisk::NameChange> left;
        for (FakeDisk::NameChange& change : disk_.pending_) {
            if (folder_of(change.name) != synced) {
                left.push_back(std::move(change));
            } else if (change.file == nullptr) {
                disk_.durable_.erase(change.name);
            } else {
                disk_.durable_[change.name] = change.file;
            }
        }
        disk_.pending_ = std::move(left);
        return {};
    }

    Result<std::uint64_t> free_bytes() const override {
        const Lock lock(disk_.mutex_);
        return disk_.bytes_until_full_;
    }

    std::string place() const override { return "fake disk"; }

private:
    std::string full(const std::string& name) const { return prefix_ + name; }

    FakeDisk& disk_;
    const std::string prefix_;
};

Result<> FakeDisk::change() {
    if (calls_until_failure_ < 0 || calls_until_failure_-- > 0) return {};
    return fail(ErrorCode::io, "the fake disk failed as it was told to");
}

void FakeDisk::set_name(const std::string& name, std::shared_ptr<File> file) {
    pending_.push_back({name, file});
    if (file == nullptr)
        seen_.erase(name);
    else
        seen_[name] = std::move(file);
}

void FakeDisk::crash(Random& random) {
    const Lock lock(mutex_);
    ++age_;
    calls_until_failure_ = -1;
    const std::uint64_t survive = random.below(pending_.size() + 1);
    for (std::uint64_t i = 0; i < survive; ++i) {
        if (pending_[i].file == nullptr)
            durable_.erase(pending_[i].name);
        else
            durable_[pending_[i].name] = pending_[i].file;
    }
    pending_.clear();
    std::map<std::string, std::shared_ptr<File>> after;
    for (const auto& [name, file] : durable_) {
        auto copy = std::make_shared<File>(*file);
        const std::size_t unsynced = copy->bytes.size() - copy->synced_bytes;
        copy->bytes.resize(copy->synced_bytes + random.below(unsynced + 1));
        if (copy->bytes.size() > copy->synced_bytes && random.chance(0.3)) {
            // The last sector reached the disk as rubbish.
            const std::size_t from = std::max(
                copy->synced_bytes, copy->bytes.size() - copy->bytes.size() % sector_bytes);
            for (std::size_t i = from; i < copy->bytes.size(); ++i) {
                copy->bytes[i] = static_cast<char>(random.next());
            }
        }
        copy->synced_bytes = copy->bytes.size();
        after[name] = std::move(copy);
    }
    durable_ = after;
    seen_ = std::move(after);
}

void FakeDisk::fail_after(int calls) {
    const Lock lock(mutex_);
    calls_until_failure_ = calls;
}

bool FakeDisk::failed() const {
    const Lock lock(mutex_);
    return calls_until_failure_ < 0;
}

void FakeDisk::fill_after(std::uint64_t bytes) {
    const Lock lock(mutex_);
    bytes_until_full_ = bytes;
}

void FakeDisk::put(const std::string& name, std::string bytes) {
    const Lock lock(mutex_);
    auto file = std::make_shared<File>();
    file->synced_bytes = bytes.size();
    file->bytes = std::move(bytes);
    seen_[name] = file;
    durable_[name] = std::move(file);
}

std::string FakeDisk::get(const std::string& name) const {
    const Lock lock(mutex_);
    const auto it = seen_.find(name);
    return it == seen_.end() ? "" : it->second->bytes;
}

std::vector<std::string> FakeDisk::names() const {
    const Lock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, unused] : seen_)
        names.push_back(name);
    return names;
}

void FakeDisk::flip(const std::string& name, std::size_t at, unsigned char bits) {
    const Lock lock(mutex_);
    char& byte = seen_.at(name)->bytes.at(at);
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ bits);
}

std::uint64_t FakeDisk::syncs() const {
    const Lock lock(mutex_);
    return syncs_;
}

std::unique_ptr<Folder> FakeDisk::view(const std::string& below) {
    return std::make_unique<FakeFolder>(*this, below);
}

}  // namespace elkhorn::io
