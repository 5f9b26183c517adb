#include "store/code/compression.h"

#include "base/assert.h"

#include <lz4.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

namespace elkhorn::store {
namespace {

struct FreeCompress {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

struct FreeDecompress {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

void append_zstd(std::string& out, std::string_view bytes, int level) {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompress> context(ZSTD_createCCtx());
    const std::size_t before = out.size();
    out.resize(before + ZSTD_compressBound(bytes.size()));
    const std::size_t size = ZSTD_compressCCtx(
        context.get(), out.data() + before, out.size() - before, bytes.data(), bytes.size(), level);
    ASSERT(!ZSTD_isError(size));
    out.resize(before + size);
}

Result<std::string> read_zstd(std::string_view bytes, std::size_t raw_bytes) {
    // zstd frames say their size: a damaged length is refused before it is believed.
    if (ZSTD_getFrameContentSize(bytes.data(), bytes.size()) != raw_bytes) {
        return fail(ErrorCode::corruption,
                    "a compressed block has another size than its header says");
    }
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompress> context(ZSTD_createDCtx());
    std::string out(raw_bytes, '\0');
    const std::size_t size =
        ZSTD_decompressDCtx(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(size) || size != raw_bytes) {
        return fail(ErrorCode::corruption, "a compressed block is damaged");
    }
    return out;
}

void append_lz4(std::string& out, std::string_view bytes) {
    const std::size_t before = out.size();
    const int bound = LZ4_compressBound(static_cast<int>(bytes.size()));
    ASSERT(bound > 0);
    const auto most = static_cast<std::size_t>(bound);
    if (out.capacity() - before < most) out.reserve(std::max(before + most, 2 * before));
    // Faster than the default, for a log that gets a little longer and is soon gone.
    constexpr int acceleration = 8;
    out.resize_and_overwrite(before + most, [&](char* to, std::size_t) {
        const int size = LZ4_compress_fast(bytes.data(), to + before,
                                           static_cast<int>(bytes.size()), bound, acceleration);
        ASSERT(size > 0);
        return before + static_cast<std::size_t>(size);
    });
}

Result<std::string> read_lz4(std::string_view bytes, std::size_t raw_bytes) {
    // LZ4 makes at most 255 bytes of one: a damaged length is refused before it is believed.
    constexpr std::size_t most_ratio = 255;
    if (raw_bytes / most_ratio > bytes.size() || raw_bytes > LZ4_MAX_INPUT_SIZE ||
        bytes.size() > std::size_t{LZ4_COMPRESSBOUND(LZ4_MAX_INPUT_SIZE)})
        return fail(ErrorCode::corruption, "a compressed batch has a size that cannot be");
    std::string out(raw_bytes, '\0');
    const int size = LZ4_decompress_safe(bytes.data(), out.data(), static_cast<int>(bytes.size()),
                                         static_cast<int>(raw_bytes));
    if (size < 0 || static_cast<std::size_t>(size) != raw_bytes) {
        return fail(ErrorCode::corruption, "a compressed batch is damaged");
    }
    return out;
}

}  // namespace elkhorn::store
