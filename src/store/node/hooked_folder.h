// store/node/hooked_folder.h -- for tests: a folder that asks, before each call that opens, writes
// or names a file, whether it shall fail and how.
#pragma once

#include "io/folder.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::store {

/// `call` is "create", "append", "sync", "map", "read", "rename", "remove", "sync_names", or
/// "touch": bytes of a mapped file were read, which an error makes unreadable.
using DiskHook =
    std::function<std::optional<Error>(std::string_view call, const std::string& name)>;

class HookedFolder final : public io::Folder {
public:
    /// The hook outlives it and may change.
    HookedFolder(std::unique_ptr<io::Folder> under, const DiskHook& hook)
        : under_(std::move(under)), hook_(hook) {}

    Result<std::unique_ptr<io::Appender>> create(const std::string& name) override {
        TRY(ask("create", name));
        return std::make_unique<File>(TRY(under_->create(name)), name, *this);
    }

    Result<std::shared_ptr<const io::Mapped>> map(const std::string& name) const override {
        TRY(ask("map", name));
        return std::make_shared<MappedFile>(TRY(under_->map(name)), name, hook_);
    }

    Result<std::string> read(const std::string& name) const override {
        TRY(ask("read", name));
        return under_->read(name);
    }

    Result<> rename(const std::string& from, const std::string& to) override {
        TRY(ask("rename", to));
        return under_->rename(from, to);
    }

    Result<> link(const std::string& name, io::Folder& to, const std::string& to_name) override {
        return under_->link(name, to, to_name);
    }

    Result<> remove(const std::string& name) override {
        TRY(ask("remove", name));
        return under_->remove(name);
    }

    Result<> remove_tree(const std::string& name) override { return under_->remove_tree(name); }

    Result<> make_folder(const std::string& name) override { return under_->make_folder(name); }

    Result<std::vector<std::string>> list(const std::string& name) const override {
        return under_->list(name);
    }

    bool exists(const std::string& name) const override { return under_->exists(name); }

    Result<> sync_names(const std::string& name) override {
        TRY(ask("sync_names", name));
        return under_->sync_names(name);
    }

    Result<std::uint64_t> free_bytes() const override { return under_->free_bytes(); }

    Result<std::uint64_t> total_bytes() const override { return under_->total_bytes(); }

    std::string place() const override { return under_->place(); }

private:
    class File final : public io::Appender {
    public:
        File(std::unique_ptr<io::Appender> under, std::string name, const HookedFolder& folder)
            : under_(std::move(under)), name_(std::move(name)), folder_(folder) {}

        Result<> append(std::string_view bytes) override {
            TRY(folder_.ask("append", name_));
            return under_->append(bytes);
        }

        Result<> sync() override {
            TRY(folder_.ask("sync", name_));
            return under_->sync();
        }

        std::uint64_t size_bytes() const override { return under_->size_bytes(); }

    private:
        std::unique_ptr<io::Appender> under_;
        std::string name_;
        const HookedFolder& folder_;  // lives longer
    };

    class MappedFile final : public io::Mapped {
    public:
        MappedFile(std::shared_ptr<const io::Mapped> under, std::string name, const DiskHook& hook)
            : under_(std::move(under)), name_(std::move(name)), hook_(hook) {}

        std::string_view bytes() const override { return under_->bytes(); }

        bool unreadable(std::string_view part) const override {
            return (hook_ && hook_("touch", name_)) || under_->unreadable(part);
        }

    private:
        std::shared_ptr<const io::Mapped> under_;
        std::string name_;
        const DiskHook& hook_;  // the test's
    };

    Result<> ask(std::string_view call, const std::string& name) const {
        if (!hook_) return {};
        if (auto error = hook_(call, name)) return std::unexpected(std::move(*error));
        return {};
    }

    std::unique_ptr<io::Folder> under_;
    const DiskHook& hook_;  // the test's
};

}  // namespace elkhorn::store
