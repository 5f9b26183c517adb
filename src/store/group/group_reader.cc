#include "store/group/group_reader.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/mutex.h"
#include "store/group/column_reader.h"
#include "store/group/group_format.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>

#include <map>
#include <mutex>

namespace elkhorn::store {
namespace {

/// Which ids are surely not in a row group: a Bloom filter of 16 bits an id, kept in memory once
/// asked.
class IdFilter {
public:
    explicit IdFilter(const Dictionary& ids) : bits_((std::size_t{ids.size()} * 16 + 64) / 64) {
        for (std::uint32_t i = 0; i < ids.size(); ++i) {
            for_each_bit(ids[i], [&](std::uint64_t bit) {
                bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
            });
        }
    }

    bool may_hold(std::string_view id) const {
        bool all = true;
        for_each_bit(
            id, [&](std::uint64_t bit) { all = all && (bits_[bit / 64] >> (bit % 64) & 1) != 0; });
        return all;
    }

private:
    template <typename Visit>
    void for_each_bit(std::string_view id, Visit&& visit) const {
        std::uint64_t hash = hash64(id);
        const std::uint64_t step = (hash >> 32) | 1;
        for (int i = 0; i < 6; ++i, hash += step)
            visit(hash % (bits_.size() * 64));
    }

    std::vector<std::uint64_t> bits_;
};

class SourceBlocks final : public SourceReader {
public:
    explicit SourceBlocks(std::unique_ptr<Texts> texts) : texts_(std::move(texts)) {}

    Result<std::string_view> at(std::uint32_t row) override { return texts_->at(row); }

private:
    std::unique_ptr<Texts> texts_;
};

class GroupReader final : public RowGroup {
public:
    GroupReader(GroupBytes bytes, std::uint64_t salt, std::shared_ptr<Cache> cache)
        : bytes_(std::move(bytes)), salt_(salt), cache_(std::move(cache)) {}

    ~GroupReader() override { cache_->forget(this, static_cast<std::uint32_t>(made_.size())); }

    GroupReader(const GroupReader&) = delete;
    GroupReader& operator=(const GroupReader&) = delete;

    Result<> open() {
        const std::string_view all = bytes_.bytes;
        if (all.size() < group_footer_bytes) return damaged("is cut");
        ByteReader footer(all.substr(all.size() - group_footer_bytes));
        const auto size = footer.number<std::uint32_t>();
        const auto crc = footer.number<std::uint32_t>();
        if (footer.number<std::uint64_t>() != group_magic) return damaged("does not end as one");
        if (size > all.size() - group_footer_bytes)
            return damaged("has a directory larger than itself");
        const std::size_t at = all.size() - group_footer_bytes - size;
        const std::string_view directory = all.substr(at, size);
        if (crc32c(directory) != crc) return damaged("has a directory whose checksum is wrong");
        ByteReader reader(directory);
        const auto version = reader.number<std::uint16_t>();
        if (version == 0 || version > group_version) {
            return fail(
                ErrorCode::corruption,
                fmt::format("{}: row group format {} is newer than this program reads ({}): use a "
                            "newer elkhorn",
                            bytes_.place, version, group_version));
        }
        reader.number<std::uint16_t>();
        rows_ = reader.number<std::uint32_t>();
        first_seq_no_ = reader.number<std::int64_t>();
        last_seq_no_ = reader.number<std::int64_t>();
        const std::uint64_t columns = reader.varint();
        for (std::uint64_t i = 0; i < columns && reader.ok(); ++i) {
            auto column = read_column_entry(reader, rows_, at);
            if (!column) return damaged("has a directory that makes no sense");
            column->place = bytes_.place;
            column->file_offset = bytes_.offset + column->offset;
            column->bytes = all.substr(column->offset, column->size());
            columns_.push_back(make_column(std::move(*column), *this, cache_));
            places_[{columns_.back()->path(), columns_.back()->kind()}] = columns_.back().get();
        }
        source_ = find("_source", ColumnKind::text);
        seq_no_ = find("_seq_no", ColumnKind::integer);
        version_ = find("_version", ColumnKind::integer);
        id_ = find("_id", ColumnKind::text);
        if (!reader.ok() || source_ == nullptr || seq_no_ == nullptr || version_ == nullptr) {
            return damaged("lacks columns that every row group has");
        }
        return {};
    }

    std::uint32_t rows() const override { return rows_; }

    const Column* find(std::string_view path, ColumnKind kind) const override {
        const auto it = places_.find({path, kind});
        return it == places_.end() ? nullptr : it->second;
    }

    std::span<const std::unique_ptr<Column>> columns() const override { return columns_; }

    std::int64_t first_seq_no() const override { return first_seq_no_; }

    std::int64_t last_seq_no() const override { return last_seq_no_; }

    Result<std::int64_t> seq_no(std::uint32_t row) const override {
        return integer_at(*seq_no_, row);
    }

    Result<std::int64_t> version(std::uint32_t row) const override {
        return integer_at(*version_, row);
    }

    Result<std::string> id(std::uint32_t row) const override {
        if (id_ != nullptr) {
            const auto ordinals = TRY(id_->ordinals());
            if (ordinals->rows.has(row)) {
                const auto dictionary = TRY(id_->dictionary());
                return std::string((*dictionary)[ordinals->values[ordinals->rows.first(row)]]);
            }
        }
        return generated_id(salt_, TRY(seq_no(row)));
    }

    Result<std::optional<std::uint32_t>> find_id(std::string_view id) const override {
        if (id_ == nullptr) return std::nullopt;
        std::shared_ptr<const IdFilter> filter;
        {
            const Lock lock(filter_mutex_);
            filter = filter_;
        }
        if (filter == nullptr) {
            filter = std::make_shared<IdFilter>(*TRY(id_->dictionary()));
            const Lock lock(filter_mutex_);
            filter_ = filter;
        }
        if (!filter->may_hold(id)) return std::nullopt;
        const auto ordinal = TRY(id_->dictionary())->find(id);
        if (!ordinal) return std::nullopt;
        const auto ordinals = TRY(id_->ordinals());
        std::optional<std::uint32_t> newest;
        for (std::uint32_t row = 0; row < rows_; ++row) {
            const std::uint32_t value = ordinals->rows.first(row);
            if (value != ordinals->rows.last(row) && ordinals->values[value] == *ordinal)
                newest = row;
        }
        return newest;
    }

    std::unique_ptr<SourceReader> sources() const override {
        return std::make_unique<SourceBlocks>(source_->texts());
    }

    std::uint64_t size_bytes() const override { return bytes_.bytes.size(); }

    Result<std::string_view> bytes() const override {
        for (const auto& column : columns_)
            TRY(column->check());
        return bytes_.bytes;
    }

    Result<std::shared_ptr<const RowGroup>> open_beside(
        std::shared_ptr<const std::string> bytes) const override {
        const std::string_view all = *bytes;
        return open_group({std::move(bytes), all, bytes_.place, 0}, salt_, cache_);
    }

    std::shared_ptr<const void> made(const std::string& name) const override {
        return cache_->find<void>({this, part_of(name)});
    }

    void keep_made(const std::string& name, std::shared_ptr<const void> what,
                   std::uint64_t size_bytes) const override {
        cache_->put({this, part_of(name)}, std::move(what), size_bytes);
    }

private:
    using Key = std::pair<std::string_view, ColumnKind>;

    std::unexpected<Error> damaged(std::string_view what) const {
        return fail(
            ErrorCode::corruption,
            fmt::format("{}: the row group at offset {} {}; run `elkhorn verify`, restore the file "
                        "from a copy",
                        bytes_.place, bytes_.offset, what));
    }

    static Result<std::int64_t> integer_at(const Column& column, std::uint32_t row) {
        const auto values = TRY(column.integers());
        return values->values[values->rows.first(row)];
    }

    std::uint32_t part_of(const std::string& name) const {
        const Lock lock(made_mutex_);
        return made_.try_emplace(name, static_cast<std::uint32_t>(made_.size())).first->second;
    }

    GroupBytes bytes_;
    std::uint64_t salt_;
    std::shared_ptr<Cache> cache_;
    std::uint32_t rows_ = 0;
    std::int64_t first_seq_no_ = 0;
    std::int64_t last_seq_no_ = 0;
    std::vector<std::unique_ptr<Column>> columns_;
    std::map<Key, const Column*> places_;  // keys view into the columns
    const Column* source_ = nullptr;
    const Column* seq_no_ = nullptr;
    const Column* version_ = nullptr;
    const Column* id_ = nullptr;
    mutable Mutex filter_mutex_;
    mutable std::shared_ptr<const IdFilter> filter_ GUARDED_BY(filter_mutex_);
    mutable Mutex made_mutex_;
    mutable std::map<std::string, std::uint32_t> made_ GUARDED_BY(made_mutex_);  // parts by name
};

}  // namespace

Result<std::shared_ptr<const RowGroup>> open_group(GroupBytes bytes, std::uint64_t salt,
                                                   std::shared_ptr<Cache> cache) {
    auto group = std::make_shared<GroupReader>(std::move(bytes), salt, std::move(cache));
    TRY(group->open());
    return group;
}

}  // namespace elkhorn::store
