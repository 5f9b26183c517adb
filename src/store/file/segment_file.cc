#include "store/file/segment_file.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/kill_point.h"
#include "store/group/group_reader.h"

#include <fmt/format.h>

namespace elkhorn::store {
namespace {

constexpr std::size_t footer_bytes = 16;

KillPoint created{"segment.created"};
KillPoint written{"segment.written"};
KillPoint synced{"segment.synced"};
KillPoint named{"segment.named"};

std::string folder_of(const std::string& name) {
    return name.substr(0, name.rfind('/'));
}

}  // namespace

Result<SegmentWriter> SegmentWriter::create(io::Folder& folder, std::string name) {
    SegmentWriter writer(folder, std::move(name));
    writer.file_ = TRY(folder.create(writer.name_));
    created.reached();
    std::string header;
    append_number(header, segment_magic);
    append_number(header, segment_version);
    header.resize(segment_header_bytes, '\0');
    TRY(writer.file_->append(header));
    writer.at_ = segment_header_bytes;
    return writer;
}

Result<> SegmentWriter::add(std::string_view group) {
    append_varint(directory_, at_);
    append_varint(directory_, group.size());
    ++groups_;
    TRY(file_->append(group));
    at_ += group.size();
    const std::string padding((8 - at_ % 8) % 8, '\0');
    TRY(file_->append(padding));
    at_ += padding.size();
    return {};
}

Result<std::uint64_t> SegmentWriter::finish() {
    std::string footer;
    append_varint(footer, groups_);
    footer += directory_;
    const std::string directory = footer;
    append_number(footer, static_cast<std::uint32_t>(directory.size()));
    append_number(footer, crc32c(directory));
    append_number(footer, segment_magic);
    TRY(file_->append(footer));
    written.reached();
    TRY(file_->sync());
    synced.reached();
    TRY(folder_->sync_names(folder_of(name_)));
    named.reached();
    return at_ + footer.size();
}

Result<std::vector<std::shared_ptr<const RowGroup>>> open_segment(
    const io::Folder& folder, const std::string& name, std::uint64_t salt,
    const std::shared_ptr<Cache>& cache) {
    const auto mapped = TRY(folder.map(name));
    const std::string_view bytes = mapped->bytes();
    const auto damaged = [&](std::size_t at, std::string_view what) {
        return fail(ErrorCode::corruption,
                    fmt::format("{}: offset {}: {}; restore the file from a copy, or "
                                "run `elkhorn repair`",
                                name, at, what));
    };
    if (bytes.size() < segment_header_bytes + footer_bytes) return damaged(0, "the segment is cut");
    ByteReader header(bytes);
    if (header.number<std::uint64_t>() != segment_magic) return damaged(0, "this is no segment");
    if (const auto version = header.number<std::uint16_t>(); version != segment_version) {
        return fail(
            ErrorCode::corruption,
            fmt::format(
                "{}: written by a newer elkhorn (format {}, this one reads {}); use that one", name,
                version, segment_version));
    }
    const std::size_t footer_at = bytes.size() - footer_bytes;
    ByteReader footer(bytes.substr(footer_at));
    const auto size = footer.number<std::uint32_t>();
    const auto crc = footer.number<std::uint32_t>();
    if (footer.number<std::uint64_t>() != segment_magic || size > footer_at) {
        return damaged(footer_at, "the segment's end is damaged");
    }
    const std::string_view directory = bytes.substr(footer_at - size, size);
    if (crc32c(directory) != crc)
        return damaged(footer_at - size, "the directory's checksum is wrong");
    if (mapped->unreadable(bytes)) return damaged(0, "the disk cannot read it");
    ByteReader reader(directory);
    std::vector<std::shared_ptr<const RowGroup>> groups;
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t at = reader.varint();
        const std::uint64_t group_bytes = reader.varint();
        if (!reader.ok() || at > footer_at || group_bytes > footer_at - at) {
            return damaged(footer_at - size, "the directory makes no sense");
        }
        groups.push_back(TRY(open_group({mapped, bytes.substr(at, group_bytes), name, at,
                                         [file = mapped.get()](std::string_view part) {
                                             return file->unreadable(part);
                                         }},
                                        salt, cache)));
    }
    return groups;
}

}  // namespace elkhorn::store
