#include "codec/core/line_splitter.h"

#include <algorithm>
#include <utility>

namespace elkhorn::codec {

/// A delimiter of several bytes may begin in an earlier chunk. True when it ends in this one.
bool LineSplitter::ends_across(std::string_view& chunk) {
    if (tail_.empty()) return false;
    const std::size_t before = tail_.size();
    const std::string seam = tail_ + std::string(chunk.substr(0, delimiter_.size() - 1));
    const std::size_t at = seam.find(delimiter_);
    if (at == std::string::npos || at >= before) return false;
    chunk.remove_prefix(at + delimiter_.size() - before);
    waiting_bytes_ -= before - at;
    waiting_.resize(std::min(waiting_.size(), waiting_bytes_));
    return true;
}

std::optional<Line> LineSplitter::next(std::string_view& chunk) {
    if (ends_across(chunk)) return finished();
    const std::size_t end = chunk.find(delimiter_);
    const std::string_view piece = chunk.substr(0, end);
    const bool complete = end != std::string_view::npos;
    chunk.remove_prefix(complete ? end + delimiter_.size() : chunk.size());
    if (complete && waiting_bytes_ == 0) {
        return Line{piece.substr(0, limit_bytes_), true, piece.size() > limit_bytes_};
    }
    waiting_bytes_ += piece.size();
    waiting_ += piece.substr(0, limit_bytes_ - waiting_.size());
    if (complete) return finished();
    if (delimiter_.size() > 1) {
        tail_ += piece.substr(piece.size() - std::min(piece.size(), delimiter_.size() - 1));
        if (tail_.size() >= delimiter_.size()) tail_.erase(0, tail_.size() + 1 - delimiter_.size());
    }
    return std::nullopt;
}

std::optional<Line> LineSplitter::finished() {
    handed_out_ = std::exchange(waiting_, {});
    tail_.clear();
    return Line{handed_out_, false, std::exchange(waiting_bytes_, 0) > limit_bytes_};
}

std::optional<Line> LineSplitter::rest() {
    if (waiting_bytes_ == 0) return std::nullopt;
    return finished();
}

}  // namespace elkhorn::codec
