#include "http/pieces.h"

#include "base/assert.h"

#include <algorithm>
#include <utility>

namespace elkhorn::http {
namespace {

constexpr std::uint64_t piece_least = 64 << 10;
constexpr std::uint64_t piece_first_expected = 1 << 20;  // where a length was told
constexpr std::uint64_t piece_most = 4 << 20;

}  // namespace

Pieces::Pieces(std::shared_ptr<Charge> charge, std::uint64_t free_bytes)
    : charge_(std::move(charge)),
      held_before_(charge_ == nullptr ? 0 : charge_->held()),
      free_bytes_(free_bytes) {}

bool Pieces::hold(std::uint64_t bytes) {
    if (charge_ == nullptr) return true;
    return charge_->hold(held_before_ + (bytes > free_bytes_ ? bytes - free_bytes_ : 0));
}

std::span<char> Pieces::room() {
    if (pieces_.empty() || pieces_.back().used == pieces_.back().size) {
        const std::uint64_t least = expected_bytes_ > 0 ? piece_first_expected : piece_least;
        std::uint64_t size = std::clamp(made_bytes_, least, piece_most);
        if (expected_bytes_ > made_bytes_) size = std::min(size, expected_bytes_ - made_bytes_);
        if (!hold(made_bytes_ + size)) return {};
        pieces_.push_back({std::make_unique_for_overwrite<char[]>(size), 0, size});
        made_bytes_ += size;
    }
    Piece& last = pieces_.back();
    return {last.bytes.get() + last.used, last.size - last.used};
}

void Pieces::add(std::size_t bytes) {
    ASSERT(!pieces_.empty() && bytes <= pieces_.back().size - pieces_.back().used);
    pieces_.back().used += bytes;
    size_bytes_ += bytes;
}

bool Pieces::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::span<char> place = room();
        if (place.empty()) return false;
        const std::size_t size = std::min(place.size(), bytes.size());
        std::copy_n(bytes.begin(), size, place.begin());
        add(size);
        bytes.remove_prefix(size);
    }
    return true;
}

std::string Pieces::join() {
    std::string whole;
    whole.reserve(size_bytes_);
    for (Piece& piece : pieces_) {
        whole.append(piece.bytes.get(), piece.used);
        piece.bytes.reset();
    }
    pieces_.clear();
    made_bytes_ = size_bytes_ = 0;
    hold(whole.capacity());  // no more than the pieces did
    return whole;
}

}  // namespace elkhorn::http
