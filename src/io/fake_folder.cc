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
        if (auto changed = disk_.change("short write"); !changed) {
            file_->bytes.append(bytes.substr(0, bytes.size() / 2));  // a short write
            return changed;
        }
        if (bytes.size() > disk_.bytes_until_full_) {
            file_->bytes.append(bytes.substr(0, disk_.bytes_until_full_));
            disk_.bytes_until_full_ = 0;
            ++disk_.faults_["disk full"];
            return fail(ErrorCode::unavailable, "the fake disk is full");
        }
        disk_.bytes_until_full_ -= bytes.size();
        file_->bytes.append(bytes);
        return {};
    }

    Result<> sync() override {
        const Lock lock(disk_.mutex_);
        if (age_ != disk_.age_) return fail(ErrorCode::io, "the fake disk has crashed");
        if (auto changed = disk_.change("failed fsync"); !changed) {
            file_->spoiled = true;
            return changed;
        }
        ++disk_.syncs_;
        if (!file_->spoiled) file_->synced_bytes = file_->bytes.size();
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
        TRY(disk_.open(name));
        TRY(disk_.change("failed create"));
        auto file = std::make_shared<FakeDisk::File>();
        disk_.set_name(full(name), file);
        return std::make_unique<FakeAppender>(disk_, std::move(file), disk_.age_);
    }

    Result<std::shared_ptr<const Mapped>> map(const std::string& name) const override {
        return std::make_shared<FakeMapped>(TRY(read(name)));
    }

    Result<std::string> read(const std::string& name) const override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.open(name));
        const auto it = disk_.seen_.find(full(name));
        if (it == disk_.seen_.end()) return fail(ErrorCode::not_found, "cannot open " + name);
        return it->second->bytes;
    }

    Result<> rename(const std::string& from, const std::string& to) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.change("failed rename"));
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
        TRY(disk_.change("failed link"));
        const auto it = disk_.seen_.find(full(name));
        if (it == disk_.seen_.end()) return fail(ErrorCode::not_found, "cannot link " + name);
        if (disk_.seen_.contains(other->full(to_name)))
            return fail(ErrorCode::conflict, to_name + " is there already");
        disk_.set_name(other->full(to_name), it->second);
        return {};
    }

    Result<> remove(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.change("failed remove"));
        if (disk_.seen_.contains(full(name))) disk_.set_name(full(name), nullptr);
        return {};
    }

    Result<> remove_tree(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.change("failed remove"));
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
        TRY(disk_.open(name));
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
        TRY(disk_.open(name));
        TRY(disk_.change("failed folder fsync"));
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

    Result<std::uint64_t> total_bytes() const override {
        return std::numeric_limits<std::uint64_t>::max();
    }

    std::string place() const override { return "fake disk"; }

private:
    std::string full(const std::string& name) const { return prefix_ + name; }

    FakeDisk& disk_;
    const std::string prefix_;
};

Result<> FakeDisk::change(std::string_view kind) {
    if (calls_until_failure_ < 0) return {};
    if (calls_until_failure_ > 0) {
        --calls_until_failure_;
        return {};
    }
    calls_until_failure_ = -1;
    ++faults_[kind];
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
    ++faults_["power cut"];
    calls_until_failure_ = -1;
    lose_names(random);
    std::map<std::string, std::shared_ptr<File>> after;
    for (const auto& [name, file] : durable_) {
        auto copy = std::make_shared<File>(*file);
        lose_bytes(*copy, random);
        after[name] = std::move(copy);
    }
    durable_ = after;
    seen_ = std::move(after);
}

/// A folder's changes reach the disk in order, but folders do not wait for each other.
void FakeDisk::lose_names(Random& random) {
    std::map<std::string, std::vector<NameChange*>> by_folder;
    for (NameChange& change : pending_)
        by_folder[folder_of(change.name)].push_back(&change);
    for (const auto& [folder, changes] : by_folder) {
        const std::uint64_t survive = random.below(changes.size() + 1);
        if (survive < changes.size()) ++faults_["names lost"];
        for (std::uint64_t i = 0; i < survive; ++i) {
            if (changes[i]->file == nullptr)
                durable_.erase(changes[i]->name);
            else
                durable_[changes[i]->name] = changes[i]->file;
        }
    }
    pending_.clear();
}

void FakeDisk::lose_bytes(File& file, Random& random) {
    const std::size_t synced = file.synced_bytes;
    const std::size_t unsynced = file.bytes.size() - synced;
    if (unsynced == 0) return;
    if (random.chance(0.4)) {
        // The file has its length, but some of its sectors were never written.
        for (std::size_t at = synced; at < file.bytes.size();) {
            const std::size_t end =
                std::min(file.bytes.size(), (at / sector_bytes + 1) * sector_bytes);
            if (random.chance(0.4)) {
                ++faults_["sectors out of order"];
                std::fill(file.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                          file.bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
            }
            at = end;
        }
    } else {
        file.bytes.resize(synced + random.below(unsynced + 1));
        if (file.bytes.size() < synced + unsynced) ++faults_["tail lost"];
        if (file.bytes.size() > synced && random.chance(0.3)) {
            ++faults_["torn sector"];  // the last one reached the disk as rubbish
            const std::size_t from =
                std::max(synced, file.bytes.size() - file.bytes.size() % sector_bytes);
            for (std::size_t i = from; i < file.bytes.size(); ++i)
                file.bytes[i] = static_cast<char>(random.next());
        }
    }
    file.synced_bytes = file.bytes.size();
    file.spoiled = false;
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

void FakeDisk::open_at_most(int more) {
    const Lock lock(mutex_);
    opens_left_ = more;
}

Result<> FakeDisk::open(const std::string& name) {
    if (opens_left_ < 0) return {};
    if (opens_left_ == 0) {
        ++faults_["no descriptor"];
        return fail(ErrorCode::unavailable, "cannot open " + name + ": no descriptor is left");
    }
    --opens_left_;
    return {};
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
    names.reserve(seen_.size());
    for (const auto& [name, unused] : seen_)
        names.push_back(name);
    return names;
}

void FakeDisk::flip(const std::string& name, std::size_t at, unsigned char bits) {
    const Lock lock(mutex_);
    char& byte = seen_.at(name)->bytes.at(at);
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ bits);
}

std::map<std::string_view, std::uint64_t> FakeDisk::faults() const {
    const Lock lock(mutex_);
    return faults_;
}

std::uint64_t FakeDisk::syncs() const {
    const Lock lock(mutex_);
    return syncs_;
}

std::unique_ptr<Folder> FakeDisk::view(const std::string& below) {
    return std::make_unique<FakeFolder>(*this, below);
}

}  // namespace elkhorn::io
