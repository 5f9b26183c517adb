// http/pieces.h -- bytes that come one after the other and whose end nobody knows: a body on its
// way, or what one inflates to. They lie in pieces, so that growing moves nothing, and each piece
// is charged before it is made. At the end they are put together, each piece freed as soon as it is
// copied: the whole never lies there twice.
#pragma once

#include "base/budget.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::http {

class Pieces {
public:
    /// Charged beside what `charge` (which may be null) holds already, but for the first
    /// `free_bytes`.
    explicit Pieces(std::shared_ptr<Charge> charge, std::uint64_t free_bytes = 0);
    /// Nobody counts.
    Pieces() = default;

    /// That so many will come: no more is made than they need.
    void expect(std::uint64_t bytes) { expected_bytes_ = bytes; }

    /// Where the next bytes go: a place for one at least. Empty where the budget grants no more.
    std::span<char> room();
    /// So many were put there.
    void add(std::size_t bytes);
    /// False where the budget grants no more; what was put in before stays.
    bool append(std::string_view bytes);

    std::uint64_t size_bytes() const { return size_bytes_; }

    /// All of them; nothing is left here. The charge holds what the text does.
    std::string join();

private:
    struct Piece {
        std::unique_ptr<char[]> bytes;
        std::size_t used = 0;
        std::size_t size = 0;
    };

    bool hold(std::uint64_t bytes);

    std::shared_ptr<Charge> charge_;
    std::uint64_t held_before_ = 0;
    std::uint64_t free_bytes_ = 0;
    std::uint64_t expected_bytes_ = 0;  // 0: nobody knows
    std::uint64_t made_bytes_ = 0;      // of all pieces together
    std::uint64_t size_bytes_ = 0;
    std::vector<Piece> pieces_;
};

}  // namespace elkhorn::http
