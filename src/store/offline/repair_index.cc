#include "store/offline/repair_index.h"

#include "base/hash.h"
#include "base/strings.h"
#include "store/file/index_identity.h"
#include "store/file/orphan_folders.h"
#include "store/file/segment_file.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t cache_bytes = 64ULL << 20;

/// What can be seen of the fields: their columns' kinds.
void add_fields(const RowGroup& group, Mapping& mapping) {
    for (const auto& column : group.columns()) {
        const std::string& path = column->path();
        if (path.starts_with('_') || mapping.find(path) != nullptr) continue;
        switch (column->kind()) {
            case ColumnKind::integer:
                mapping.fields[path] =
                    dynamic_field(path == "@timestamp" ? FieldType::date : FieldType::int64);
                break;
            case ColumnKind::real: mapping.fields[path] = dynamic_field(FieldType::float64); break;
            case ColumnKind::ip: mapping.fields[path] = dynamic_field(FieldType::ip); break;
            case ColumnKind::text: mapping.fields[path] = dynamic_text(); break;
            case ColumnKind::spare: break;
        }
    }
}

std::vector<std::uint64_t> numbers_of(const std::vector<std::string>& files,
                                      std::string_view ending) {
    std::vector<std::uint64_t> numbers;
    for (const std::string& file : files) {
        if (!file.ends_with(ending)) continue;
        const auto number =
            to_integer(std::string_view(file).substr(0, file.size() - ending.size()));
        if (number && *number > 0) numbers.push_back(static_cast<std::uint64_t>(*number));
    }
    std::ranges::sort(numbers);
    return numbers;
}

bool is_newer(const Error& error) {
    return error.message.find("newer elkhorn") != std::string::npos;
}

}  // namespace

void IndexRepair::note(std::string sentence) {
    report_.notes.push_back(std::move(sentence));
    changed_ = true;
}

Result<> IndexRepair::plan() {
    report_.folder = path_;
    TRY(find_manifest());
    if (!is_index_) return {};
    TRY(find_segments());
    leave_out_doubles();
    TRY(find_deletes());
    count();
    report_.name = manifest_.name;
    return {};
}

// -- the manifest ---------------------------------------------------------------------------------

Result<> IndexRepair::find_manifest() {
    const auto incarnation = to_integer(path_.substr(path_.rfind('/') + 1));
    if (!incarnation || *incarnation <= 0) return {};  // not ours
    auto read = read_manifest(folder_, path_);
    if (read) {
        manifest_ = std::move(*read);
        is_index_ = true;
        return check_identity();
    }
    if (is_newer(read.error())) return fail(ErrorCode::invalid, read.error().message);
    const bool gone = read.error().code == ErrorCode::not_found;
    if (!gone && read.error().code != ErrorCode::corruption) return std::unexpected(read.error());
    const auto files = TRY(folder_.list(path_));
    const auto number = static_cast<std::uint64_t>(*incarnation);
    const bool has_segments = !numbers_of(files, ".seg").empty();
    // A first flush that was cut off: the log has it all.
    if (gone && (!has_segments || log_.created.contains(number))) return {};
    // Its deletion was cut off, or the restore that was to make it.
    if (gone && log_.removed.contains(number)) return {};
    if (gone && std::ranges::find(files, restoring_mark) != files.end()) return {};
    is_index_ = true;
    if (!gone) damaged_.push_back(path_ + "/manifest");
    note(fmt::format("{}/manifest: it is {}, and was made anew from the segments", path_,
                     gone ? "missing" : "damaged"));
    return guess_manifest(number);
}

/// Beside a sound manifest it is only written anew.
Result<> IndexRepair::check_identity() {
    const auto identity = read_identity(folder_, path_);
    if (identity || identity.error().code == ErrorCode::not_found) return {};
    if (is_newer(identity.error())) return fail(ErrorCode::invalid, identity.error().message);
    damaged_.push_back(path_ + "/identity");
    note(path_ + "/identity: it is damaged, and was made anew from the manifest");
    return {};
}

Result<> IndexRepair::guess_manifest(std::uint64_t incarnation) {
    guessed_ = true;
    if (auto identity = read_identity(folder_, path_)) {
        manifest_ = std::move(*identity);
    } else if (const auto it = log_.created.find(incarnation); it != log_.created.end()) {
        manifest_ = it->second;
    } else {
        if (folder_.exists(path_ + "/identity")) damaged_.push_back(path_ + "/identity");
        manifest_.name = fmt::format("recovered-{}", incarnation);
        manifest_.uuid = fmt::format("recovered-{:012x}", hash64(path_) >> 16);
        note(
            "its name, settings and the types of its fields are not known any more: rename it by a "
            "snapshot and a restore; documents that were given no _id have other ones than before");
    }
    manifest_.incarnation = incarnation;
    manifest_.segments.clear();
    const auto files = TRY(folder_.list(path_));
    for (const std::uint64_t number : numbers_of(files, ".seg"))
        manifest_.segments.push_back({number, 0, 0});
    const auto deletes = numbers_of(files, ".del");
    manifest_.deletes = deletes.empty() ? 0 : deletes.back();
    for (const std::uint64_t number : numbers_of(files, ".seg"))
        manifest_.next_segment = std::max(manifest_.next_segment, number + 1);
    return {};
}

// -- segments -------------------------------------------------------------------------------------

Result<> IndexRepair::find_segments() {
    for (const SegmentEntry& entry : manifest_.segments)
        TRY(find_segment(entry));
    return {};
}

Result<> IndexRepair::find_segment(SegmentEntry entry) {
    const std::string name = fmt::format("{}/{}.seg", path_, entry.number);
    if (!folder_.exists(name)) {
        groups_gone_ += entry.groups;
        note(fmt::format("{}: the segment is missing, and its {} row groups with it", name,
                         entry.groups));
        return {};
    }
    const SegmentOwner owner{id_salt(manifest_.id_origin()), &manifest_.mapping,
                             std::make_shared<Cache>(cache_bytes)};
    SavedSegment saved = TRY(save_segment(folder_, name, owner, options_));
    const std::uint64_t size = TRY(folder_.map(name))->bytes().size();
    for (const std::string& sentence : saved.notes)
        note(sentence);
    const auto groups = static_cast<std::uint32_t>(saved.groups.size());
    NewSegment segment{entry, std::move(saved.groups), !saved.sound};
    if (saved.sound && !guessed_ && (entry.size_bytes != size || entry.groups != groups))
        note(name + ": it is not of the size that the manifest says; the manifest follows it");
    if (!saved.sound) {
        damaged_.push_back(name);
        report_.lost += saved.rows_lost;
        const std::uint32_t known = groups + saved.groups_lost;
        if (entry.groups > known) groups_gone_ += entry.groups - known;
    }
    segment.entry.size_bytes = size;
    segment.entry.groups = groups;
    if (guessed_) {
        for (const SavedGroup& group : segment.groups)
            add_fields(*group.group, manifest_.mapping);
    }
    if (groups > 0) segments_.push_back(std::move(segment));
    return {};
}

/// Of segments that hold the same numbers the sound and newer one counts: the other was merged into
/// it, or that was tried and not finished. Only where there is no manifest to say so.
void IndexRepair::leave_out_doubles() {
    if (guessed_) {
        std::ranges::sort(segments_, std::greater(),
                          [](const auto& s) { return std::pair(!s.made_anew, s.entry.number); });
        std::vector<NewSegment> kept;
        for (NewSegment& segment : segments_) {
            const auto first = segment.groups.front().group->first_seq_no();
            const auto last = segment.groups.back().group->last_seq_no();
            const bool twice = std::ranges::any_of(kept, [&](const NewSegment& other) {
                return other.groups.front().group->first_seq_no() <= last &&
                       first <= other.groups.back().group->last_seq_no();
            });
            const std::string name = fmt::format("{}/{}.seg", path_, segment.entry.number);
            if (twice)
                note(name + ": left out, a newer segment has its documents");
            else
                kept.push_back(std::move(segment));
            if (twice && std::ranges::find(damaged_, name) == damaged_.end())
                damaged_.push_back(name);
        }
        segments_ = std::move(kept);
    }
    std::ranges::sort(segments_, {},
                      [](const auto& s) { return s.groups.front().group->first_seq_no(); });
    for (const NewSegment& segment : segments_) {
        const std::int64_t end = segment.groups.back().group->last_seq_no() + 1;
        if (manifest_.flushed_seq_no >= end) continue;
        if (!guessed_) note(path_ + "/manifest: its segments go on after where it says they end");
        manifest_.flushed_seq_no = end;
    }
}

// -- deletes --------------------------------------------------------------------------------------

Result<bool> IndexRepair::read_deletes(Deletes& old) {
    if (manifest_.deletes == 0) return true;
    const std::string name = fmt::format("{}/{}.del", path_, manifest_.deletes);
    auto read = read_deletes_file(folder_, name);
    if (read) {
        old = std::move(*read);
        return true;
    }
    if (is_newer(read.error())) return fail(ErrorCode::invalid, read.error().message);
    if (read.error().code != ErrorCode::not_found) damaged_.push_back(name);
    note(
        fmt::format("{}: it is {}: documents that were deleted may be there again; those that "
                    "were replaced are not",
                    name, read.error().code == ErrorCode::not_found ? "missing" : "damaged"));
    return false;
}

Result<> IndexRepair::find_deletes() {
    Deletes old;
    if (TRY(read_deletes(old)))
        carry_over(old);
    else
        find_replaced();
    if (!write_deletes_) return {};
    changed_ = true;
    const std::string name = fmt::format("{}/{}.del", path_, manifest_.deletes);
    if (folder_.exists(name) && std::ranges::find(damaged_, name) == damaged_.end())
        damaged_.push_back(name);
    const auto numbers = numbers_of(TRY(folder_.list(path_)), ".del");
    const std::uint64_t last = numbers.empty() ? 0 : numbers.back();
    manifest_.deletes = deletes_.empty() ? 0 : std::max(last, manifest_.deletes) + 1;
    return {};
}

/// Rows are where they were, or in a row group that was made anew.
void IndexRepair::carry_over(const Deletes& old) {
    std::size_t used = 0;
    for (const NewSegment& segment : segments_) {
        for (const SavedGroup& saved : segment.groups) {
            const auto was = std::ranges::find_if(old, [&](const auto& one) {
                return one.first == saved.old_first_seq_no && one.second.size() == saved.old_rows;
            });
            const bool deleted = was != old.end();
            used += deleted && !saved.made_anew ? 1 : 0;
            if (saved.made_anew) {
                Bitmap rows(saved.group->rows());
                for (std::uint32_t row = 0; deleted && row < rows.size(); ++row) {
                    if (was->second.test(saved.old_row[row])) rows.set(row);
                }
                const std::uint32_t before = deleted ? was->second.count() : 0;
                report_.lost += saved.old_rows - before - (saved.group->rows() - rows.count());
                if (rows.count() > 0)
                    deletes_.emplace_back(saved.group->first_seq_no(), std::move(rows));
            } else if (deleted) {
                deletes_.push_back(*was);
            }
        }
    }
    write_deletes_ = used != old.size();
}

/// Without the deletes file: of documents of one given `_id`, the newest counts.
void IndexRepair::find_replaced() {
    write_deletes_ = true;
    std::unordered_set<std::string> seen;
    for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
        for (auto saved = segment->groups.rbegin(); saved != segment->groups.rend(); ++saved) {
            const RowGroup& group = *saved->group;
            if (saved->made_anew) report_.lost += saved->old_rows - group.rows();
            if (group.find("_id", ColumnKind::text) == nullptr) continue;
            Bitmap replaced(group.rows());
            for (std::uint32_t row = group.rows(); row-- > 0;) {
                const auto id = group.id(row);
                if (id && !seen.insert(*id).second) replaced.set(row);
            }
            if (replaced.count() > 0) deletes_.emplace_back(group.first_seq_no(), replaced);
        }
    }
    std::ranges::reverse(deletes_);
}

void IndexRepair::count() {
    std::uint64_t gaps = 0;
    std::int64_t next = 0;
    for (const NewSegment& segment : segments_) {
        for (const SavedGroup& saved : segment.groups) {
            report_.kept += saved.group->rows();
            const std::int64_t first = saved.group->first_seq_no();
            gaps += static_cast<std::uint64_t>(std::max<std::int64_t>(first - next, 0));
            next = saved.group->last_seq_no() + 1;
        }
    }
    gaps += static_cast<std::uint64_t>(std::max<std::int64_t>(manifest_.flushed_seq_no - next, 0));
    for (const auto& [unused, rows] : deletes_)
        report_.kept -= rows.count();
    report_.lost_at_most = std::min(gaps, groups_gone_ * max_group_rows);
}

// -- doing it -------------------------------------------------------------------------------------

Result<> IndexRepair::apply(const Keep& keep) {
    if (!changed_) return {};
    const auto damaged = [&](const std::string& name) {
        return std::ranges::find(damaged_, name) != damaged_.end();
    };
    if (!damaged(path_ + "/manifest") && folder_.exists(path_ + "/manifest"))
        damaged_.push_back(path_ + "/manifest");
    for (const std::string& name : damaged_)
        TRY(keep(name));
    manifest_.segments.clear();
    for (NewSegment& segment : segments_) {
        if (segment.made_anew) {
            segment.entry.number = manifest_.next_segment++;
            auto writer = TRY(SegmentWriter::create(
                folder_, segment_name(manifest_.incarnation, segment.entry.number)));
            for (const SavedGroup& saved : segment.groups)
                TRY(writer.add(saved.bytes));
            segment.entry.size_bytes = TRY(writer.finish());
        }
        manifest_.segments.push_back(segment.entry);
    }
    if (write_deletes_ && manifest_.deletes != 0) {
        TRY(write_deletes_file(folder_, fmt::format("{}/{}.del", path_, manifest_.deletes),
                               deletes_));
    }
    TRY(note_identity(folder_, manifest_));
    TRY(write_manifest(folder_, manifest_));
    for (const std::string& name : damaged_) {
        if (!name.ends_with("/manifest") && !name.ends_with("/identity")) TRY(folder_.remove(name));
    }
    return folder_.sync_names(path_);
}

}  // namespace elkhorn::store
