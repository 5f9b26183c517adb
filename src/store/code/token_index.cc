#include "store/code/token_index.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "store/code/bit_packing.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace elkhorn::store {
namespace {

constexpr std::uint32_t tokens_per_block = 32;
constexpr std::uint8_t bitmap_width = 255;
constexpr std::uint8_t elias_fano = 64;

std::unexpected<Error> damaged() {
    return fail(ErrorCode::corruption, "the token index makes no sense");
}

/// The low bits of each row that Elias-Fano keeps as they are.
int low_bits(std::uint32_t all_rows, std::size_t count) {
    return std::max(0, bit_width_of(all_rows / count) - 1);
}

std::uint64_t high_bits(std::uint32_t all_rows, std::size_t count, int low) {
    return count + (all_rows >> low) + 1;
}

void append_postings(std::string& out, std::span<const std::uint32_t> rows,
                     std::uint32_t all_rows) {
    const int low = low_bits(all_rows, rows.size());
    const std::uint64_t high = high_bits(all_rows, rows.size(), low);
    if (rows.size() * static_cast<std::uint64_t>(low) + high >= all_rows) {
        Bitmap bitmap(all_rows);
        for (const std::uint32_t row : rows)
            bitmap.set(row);
        out.push_back(static_cast<char>(bitmap_width));
        out += as_bytes(bitmap.words().data(), bitmap.words().size());
        return;
    }
    out.push_back(static_cast<char>(elias_fano + low));
    std::vector<std::uint32_t> lows;
    lows.reserve(rows.size());
    const std::uint32_t mask = (std::uint32_t{1} << low) - 1;
    for (const std::uint32_t row : rows)
        lows.push_back(row & mask);
    append_bits(out, lows, low);
    const std::size_t at = out.size();
    out.resize(at + (high + 7) / 8, '\0');
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t bit = (rows[i] >> low) + i;
        out[at + bit / 8] = static_cast<char>(out[at + bit / 8] | 1 << bit % 8);
    }
}

/// Eight bytes of the text, first byte highest, so that most comparisons are of one number.
std::uint64_t leading_bytes(std::string_view text) {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < 8; ++i)
        key = key << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
    return key;
}

std::size_t shared_prefix(std::string_view a, std::string_view b) {
    const std::size_t n = std::min(a.size(), b.size());
    std::size_t i = 0;
    while (i < n && a[i] == b[i])
        ++i;
    return i;
}

/// What searches know a key by.
std::string_view term_of(std::string_view key) {
    return key.substr(0, key.find('\0'));
}

}  // namespace

std::uint32_t TokenIndexBuilder::token(std::string_view token) {
    const std::uint64_t hash = hash64(token);
    const std::size_t mask = table_.size() - 1;
    std::size_t slot = hash & mask;
    for (; table_[slot] != 0; slot = (slot + 1) & mask) {
        const std::uint32_t known = table_[slot] - 1;
        if (hashes_[known] != hash) continue;
        if (text(known) == token) return known;
    }
    const auto made = static_cast<std::uint32_t>(ends_.size());
    bytes_ += token;
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    hashes_.push_back(hash);
    table_[slot] = made + 1;
    if (ends_.size() * 2 > table_.size()) rehash();
    return made;
}

void TokenIndexBuilder::rehash() {
    table_.assign(table_.size() * 2, 0);
    const std::size_t mask = table_.size() - 1;
    for (std::uint32_t i = 0; i < hashes_.size(); ++i) {
        std::size_t slot = hashes_[i] & mask;
        while (table_[slot] != 0)
            slot = (slot + 1) & mask;
        table_[slot] = i + 1;
    }
}

std::vector<std::uint32_t> TokenIndexBuilder::sorted() const {
    struct Item {
        std::uint64_t key;
        std::uint32_t token;
    };

    std::vector<Item> items(size());
    for (std::uint32_t i = 0; i < items.size(); ++i)
        items[i] = {leading_bytes(text(i)), i};
    std::ranges::sort(items, [&](const Item& a, const Item& b) {
        return a.key != b.key ? a.key < b.key : text(a.token) < text(b.token);
    });
    std::vector<std::uint32_t> order;
    order.reserve(items.size());
    for (const Item& item : items)
        order.push_back(item.token);
    return order;
}

std::vector<std::uint32_t> TokenIndexBuilder::ranks() const {
    const auto order = sorted();
    std::vector<std::uint32_t> ranks(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i)
        ranks[order[i]] = i;
    return ranks;
}

void TokenIndexBuilder::append_to(std::string& out) {
    const std::uint32_t count = size();
    // Rows by token: counting sort, which keeps rows ascending.
    std::vector<std::uint32_t> starts(count + 1, 0);
    for (const Pair& pair : pairs_)
        ++starts[pair.token + 1];
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    std::vector<std::uint32_t> rows(pairs_.size());
    std::vector<std::uint32_t> next(starts.begin(), starts.end() - 1);
    for (const Pair& pair : pairs_) {
        std::uint32_t& at = next[pair.token];
        if (at > starts[pair.token] && rows[at - 1] == pair.row) continue;  // twice in one row
        rows[at++] = pair.row;
    }
    const auto order = sorted();

    std::string offsets;
    std::string entries;
    std::string postings;
    std::string_view former;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t token = order[i];
        const std::string_view word = text(token);
        if (i % tokens_per_block == 0) {
            append_number(offsets, static_cast<std::uint32_t>(entries.size()));
            former = {};
        }
        const std::size_t shared = shared_prefix(former, word);
        append_varint(entries, shared);
        append_text(entries, word.substr(shared));
        const std::span<const std::uint32_t> places(rows.data() + starts[token],
                                                    next[token] - starts[token]);
        append_varint(entries, places.size());
        if (places.size() == 1) {
            append_varint(entries, places[0]);
        } else if (places.empty()) {
            append_varint(entries, 0);
        } else {
            append_varint(entries, postings.size());
            append_postings(postings, places, rows_);
        }
        former = word;
    }
    append_number(out, count);
    append_number(out, static_cast<std::uint32_t>(entries.size()));
    out += offsets;
    out += entries;
    out += postings;
}

Result<TokenIndexReader> TokenIndexReader::open(std::string_view bytes, std::uint32_t rows) {
    ByteReader reader(bytes);
    TokenIndexReader index;
    index.rows_ = rows;
    index.tokens_ = reader.number<std::uint32_t>();
    const auto entries_bytes = reader.number<std::uint32_t>();
    const std::uint64_t blocks =
        (std::uint64_t{index.tokens_} + tokens_per_block - 1) / tokens_per_block;
    if (blocks > reader.left() / 4) return damaged();
    for (std::uint64_t i = 0; i < blocks; ++i) {
        index.offsets_.push_back(reader.number<std::uint32_t>());
        if (index.offsets_.back() >= entries_bytes) return damaged();
    }
    index.entries_ = reader.take(entries_bytes);
    index.postings_ = reader.take(reader.left());
    if (!reader.ok()) return damaged();
    return index;
}

std::string_view TokenIndexReader::first_token(std::size_t block) const {
    ByteReader reader(entries_.substr(offsets_[block]));
    reader.varint();
    return reader.text();
}

std::size_t TokenIndexReader::block_for(std::string_view token) const {
    std::size_t low = 0;
    std::size_t high = offsets_.size();
    while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        if (first_token(middle) <= token)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/// Calls `visit(token, entry)` from the block on, until it gives false or the tokens end.
template <typename Visit>
Result<> TokenIndexReader::walk(std::size_t block, Visit&& visit) const {
    std::string word;
    for (; block < offsets_.size(); ++block) {
        ByteReader reader(entries_.substr(offsets_[block]));
        const std::size_t in_block =
            std::min<std::size_t>(tokens_per_block, tokens_ - block * tokens_per_block);
        word.clear();
        for (std::size_t i = 0; i < in_block; ++i) {
            const std::uint64_t shared = reader.varint();
            if (shared > word.size()) return damaged();
            word.resize(shared);
            word += reader.text();
            Entry entry;
            const std::uint64_t count = reader.varint();
            entry.place = reader.varint();
            if (!reader.ok() || count > rows_) return damaged();
            entry.count = static_cast<std::uint32_t>(count);
            if (!TRY(visit(std::string_view(word), entry))) return {};
        }
    }
    return {};
}

namespace {

/// Rows as gaps of one width, the first counted from -1.
Result<> add_gaps(std::string_view bytes, int width, std::uint32_t count, Bitmap& rows) {
    std::vector<std::uint32_t> gaps(count);
    if (bytes.size() < packed_bits_bytes(count, width)) return damaged();
    read_bits(bytes, width, gaps);
    std::uint64_t row = ~std::uint64_t{0};
    for (const std::uint32_t gap : gaps) {
        row += std::uint64_t{gap} + 1;
        if (row >= rows.size()) return damaged();
        rows.set(static_cast<std::uint32_t>(row));
    }
    return {};
}

Result<> add_elias_fano(std::string_view bytes, int low, std::uint32_t count, Bitmap& rows) {
    const std::uint64_t low_bytes = packed_bits_bytes(count, low);
    const std::uint64_t high_bytes = (high_bits(rows.size(), count, low) + 7) / 8;
    if (bytes.size() < low_bytes + high_bytes) return damaged();
    const std::string_view high = bytes.substr(low_bytes, high_bytes);
    std::uint32_t found = 0;
    for (std::size_t byte = 0; byte < high.size(); byte += 8) {
        std::uint64_t word = read_packed(high, byte / 8, 64);
        for (; word != 0; word &= word - 1, ++found) {
            if (found == count) return damaged();
            const std::uint64_t bit =
                byte * 8 + static_cast<std::uint64_t>(std::countr_zero(word)) - found;
            const std::uint64_t row = bit << low | read_packed(bytes, found, low);
            if (row >= rows.size()) return damaged();
            rows.set(static_cast<std::uint32_t>(row));
        }
    }
    return found == count ? Result<>() : damaged();
}

}  // namespace

Result<> TokenIndexReader::add_rows(const Entry& entry, Bitmap& rows) const {
    if (entry.count == 0) return {};
    if (entry.count == 1) {
        if (entry.place >= rows_) return damaged();
        rows.set(static_cast<std::uint32_t>(entry.place));
        return {};
    }
    if (entry.place >= postings_.size()) return damaged();
    ByteReader reader(postings_.substr(entry.place));
    const auto width = reader.number<std::uint8_t>();
    if (width == bitmap_width) {
        Bitmap bitmap(rows_);
        const std::string_view raw = reader.take(bitmap.words().size() * 8);
        if (!reader.ok()) return damaged();
        copy_numbers(bitmap.words().data(), raw.data(), bitmap.words().size());
        bitmap.clear_tail();
        rows.or_with(bitmap);
        return {};
    }
    const std::string_view bytes = reader.take(reader.left());
    if (width >= elias_fano && width <= elias_fano + 32)
        return add_elias_fano(bytes, width - elias_fano, entry.count, rows);
    return width <= 32 ? add_gaps(bytes, width, entry.count, rows) : damaged();
}

Result<> TokenIndexReader::walk_from(
    std::string_view from,
    const std::function<Result<bool>(std::uint32_t ordinal, std::string_view key,
                                     const Entry& entry)>& visit) const {
    if (offsets_.empty()) return {};
    const std::size_t block = block_for(from);
    auto ordinal = static_cast<std::uint32_t>(block * tokens_per_block);
    return walk(block, [&](std::string_view key, const Entry& entry) -> Result<bool> {
        const std::uint32_t at = ordinal++;
        return key < from ? Result<bool>(true) : visit(at, key, entry);
    });
}

Result<Bitmap> TokenIndexReader::rows_with(std::string_view token) const {
    Bitmap rows(rows_);
    const auto add = [&](std::uint32_t, std::string_view key, const Entry& entry) -> Result<bool> {
        if (term_of(key) != token) return false;
        TRY(add_rows(entry, rows));
        return true;
    };
    TRY(walk_from(token, add));
    return rows;
}

Result<> TokenIndexReader::visit(std::string_view prefix, const TokenTest& wanted,
                                 const TokenVisit& visit) const {
    return walk_from(prefix,
                     [&](std::uint32_t, std::string_view key, const Entry& entry) -> Result<bool> {
                         if (!key.starts_with(prefix)) return false;
                         if (!wanted(key)) return true;
                         Bitmap rows(rows_);
                         TRY(add_rows(entry, rows));
                         return visit(key, rows);
                     });
}

}  // namespace elkhorn::store
