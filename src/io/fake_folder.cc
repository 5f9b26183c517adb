#include "io/fake_folder.h"

#include <algorithm>

namespace elkhorn::io {
namespace {

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string last_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

/// Calls `take` with each name along a path, until it returns false.
template <typename Take>
void walk(std::string_view path, Take take) {
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        if (slash != 0 && !take(std::string(path.substr(0, slash)))) return;
        path = slash == std::string_view::npos ? "" : path.substr(slash + 1);
    }
}

constexpr std::size_t sector_bytes = 512;
constexpr std::size_t all_of_it = std::numeric_limits<std::size_t>::max();

}  // namespace

class FakeAppender final : public Appender {
public:
    FakeAppender(FakeDisk& disk, std::string name, FakeDisk::NodePtr file, std::uint64_t age)
        : disk_(disk), name_(std::move(name)), file_(std::move(file)), age_(age) {}

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
        disk_.sync_file(name_, file_);
        return {};
    }

    std::uint64_t size_bytes() const override {
        const Lock lock(disk_.mutex_);
        return file_->bytes.size();
    }

private:
    FakeDisk& disk_;
    std::string name_;
    FakeDisk::NodePtr file_;
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
        const auto folder = TRY(disk_.parent(full(name)));
        auto file = std::make_shared<FakeDisk::Node>();
        FakeDisk::set_name(*folder, last_of(full(name)), file);
        return std::make_unique<FakeAppender>(disk_, full(name), std::move(file), disk_.age_);
    }

    Result<std::shared_ptr<const Mapped>> map(const std::string& name) const override {
        return std::make_shared<FakeMapped>(TRY(read(name)));
    }

    Result<std::string> read(const std::string& name) const override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.open(name));
        const auto file = disk_.find(full(name));
        if (file == nullptr || file->is_folder)
            return fail(ErrorCode::not_found, "cannot open " + name);
        return file->bytes;
    }

    Result<> rename(const std::string& from, const std::string& to) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.change("failed rename"));
        const auto node = disk_.find(full(from));
        if (node == nullptr) return fail(ErrorCode::not_found, "cannot rename " + from);
        const auto target = TRY(disk_.parent(full(to)));
        FakeDisk::set_name(*target, last_of(full(to)), node);
        FakeDisk::set_name(*TRY(disk_.parent(full(from))), last_of(full(from)), nullptr);
        return {};
    }

    Result<> link(const std::string& name, Folder& to, const std::string& to_name) override {
        auto* other = dynamic_cast<FakeFolder*>(&to);
        if (other == nullptr || &other->disk_ != &disk_)
            return fail(ErrorCode::io, "cannot link " + name + " to another disk");
        const Lock lock(disk_.mutex_);
        TRY(disk_.change("failed link"));
        const auto node = disk_.find(full(name));
        if (node == nullptr) return fail(ErrorCode::not_found, "cannot link " + name);
        const std::string path = other->full(to_name);
        if (disk_.find(path) != nullptr)
            return fail(ErrorCode::conflict, to_name + " is there already");
        FakeDisk::set_name(*TRY(disk_.parent(path)), last_of(path), node);
        return {};
    }

    Result<> remove(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.change("failed remove"));
        if (disk_.find(full(name)) == nullptr) return {};
        FakeDisk::set_name(*TRY(disk_.parent(full(name))), last_of(full(name)), nullptr);
        return {};
    }

    Result<> remove_tree(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        const auto node = disk_.find(full(name));
        if (auto changed = disk_.change("failed remove"); !changed) {
            if (node != nullptr) FakeDisk::empty(*node, node->seen.size() / 2);
            return changed;
        }
        if (node == nullptr) return {};
        FakeDisk::empty(*node, all_of_it);
        FakeDisk::set_name(*TRY(disk_.parent(full(name))), last_of(full(name)), nullptr);
        return {};
    }

    Result<> make_folder(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        if (disk_.find(full(name)) != nullptr) return {};
        TRY(disk_.change("failed make_folder"));
        auto at = disk_.root_;
        walk(full(name), [&at](std::string part) {
            auto& there = at->seen[part];
            if (there == nullptr) {
                auto made = std::make_shared<FakeDisk::Node>();
                made->is_folder = true;
                FakeDisk::set_name(*at, std::move(part), made);
                at = std::move(made);
            } else {
                at = there;
            }
            return true;
        });
        return {};
    }

    Result<std::vector<std::string>> list(const std::string& name) const override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.open(name));
        std::vector<std::string> found;
        const auto folder = disk_.find(full(name));
        if (folder == nullptr) return found;
        for (const auto& [child, unused] : folder->seen)
            found.push_back(child);
        return found;
    }

    bool exists(const std::string& name) const override {
        const Lock lock(disk_.mutex_);
        return disk_.find(full(name)) != nullptr;
    }

    Result<> sync_names(const std::string& name) override {
        const Lock lock(disk_.mutex_);
        TRY(disk_.open(name));
        TRY(disk_.change("failed folder fsync"));
        const auto folder = disk_.find(full(name));
        if (folder == nullptr || !folder->is_folder)
            return fail(ErrorCode::io, "cannot open folder " + full(name));
        disk_.sync_folder(name.empty() ? folder_of(prefix_) : full(name), folder);
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

FakeDisk::FakeDisk() : root_(std::make_shared<Node>()) {
    root_->is_folder = true;
}

Result<> FakeDisk::change(std::string_view kind) {
    do_late_syncs();
    if (calls_until_failure_ < 0) return {};
    if (calls_until_failure_ > 0) {
        --calls_until_failure_;
        return {};
    }
    calls_until_failure_ = -1;
    ++faults_[kind];
    return fail(ErrorCode::io, "the fake disk failed as it was told to");
}

void FakeDisk::do_late_syncs() {
    for (const auto& sync : std::exchange(late_, {}))
        sync();
}

void FakeDisk::sync_file(const std::string& name, const NodePtr& file) {
    const Duty duty = duties_ ? duties_(name, false) : Duty::done;
    if (duty == Duty::never || file->spoiled) return;
    const auto sync = [file, size = file->bytes.size()] {
        file->synced_bytes = std::max(file->synced_bytes, size);
    };
    if (duty == Duty::late)
        late_.emplace_back(sync);
    else
        sync();
}

void FakeDisk::sync_folder(const std::string& name, const NodePtr& folder) {
    const Duty duty = duties_ ? duties_(name, true) : Duty::done;
    if (duty == Duty::never) return;
    const auto sync = [folder] {
        folder->durable = folder->seen;
        folder->pending.clear();
    };
    if (duty == Duty::late)
        late_.emplace_back(sync);
    else
        sync();
}

FakeDisk::NodePtr FakeDisk::find(std::string_view path) const {
    NodePtr at = root_;
    walk(path, [&at](const std::string& part) {
        const auto child = at->seen.find(part);
        at = child == at->seen.end() ? nullptr : child->second;
        return at != nullptr;
    });
    return at;
}

Result<FakeDisk::NodePtr> FakeDisk::parent(const std::string& path) const {
    auto folder = find(folder_of(path));
    if (folder == nullptr || !folder->is_folder)
        return fail(ErrorCode::io, path + ": there is no such folder");
    return folder;
}

FakeDisk::NodePtr FakeDisk::make_durable_folder(std::string_view path) {
    NodePtr at = root_;
    walk(path, [&at](const std::string& part) {
        auto& there = at->seen[part];
        if (there == nullptr) {
            there = std::make_shared<Node>();
            there->is_folder = true;
            at->durable[part] = there;
        }
        at = there;
        return true;
    });
    return at;
}

void FakeDisk::set_name(Node& folder, std::string name, NodePtr node) {
    folder.pending.push_back({name, node});
    if (node == nullptr)
        folder.seen.erase(name);
    else
        folder.seen[std::move(name)] = std::move(node);
}

void FakeDisk::empty(Node& folder, std::size_t most) {
    while (most-- > 0 && !folder.seen.empty()) {
        const auto [name, node] = *folder.seen.begin();
        empty(*node, all_of_it);
        set_name(folder, name, nullptr);
    }
}

void FakeDisk::crash(Random& random) {
    const Lock lock(mutex_);
    ++age_;
    ++faults_["power cut"];
    calls_until_failure_ = -1;
    late_.clear();
    std::set<const Node*> done;
    lose(*root_, random, done);
}

void FakeDisk::lose(Node& node, Random& random, std::set<const Node*>& done) {
    if (!done.insert(&node).second) return;
    if (!node.is_folder) return lose_bytes(node, random);
    lose_names(node, random);
    for (const auto& [unused, child] : node.seen)
        lose(*child, random, done);
}

/// A folder's changes reach the disk in order, but folders do not wait for each other.
void FakeDisk::lose_names(Node& folder, Random& random) {
    if (!folder.pending.empty()) {
        const std::uint64_t survive = random.below(folder.pending.size() + 1);
        if (survive < folder.pending.size()) ++faults_["names lost"];
        for (std::uint64_t i = 0; i < survive; ++i) {
            NameChange& change = folder.pending[i];
            if (change.node == nullptr)
                folder.durable.erase(change.name);
            else
                folder.durable[change.name] = std::move(change.node);
        }
        folder.pending.clear();
    }
    folder.seen = folder.durable;
}

void FakeDisk::lose_bytes(Node& file, Random& random) {
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

void FakeDisk::neglect(Duties duties) {
    const Lock lock(mutex_);
    duties_ = std::move(duties);
}

void FakeDisk::put(const std::string& name, std::string bytes) {
    const Lock lock(mutex_);
    auto file = std::make_shared<Node>();
    file->synced_bytes = bytes.size();
    file->bytes = std::move(bytes);
    const auto folder = make_durable_folder(folder_of(name));
    folder->seen[last_of(name)] = file;
    folder->durable[last_of(name)] = std::move(file);
}

std::string FakeDisk::get(const std::string& name) const {
    const Lock lock(mutex_);
    const auto file = find(name);
    return file == nullptr ? "" : file->bytes;
}

std::vector<std::string> FakeDisk::names() const {
    const Lock lock(mutex_);
    std::vector<std::string> files;
    list_files(*root_, "", files);
    std::ranges::sort(files);
    return files;
}

void FakeDisk::list_files(const Node& folder, const std::string& path,
                          std::vector<std::string>& files) {
    for (const auto& [name, node] : folder.seen) {
        if (node->is_folder)
            list_files(*node, path + name + "/", files);
        else
            files.push_back(path + name);
    }
}

void FakeDisk::flip(const std::string& name, std::size_t at, unsigned char bits) {
    const Lock lock(mutex_);
    char& byte = find(name)->bytes.at(at);
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
    const Lock lock(mutex_);
    make_durable_folder(below);
    return std::make_unique<FakeFolder>(*this, below);
}

}  // namespace elkhorn::io
