#include "store/column_reader.h"

#include "base/hash.h"
#include "store/bit_packing.h"
#include "store/compression.h"
#include "store/text_blocks.h"
#include "store/token_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t max_values = std::uint64_t{1} << 31;

class ColumnReader final : public Column {
public:
    ColumnReader(ColumnEntry entry, std::shared_ptr<Cache> cache)
        : entry_(std::move(entry)), cache_(std::move(cache)) {}

    ~ColumnReader() override { cache_->forget(this, cached_parts); }

    ColumnReader(const ColumnReader&) = delete;
    ColumnReader& operator=(const ColumnReader&) = delete;

    const std::string& path() const override { return entry_.path; }

    ColumnKind kind() const override { return entry_.kind; }

    std::uint32_t rows() const override { return entry_.rows; }

    std::uint32_t value_count() const override { return entry_.values; }

    std::uint32_t rows_with_value() const override { return entry_.rows_with_value; }

    std::int64_t min_integer() const override { return static_cast<std::int64_t>(entry_.min); }

    std::int64_t max_integer() const override { return static_cast<std::int64_t>(entry_.max); }

    double min_real() const override { return std::bit_cast<double>(entry_.min); }

    double max_real() const override { return std::bit_cast<double>(entry_.max); }

    bool ascending() const override { return (entry_.flags & flag_ascending) != 0; }

    bool has_dictionary() const override { return entry_.encoding == Encoding::dictionary; }

    bool has_token_index() const override { return (entry_.flags & flag_token_index) != 0; }

    std::uint64_t token_count() const override { return entry_.tokens; }

    std::uint64_t size_bytes() const override { return entry_.size(); }

    Result<Bitmap> present() const override {
        if (entry_.row_mode == RowMode::one_each) return Bitmap(entry_.rows, true);
        const auto values = TRY(row_values());
        Bitmap rows(entry_.rows);
        for (std::uint32_t row = 0; row < entry_.rows; ++row) {
            if (values->has(row)) rows.set(row);
        }
        return rows;
    }

    Result<std::shared_ptr<const RowValues>> row_values() const override {
        return decoded<RowValues>(
            part_rows, [&]() -> Result<RowValues> { return decode_rows(); },
            [](const RowValues& v) { return v.one_each() ? 0 : v.rows() * 4; });
    }

    Result<std::shared_ptr<const IntegerValues>> integers() const override {
        if (entry_.encoding != Encoding::integers) return damaged("holds no whole numbers");
        return decoded<IntegerValues>(
            part_values,
            [&]() -> Result<IntegerValues> {
                IntegerValues values{*TRY(row_values()), {}};
                if (auto done = unpack(part(1), entry_.values, values.values); !done)
                    return damaged(done.error().message);
                return values;
            },
            [](const IntegerValues& v) { return v.values.size() * 8; });
    }

    Result<std::shared_ptr<const RealValues>> reals() const override {
        return decoded<RealValues>(
            part_values, [&]() -> Result<RealValues> { return decode_reals(); },
            [](const RealValues& v) { return v.values.size() * 8; });
    }

    Result<std::shared_ptr<const OrdinalValues>> ordinals() const override {
        if (!has_dictionary()) return damaged("has no dictionary");
        return decoded<OrdinalValues>(
            part_values,
            [&]() -> Result<OrdinalValues> {
                OrdinalValues values{*TRY(row_values()), {}};
                if (auto done = unpack(part(1), entry_.values, values.values); !done)
                    return damaged(done.error().message);
                const std::uint32_t size = TRY(dictionary())->size();
                for (const std::uint32_t ordinal : values.values) {
                    if (ordinal >= size) return damaged("points past its dictionary");
                }
                return values;
            },
            [](const OrdinalValues& v) { return v.values.size() * 4; });
    }

    Result<std::shared_ptr<const Dictionary>> dictionary() const override {
        return decoded<Dictionary>(
            part_dictionary, [&]() -> Result<Dictionary> { return decode_dictionary(); },
            [](const Dictionary& d) { return d.memory_bytes(); });
    }

    std::unique_ptr<Texts> texts() const override;

    Result<Bitmap> rows_with_token(std::string_view token) const override {
        return TRY(token_index())->rows_with(token);
    }

    Result<> visit_tokens(std::string_view prefix,
                          const std::function<bool(std::string_view token, const Bitmap& rows)>&
                              visit) const override {
        return TRY(token_index())->visit(prefix, visit);
    }

    Result<> check() const {
        if (checked_.load(std::memory_order_acquire)) return {};
        if (crc32c(entry_.bytes) != entry_.crc) return damaged("has a wrong checksum");
        checked_.store(true, std::memory_order_release);
        return {};
    }

    std::string_view part(std::size_t i) const {
        std::uint64_t at = 0;
        for (std::size_t j = 0; j < i; ++j)
            at += entry_.part_sizes[j];
        return entry_.bytes.substr(at, entry_.part_sizes[i]);
    }

    std::uint32_t values() const { return entry_.values; }

    std::unexpected<Error> damaged(std::string_view what) const {
        return fail(
            ErrorCode::corruption,
            fmt::format("{}: the column {} at offset {} {}; run `elkhorn verify`, restore the file "
                        "from a copy",
                        entry_.place, entry_.path, entry_.file_offset, what));
    }

private:
    enum Part : std::uint32_t {
        part_rows,
        part_values,
        part_dictionary,
        part_tokens,
        cached_parts
    };

    /// From the cache, or checked, decoded and put there.
    template <typename T, typename Decode, typename Size>
    Result<std::shared_ptr<const T>> decoded(Part part, Decode&& decode, Size&& size) const {
        if (auto known = cache_->find<T>({this, part})) return known;
        TRY(check());
        auto made = std::make_shared<const T>(TRY(decode()));
        cache_->put({this, part}, made, size(*made) + sizeof(T));
        return made;
    }

    Result<RowValues> decode_rows() const {
        if (entry_.row_mode == RowMode::one_each) return RowValues(entry_.rows);
        std::vector<std::uint32_t> offsets;
        if (entry_.row_mode == RowMode::at_most_one) {
            Bitmap rows(entry_.rows);
            auto raw = read_zstd(part(0), rows.words().size() * 8);
            if (!raw) return damaged(raw.error().message);
            copy_numbers(rows.words().data(), raw->data(), rows.words().size());
            offsets.reserve(entry_.rows + 1);
            std::uint32_t value = 0;
            for (std::uint32_t row = 0; row < entry_.rows; ++row) {
                offsets.push_back(value);
                value += rows.test(row) ? 1 : 0;
            }
            offsets.push_back(value);
        } else if (auto done = unpack(part(0), entry_.rows + 1, offsets); !done) {
            return damaged(done.error().message);
        }
        if (offsets.front() != 0 || offsets.back() != entry_.values ||
            !std::ranges::is_sorted(offsets)) {
            return damaged("has rows that make no sense");
        }
        return RowValues(entry_.rows, std::move(offsets));
    }

    Result<RealValues> decode_reals() const {
        RealValues values{*TRY(row_values()), {}};
        if (entry_.encoding == Encoding::reals_raw) {
            auto raw = read_zstd(part(1), std::size_t{entry_.values} * 8);
            if (!raw) return damaged(raw.error().message);
            values.values.resize(entry_.values);
            copy_numbers(values.values.data(), raw->data(), entry_.values);
            return values;
        }
        if (entry_.encoding != Encoding::reals_decimal || part(1).empty())
            return damaged("holds no numbers");
        const double scale = std::pow(10.0, part(1)[0]);
        std::vector<std::int64_t> scaled;
        if (auto done = unpack(part(1).substr(1), entry_.values, scaled); !done)
            return damaged(done.error().message);
        values.values.reserve(scaled.size());
        for (const std::int64_t value : scaled)
            values.values.push_back(static_cast<double>(value) / scale);
        return values;
    }

    Result<Dictionary> decode_dictionary() const {
        if (!has_dictionary() || part(2).size() < 4) return damaged("has no dictionary");
        auto raw = read_zstd(part(2).substr(4), load<std::uint32_t>(part(2).data()));
        if (!raw) return damaged(raw.error().message);
        ByteReader reader(*raw);
        const std::uint64_t count = reader.varint();
        if (count > raw->size()) return damaged("has a dictionary that makes no sense");
        std::vector<std::uint32_t> ends;
        ends.reserve(count);
        std::uint64_t end = 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            end += reader.varint();
            ends.push_back(static_cast<std::uint32_t>(end));
        }
        if (!reader.ok() || reader.left() != end)
            return damaged("has a dictionary that makes no sense");
        return Dictionary(raw->substr(reader.position()), std::move(ends));
    }

    Result<std::shared_ptr<const TokenIndexReader>> token_index() const {
        if (!has_token_index()) return damaged("has no token index");
        return decoded<TokenIndexReader>(
            part_tokens,
            [&]() -> Result<TokenIndexReader> {
                auto index = TokenIndexReader::open(part(3), entry_.rows);
                if (!index) return damaged(index.error().message);
                return std::move(*index);
            },
            [](const TokenIndexReader&) { return 4096; });
    }

    ColumnEntry entry_;
    std::shared_ptr<Cache> cache_;
    mutable std::atomic<bool> checked_{false};
};

/// Opens its blocks at the first call, so that damage is an error of `at`.
class ColumnTexts final : public Texts {
public:
    explicit ColumnTexts(const ColumnReader& column) : column_(column) {}

    Result<std::string_view> at(std::uint32_t value) override {
        if (!blocks_) {
            TRY(column_.check());
            auto opened = TextBlocksReader::open(column_.part(1), column_.values());
            if (!opened) return column_.damaged(opened.error().message);
            blocks_ = std::move(*opened);
        }
        auto text = blocks_->at(value);
        if (!text) return column_.damaged(text.error().message);
        return text;
    }

private:
    const ColumnReader& column_;  // the row group's
    std::optional<TextBlocksReader> blocks_;
};

std::unique_ptr<Texts> ColumnReader::texts() const {
    return std::make_unique<ColumnTexts>(*this);
}

}  // namespace

std::uint64_t ColumnEntry::size() const {
    std::uint64_t size = 0;
    for (const std::uint64_t part : part_sizes)
        size += part;
    return size;
}

std::optional<ColumnEntry> read_column_entry(ByteReader& reader, std::uint32_t rows,
                                             std::uint64_t chunks_end) {
    ColumnEntry entry;
    entry.rows = rows;
    entry.path = reader.text();
    const auto kind = reader.number<std::uint8_t>();
    const auto encoding = reader.number<std::uint8_t>();
    const auto row_mode = reader.number<std::uint8_t>();
    entry.flags = reader.number<std::uint8_t>();
    const std::uint64_t values = reader.varint();
    const std::uint64_t rows_with_value = reader.varint();
    entry.tokens = reader.number<std::uint64_t>();
    entry.min = reader.number<std::uint64_t>();
    entry.max = reader.number<std::uint64_t>();
    entry.offset = reader.number<std::uint64_t>();
    entry.crc = reader.number<std::uint32_t>();
    for (std::uint64_t& size : entry.part_sizes)
        size = reader.varint();
    for (const std::uint64_t size : entry.part_sizes) {
        if (size > chunks_end) return std::nullopt;
    }
    const bool sound = reader.ok() && kind <= static_cast<std::uint8_t>(ColumnKind::ip) &&
                       encoding >= 1 && encoding <= 5 && row_mode <= 2 && values < max_values &&
                       rows_with_value <= rows && entry.offset <= chunks_end &&
                       entry.size() <= chunks_end - entry.offset &&
                       (row_mode != 0 || values == rows);
    if (!sound) return std::nullopt;
    entry.kind = static_cast<ColumnKind>(kind);
    entry.encoding = static_cast<Encoding>(encoding);
    entry.row_mode = static_cast<RowMode>(row_mode);
    entry.values = static_cast<std::uint32_t>(values);
    entry.rows_with_value = static_cast<std::uint32_t>(rows_with_value);
    return entry;
}

std::unique_ptr<Column> make_column(ColumnEntry entry, std::shared_ptr<Cache> cache) {
    return std::make_unique<ColumnReader>(std::move(entry), std::move(cache));
}

std::uint32_t Dictionary::lower_bound(std::string_view text) const {
    std::uint32_t low = 0;
    std::uint32_t high = size();
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if ((*this)[middle] < text)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

std::optional<std::uint32_t> Dictionary::find(std::string_view text) const {
    const std::uint32_t at = lower_bound(text);
    if (at == size() || (*this)[at] != text) return std::nullopt;
    return at;
}

std::pair<std::uint32_t, std::uint32_t> Dictionary::prefix_range(std::string_view prefix) const {
    const std::uint32_t first = lower_bound(prefix);
    std::string after(prefix);
    while (!after.empty() && static_cast<unsigned char>(after.back()) == 0xff)
        after.pop_back();
    if (after.empty()) return {first, size()};
    after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
    return {first, lower_bound(after)};
}

}  // namespace elkhorn::store
