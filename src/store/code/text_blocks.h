// store/code/text_blocks.h -- texts one after the other in zstd blocks of some 64 KiB, so that one
// text costs one small block.
//
//   [u32 blocks] then each: u32 first value, u32 offset, u32 compressed bytes, u32 raw bytes
//   block, raw:  n * u32 length, then the texts
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

constexpr std::size_t text_block_bytes = 64 * 1024;

/// `values` in order; `block_bytes` of raw text a block, or one text if it is longer.
void append_text_blocks(std::string& out, const std::vector<std::string_view>& values,
                        std::size_t block_bytes = text_block_bytes);

/// Over bytes that outlive it. Not thread-safe: it keeps the block read last.
class TextBlocksReader {
public:
    static Result<TextBlocksReader> open(std::string_view bytes, std::uint32_t values);

    /// Valid until the next call.
    Result<std::string_view> at(std::uint32_t value);

private:
    struct Block {
        std::uint32_t first = 0;
        std::uint32_t offset = 0;
        std::uint32_t compressed_bytes = 0;
        std::uint32_t raw_bytes = 0;
    };

    Result<> load(std::size_t block);

    std::string_view data_;  // the caller's
    std::uint32_t values_ = 0;
    std::vector<Block> blocks_;
    std::size_t loaded_ = ~std::size_t{0};
    std::string raw_;
    std::vector<std::uint32_t> ends_;
    std::size_t texts_at_ = 0;
};

}  // namespace elkhorn::store
