#include "store/offline/repair_log.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/strings.h"
#include "store/code/compression.h"
#include "store/log/log_entry.h"
#include "store/log/log_format.h"
#include "store/log/log_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace elkhorn::store {
namespace {

class LogSaver {
public:
    explicit LogSaver(const io::Folder& folder) : folder_(folder) {}

    Result<SavedLog> run() {
        for (const std::string& name : TRY(folder_.list("log"))) {
            if (!name.ends_with(".wal")) continue;
            saved_.files.push_back(name);
            saved_.mapped.push_back(TRY(folder_.map("log/" + name)));
        }
        for (std::size_t i = begin(); i < saved_.files.size(); ++i)
            TRY(file("log/" + saved_.files[i], saved_.mapped[i]->bytes()));
        return std::move(saved_);
    }

private:
    /// The file to begin with. One that begins with an entry before all those of files before it
    /// is what an earlier repair made of them; it was cut off when some of them were removed.
    std::size_t begin() {
        std::size_t begin = 0;
        std::optional<Lsn> lowest;
        for (std::size_t i = 0; i < saved_.mapped.size(); ++i) {
            const std::string_view bytes = saved_.mapped[i]->bytes();
            const std::size_t at = find_frame(bytes, 0);
            if (at == bytes.npos) continue;
            const auto frame = read_frame(bytes.substr(at));
            if (!frame || (lowest && frame->first >= *lowest)) continue;
            if (lowest) {
                begin = i;
                note("log/" + saved_.files[i], at, "it has all of the files before it");
            }
            lowest = frame->first;
        }
        return begin;
    }

    void note(const std::string& name, std::size_t at, std::string_view what) {
        saved_.notes.push_back(fmt::format("{}: offset {}: {}", name, at, what));
    }

    Result<> file(const std::string& name, std::string_view bytes) {
        ByteReader header(bytes);
        const auto magic = header.number<std::uint64_t>();
        const auto version = header.number<std::uint16_t>();
        header.number<std::uint16_t>();
        const auto crc = header.number<std::uint32_t>();
        if (magic == log_magic && version > log_version) {
            return fail(ErrorCode::invalid,
                        fmt::format("{}: written by a newer elkhorn (format {}, this one reads "
                                    "{}): nothing was changed; use that one",
                                    name, version, log_version));
        }
        const bool sound = bytes.size() >= log_header_bytes && magic == log_magic &&
                           crc32c(bytes.substr(16, 16)) == crc;
        std::size_t at = log_header_bytes;
        if (sound) {
            expect(name, load<std::uint64_t>(bytes.data() + 24));
        } else {
            at = find_frame(bytes, 0);
            if (at == bytes.npos) return {};  // nothing in it was ever acknowledged
            note(name, 0, "the header is damaged");
        }
        while (at < bytes.size()) {
            const auto found = read_frame(bytes.substr(at));
            if (found && take(name, bytes.substr(at, found->size_bytes), *found)) {
                at += found->size_bytes;
                continue;
            }
            const std::size_t next = find_frame(bytes, at + 1);
            if (next == bytes.npos) break;  // the write that was cut off
            note(name, at, fmt::format("{} bytes are damaged, whole entries follow", next - at));
            at = next;
        }
        return {};
    }

    /// The next entry is `first`.
    void expect(const std::string& name, Lsn first) {
        if (expected_ != 0 && first > expected_) {
            saved_.entries_lost += first - expected_;
            saved_.notes.push_back(fmt::format("{}: entries {} to {} before it are missing", name,
                                               expected_, first - 1));
        }
        expected_ = std::max(expected_, first);
    }

    /// False where its entries make no sense.
    bool take(const std::string& name, std::string_view bytes, const LogFrame& frame) {
        const auto raw = read_lz4(frame.compressed, frame.raw_bytes);
        if (!raw) return false;
        ByteReader entries(*raw);
        for (std::uint32_t i = 0; i < frame.entries; ++i)
            entries.text();
        if (!entries.ok() || !entries.at_end()) return false;
        expect(name, frame.first);
        expected_ = std::max(expected_, frame.first + frame.entries);
        saved_.entries_kept += frame.entries;
        saved_.frames.push_back({frame.first, bytes});
        ByteReader again(*raw);
        for (std::uint32_t i = 0; i < frame.entries; ++i)
            read(again.text());
        return true;
    }

    void read(std::string_view entry) {
        ByteReader reader(entry);
        const auto type = static_cast<LogEntry>(reader.number<std::uint8_t>());
        const std::uint64_t incarnation = reader.varint();
        if (type == LogEntry::documents) saved_.written.insert(incarnation);
        if (type == LogEntry::remove) saved_.removed.insert(incarnation);
        if (type == LogEntry::create) {
            if (auto made = read_creation(incarnation, reader))
                saved_.created[incarnation] = std::move(*made);
        }
        const auto it = saved_.created.find(incarnation);
        if (type != LogEntry::mapping || it == saved_.created.end()) return;
        const auto update = read_mapping(reader.text());
        if (!update || !merge_mapping(it->second.mapping, *update))
            saved_.notes.push_back(fmt::format("a mapping of {} cannot be read", it->second.name));
    }

    const io::Folder& folder_;
    SavedLog saved_;
    Lsn expected_ = 0;
};

/// Gives frames numbers that follow one another: what was lost leaves no gap. One that was written
/// a second time overlaps as before.
class Numbers {
public:
    explicit Numbers(Lsn first) : next_(first) {}

    Lsn next() const { return next_; }

    void append(std::string& out, const NewFrame& frame) {
        append_frame(out, frame);
        next_ += frame.entries;
    }

    std::string renumbered(std::string_view bytes) {
        std::string frame(bytes);
        const auto header = read_frame(bytes);
        ASSERT(header.has_value());
        if (old_next_ == 0) old_next_ = header->first;
        const Lsn overlap = old_next_ - std::min(old_next_, header->first);
        const Lsn first = next_ - std::min(next_ - 1, overlap);
        write_number(frame.data() + 8, first);
        write_number(frame.data() + 4, crc32c(std::string_view(frame).substr(8)));
        old_next_ = std::max(old_next_, header->first + header->entries);
        next_ = std::max(next_, first + header->entries);
        return frame;
    }

private:
    Lsn next_;
    Lsn old_next_ = 0;
};

}  // namespace

Result<SavedLog> save_log(const io::Folder& folder) {
    return LogSaver(folder).run();
}

Result<std::string> write_saved_log(io::Folder& folder, const SavedLog& log,
                                    const std::vector<Manifest>& made_up) {
    if (log.frames.empty()) return std::string();
    std::uint64_t number = 1;
    for (const std::string& name : log.files)
        number = std::max(number, to_integer(name.substr(0, name.find('.'))).value_or(0) + 1UL);
    const std::string name = log_file_name(number);
    const auto file = TRY(folder.create(name + ".new"));
    const Lsn first = log.frames.front().first;
    TRY(file->append(log_file_header(number, first)));
    Numbers numbers(first);
    for (const Manifest& manifest : made_up) {
        std::string raw;
        append_text(raw, creation_entry(manifest));
        std::string frame;
        numbers.append(frame, {numbers.next(), 1, raw});
        TRY(file->append(frame));
    }
    for (const SavedLog::Frame& frame : log.frames)
        TRY(file->append(numbers.renumbered(frame.bytes)));
    TRY(file->sync());
    TRY(folder.rename(name + ".new", name));
    TRY(folder.sync_names("log"));
    return name.substr(4);
}

}  // namespace elkhorn::store
