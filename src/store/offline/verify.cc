#include "store/offline/verify.h"

#include "base/strings.h"
#include "store/file/deletes_file.h"
#include "store/file/index_identity.h"
#include "store/file/manifest.h"
#include "store/file/removed_indices.h"
#include "store/file/segment_file.h"
#include "store/log/write_log.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t cache_bytes = 64ULL << 20;

class Verifier {
public:
    Verifier(const io::Folder& folder, bool values)
        : folder_(folder), values_(values), cache_(std::make_shared<Cache>(cache_bytes)) {}

    Result<Verified> run() {
        const auto removed = TRY(removed_indices(folder_));
        for (const std::string& name : TRY(folder_.list("indices"))) {
            if (removed.contains(static_cast<std::uint64_t>(to_integer(name).value_or(0))))
                continue;
            ++found_.indices;
            index("indices/" + name);
        }
        const LogCheck log = TRY(check_log(folder_));
        found_.log_entries = log.entries;
        found_.bytes += log.bytes;
        found_.damage.insert(found_.damage.end(), log.damage.begin(), log.damage.end());
        return std::move(found_);
    }

private:
    void note(const Error& error) { found_.damage.push_back(error.message); }

    void index(const std::string& path) {
        // Without a manifest nothing of it was ever flushed: the log has it.
        if (!folder_.exists(path + "/manifest")) return;
        const auto manifest = read_manifest(folder_, path);
        if (!manifest) return note(manifest.error());
        const auto identity = read_identity(folder_, path);
        if (!identity && identity.error().code != ErrorCode::not_found) note(identity.error());
        std::vector<std::shared_ptr<const RowGroup>> groups;
        for (const SegmentEntry& entry : manifest->segments)
            segment(fmt::format("{}/{}.seg", path, entry.number), entry, *manifest, groups);
        if (manifest->deletes != 0)
            deletes(fmt::format("{}/{}.del", path, manifest->deletes), groups);
    }

    void segment(const std::string& name, const SegmentEntry& entry, const Manifest& manifest,
                 std::vector<std::shared_ptr<const RowGroup>>& all) {
        ++found_.segments;
        const auto groups = open_segment(folder_, name, id_salt(manifest.id_origin()), cache_);
        if (!groups) return note(groups.error());
        if (const auto mapped = folder_.map(name)) {
            found_.bytes += (*mapped)->bytes().size();
            if ((*mapped)->bytes().size() != entry.size_bytes || groups->size() != entry.groups) {
                found_.damage.push_back(fmt::format(
                    "{}: has {} bytes in {} row groups, but the manifest says {} in {}: it is "
                    "another segment's file; restore it from a copy",
                    name, (*mapped)->bytes().size(), groups->size(), entry.size_bytes,
                    entry.groups));
            }
        }
        for (const auto& group : *groups) {
            ++found_.groups;
            found_.documents += group->rows();
            if (group->last_seq_no() >= manifest.flushed_seq_no) {
                found_.damage.push_back(
                    fmt::format("{}: has sequence number {}, but the manifest says that segments "
                                "end before {}; restore the folder from a copy",
                                name, group->last_seq_no(), manifest.flushed_seq_no));
            }
            columns(*group);
            all.push_back(group);
        }
    }

    /// One sentence for a column is enough.
    void columns(const RowGroup& group) {
        for (const auto& column : group.columns()) {
            if (auto sound = column->check(); !sound) return note(sound.error());
            if (!values_) continue;
            if (auto sound = read_values(*column); !sound) return note(sound.error());
        }
        if (!values_) return;
        const auto sources = group.sources();
        for (std::uint32_t row = 0; row < group.rows(); ++row) {
            if (const auto source = sources->at(row); !source) return note(source.error());
        }
    }

    static Result<> read_values(const Column& column) {
        TRY(column.present());
        if (column.kind() == ColumnKind::integer) {
            TRY(column.integers());
        } else if (column.kind() == ColumnKind::real) {
            TRY(column.reals());
        } else if (column.has_dictionary()) {
            TRY(column.ordinals());
        } else {
            const auto texts = column.texts();
            for (std::uint32_t value = 0; value < column.value_count(); ++value)
                TRY(texts->at(value));
        }
        if (!column.has_token_index()) return {};
        return column.visit_tokens(
            "", [](std::string_view) { return true; },
            [](std::string_view, const Bitmap&) { return true; });
    }

    void deletes(const std::string& name,
                 const std::vector<std::shared_ptr<const RowGroup>>& groups) {
        const auto read = read_deletes_file(folder_, name);
        if (!read) return note(read.error());
        for (const auto& [first_seq_no, rows] : *read) {
            const bool there = std::ranges::any_of(
                groups, [first = first_seq_no, n = rows.size()](const auto& group) {
                    return group->first_seq_no() == first && group->rows() == n;
                });
            if (!there) {
                found_.damage.push_back(fmt::format(
                    "{}: names a row group that begins with sequence number {}, which is not "
                    "there; restore the folder from a copy",
                    name, first_seq_no));
            }
        }
    }

    const io::Folder& folder_;
    const bool values_;
    std::shared_ptr<Cache> cache_;
    Verified found_;
};

}  // namespace

Result<Verified> verify(const io::Folder& folder, bool values) {
    return Verifier(folder, values).run();
}

}  // namespace elkhorn::store
