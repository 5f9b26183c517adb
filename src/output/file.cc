// output/file.cc -- files whose path may have holes: "/var/log/out/%{host}-%{+YYYY.MM.dd}.log".
//
// Each batch is appended and synced (fdatasync) before it counts as delivered. A hole cannot climb
// out of the path's fixed folder: where `..` would, or a field is missing, filename_failure takes
// the event.

#include "base/mutex.h"
#include "base/strings.h"
#include "codec/core/codec.h"
#include "config/fields.h"
#include "event/format.h"
#include "output/core/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

namespace elkhorn::output::file {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t open_limit = 100;

struct Options {
    std::optional<event::Format> path;
    std::string root;  // the fixed part of the path, up to its last slash
    std::string filename_failure = "_filepath_failures";
    bool create_if_deleted = true;
    bool append = true;
    std::int64_t file_mode = -1;
};

class OpenFile {
public:
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}

    ~OpenFile() { ::close(descriptor_); }

    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    Result<> append(std::string_view text, const std::string& path) const {
        while (!text.empty()) {
            const ssize_t size = ::write(descriptor_, text.data(), text.size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0)
                return fail(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
            text.remove_prefix(static_cast<std::size_t>(size));
        }
        if (fdatasync(descriptor_) != 0 && errno != EINVAL) {  // EINVAL: a pipe or a terminal
            return fail(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
        }
        return {};
    }

private:
    int descriptor_;
};

class File final : public Output {
public:
    File(Options options, std::unique_ptr<codec::Codec> codec, const Clock& clock)
        : options_(std::move(options)), codec_(std::move(codec)), clock_(clock) {}

    Result<> write(Events events) override {
        std::map<std::string, std::string> texts;
        for (const event::Event* event : events)
            codec_->encode(*event, texts[path_of(*event)]);
        const Lock lock(mutex_);  // held while writing, on purpose: a file has one writer
        for (const auto& [path, text] : texts) {
            const OpenFile* file = TRY(open_file(path));
            TRY(file->append(text, path));
        }
        return {};
    }

    void close() override {
        const Lock lock(mutex_);
        files_.clear();
    }

private:
    std::string path_of(const event::Event& event) const {
        std::string path = options_.path->fill(event, clock_);
        if (options_.path->constant()) return path;
        const std::string inside = fs::path(path).lexically_normal().string();
        const bool escapes =
            !inside.starts_with(options_.root) || path.find('\0') != std::string::npos;
        if (!escapes && path.find("%{") == std::string::npos) return inside;
        return options_.root + options_.filename_failure;
    }

    Result<const OpenFile*> open_file(const std::string& path) REQUIRES(mutex_) {
        const auto it = files_.find(path);
        if (it != files_.end() &&
            (!options_.create_if_deleted || access(path.c_str(), F_OK) == 0)) {
            return it->second.get();
        }
        const bool again = it != files_.end();
        if (again) files_.erase(it);
        if (files_.size() >= open_limit) files_.clear();
        std::error_code ignored;
        fs::create_directories(fs::path(path).parent_path(), ignored);
        const int truncate = options_.append || again ? 0 : O_TRUNC;
        const auto mode = static_cast<mode_t>(options_.file_mode >= 0 ? options_.file_mode : 0640);
        const int descriptor =
            ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | truncate, mode);
        if (descriptor < 0)
            return fail(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
        return files_.emplace(path, std::make_unique<OpenFile>(descriptor)).first->second.get();
    }

    const Options options_;
    const std::unique_ptr<codec::Codec> codec_;
    const Clock& clock_;
    Mutex mutex_;
    std::map<std::string, std::unique_ptr<OpenFile>> files_ GUARDED_BY(mutex_);
};

Result<std::unique_ptr<Output>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    std::string path;
    std::string behaviour = "append";
    fields.required("path", path);
    fields.optional("filename_failure", options.filename_failure);
    fields.optional("create_if_deleted", options.create_if_deleted);
    fields.choice("write_behavior", behaviour, {"append", "overwrite"});
    fields.number("file_mode", options.file_mode, -1, 07777);
    fields.accept(
        {"flush_interval", "stale_cleanup_interval", "dir_mode", "id", "enable_metric", "workers"});
    fields.refuse("gzip", "compressed files are not written yet");
    options.append = behaviour == "append";
    auto codec = codec::build(fields.codec("codec"), "json_lines", codec::Framing::stream);
    if (!codec) fields.mistake("codec", codec.error().message);
    auto format = event::Format::parse(path);
    if (!format) {
        fields.mistake("path", format.error().message);
    } else {
        const std::size_t hole = path.find("%{");
        const std::size_t slash = path.rfind('/', hole);
        options.root = slash == std::string::npos ? "" : path.substr(0, slash + 1);
        if (!format->constant() && options.root.empty()) {
            fields.mistake("path",
                           "a path with holes begins with a fixed folder, such as /var/log/out/");
        }
        options.path = std::move(*format);
    }
    TRY(fields.finish());
    return std::make_unique<File>(std::move(options), std::move(*codec), context.clock);
}

}  // namespace

extern constinit const Spec spec{"file", "Files whose path may have holes.", build};

}  // namespace elkhorn::output::file
