#include "store/group/column_reader.h"

#include "base/hash.h"
#include "store/code/bit_packing.h"
#include "store/code/compression.h"
#include "store/code/hex_text.h"
#include "store/code/template_text.h"
#include "store/code/template_words.h"
#include "store/code/text_blocks.h"
#include "store/code/token_index.h"
#include "store/group/source_shapes.h"
#include "text/analysis/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

namespace elkhorn::store {
namespace {

class ColumnReader final : public Column {
public:
    ColumnReader(const ColumnEntry& entry, const RowGroup& group, std::shared_ptr<Cache> cache)
        : entry_(entry), path_(entry.path), group_(group), cache_(std::move(cache)) {}

    ~ColumnReader() override { cache_->forget(this, cached_parts); }

    ColumnReader(const ColumnReader&) = delete;
    ColumnReader& operator=(const ColumnReader&) = delete;

    const std::string& path() const override { return path_; }

    std::uint32_t number() const override { return entry_.number; }

    ColumnKind kind() const override { return entry_.kind; }

    std::uint32_t rows() const override { return entry_.rows; }

    std::uint32_t value_count() const override { return entry_.values; }

    std::uint32_t rows_with_value() const override { return entry_.rows_with_value; }

    std::int64_t min_integer() const override { return static_cast<std::int64_t>(entry_.min); }

    std::int64_t max_integer() const override { return static_cast<std::int64_t>(entry_.max); }

    double min_real() const override { return std::bit_cast<double>(entry_.min); }

    double max_real() const override { return std::bit_cast<double>(entry_.max); }

    std::optional<std::uint64_t> longest_text() const override {
        if (entry_.max == 0) return std::nullopt;
        return entry_.max - 1;
    }

    bool ascending() const override { return (entry_.flags & flag_ascending) != 0; }

    bool has_dictionary() const override {
        return entry_.encoding == Encoding::dictionary || entry_.encoding == Encoding::derived;
    }

    bool has_token_index() const override { return (entry_.flags & flag_token_index) != 0; }

    bool analyzed() const override {
        return (entry_.flags & (flag_analyzed | flag_token_index)) != 0 || entry_.tokens > 0;
    }

    std::uint64_t token_count() const override { return entry_.tokens; }

    std::uint64_t size_bytes() const override { return entry_.size(); }

    std::uint64_t index_bytes() const override { return entry_.part_sizes[3]; }

    std::string_view encoding_name() const override {
        switch (entry_.encoding) {
            case Encoding::integers: return "integers";
            case Encoding::reals_raw: return "reals";
            case Encoding::reals_decimal: return "decimals";
            case Encoding::dictionary: return "dictionary";
            case Encoding::blocks: return "blocks";
            case Encoding::templates: return "templates";
            case Encoding::hex: return "hex";
            case Encoding::derived: return "derived";
            case Encoding::shapes: return "shapes";
        }
        return "unknown";
    }

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
                if (entry_.encoding == Encoding::derived) {
                    values.values = TRY(decode_derived());
                } else if (auto done = unpack(part(1), entry_.values, values.values); !done) {
                    return damaged(done.error().message);
                }
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

    Result<Bitmap> rows_with_text(std::string_view text) const override {
        auto rows = find_text(text);
        TRY(entry_.readable());
        return rows;
    }

    Result<Bitmap> rows_with_token(std::string_view token) const override {
        auto rows = find_token(token);
        TRY(entry_.readable());
        return rows;
    }

    Result<> visit_tokens(std::string_view prefix, const TokenTest& wanted,
                          const TokenVisit& visit) const override {
        auto done = walk_tokens(prefix, wanted, visit);
        TRY(entry_.readable());
        return done;
    }

    Result<std::unique_ptr<WordPlaces>> word_places(std::vector<WantedWord> wanted) const override {
        if (entry_.encoding != Encoding::templates) return nullptr;
        auto places = word_places_in(TRY(template_texts()), std::move(wanted));
        TRY(entry_.readable());
        if (!places) return damaged(places.error().message);
        return std::make_unique<CheckedPlaces>(*this, std::move(*places));
    }

    Result<std::unique_ptr<WordCounts>> word_counts(std::string_view word) const override {
        if (entry_.encoding != Encoding::templates) return nullptr;
        auto texts = TRY(template_texts());
        auto repeats = decoded<WordRepeats>(
            part_repeats,
            [&]() -> Result<WordRepeats> {
                auto made = WordRepeats::find(*texts);
                if (!made) return damaged(made.error().message);
                return std::move(*made);
            },
            [](const WordRepeats& r) { return r.memory_bytes(); });
        if (!repeats) return std::unexpected(repeats.error());
        auto counts = word_counts_in(std::move(texts), std::move(*repeats), word);
        TRY(entry_.readable());
        if (!counts) return damaged(counts.error().message);
        return counts;
    }

    Result<std::shared_ptr<const TemplateTexts>> template_texts() const {
        if (entry_.encoding != Encoding::templates) return damaged("has no templates");
        return decoded<TemplateTexts>(
            part_values,
            [&]() -> Result<TemplateTexts> {
                auto made =
                    TemplateTexts::open(part(1), part(3), *TRY(row_values()), entry_.values,
                                        [&](std::string_view path) { return reference(path); });
                if (!made) return damaged(made.error().message);
                return std::move(*made);
            },
            [](const TemplateTexts& t) { return t.memory_bytes(); });
    }

    Result<std::shared_ptr<const SourceShapes>> source_shapes() const {
        if (entry_.encoding != Encoding::shapes) return damaged("has no shapes");
        return decoded<SourceShapes>(
            part_values,
            [&]() -> Result<SourceShapes> {
                auto made = SourceShapes::open(part(1), part(2), entry_.rows);
                if (!made) return damaged(made.error().message);
                return std::move(*made);
            },
            [](const SourceShapes& s) { return s.memory_bytes(); });
    }

    Result<std::shared_ptr<const HexTexts>> hex_texts() const {
        if (entry_.encoding != Encoding::hex) return damaged("has no packed digits");
        return decoded<HexTexts>(
            part_values,
            [&]() -> Result<HexTexts> {
                auto made = HexTexts::open(part(1), part(3), entry_.values);
                if (!made) return damaged(made.error().message);
                return std::move(*made);
            },
            [](const HexTexts&) { return 4096; });
    }

    Result<> check() const override {
        if (checked_.load(std::memory_order_acquire)) return {};
        TRY(entry_.check());
        checked_.store(true, std::memory_order_release);
        return {};
    }

    std::string_view part(std::size_t i) const {
        std::uint64_t at = 0;
        for (std::size_t j = 0; j < i; ++j)
            at += entry_.part_sizes[j];
        return entry_.bytes.substr(at, entry_.part_sizes[i]);
    }

    Result<> readable() const { return entry_.readable(); }

    std::uint32_t values() const { return entry_.values; }

    Encoding encoding() const { return entry_.encoding; }

    std::unexpected<Error> damaged(std::string_view what) const { return entry_.damaged(what); }

private:
    Result<Bitmap> find_text(std::string_view text) const;
    Result<Bitmap> find_token(std::string_view token) const;
    Result<> walk_tokens(std::string_view prefix, const TokenTest& wanted,
                         const TokenVisit& visit) const;

    /// Tells which column it is where its bytes make no sense.
    class CheckedPlaces final : public WordPlaces {
    public:
        CheckedPlaces(const ColumnReader& column, std::unique_ptr<WordPlaces> places)
            : column_(column), places_(std::move(places)) {}

        Result<std::uint32_t> of(std::uint32_t value, std::vector<Found>& found) override {
            auto words = places_->of(value, found);
            TRY(column_.readable());
            if (!words) return column_.damaged(words.error().message);
            return words;
        }

    private:
        const ColumnReader& column_;  // the row group's
        std::unique_ptr<WordPlaces> places_;
    };

    enum Part : std::uint32_t {
        part_rows,
        part_values,
        part_dictionary,
        part_tokens,
        part_repeats,
        cached_parts
    };

    /// From the cache, or checked, decoded and put there.
    template <typename T, typename Decode, typename Size>
    Result<std::shared_ptr<const T>> decoded(Part part, Decode&& decode, Size&& size) const {
        if (auto known = cache_->find<T>({this, part})) return known;
        TRY(check());
        auto decoded = decode();
        TRY(entry_.readable());
        auto made = std::make_shared<const T>(TRY(std::move(decoded)));
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
            rows.clear_tail();
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

    /// The ordinals of a column that this one is a function of; that one is a function of none.
    Result<std::shared_ptr<const OrdinalValues>> reference(std::string_view path) const {
        const auto* column = static_cast<const ColumnReader*>(group_.find(path, ColumnKind::text));
        if (column == nullptr || column->entry_.encoding != Encoding::dictionary)
            return damaged("is a function of a column that is not there");
        return column->ordinals();
    }

    Result<std::vector<std::uint32_t>> decode_derived() const {
        ByteReader reader(part(1));
        const auto from = TRY(reference(reader.text()));
        std::vector<std::uint32_t> map;
        const std::uint32_t size = from->values.empty() ? 0 : std::ranges::max(from->values) + 1;
        if (!reader.ok() || !unpack(reader.take(reader.left()), size, map))
            return damaged("has a map that makes no sense");
        if (from->values.size() != entry_.values) return damaged("has rows that make no sense");
        std::vector<std::uint32_t> values;
        values.reserve(from->values.size());
        for (const std::uint32_t ordinal : from->values)
            values.push_back(map[ordinal]);
        return values;
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
            const std::uint64_t size = reader.varint();
            if (size > raw->size() - end) return damaged("has a dictionary that makes no sense");
            end += size;
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
    std::string path_;
    const RowGroup& group_;  // owns this
    std::shared_ptr<Cache> cache_;
    mutable std::atomic<bool> checked_{false};
};

/// Opens its blocks at the first call, so that damage is an error of `at`.
class BlockTexts final : public Texts {
public:
    explicit BlockTexts(const ColumnReader& column) : column_(column) {}

    Result<std::string_view> at(std::uint32_t value) override {
        if (!blocks_) {
            TRY(column_.check());
            auto opened = TextBlocksReader::open(column_.part(1), column_.values());
            if (!opened) return column_.damaged(opened.error().message);
            blocks_ = std::move(*opened);
        }
        auto text = blocks_->at(value);
        TRY(column_.readable());
        if (!text) return column_.damaged(text.error().message);
        return text;
    }

private:
    const ColumnReader& column_;  // the row group's
    std::optional<TextBlocksReader> blocks_;
};

/// Texts that are put together from what was decoded.
class MadeTexts final : public Texts {
public:
    explicit MadeTexts(const ColumnReader& column) : column_(column) {}

    Result<std::string_view> at(std::uint32_t value) override {
        if (value >= column_.values()) return column_.damaged("is asked for a value too many");
        text_.clear();
        if (column_.encoding() == Encoding::hex) {
            if (hex_ == nullptr) hex_ = TRY(column_.hex_texts());
            hex_->append(value, text_);
            TRY(column_.readable());
            return text_;
        }
        if (templates_ == nullptr) templates_ = TRY(column_.template_texts());
        const auto done = templates_->append(value, text_);
        TRY(column_.readable());
        if (!done) return column_.damaged(done.error().message);
        return text_;
    }

private:
    const ColumnReader& column_;  // the row group's
    std::shared_ptr<const HexTexts> hex_;
    std::shared_ptr<const TemplateTexts> templates_;
    std::string text_;
};

/// Documents put together from the other columns; opened at the first call.
class SourceTexts final : public Texts {
public:
    SourceTexts(const ColumnReader& column, const RowGroup& group)
        : column_(column), group_(group) {}

    Result<std::string_view> at(std::uint32_t row) override {
        if (reader_ == nullptr)
            reader_ = make_source_reader(TRY(column_.source_shapes()), group_, column_);
        auto text = reader_->at(row);
        TRY(column_.readable());
        if (!text) return column_.damaged(text.error().message);
        return text;
    }

private:
    const ColumnReader& column_;  // the row group's
    const RowGroup& group_;
    std::unique_ptr<SourceReader> reader_;
};

std::unique_ptr<Texts> ColumnReader::texts() const {
    if (entry_.encoding == Encoding::blocks) return std::make_unique<BlockTexts>(*this);
    if (entry_.encoding == Encoding::shapes) return std::make_unique<SourceTexts>(*this, group_);
    return std::make_unique<MadeTexts>(*this);
}

/// Rows of values, for encodings that find values.
class RowsOf {
public:
    RowsOf(const RowValues& values, std::uint32_t count) : rows_(values.rows()) {
        if (values.one_each()) return;
        row_of_.reserve(count);
        for (std::uint32_t row = 0; row < values.rows(); ++row)
            row_of_.resize(values.last(row), row);
    }

    void add(std::uint32_t value) { rows_.set(row_of_.empty() ? value : row_of_[value]); }

    std::uint32_t row(std::uint32_t value) const {
        return row_of_.empty() ? value : row_of_[value];
    }

    Bitmap take() { return std::move(rows_); }

private:
    Bitmap rows_;
    std::vector<std::uint32_t> row_of_;
};

Result<Bitmap> ColumnReader::find_text(std::string_view text) const {
    const auto values = TRY(row_values());
    if (entry_.encoding == Encoding::hex) {
        RowsOf rows(*values, entry_.values);
        TRY(hex_texts())->find(text, [&](std::uint32_t value) { rows.add(value); });
        return rows.take();
    }
    Bitmap candidates(entry_.rows, true);
    if (entry_.encoding == Encoding::templates || has_token_index()) {
        text::Tokenizer tokens(text);
        while (tokens.next() && candidates.any())
            candidates.and_with(TRY(rows_with_token(tokens.token())));
    }
    const auto reader = texts();
    Bitmap rows(entry_.rows);
    std::optional<Error> failure;
    candidates.for_each([&](std::uint32_t row) {
        for (std::uint32_t value = values->first(row); value < values->last(row); ++value) {
            const auto found = reader->at(value);
            if (!found && !failure) failure = found.error();
            if (found && *found == text) rows.set(row);
        }
    });
    if (failure) return std::unexpected(*failure);
    return rows;
}

Result<Bitmap> ColumnReader::find_token(std::string_view token) const {
    if (entry_.encoding == Encoding::templates) {
        auto rows = TRY(template_texts())->rows_with_token(token);
        return rows ? std::move(rows) : damaged(rows.error().message);
    }
    if (!has_token_index()) return damaged("has no token index");
    if (entry_.encoding == Encoding::hex) {
        RowsOf rows(*TRY(row_values()), entry_.values);
        TRY(hex_texts())->find_token(token, [&](std::uint32_t value) { rows.add(value); });
        return rows.take();
    }
    return TRY(token_index())->rows_with(token);
}

Result<> ColumnReader::walk_tokens(std::string_view prefix, const TokenTest& wanted,
                                   const TokenVisit& visit) const {
    if (!has_token_index()) return damaged("has no token index");
    if (entry_.encoding == Encoding::templates) {
        auto done = TRY(template_texts())->visit_tokens(prefix, wanted, visit);
        return done ? done : damaged(done.error().message);
    }
    if (entry_.encoding != Encoding::hex) return TRY(token_index())->visit(prefix, wanted, visit);
    // Hardly ever asked of ids: their tokens are made and sorted.
    const RowsOf rows(*TRY(row_values()), entry_.values);
    const auto reader = texts();
    std::vector<std::pair<std::string, std::uint32_t>> found;
    for (std::uint32_t value = 0; value < entry_.values; ++value) {
        text::Tokenizer tokens(TRY(reader->at(value)));
        while (tokens.next()) {
            if (tokens.token().starts_with(prefix) && wanted(tokens.token()))
                found.emplace_back(tokens.token(), rows.row(value));
        }
    }
    std::ranges::sort(found);
    for (std::size_t i = 0; i < found.size();) {
        Bitmap of_token(entry_.rows);
        const std::string& token = found[i].first;
        for (; i < found.size() && found[i].first == token; ++i)
            of_token.set(found[i].second);
        if (!visit(token, of_token)) break;
    }
    return {};
}

}  // namespace

std::uint64_t column_memory_bytes(const ColumnEntry& entry) {
    return sizeof(ColumnReader) + entry.path.size();
}

std::unique_ptr<Column> make_column(const ColumnEntry& entry, const RowGroup& group,
                                    std::shared_ptr<Cache> cache) {
    return std::make_unique<ColumnReader>(entry, group, std::move(cache));
}

}  // namespace elkhorn::store
