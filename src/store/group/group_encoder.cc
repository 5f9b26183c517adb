#include "store/group/group_encoder.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "store/code/bit_packing.h"
#include "store/code/compression.h"
#include "store/code/hex_text.h"
#include "store/code/template_text.h"
#include "store/code/text_blocks.h"
#include "store/code/token_index.h"
#include "store/group/source_shapes.h"
#include "text/analysis/tokenizer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>

namespace elkhorn::store {
namespace {

// Past these a dictionary costs more than it saves: sorting and holding long texts that hardly
// repeat.
constexpr std::uint64_t short_text_bytes = 64;
constexpr std::uint32_t distinct_share = 4;  // at most a quarter distinct

// Dictionaries that others may be functions of: worth trying, and cheap to try.
constexpr std::size_t most_references = 8;
constexpr std::size_t largest_reference = 8192;

// Fewer texts are not worth templates.
constexpr std::size_t fewest_for_templates = 256;

// Below this many distinct texts a full-text query is evaluated on the dictionary.
constexpr std::size_t dictionary_scan_limit = 2048;

constexpr int max_decimal_digits = 6;

template <typename T>
std::vector<std::int64_t> widen(const std::vector<T>& values) {
    return {values.begin(), values.end()};
}

/// Eight bytes of the text, first byte highest, so that most comparisons are of one number.
std::uint64_t sort_key(std::string_view text) {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        key = key << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
    }
    return key;
}

/// The order of the texts: order[i] is the text that comes i-th.
std::vector<std::uint32_t> sorted_order(const std::vector<std::string_view>& texts) {
    struct Item {
        std::uint64_t key;
        std::uint32_t text;
    };

    std::vector<Item> items(texts.size());
    for (std::uint32_t i = 0; i < items.size(); ++i)
        items[i] = {sort_key(texts[i]), i};
    std::ranges::sort(items, [&](const Item& a, const Item& b) {
        return a.key != b.key ? a.key < b.key : texts[a.text] < texts[b.text];
    });
    std::vector<std::uint32_t> order(items.size());
    for (std::size_t i = 0; i < items.size(); ++i)
        order[i] = items[i].text;
    return order;
}

/// The decimal digits after which every value is a whole number, or -1.
int decimal_digits(const std::vector<double>& values) {
    double scale = 1;
    for (int digits = 0; digits <= max_decimal_digits; ++digits, scale *= 10) {
        const bool exact = std::ranges::all_of(values, [&](double value) {
            const double scaled = std::round(value * scale);
            return std::fabs(scaled) < 9e15 && scaled / scale == value &&
                   !(scaled == 0 && std::signbit(value));
        });
        if (exact) return digits;
    }
    return -1;
}

bool few_distinct(const ColumnBuilder& column) {
    return column.distinct.texts().size() <= column.ordinals.size() / distinct_share;
}

/// Whether a dictionary is right however often they repeat: ids are looked up by theirs, and a few
/// texts cost nothing.
bool is_sorted_anyway(const ColumnBuilder& column) {
    return column.path.starts_with('_') || column.distinct.texts().size() <= 64;
}

/// The same with every text once, for what sorts them.
ColumnBuilder without_twins(const ColumnBuilder& column) {
    ColumnBuilder made;
    made.path = column.path;
    made.kind = column.kind;
    made.tokens = column.tokens;
    made.rows = column.rows;
    for (const std::uint32_t ordinal : column.ordinals)
        made.ordinals.push_back(made.distinct.add(column.distinct.texts()[ordinal]));
    return made;
}

/// Whether its values are one for each row and of so few that others may be functions of them.
bool may_be_reference(const ColumnBuilder& column, std::uint32_t rows) {
    const std::size_t distinct = column.distinct.texts().size();
    return column.kind == ColumnKind::text && column.rows.empty() && column.values() == rows &&
           few_distinct(column) && distinct > 1 && distinct <= largest_reference;
}

/// Own ordinal for each of the reference's, or nothing where it is no function of it.
std::vector<std::int64_t> map_from(const TextReference& reference,
                                   std::span<const std::uint32_t> ordinals) {
    std::vector<std::int64_t> map(reference.size, -1);
    for (std::size_t row = 0; row < ordinals.size(); ++row) {
        std::int64_t& known = map[reference.ordinals[row]];
        if (known >= 0 && known != ordinals[row]) return {};
        known = ordinals[row];
    }
    return map;
}

void append_dictionary(std::string& out, const std::vector<std::string_view>& texts,
                       const std::vector<std::uint32_t>& order) {
    std::string raw;
    append_varint(raw, texts.size());
    for (const std::uint32_t text : order)
        append_varint(raw, texts[text].size());
    for (const std::uint32_t text : order)
        raw += texts[text];
    append_number(out, static_cast<std::uint32_t>(raw.size()));
    append_zstd(out, raw);
}

std::vector<std::uint32_t> ranks_of(const std::vector<std::uint32_t>& order) {
    std::vector<std::uint32_t> ranks(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i)
        ranks[order[i]] = i;
    return ranks;
}

}  // namespace

void GroupEncoder::encode_rows(const ColumnBuilder& column, Chunk& chunk) const {
    if (column.rows.empty() && column.values() == rows_) {
        chunk.rows_with_value = rows_;
        return;
    }
    std::vector<std::uint32_t> rows = column.rows;
    if (rows.empty()) {
        rows.resize(column.values());
        std::iota(rows.begin(), rows.end(), 0U);
    }
    Bitmap present(rows_);
    for (const std::uint32_t row : rows)
        present.set(row);
    chunk.rows_with_value = present.count();
    if (chunk.rows_with_value == rows.size()) {
        chunk.row_mode = RowMode::at_most_one;
        append_zstd(chunk.parts[0], as_bytes(present.words().data(), present.words().size()));
        return;
    }
    chunk.row_mode = RowMode::many;
    std::vector<std::int64_t> offsets(rows_ + 1, 0);
    for (const std::uint32_t row : rows)
        ++offsets[row + 1];
    std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
    append_packed(chunk.parts[0], offsets);
}

void GroupEncoder::encode_integers(const ColumnBuilder& column, Chunk& chunk) const {
    chunk.encoding = Encoding::integers;
    const auto [min, max] = std::ranges::minmax(column.integers);
    chunk.min = static_cast<std::uint64_t>(min);
    chunk.max = static_cast<std::uint64_t>(max);
    const bool one_each = chunk.row_mode == RowMode::one_each;
    if (one_each && std::ranges::is_sorted(column.integers)) chunk.flags |= flag_ascending;
    append_packed(chunk.parts[1], column.integers);
}

void GroupEncoder::encode_reals(const ColumnBuilder& column, Chunk& chunk) {
    const auto [min, max] = std::ranges::minmax(column.reals);
    chunk.min = std::bit_cast<std::uint64_t>(min);
    chunk.max = std::bit_cast<std::uint64_t>(max);
    const int digits = decimal_digits(column.reals);
    if (digits < 0) {
        chunk.encoding = Encoding::reals_raw;
        append_zstd(chunk.parts[1], as_bytes(column.reals.data(), column.reals.size()));
        return;
    }
    chunk.encoding = Encoding::reals_decimal;
    const double scale = std::pow(10.0, digits);
    std::vector<std::int64_t> scaled;
    scaled.reserve(column.reals.size());
    for (const double value : column.reals)
        scaled.push_back(std::llround(value * scale));
    chunk.parts[1].push_back(static_cast<char>(digits));
    append_packed(chunk.parts[1], scaled);
}

/// A sorted dictionary and ordinals, or a map from another column's.
void GroupEncoder::encode_dictionary(const ColumnBuilder& column, Chunk& chunk) {
    const auto order = sorted_order(column.distinct.texts());
    append_dictionary(chunk.parts[2], column.distinct.texts(), order);
    const auto ranks = ranks_of(order);
    std::vector<std::uint32_t> ordinals;
    ordinals.reserve(column.ordinals.size());
    for (const std::uint32_t ordinal : column.ordinals)
        ordinals.push_back(ranks[ordinal]);
    const bool candidate = may_be_reference(column, rows_);
    for (const TextReference& reference : references_) {
        if (!candidate || reference.size < ranks.size()) continue;
        const auto map = map_from(reference, ordinals);
        if (map.empty()) continue;
        chunk.encoding = Encoding::derived;
        append_text(chunk.parts[1], reference.path);
        append_packed(chunk.parts[1], map);
        return;
    }
    chunk.encoding = Encoding::dictionary;
    append_packed(chunk.parts[1], widen(ordinals));
    if (!candidate || references_.size() == most_references) return;
    reference_ordinals_.push_back(std::move(ordinals));
    references_.push_back(
        {column.path, reference_ordinals_.back(), static_cast<std::uint32_t>(ranks.size())});
}

bool GroupEncoder::encode_hex_ids(const ColumnBuilder& column, Chunk& chunk) const {
    auto parts = encode_hex(column.distinct.texts(), column.ordinals);
    if (!parts) return false;
    chunk.encoding = Encoding::hex;
    chunk.parts[1] = std::move(parts->values);
    chunk.parts[3] = std::move(parts->filter);
    if (column.tokens) {
        chunk.flags |= flag_token_index;
        chunk.tokens = column.ordinals.size() * std::uint64_t{parts->pieces};
    }
    return true;
}

bool GroupEncoder::encode_template_texts(const ColumnBuilder& column, Chunk& chunk) const {
    if (column.ordinals.size() < fewest_for_templates) return false;
    const TextColumn texts{column.distinct.texts(), column.ordinals, column.rows, rows_};
    auto parts = encode_templates(texts, references_);
    if (!parts) return false;
    chunk.encoding = Encoding::templates;
    chunk.parts[1] = std::move(parts->values);
    chunk.parts[3] = std::move(parts->index);
    if (column.tokens) {
        chunk.flags |= flag_token_index;
        chunk.tokens = parts->tokens;
    }
    return true;
}

void GroupEncoder::encode_texts(const ColumnBuilder& column, Chunk& chunk) {
    chunk.max = longest_text(column);
    const bool patterns =
        !few_distinct(column) && !is_sorted_anyway(column) && column.kind != ColumnKind::ip;
    if (patterns && (encode_hex_ids(column, chunk) || encode_template_texts(column, chunk))) return;
    encode_plain_texts(column.all_new ? without_twins(column) : column, chunk);
}

/// Texts without a pattern: a dictionary where they repeat or are short, blocks where not.
void GroupEncoder::encode_plain_texts(const ColumnBuilder& column, Chunk& chunk) {
    const auto& texts = column.distinct.texts();
    if (few_distinct(column) || is_sorted_anyway(column) ||
        column.distinct.text_bytes() <= short_text_bytes * texts.size()) {
        encode_dictionary(column, chunk);
    } else {
        chunk.encoding = Encoding::blocks;
        std::vector<std::string_view> values;
        values.reserve(column.ordinals.size());
        for (const std::uint32_t ordinal : column.ordinals)
            values.push_back(texts[ordinal]);
        append_text_blocks(chunk.parts[1], values);
    }
    if (column.tokens) encode_tokens(column, chunk);
}

/// Counts the tokens of all values and, where it is worth it, indexes them.
void GroupEncoder::encode_tokens(const ColumnBuilder& column, Chunk& chunk) const {
    const auto& texts = column.distinct.texts();
    const bool sorted =
        chunk.encoding == Encoding::dictionary || chunk.encoding == Encoding::derived;
    const bool index = !sorted || texts.size() > dictionary_scan_limit;
    TokenIndexBuilder builder(rows_);
    std::vector<std::uint32_t> tokens;              // of all distinct texts, one after the other
    std::vector<std::uint32_t> ends(texts.size());  // of each text's tokens
    std::vector<std::uint32_t> counts(texts.size());
    for (std::uint32_t i = 0; i < texts.size(); ++i) {
        text::Tokenizer words(texts[i]);
        while (words.next()) {
            ++counts[i];
            if (index) tokens.push_back(builder.token(words.token()));
        }
        ends[i] = static_cast<std::uint32_t>(tokens.size());
    }
    for (std::uint32_t value = 0; value < column.ordinals.size(); ++value) {
        const std::uint32_t text = column.ordinals[value];
        const std::uint32_t row = column.rows.empty() ? value : column.rows[value];
        chunk.tokens += counts[text];
        if (!index) continue;
        for (std::uint32_t at = text == 0 ? 0 : ends[text - 1]; at < ends[text]; ++at) {
            builder.add(row, tokens[at]);
        }
    }
    if (!index) return;
    chunk.flags |= flag_token_index;
    builder.append_to(chunk.parts[3]);
}

/// As the directory says it in the place of `max`; 0 is for "unknown".
std::uint64_t GroupEncoder::longest_text(const ColumnBuilder& column) {
    std::size_t longest = 0;
    for (const std::string_view text : column.distinct.texts())
        longest = std::max(longest, text.size());
    return longest + 1;
}

void GroupEncoder::add(const ColumnBuilder& column) {
    if (column.values() == 0) return;
    Chunk chunk;
    encode_rows(column, chunk);
    if (column.kind == ColumnKind::integer)
        encode_integers(column, chunk);
    else if (column.kind == ColumnKind::real)
        encode_reals(column, chunk);
    else
        encode_texts(column, chunk);
    if (column.tokens) chunk.flags |= flag_analyzed;
    write(column.path, column.kind, column.values(), chunk);
}

void GroupEncoder::add_all(std::span<const std::unique_ptr<ColumnBuilder>> columns) {
    std::vector<ComposedColumn> composed = compose_columns(columns, rows_);
    std::vector<const ColumnBuilder*> order;
    for (const auto& column : columns) {
        if (std::ranges::find(composed, column.get(), &ComposedColumn::column) == composed.end())
            order.push_back(column.get());
    }
    // Those that others may be functions of come first, the largest before all.
    std::ranges::sort(order, std::greater(), [&](const ColumnBuilder* column) {
        const bool reference = may_be_reference(*column, rows_);
        return std::pair(reference ? column->distinct.texts().size() : 0, column->path);
    });
    reference_ordinals_.reserve(most_references);  // references view into it
    for (const ColumnBuilder* column : order)
        add(*column);
    for (ComposedColumn& one : composed)
        add_composed(one);
}

void GroupEncoder::add_composed(ComposedColumn& composed) {
    const ColumnBuilder& column = *composed.column;
    Chunk chunk;
    chunk.encoding = Encoding::shapes;
    chunk.rows_with_value = rows_;
    chunk.parts[1] = std::move(composed.shapes);
    chunk.parts[2] = std::move(composed.whole);
    chunk.max = longest_text(column);
    if (column.tokens) {
        encode_tokens(column, chunk);
        chunk.flags |= flag_analyzed;
    }
    write(column.path, column.kind, column.values(), chunk);
}

void GroupEncoder::add_sources(std::span<const std::string_view> sources,
                               std::span<const std::unique_ptr<ColumnBuilder>> columns) {
    SourceParts parts = encode_sources(sources, columns);
    Chunk chunk;
    chunk.encoding = Encoding::shapes;
    chunk.rows_with_value = rows_;
    chunk.parts[1] = std::move(parts.shapes);
    chunk.parts[2] = std::move(parts.whole);
    write("_source", ColumnKind::text, sources.size(), chunk);
    for (const auto& spare : parts.spares)
        add(*spare);
}

void GroupEncoder::write(std::string_view path, ColumnKind kind, std::size_t values,
                         const Chunk& chunk) {
    const std::size_t offset = out_.size();
    for (const std::string& part : chunk.parts)
        out_ += part;
    append_text(directory_, path);
    directory_.push_back(static_cast<char>(kind));
    directory_.push_back(static_cast<char>(chunk.encoding));
    directory_.push_back(static_cast<char>(chunk.row_mode));
    directory_.push_back(static_cast<char>(chunk.flags));
    append_varint(directory_, values);
    append_varint(directory_, chunk.rows_with_value);
    append_number(directory_, chunk.tokens);
    append_number(directory_, chunk.min);
    append_number(directory_, chunk.max);
    append_number(directory_, static_cast<std::uint64_t>(offset));
    append_number(directory_, crc32c(std::string_view(out_).substr(offset)));
    for (const std::string& part : chunk.parts)
        append_varint(directory_, part.size());
    ++columns_;
}

std::string GroupEncoder::finish() {
    std::string directory;
    append_number(directory, group_version);
    append_number(directory, std::uint16_t{0});
    append_number(directory, rows_);
    append_number(directory, first_seq_no_);
    append_number(directory, last_seq_no_);
    append_varint(directory, columns_);
    directory += directory_;
    out_ += directory;
    append_number(out_, static_cast<std::uint32_t>(directory.size()));
    append_number(out_, crc32c(directory));
    append_number(out_, group_magic);
    return std::move(out_);
}

}  // namespace elkhorn::store
