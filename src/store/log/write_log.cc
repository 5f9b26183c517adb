#include "store/log/write_log.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/kill_point.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/code/compression.h"
#include "store/log/log_format.h"
#include "store/log/log_frame.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t unneeded_file_bytes = 1 << 20;  // a smaller one may stay
constexpr std::int64_t retry_ms = 500;                  // on a full disk
constexpr std::size_t kept_buffer_bytes = 8 << 20;      // a larger one is given back

metrics::Counter syncs{"elkhorn_store_log_syncs_total",
                       "Group commits: one write and one fdatasync each."};
metrics::Counter log_bytes{"elkhorn_store_log_bytes_total", "Bytes written to the log."};

KillPoint file_created{"log.file.created"};
KillPoint file_written{"log.file.header_written"};
KillPoint file_synced{"log.file.header_synced"};
KillPoint file_named{"log.file.named"};
KillPoint batch_written{"log.batch.written"};
KillPoint batch_synced{"log.batch.synced"};
KillPoint old_file_removed{"log.trim.removed"};
KillPoint old_file_gone{"log.trim.synced"};
KillPoint frame_replayed{"recovery.log_frame"};
KillPoint log_replayed{"recovery.log_replayed"};

bool later_write_in(std::string_view bytes) {
    return find_write(bytes) != bytes.npos;
}

/// A page of zeros looks like the end of the log, and is none.
std::unexpected<Error> unreadable(const std::string& name) {
    return fail(ErrorCode::corruption,
                name +
                    ": the disk gives no answer for a part of it; restore the file from a copy, "
                    "or run `elkhorn repair`");
}

/// Counts the entries of a frame; false where they are not what its header says.
bool count_entries(const LogFrame& frame, LogCheck& found) {
    const auto raw = read_lz4(frame.compressed, frame.raw_bytes);
    if (!raw) return false;
    ByteReader entries(*raw);
    for (std::uint32_t i = 0; i < frame.entries; ++i)
        entries.text();
    found.entries += frame.entries;
    return entries.ok() && entries.at_end();
}

/// `next` is the entry that must come next; 0: any may.
void check_file(const std::string& name, std::string_view bytes, Lsn& next, LogCheck& found) {
    const auto note = [&](std::size_t at, std::string_view what) {
        found.damage.push_back(
            fmt::format("{}: offset {}: {}; restore the file from a copy", name, at, what));
    };
    ByteReader header(bytes);
    const auto magic = header.number<std::uint64_t>();
    const auto version = header.number<std::uint16_t>();
    header.number<std::uint16_t>();
    const auto crc = header.number<std::uint32_t>();
    if (bytes.size() < log_header_bytes || (magic == 0 && crc == 0)) return;  // nothing in it yet
    if (magic != log_magic || crc32c(bytes.substr(16, 16)) != crc)
        return note(0, "the header is damaged");
    if (version > log_version) return note(8, "it was written by a newer elkhorn");
    const auto first = load<std::uint64_t>(bytes.data() + 24);
    if (next != 0 && first > next)
        note(24, fmt::format("entries {} to {} before it are missing", next, first - 1));
    next = std::max(next, first);
    for (std::size_t at = log_header_bytes; at < bytes.size();) {
        const auto frame = read_frame(bytes.substr(at));
        if (!frame) {
            // The end of a log is where the last process stopped, unless it goes on after that.
            if (later_write_in(bytes.substr(at + 1))) {
                note(at, "damaged, and whole entries follow");
                next = 0;
            }
            return;
        }
        if (!count_entries(*frame, found)) note(at, "its entries make no sense");
        next = std::max(next, frame->first + frame->entries);
        at += frame->size_bytes;
    }
}

}  // namespace

Result<LogCheck> check_log(const io::Folder& folder) {
    LogCheck found;
    Lsn next = 0;
    for (const std::string& name : TRY(folder.list("log"))) {
        if (!name.ends_with(".wal")) continue;
        const auto mapped = TRY(folder.map("log/" + name));
        found.bytes += mapped->bytes().size();
        check_file("log/" + name, mapped->bytes(), next, found);
        if (mapped->unreadable(mapped->bytes()))
            found.damage.push_back(unreadable("log/" + name).error().message);
    }
    return found;
}

Result<std::unique_ptr<WriteLog>> WriteLog::open(
    io::Folder& folder, Options options,
    const std::function<Result<>(Lsn lsn, std::string_view entry)>& replay) {
    std::unique_ptr<WriteLog> log(new WriteLog(folder, options));
    TRY(folder.make_folder("log"));
    TRY(folder.sync_names(""));  // a log whose folder a power cut takes back is lost, synced or not
    TRY(log->recover(replay));
    if (log->options_.replayed) TRY(log->options_.replayed());
    if (auto begun = log->start_file(); !begun) {
        // On a full disk, or without descriptors, what there is can be read until there is room.
        if (begun.error().code != ErrorCode::unavailable) return std::unexpected(begun.error());
        const Lock lock(log->mutex_);
        log->keep_for_later({}, begun.error());
    }
    if (options.background) {
        WriteLog& running = *log;
        log->thread_ = io::Thread("store-log", [&running] { running.run(); });
    }
    return log;
}

WriteLog::~WriteLog() {
    close();
}

Result<> WriteLog::recover(const std::function<Result<>(Lsn, std::string_view)>& replay) {
    const Lock lock(mutex_);
    for (const std::string& name : TRY(folder_.list("log"))) {
        if (!name.ends_with(".wal")) continue;
        const auto mapped = TRY(folder_.map("log/" + name));
        const std::string_view bytes = mapped->bytes();
        ByteReader reader(bytes);
        const auto magic = reader.number<std::uint64_t>();
        const auto version = reader.number<std::uint16_t>();
        reader.number<std::uint16_t>();
        const auto crc = reader.number<std::uint32_t>();
        // Before anything is removed for having no header.
        if (mapped->unreadable(bytes)) return unreadable("log/" + name);
        File file;
        file.number = reader.number<std::uint64_t>();
        file.first_lsn = reader.number<std::uint64_t>();
        file.size_bytes = bytes.size();
        if (bytes.size() < log_header_bytes || (magic == 0 && crc == 0)) {
            // Made, but the process or the machine stopped before its header was synced: nothing
            // in it was ever acknowledged.
            TRY(folder_.remove("log/" + name));
            continue;
        }
        if (magic == log_magic && version > log_version) {
            return fail(
                ErrorCode::corruption,
                fmt::format(
                    "log/{}: written by a newer elkhorn (format {}, this one reads {}); use "
                    "that one",
                    name, version, log_version));
        }
        if (magic != log_magic || crc32c(bytes.substr(16, 16)) != crc) {
            if (later_write_in(bytes)) {
                return fail(ErrorCode::corruption,
                            fmt::format("log/{}: offset 0: the header is damaged; "
                                        "restore the file from a copy",
                                        name));
            }
            TRY(folder_.remove("log/" + name));
            continue;
        }
        if (file.first_lsn > next_lsn_ && next_lsn_ != 1) {
            return fail(
                ErrorCode::corruption,
                fmt::format(
                    "log/{}: begins with entry {}, but the file before it ends before entry "
                    "{}: a file is missing or cut; restore it from a copy",
                    name, file.first_lsn, next_lsn_));
        }
        next_lsn_ = std::max(next_lsn_, file.first_lsn);
        files_.push_back(file);
        const auto done = replay_file(file, bytes, replay);
        if (mapped->unreadable(bytes)) return unreadable("log/" + name);
        if (!done) return within("log/" + name, done.error());
    }
    committed_ = next_lsn_ - 1;
    log_replayed.reached();
    return {};
}

Result<> WriteLog::replay_file(const File& file, std::string_view bytes,
                               const std::function<Result<>(Lsn, std::string_view)>& replay)
    NO_THREAD_SAFETY_ANALYSIS {
    std::size_t at = log_header_bytes;
    while (at < bytes.size()) {
        const auto frame = read_frame(bytes.substr(at));
        if (!frame) {
            if (later_write_in(bytes.substr(at + 1))) {
                return fail(
                    ErrorCode::corruption,
                    fmt::format("offset {}: damaged, and whole entries follow it; restore the file "
                                "from a copy, or run `elkhorn repair`",
                                at));
            }
            log::info("log ends in a write that was cut off; it was not acknowledged",
                      {{"file", log_file_name(file.number)},
                       {"offset", at},
                       {"bytes", bytes.size() - at}});
            return {};
        }
        const std::string raw = TRY(read_lz4(frame->compressed, frame->raw_bytes));
        ByteReader entries(raw);
        if (frame->first > next_lsn_) {
            return fail(ErrorCode::corruption,
                        fmt::format("offset {}: begins with entry {}, not {}; restore the file "
                                    "from a copy",
                                    at, frame->first, next_lsn_));
        }
        for (std::uint32_t i = 0; i < frame->entries; ++i) {
            const std::string_view entry = entries.text();
            if (!entries.ok())
                return fail(ErrorCode::corruption, fmt::format("offset {}: a cut entry", at));
            // Read before: the disk was full then, and it was written again into this file.
            if (frame->first + i < next_lsn_) continue;
            TRY(replay(next_lsn_++, entry));
        }
        frame_replayed.reached();
        at += frame->size_bytes;
    }
    return {};
}

Result<> WriteLog::start_file() {
    File file;
    {
        const Lock lock(mutex_);
        file.number = files_.empty() ? 1 : files_.back().number + 1;
        file.first_lsn = committed_ + 1;
    }
    auto appender = TRY(folder_.create(log_file_name(file.number)));
    file_created.reached();
    TRY(appender->append(log_file_header(file.number, file.first_lsn)));
    file_written.reached();
    TRY(appender->sync());
    file_synced.reached();
    // Without a descriptor to open the folder nothing was synced, and nothing is lost.
    TRY(folder_.sync_names("log"));
    file_named.reached();
    file.size_bytes = log_header_bytes;
    appender_ = std::move(appender);
    const Lock lock(mutex_);
    files_.push_back(file);
    return {};
}

Result<> WriteLog::writable() {
    const Lock lock(mutex_);
    if (full_ && !options_.background) commit_pending();
    if (failure_) return std::unexpected(*failure_);
    if (full_) return std::unexpected(*full_);
    return {};
}

void WriteLog::wait_for_room() {
    const Lock lock(mutex_);
    while (pending_bytes_ > options_.pending_limit_bytes && !failure_ && !full_ &&
           options_.background)
        done_.wait(mutex_);
}

Lsn WriteLog::append(std::shared_ptr<const std::string> entry) {
    const Lock lock(mutex_);
    pending_bytes_ += entry->size();
    pending_.push_back(std::move(entry));
    work_.notify_one();
    return next_lsn_++;
}

Result<> WriteLog::commit(Lsn lsn) {
    const Lock lock(mutex_);
    while (committed_ < lsn && !failure_ && !full_) {
        if (options_.background)
            done_.wait(mutex_);
        else
            commit_pending();
    }
    if (committed_ < lsn) return std::unexpected(failure_ ? *failure_ : *full_);
    return {};
}

/// Writes and syncs what is pending, without the lock meanwhile.
void WriteLog::commit_pending() NO_THREAD_SAFETY_ANALYSIS {
    while (writing_)
        done_.wait(mutex_);
    if (failure_ || (pending_.empty() && !full_)) return;
    Entries entries = std::move(pending_);
    pending_.clear();
    pending_bytes_ = 0;
    const Lsn first = committed_ + 1;
    writing_ = true;
    // What a full disk has of the last write stays where it is: the file is not written to again.
    const bool leave = full_ || files_.back().size_bytes > options_.file_bytes;
    mutex_.unlock();
    Result<> done = leave ? start_file() : Result<>{};
    if (done) done = write_batch(entries, first);
    mutex_.lock();
    writing_ = false;
    if (done) {
        if (full_) log::info("there is room on the disk again: writes are acknowledged", {});
        full_.reset();
        committed_ = first + entries.size() - 1;
        files_.back().size_bytes = appender_->size_bytes();
    } else if (done.error().code == ErrorCode::unavailable) {
        keep_for_later(std::move(entries), done.error());
    } else {
        refuse_for_good(done.error());
    }
    done_.notify_all();
}

void WriteLog::keep_for_later(Entries entries, const Error& full) {
    entries.insert(entries.end(), std::make_move_iterator(pending_.begin()),
                   std::make_move_iterator(pending_.end()));
    pending_ = std::move(entries);
    pending_bytes_ = 0;
    for (const auto& entry : pending_)
        pending_bytes_ += entry->size();
    if (!full_) {
        log::error("no room on the disk, or no descriptor: no write is acknowledged until there is",
                   {{"reason", full.message}});
    }
    full_ = full;
    full_->message +=
        "; nothing is acknowledged until there is room: free some on the disk or, where "
        "descriptors "
        "ran out, raise the limit of open files; writing then goes on by itself";
}

void WriteLog::refuse_for_good(const Error& error) {
    full_.reset();
    failure_ = error;
    failure_->code = ErrorCode::unavailable;
    failure_->message += "; nothing is acknowledged until elkhorn is restarted";
    log::error("the log cannot be written: no write is acknowledged from now on",
               {{"reason", error.message}});
}

void WriteLog::make_frames(const Entries& entries, Lsn first) {
    for (std::string* buffer : {&raw_, &frames_}) {
        buffer->clear();
        if (buffer->capacity() > kept_buffer_bytes) buffer->shrink_to_fit();
    }
    for (std::size_t i = 0; i < entries.size();) {
        raw_.clear();
        std::uint32_t count = 0;
        for (; i < entries.size() && raw_.size() < options_.frame_bytes; ++i, ++count) {
            append_text(raw_, *entries[i]);
        }
        append_frame(frames_, {first + (i - count), count, raw_, !frames_.empty()});
    }
}

Result<> WriteLog::write_batch(const Entries& entries, Lsn first) {
    if (entries.empty()) return {};
    make_frames(entries, first);
    TRY(appender_->append(frames_));
    batch_written.reached();
    TRY(appender_->sync());
    batch_synced.reached();
    syncs.add();
    log_bytes.add(static_cast<std::int64_t>(frames_.size()));
    return {};
}

void WriteLog::run() {
    const Lock lock(mutex_);
    while (true) {
        while (pending_.empty() && !closing_ && !full_)
            work_.wait(mutex_);
        if (full_ && !closing_) work_.wait_for(mutex_, retry_ms);
        if (failure_) {
            pending_.clear();
            pending_bytes_ = 0;
            done_.notify_all();
        } else {
            commit_pending();
        }
        if (closing_ && (pending_.empty() || full_)) return;
    }
}

/// A new file, when nothing in the one being written is needed any more and it is worth its space.
Result<> WriteLog::leave_file(Lsn first_needed) NO_THREAD_SAFETY_ANALYSIS {
    mutex_.lock();
    while (writing_)
        done_.wait(mutex_);
    const bool leave = pending_.empty() && !failure_ && !full_ && first_needed == next_lsn_ &&
                       files_.back().size_bytes > unneeded_file_bytes;
    writing_ = leave;
    mutex_.unlock();
    if (!leave) return {};
    auto done = start_file();
    const Lock lock(mutex_);
    writing_ = false;
    // On a full disk the old file goes on: nothing was written to it.
    if (!done && done.error().code != ErrorCode::unavailable) refuse_for_good(done.error());
    done_.notify_all();
    return done;
}

/// Oldest first, each gone for good before the next: a file missing in the middle would look like
/// damage.
Result<> WriteLog::trim(Lsn first_needed) {
    TRY(leave_file(first_needed));
    while (true) {
        std::uint64_t oldest = 0;
        {
            const Lock lock(mutex_);
            // While not all of memory's state is in the log, no one can tell what it needs.
            if (failure_ || full_ || files_.size() < 2 || files_[1].first_lsn > first_needed)
                return {};
            oldest = files_.front().number;
        }
        TRY(folder_.remove(log_file_name(oldest)));
        old_file_removed.reached();
        TRY(folder_.sync_names("log"));
        old_file_gone.reached();
        const Lock lock(mutex_);
        files_.erase(files_.begin());
    }
}

Lsn WriteLog::last_lsn() const {
    const Lock lock(mutex_);
    return next_lsn_ - 1;
}

Lsn WriteLog::committed() const {
    const Lock lock(mutex_);
    return committed_;
}

bool WriteLog::full() const {
    const Lock lock(mutex_);
    return full_.has_value();
}

std::uint64_t WriteLog::size_bytes() const {
    const Lock lock(mutex_);
    std::uint64_t size = 0;
    for (const File& file : files_)
        size += file.size_bytes;
    return size;
}

std::uint64_t WriteLog::pending_bytes() const {
    const Lock lock(mutex_);
    return pending_bytes_;
}

std::optional<Error> WriteLog::failure() const {
    const Lock lock(mutex_);
    return failure_ ? failure_ : full_;
}

void WriteLog::close() {
    {
        const Lock lock(mutex_);
        closing_ = true;
        work_.notify_all();
    }
    thread_.join();
}

}  // namespace elkhorn::store
