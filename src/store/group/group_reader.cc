#include "store/group/group_reader.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/mutex.h"
#include "store/group/column_directory.h"
#include "store/group/column_reader.h"
#include "store/group/group_format.h"
#include "store/schema/document_id.h"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <vector>

namespace elkhorn::store {
namespace {

const std::string filter_name = "filter of ids";

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

    std::uint64_t memory_bytes() const { return bits_.size() * sizeof(bits_[0]); }

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

    ~GroupReader() override {
        cache_->forget(this, static_cast<std::uint32_t>(made_.size()));
        cache_->release(held_bytes_);
    }

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
        // It is read again with each column that is found, and then nobody asks about the disk.
        kept_directory_ = directory;
        if (bytes_.unreadable && bytes_.unreadable(all.substr(at)))
            return damaged("cannot be read");
        ByteReader reader(kept_directory_);
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
        const bool sound = reader.ok() && rows_ <= max_group_rows && is_seq_no(first_seq_no_) &&
                           last_seq_no_ <= greatest_seq_no && last_seq_no_ >= first_seq_no_ - 1;
        if (!sound) return damaged("has a directory that makes no sense");
        auto columns = ColumnDirectory::read(
            std::string_view(kept_directory_).substr(reader.position()), rows_, at);
        if (!columns) return damaged("has a directory that makes no sense");
        directory_ = std::move(*columns);
        columns_ = std::vector<std::atomic<const Column*>>(directory_.size());
        hold(kept_directory_.size() + directory_.memory_bytes() +
             columns_.size() * sizeof(columns_[0]));
        source_ = find("_source", ColumnKind::text);
        seq_no_ = find("_seq_no", ColumnKind::integer);
        version_ = find("_version", ColumnKind::integer);
        id_ = find("_id", ColumnKind::text);
        if (source_ == nullptr || seq_no_ == nullptr || version_ == nullptr) {
            return damaged("lacks columns that every row group has");
        }
        return {};
    }

    std::uint32_t rows() const override { return rows_; }

    const Column* find(std::string_view path, ColumnKind kind) const override {
        const auto number = directory_.find(path, kind);
        return number ? &column(*number) : nullptr;
    }

    std::vector<const Column*> columns() const override {
        std::vector<const Column*> all;
        all.reserve(columns_.size());
        for (std::uint32_t i = 0; i < columns_.size(); ++i)
            all.push_back(&column(i));
        return all;
    }

    std::uint32_t columns_set_up() const override {
        const Lock lock(making_);
        return static_cast<std::uint32_t>(made_columns_.size());
    }

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
        const auto filter = TRY(id_filter());
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
        for (std::uint32_t i = 0; i < columns_.size(); ++i)
            TRY(entry(i).check());
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
    ColumnEntry entry(std::uint32_t number) const {
        ColumnEntry found = directory_.entry(number);
        found.number = number;
        found.place = bytes_.place;
        found.unreadable = &bytes_.unreadable;
        found.file_offset = bytes_.offset + found.offset;
        found.bytes = bytes_.bytes.substr(found.offset, found.size());
        return found;
    }

    const Column& column(std::uint32_t number) const {
        if (const Column* known = columns_[number].load(std::memory_order_acquire)) return *known;
        const ColumnEntry wanted = entry(number);
        const Lock lock(making_);
        if (const Column* known = columns_[number].load(std::memory_order_relaxed)) return *known;
        hold(column_memory_bytes(wanted));
        made_columns_.push_back(make_column(wanted, *this, cache_));
        columns_[number].store(made_columns_.back().get(), std::memory_order_release);
        return *made_columns_.back();
    }

    /// Held as long as the group where there is room, for it is asked at every write with an id.
    Result<std::shared_ptr<const IdFilter>> id_filter() const {
        {
            const Lock lock(filter_mutex_);
            if (filter_ != nullptr) return filter_;
        }
        if (auto known = made(filter_name)) return std::static_pointer_cast<const IdFilter>(known);
        const auto filter = std::make_shared<const IdFilter>(*TRY(id_->dictionary()));
        if (!cache_->may_hold(filter->memory_bytes())) {
            keep_made(filter_name, filter, filter->memory_bytes());
            return filter;
        }
        const Lock lock(filter_mutex_);
        if (filter_ == nullptr) {
            filter_ = filter;
            hold(filter->memory_bytes());
        }
        return filter_;
    }

    void hold(std::uint64_t size_bytes) const {
        cache_->hold(size_bytes);
        held_bytes_ += size_bytes;
    }

    std::unexpected<Error> damaged(std::string_view what) const {
        return fail(
            ErrorCode::corruption,
            fmt::format("{}: the row group at offset {} {}; run `elkhorn verify`, restore the file "
                        "from a copy",
                        bytes_.place, bytes_.offset, what));
    }

    Result<std::int64_t> integer_at(const Column& column, std::uint32_t row) const {
        const auto values = TRY(column.integers());
        if (row >= rows_ || !values->rows.has(row))
            return damaged("lacks a number that every row has");
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
    std::string kept_directory_;
    ColumnDirectory directory_;
    mutable Mutex making_;
    mutable std::vector<std::unique_ptr<Column>> made_columns_ GUARDED_BY(making_);
    mutable std::vector<std::atomic<const Column*>> columns_;  // by number; null until it is made
    mutable std::atomic<std::uint64_t> held_bytes_{0};         // in the cache
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
