#include "store/code/text_blocks.h"

#include "base/bytes.h"
#include "store/code/compression.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::size_t entry_bytes = 16;

std::unexpected<Error> damaged() {
    return fail(ErrorCode::corruption, "the directory of text blocks makes no sense");
}

}  // namespace

void append_text_blocks(std::string& out, const std::vector<std::string_view>& values,
                        std::size_t block_bytes) {
    std::string entries;
    std::string data;
    std::string raw;
    std::uint32_t blocks = 0;
    for (std::size_t first = 0; first < values.size();) {
        std::size_t last = first;
        std::size_t bytes = 0;
        while (last < values.size() &&
               (last == first || bytes + values[last].size() <= block_bytes)) {
            bytes += values[last++].size();
        }
        raw.clear();
        raw.reserve(bytes + (last - first) * 4);
        for (std::size_t i = first; i < last; ++i) {
            append_number(raw, static_cast<std::uint32_t>(values[i].size()));
        }
        for (std::size_t i = first; i < last; ++i)
            raw.append(values[i]);
        const std::size_t before = data.size();
        append_zstd(data, raw);
        append_number(entries, static_cast<std::uint32_t>(first));
        append_number(entries, static_cast<std::uint32_t>(before));
        append_number(entries, static_cast<std::uint32_t>(data.size() - before));
        append_number(entries, static_cast<std::uint32_t>(raw.size()));
        ++blocks;
        first = last;
    }
    append_number(out, blocks);
    out += entries;
    out += data;
}

Result<TextBlocksReader> TextBlocksReader::open(std::string_view bytes, std::uint32_t values) {
    ByteReader reader(bytes);
    TextBlocksReader blocks;
    blocks.values_ = values;
    const auto count = reader.number<std::uint32_t>();
    if (count > bytes.size() / entry_bytes) return damaged();
    for (std::uint32_t i = 0; i < count; ++i) {
        Block block;
        block.first = reader.number<std::uint32_t>();
        block.offset = reader.number<std::uint32_t>();
        block.compressed_bytes = reader.number<std::uint32_t>();
        block.raw_bytes = reader.number<std::uint32_t>();
        const bool in_order =
            blocks.blocks_.empty() ? block.first == 0 : block.first > blocks.blocks_.back().first;
        if (!in_order || block.first >= values) return damaged();
        blocks.blocks_.push_back(block);
    }
    if (!reader.ok() || (values > 0) != (count > 0)) return damaged();
    blocks.data_ = bytes.substr(reader.position());
    for (const Block& block : blocks.blocks_) {
        if (block.offset > blocks.data_.size() ||
            block.compressed_bytes > blocks.data_.size() - block.offset) {
            return damaged();
        }
    }
    return blocks;
}

Result<> TextBlocksReader::load(std::size_t index) {
    const Block& block = blocks_[index];
    const std::uint32_t last = index + 1 < blocks_.size() ? blocks_[index + 1].first : values_;
    const std::size_t count = last - block.first;
    raw_ = TRY(read_zstd(data_.substr(block.offset, block.compressed_bytes), block.raw_bytes));
    ByteReader reader(raw_);
    ends_.clear();
    loaded_ = ~std::size_t{0};
    if (raw_.size() / 4 < count) return fail(ErrorCode::corruption, "a block of texts is cut");
    std::uint64_t end = 0;
    for (std::size_t i = 0; i < count; ++i) {
        end += reader.number<std::uint32_t>();
        ends_.push_back(static_cast<std::uint32_t>(end));
    }
    texts_at_ = count * 4;
    if (raw_.size() != texts_at_ + end)
        return fail(ErrorCode::corruption, "a block of texts is cut");
    loaded_ = index;
    return {};
}

Result<std::string_view> TextBlocksReader::at(std::uint32_t value) {
    if (value >= values_)
        return fail(ErrorCode::corruption, "a text is asked for that is not there");
    const bool here = loaded_ < blocks_.size() && value >= blocks_[loaded_].first &&
                      value - blocks_[loaded_].first < ends_.size();
    if (!here) {
        const auto after = std::ranges::upper_bound(blocks_, value, {}, &Block::first);
        TRY(load(static_cast<std::size_t>(after - blocks_.begin()) - 1));
    }
    const std::uint32_t i = value - blocks_[loaded_].first;
    const std::uint32_t from = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(raw_).substr(texts_at_ + from, ends_[i] - from);
}

}  // namespace elkhorn::store
