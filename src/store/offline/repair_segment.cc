#include "store/offline/repair_segment.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "store/file/segment_file.h"
#include "store/group/column_reader.h"
#include "store/group/field_router.h"
#include "store/group/group_builder.h"
#include "store/group/group_format.h"
#include "store/group/group_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace elkhorn::store {
namespace {

struct Extent {
    std::size_t at = 0;
    std::size_t size = 0;
};

/// The row groups that the segment's own directory names; nothing when that is damaged.
std::optional<std::vector<Extent>> by_directory(std::string_view bytes) {
    constexpr std::size_t footer_bytes = 16;
    if (bytes.size() < segment_header_bytes + footer_bytes) return std::nullopt;
    const std::size_t footer_at = bytes.size() - footer_bytes;
    ByteReader footer(bytes.substr(footer_at));
    const auto size = footer.number<std::uint32_t>();
    const auto crc = footer.number<std::uint32_t>();
    if (footer.number<std::uint64_t>() != segment_magic || size > footer_at) return std::nullopt;
    const std::string_view directory = bytes.substr(footer_at - size, size);
    if (crc32c(directory) != crc) return std::nullopt;
    ByteReader reader(directory);
    std::vector<Extent> extents;
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        const std::uint64_t at = reader.varint();
        const std::uint64_t group = reader.varint();
        if (at > footer_at || group > footer_at - at) return std::nullopt;
        extents.push_back({at, group});
    }
    if (!reader.ok()) return std::nullopt;
    return extents;
}

/// The whole size of the row group whose footer begins at `footer`: chunks lie one after the other
/// from its begin to its directory. Nothing where that is no sound footer.
std::optional<std::size_t> group_size(std::string_view bytes, std::size_t footer) {
    ByteReader reader(bytes.substr(footer));
    const auto size = reader.number<std::uint32_t>();
    const auto crc = reader.number<std::uint32_t>();
    if (size > footer) return std::nullopt;
    const std::string_view directory = bytes.substr(footer - size, size);
    if (crc32c(directory) != crc) return std::nullopt;
    ByteReader columns(directory);
    columns.take(4);
    const auto rows = columns.number<std::uint32_t>();
    columns.take(16);
    std::uint64_t end = 0;
    const std::uint64_t count = columns.varint();
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto column = read_column_entry(columns, rows, footer - size);
        if (!column) return std::nullopt;
        end = std::max(end, column->offset + column->size());
    }
    if (end > footer - size) return std::nullopt;
    return end + size + group_footer_bytes;
}

/// The row groups that can be found by their ends, without the segment's directory.
std::vector<Extent> by_footers(std::string_view bytes) {
    std::vector<Extent> extents;
    const std::string_view magic = as_bytes(&group_magic, 1);
    for (std::size_t at = bytes.find(magic); at != bytes.npos; at = bytes.find(magic, at + 1)) {
        if (at < 8) continue;
        const auto size = group_size(bytes, at - 8);
        const std::size_t end = at + magic.size();
        if (size && *size <= end) extents.push_back({end - *size, *size});
    }
    return extents;
}

/// Puts a row group together again from what can be read of a damaged one.
class Rebuild {
public:
    Rebuild(const RowGroup& old, const SegmentOwner& owner, const RepairOptions& options)
        : old_(old), owner_(owner), options_(options), router_(*options.field_names) {}

    /// Nothing when no row of it can be saved.
    std::optional<SavedGroup> run(const std::string& name) {
        const auto sources = old_.sources();
        for (std::uint32_t row = 0; row < old_.rows(); ++row)
            add(row, *sources);
        if (builder_ == nullptr) return std::nullopt;
        auto bytes = std::make_shared<const std::string>(builder_->encode());
        auto group = open_group({bytes, *bytes, name, 0}, owner_.salt, owner_.cache);
        if (!group) return std::nullopt;
        SavedGroup saved;
        saved.group = std::move(*group);
        saved.bytes = *bytes;
        saved.owner = std::move(bytes);
        saved.old_first_seq_no = old_.first_seq_no();
        saved.old_rows = old_.rows();
        saved.made_anew = true;
        saved.old_row = std::move(rows_);
        return saved;
    }

    std::uint32_t without_id() const { return without_id_; }

private:
    /// Where numbers are not sound they can be told only if none was skipped.
    std::optional<std::int64_t> seq_no(std::uint32_t row) const {
        if (const auto read = old_.seq_no(row)) return *read;
        const std::int64_t span = old_.last_seq_no() - old_.first_seq_no() + 1;
        if (span != old_.rows()) return std::nullopt;
        return old_.first_seq_no() + row;
    }

    void add(std::uint32_t row, SourceReader& sources) {
        const auto source = sources.at(row);
        const auto number = seq_no(row);
        if (!source || !number) return;
        if (!options_.flatten(*source, document_)) return;
        NewRow made;
        made.seq_no = *number;
        made.version = old_.version(row).value_or(1);
        const std::string id = given_id(row);
        made.id = id;
        made.source = *source;
        if (builder_ == nullptr) builder_ = std::make_unique<GroupBuilder>(*number);
        const std::uint32_t at = builder_->add(made);
        router_.add(at, document_, *source, *builder_, *owner_.mapping);
        rows_.push_back(row);
    }

    /// The `_id` that the document was given; empty for one that is computed, or that is lost.
    std::string given_id(std::uint32_t row) {
        const Column* ids = old_.find("_id", ColumnKind::text);
        if (ids == nullptr) return "";
        const auto ordinals = ids->ordinals();
        if (!ordinals || !ids->dictionary()) {
            ++without_id_;
            return "";
        }
        if (!(*ordinals)->rows.has(row)) return "";
        return old_.id(row).value_or("");
    }

    const RowGroup& old_;
    const SegmentOwner& owner_;
    const RepairOptions& options_;
    FieldRouter router_;
    event::Document document_;
    std::unique_ptr<GroupBuilder> builder_;
    std::vector<std::uint32_t> rows_;
    std::uint32_t without_id_ = 0;
};

class Saver {
public:
    Saver(std::shared_ptr<const io::Mapped> mapped, std::string name, const SegmentOwner& owner,
          const RepairOptions& options)
        : mapped_(std::move(mapped)), name_(std::move(name)), owner_(owner), options_(options) {}

    Result<SavedSegment> run() {
        const std::string_view bytes = mapped_->bytes();
        ByteReader header(bytes);
        const bool ours = header.number<std::uint64_t>() == segment_magic;
        const auto version = header.number<std::uint16_t>();
        if (ours && version > segment_version) {
            return fail(ErrorCode::invalid,
                        fmt::format("{}: written by a newer elkhorn (format {}, this one reads "
                                    "{}): nothing was changed; use that one",
                                    name_, version, segment_version));
        }
        if (!ours || version == 0) note("its header is damaged");
        auto extents = by_directory(bytes);
        if (!extents) {
            note("its directory is damaged; row groups were looked for by their ends");
            extents = by_footers(bytes);
        }
        for (const Extent& extent : *extents)
            group(extent);
        return std::move(saved_);
    }

private:
    void note(const std::string& what) {
        saved_.sound = false;
        saved_.notes.push_back(fmt::format("{}: {}", name_, what));
    }

    void group(const Extent& extent) {
        const std::string_view bytes = mapped_->bytes().substr(extent.at, extent.size);
        const auto opened =
            open_group({mapped_, bytes, name_, extent.at}, owner_.salt, owner_.cache);
        if (!opened) {
            note(fmt::format("the row group at offset {} cannot be read: its documents are lost",
                             extent.at));
            return;
        }
        const RowGroup& old = **opened;
        std::string damaged;
        for (const auto& column : old.columns()) {
            if (!column->check()) damaged += (damaged.empty() ? "" : ", ") + column->path();
        }
        if (damaged.empty()) {
            SavedGroup whole{*opened, mapped_, bytes, old.first_seq_no(), old.rows(), false, {}};
            saved_.groups.push_back(std::move(whole));
            return;
        }
        Rebuild rebuild(old, owner_, options_);
        auto made = rebuild.run(name_);
        note(
            fmt::format("the row group at offset {} is damaged in {}: {} of its {} documents were "
                        "put together again",
                        extent.at, damaged, made ? made->group->rows() : 0, old.rows()));
        if (rebuild.without_id() > 0) {
            saved_.notes.push_back(fmt::format(
                "{}: {} documents may have lost the _id they were given, and have a generated one",
                name_, rebuild.without_id()));
        }
        if (made) {
            saved_.groups.push_back(std::move(*made));
        } else {
            saved_.groups_lost += 1;
            saved_.rows_lost += old.rows();
        }
    }

    std::shared_ptr<const io::Mapped> mapped_;
    std::string name_;
    const SegmentOwner& owner_;
    const RepairOptions& options_;
    SavedSegment saved_;
};

}  // namespace

Result<SavedSegment> save_segment(const io::Folder& folder, const std::string& name,
                                  const SegmentOwner& owner, const RepairOptions& options) {
    return Saver(TRY(folder.map(name)), name, owner, options).run();
}

}  // namespace elkhorn::store
