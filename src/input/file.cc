// input/file.cc -- follows files, through rotation by rename and by truncation.
//
//   file { path => ["/var/log/*.log"]  start_position => "beginning" }
//
//   - A file is known by device and inode, so a renamed one goes on being read to its end, and the
//     new one under its old name is read from the beginning.
//   - A file that got shorter, or whose first bytes changed (copytruncate), is read from the
//     beginning.
//   - Positions move only over acknowledged lines; after a crash lines may come twice, never not at
//     all.
//   - mode => read reads what is there and ends. Files are never deleted here.

#include "base/hash.h"
#include "base/log.h"
#include "base/stop.h"
#include "input/core/arrival.h"
#include "input/core/input.h"
#include "input/core/positions.h"
#include "text/pattern/glob.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

namespace elkhorn::input::file {
namespace {

constexpr std::size_t block_bytes = 256 << 10;
constexpr std::size_t print_bytes_max = 256;
constexpr int blocks_in_turn = 8;  // then the next file has its turn
constexpr int idle_turns_of_rotated = 5;

struct Options {
    std::vector<std::string> paths;
    std::vector<std::string> exclude;
    bool from_beginning = false;
    bool read_once = false;
    std::string positions_path;  // empty: none are kept
    std::int64_t poll_ms = 1000;
    std::int64_t discover_turns = 15;
    std::int64_t open_files_max = 4095;
    std::int64_t ignore_older_s = 0;
};

FileId id_of(const struct stat& status) {
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

/// One open file on its way to its end.
class Followed {
public:
    Followed(int descriptor, std::string path, std::uint64_t from,
             std::unique_ptr<codec::Decoder> decoder)
        : descriptor_(descriptor),
          path_(std::move(path)),
          offset_(from),
          decoder_(std::move(decoder)),
          delivery_(std::make_shared<Delivery>(from)) {}

    ~Followed() { ::close(descriptor_); }

    Followed(const Followed&) = delete;
    Followed& operator=(const Followed&) = delete;

    enum class Turn { more, at_end, stopped };

    Turn read(Receiver& receiver, const Arrival& arrival, bool flush_at_end) {
        begin_again_if_cut(arrival);
        for (int i = 0; i < blocks_in_turn; ++i) {
            std::string block;
            block.resize_and_overwrite(block_bytes, [&](char* to, std::size_t) {
                const ssize_t size =
                    pread(descriptor_, to, block_bytes, static_cast<off_t>(offset_));
                return size > 0 ? static_cast<std::size_t>(size) : 0;
            });
            if (block.empty()) {
                if (flush_at_end && !push("", true, receiver, arrival)) return Turn::stopped;
                return Turn::at_end;
            }
            if (block.size() < block_bytes / 2) block.shrink_to_fit();  // it is kept with its batch
            if (!push(std::move(block), false, receiver, arrival)) return Turn::stopped;
        }
        return Turn::more;
    }

    Position position() const { return {delivery_->delivered(), print_bytes_, print_hash_, path_}; }

    const std::string& path() const { return path_; }

    void rename(std::string path) { path_ = std::move(path); }

    int idle_turns = 0;
    bool rotated = false;

private:
    bool push(std::string block, bool flush, Receiver& receiver, const Arrival& arrival) {
        event::Batch batch;
        offset_ += block.size();
        if (flush)
            decoder_->flush(batch);
        else
            decoder_->decode(batch.keep(std::move(block)), batch);
        if (batch.empty()) return true;
        event::Arena& arena = batch.arena();
        const std::pair<std::string_view, event::Value> origin[] = {
            {"path", event::Value::string(arena.copy(path_))},
            {"host", event::Value::string(arena.copy(host_name()))}};
        arrival.complete(batch, 0, origin);
        const std::uint64_t number = delivery_->sent(offset_ - decoder_->pending_bytes());
        batch.on_acknowledge([delivery = delivery_, number](bool durable) {
            if (durable) delivery->arrived(number);
        });
        return receiver.push(std::move(batch));
    }

    void begin_again_if_cut(const Arrival& arrival) {
        struct stat status{};
        if (fstat(descriptor_, &status) != 0) return;
        const bool shorter = static_cast<std::uint64_t>(status.st_size) < offset_;
        if (shorter || (print_bytes_ > 0 && print(print_bytes_) != print_hash_)) {
            log::info("a file was cut and is read from its beginning", {{"path", path_}});
            offset_ = 0;
            print_bytes_ = 0;
            decoder_ = arrival.decoder();
            delivery_ = std::make_shared<Delivery>(0);
        }
        const auto wanted =
            std::min<std::uint64_t>(print_bytes_max, static_cast<std::uint64_t>(status.st_size));
        if (wanted > print_bytes_) {
            print_bytes_ = wanted;
            print_hash_ = print(wanted);
        }
    }

    std::uint64_t print(std::uint64_t bytes) const {
        char buffer[print_bytes_max];
        const ssize_t size = pread(descriptor_, buffer, bytes, 0);
        return hash64(std::string_view(buffer, size > 0 ? static_cast<std::size_t>(size) : 0));
    }

    int descriptor_;
    std::string path_;
    std::uint64_t offset_;
    std::unique_ptr<codec::Decoder> decoder_;
    std::shared_ptr<Delivery> delivery_;
    std::uint64_t print_bytes_ = 0;
    std::uint64_t print_hash_ = 0;
};

class File final : public Input {
public:
    File(Options options, Arrival arrival)
        : options_(std::move(options)), arrival_(std::move(arrival)) {}

    Result<> open() override {
        if (!options_.positions_path.empty()) known_ = TRY(read_positions(options_.positions_path));
        return {};
    }

    void run(Receiver& receiver) override {
        discover(true);
        for (std::int64_t turn = 1; !stop_.requested(); ++turn) {
            bool more = false;
            bool stopped = false;
            for (auto& [id, file] : files_) {
                const auto outcome = file->read(receiver, arrival_, options_.read_once);
                more = more || outcome == Followed::Turn::more;
                stopped = stopped || outcome == Followed::Turn::stopped;
                file->idle_turns = outcome == Followed::Turn::at_end ? file->idle_turns + 1 : 0;
                if (stopped || stop_.requested()) break;
            }
            if (stopped || (options_.read_once && !more)) return;
            if (more) continue;
            save();
            if (stop_.wait_ms(options_.poll_ms)) return;
            look_for_rotation();
            if (turn % options_.discover_turns == 0) discover(false);
        }
    }

    void stop() override { stop_.request(); }

    void close() override { save(); }

private:
    void discover(bool at_start) {
        for (const std::string& pattern : options_.paths) {
            for (const std::string& path : text::glob_files(pattern))
                follow(path, at_start);
        }
        std::erase_if(files_, [](const auto& entry) {
            return entry.second->rotated && entry.second->idle_turns >= idle_turns_of_rotated;
        });
    }

    bool excluded(const std::string& path) const {
        const std::string name = std::filesystem::path(path).filename().string();
        return std::ranges::any_of(options_.exclude, [&](const std::string& pattern) {
            return text::glob_match(pattern, name);
        });
    }

    /// Opens the file unless it is open already, under whatever name.
    void follow(const std::string& path, bool at_start) {
        struct stat status{};
        if (excluded(path) || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
        const FileId id = id_of(status);
        const auto open = files_.find(id);
        if (open != files_.end()) {
            open->second->rename(path);
            open->second->rotated = false;
            return;
        }
        const std::int64_t age_s = arrival_.clock().wall_ms() / 1000 - status.st_mtime;
        if (options_.ignore_older_s > 0 && age_s > options_.ignore_older_s) return;
        if (files_.size() >= static_cast<std::size_t>(options_.open_files_max)) return;
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) {
            log::warn("a file cannot be read", {{"path", path}, {"reason", std::strerror(errno)}});
            return;
        }
        const std::uint64_t from = start_of(id, status, descriptor, at_start);
        files_.emplace(id, std::make_unique<Followed>(descriptor, path, from, arrival_.decoder()));
    }

    std::uint64_t start_of(const FileId& id, const struct stat& status, int descriptor,
                           bool at_start) const {
        const auto size = static_cast<std::uint64_t>(status.st_size);
        const auto it = known_.find(id);
        if (it != known_.end() && it->second.offset <= size) {
            char buffer[print_bytes_max];
            const auto bytes = std::min<std::uint64_t>(it->second.print_bytes, print_bytes_max);
            const ssize_t read = pread(descriptor, buffer, bytes, 0);
            const std::string_view print(buffer, read > 0 ? static_cast<std::size_t>(read) : 0);
            if (bytes == 0 || hash64(print) == it->second.print_hash) return it->second.offset;
            return 0;  // another file with the same inode
        }
        if (it != known_.end() || options_.from_beginning || options_.read_once || !at_start)
            return 0;
        return size;
    }

    /// A path that now leads to another file: the old one is read to its end, the new one from its
    /// start.
    void look_for_rotation() {
        std::vector<std::string> changed;
        for (auto& [id, file] : files_) {
            struct stat status{};
            const bool there = stat(file->path().c_str(), &status) == 0;
            if (there && id_of(status) == id) continue;
            file->rotated = true;
            if (there) changed.push_back(file->path());
        }
        for (const std::string& path : changed)
            follow(path, false);
        if (!changed.empty()) discover(false);
    }

    void save() {
        for (const auto& [id, file] : files_)
            known_[id] = file->position();
        if (options_.positions_path.empty()) return;
        if (auto written = write_positions(options_.positions_path, known_); !written) {
            log::warn("positions could not be written", {{"reason", written.error().message}});
        }
    }

    const Options options_;
    const Arrival arrival_;
    Stop stop_;
    Positions known_;
    std::map<FileId, std::unique_ptr<Followed>> files_;
};

/// Where positions are kept when the file does not say: one file for each set of paths.
std::string default_positions(const Options& options, const Context& context) {
    std::string all;
    for (const std::string& path : options.paths)
        all += path + "\n";
    return fmt::format("{}/positions/{:016x}", context.data_path, hash64(all));
}

Result<std::unique_ptr<Input>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    std::string start = "end";
    std::string mode = "tail";
    std::string positions;
    double poll_s = 1;
    fields.required("path", options.paths);
    fields.optional("exclude", options.exclude);
    fields.choice("start_position", start, {"beginning", "end"});
    fields.choice("mode", mode, {"tail", "read"});
    fields.optional("sincedb_path", positions);
    fields.optional("stat_interval", poll_s);
    fields.number("discover_interval", options.discover_turns, 1, 1'000'000);
    fields.number("max_open_files", options.open_files_max, 1, 1'000'000);
    fields.number("ignore_older", options.ignore_older_s, 0, std::int64_t{1} << 40);
    fields.accept({"close_older", "delimiter", "sincedb_write_interval", "sincedb_clean_after",
                   "file_chunk_size", "file_chunk_count", "file_sort_by", "file_sort_direction",
                   "check_archive_validity", "exit_after_read", "file_completed_log_path",
                   "ecs_compatibility"});
    std::string completed = "log";
    fields.choice("file_completed_action", completed, {"log"});
    options.from_beginning = start == "beginning";
    options.read_once = mode == "read";
    options.poll_ms = std::max<std::int64_t>(1, static_cast<std::int64_t>(poll_s * 1000));
    for (const std::string& path : options.paths) {
        if (!path.starts_with('/'))
            fields.mistake("path", fmt::format("\"{}\" must begin with /", path));
    }
    if (!fields.has("sincedb_path"))
        options.positions_path = default_positions(options, context);
    else if (positions != "/dev/null" && positions != "NUL")
        options.positions_path = positions;
    Arrival arrival(context.clock);
    arrival.read(fields, "plain", codec::Framing::stream);
    TRY(fields.finish());
    return std::make_unique<File>(std::move(options), std::move(arrival));
}

}  // namespace

extern constinit const Spec spec{"file", "Follows files through rotation.", build};

}  // namespace elkhorn::input::file
