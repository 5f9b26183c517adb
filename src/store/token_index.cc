#include "store/token_index.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "store/bit_packing.h"

#include <algorithm>
#include <numeric>

namespace elkhorn::store {
namespace {

constexpr std::uint32_t tokens_per_block = 32;
constexpr std::uint8_t bitmap_width = 255;
constexpr std::uint32_t dense_share = 16;

std::unexpected<Error> damaged() {
    return fail(ErrorCode::corruption, "the token index makes no sense");
}

void append_postings(std::string& out, std::span<const std::uint32_t> rows,
                     std::uint32_t all_rows) {
    if (rows.size() >= all_rows / dense_share) {
        Bitmap bitmap(all_rows);
        for (const std::uint32_t row : rows)
            bitmap.set(row);
        out.push_back(static_cast<char>(bitmap_width));
        out += as_bytes(bitmap.words().data(), bitmap.words().size());
        return;
    }
    std::vector<std::uint32_t> deltas;
    deltas.reserve(rows.size());
    std::uint32_t former = ~std::uint32_t{0};  // -1
    std::uint32_t widest = 0;
    for (const std::uint32_t row : rows) {
        deltas.push_back(row - former - 1);
        widest |= deltas.back();
        former = row;
    }
    const int width = bit_width_of(widest);
    out.push_back(static_cast<char>(width));
    append_bits(out, deltas, width);
}

std::size_t shared_prefix(std::string_view a, std::string_view b) {
    const std::size_t n = std::min(a.size(), b.size());
    std::size_t i = 0;
    while (i < n && a[i] == b[i])
        ++i;
    return i;
}

}  // namespace

std::uint32_t TokenIndexBuilder::token(std::string_view token) {
    const std::uint64_t hash = hash64(token);
    const std::size_t mask = table_.size() - 1;
    std::size_t slot = hash & mask;
    for (; table_[slot] != 0; slot = (slot + 1) & mask) {
        const std::uint32_t known = table_[slot] - 1;
        if (hashes_[known] != hash) continue;
        const std::uint32_t from = known == 0 ? 0 : ends_[known - 1];
        if (std::string_view(bytes_).substr(from, ends_[known] - from) == token) return known;
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

void TokenIndexBuilder::append_to(std::string& out) {
    const auto count = static_cast<std::uint32_t>(ends_.size());
    const auto text = [&](std::uint32_t token) {
        const std::uint32_t from = token == 0 ? 0 : ends_[token - 1];
        return std::string_view(bytes_).substr(from, ends_[token] - from);
    };
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
    std::vector<std::uint32_t> sorted(count);
    std::iota(sorted.begin(), sorted.end(), 0U);
    std::ranges::sort(sorted, [&](std::uint32_t a, std::uint32_t b) { return text(a) < text(b); });

    std::string offsets;
    std::string entries;
    std::string postings;
    std::string_view former;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t token = sorted[i];
        const std::string_view word = text(token);
        if (i % tokens_per_block == 0) {
            append_number(offsets, static_cast<std::uint32_t>(entries.size()));
            former = {};
        }
        const std::size_t shared = shared_prefix(former, word);
        append_varint(entries, shared);
        append_text(entries, word.substr(shared));
        const std::span<const std::uint32_t> places(&rows[starts[token]],
                                                    next[token] - starts[token]);
        append_varint(entries, places.size());
        if (places.size() == 1) {
            append_varint(entries, places[0]);
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
            if (!reader.ok() || count > rows_ || count == 0) return damaged();
            entry.count = static_cast<std::uint32_t>(count);
            if (!TRY(visit(std::string_view(word), entry))) return {};
        }
    }
    return {};
}

Result<Bitmap> TokenIndexReader::read(const Entry& entry) const {
    Bitmap bitmap(rows_);
    if (entry.count == 1) {
        if (entry.place >= rows_) return damaged();
        bitmap.set(static_cast<std::uint32_t>(entry.place));
        return bitmap;
    }
    if (entry.place >= postings_.size()) return damaged();
    ByteReader reader(postings_.substr(entry.place));
    const auto width = reader.number<std::uint8_t>();
    if (width == bitmap_width) {
        const std::string_view raw = reader.take(bitmap.words().size() * 8);
        if (!reader.ok()) return damaged();
        copy_numbers(bitmap.words().data(), raw.data(), bitmap.words().size());
        return bitmap;
    }
    if (width > 32) return damaged();
    std::vector<std::uint32_t> deltas(entry.count);
    const std::string_view packed = reader.take((std::uint64_t{entry.count} * width + 7) / 8);
    if (!reader.ok()) return damaged();
    read_bits(packed, width, deltas);
    std::uint64_t row = ~std::uint64_t{0};
    for (const std::uint32_t delta : deltas) {
        row += std::uint64_t{delta} + 1;
        if (row >= rows_) return damaged();
        bitmap.set(static_cast<std::uint32_t>(row));
    }
    return bitmap;
}

Result<Bitmap> TokenIndexReader::rows_with(std::string_view token) const {
    Bitmap rows(rows_);
    if (offsets_.empty()) return rows;
    const auto walked =
        walk(block_for(token), [&](std::string_view word, const Entry& entry) -> Result<bool> {
            if (word < token) return true;
            if (word == token) rows = TRY(read(entry));
            return false;
        });
    if (!walked) return std::unexpected(walked.error());
    return rows;
}

Result<> TokenIndexReader::visit(
    std::string_view prefix,
    const std::function<bool(std::string_view token, const Bitmap& rows)>& visit) const {
    if (offsets_.empty()) return {};
    return walk(block_for(prefix), [&](std::string_view word, const Entry& entry) -> Result<bool> {
        if (word < prefix) return true;
        if (!word.starts_with(prefix)) return false;
        const Bitmap rows = TRY(read(entry));
        return visit(word, rows);
    });
}

}  // namespace elkhorn::store
