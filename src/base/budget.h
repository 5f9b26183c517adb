// base/budget.h -- memory that somebody else counts: it is asked for before it is there, and given
// back by itself. Who grows with what a stranger sends holds a Charge and is refused in time; who
// owns the number (main joins them) need not be known.
//
//   Charge charge(budget);                     nothing yet
//   if (!charge.hold(n)) return refuse();      n bytes in all, from now on
#pragma once

#include <cstdint>
#include <utility>

namespace elkhorn {

/// Any thread; outlives every charge of it.
class Budget {
public:
    virtual ~Budget() = default;
    /// False where there is not that much left: then nothing was taken.
    virtual bool take(std::uint64_t bytes) = 0;
    virtual void give(std::uint64_t bytes) = 0;
};

/// What one holder has of a budget. One thread at a time.
class Charge {
public:
    /// Without a budget nobody counts, and everything is granted.
    explicit Charge(Budget* budget = nullptr) : budget_(budget) {}

    Charge(Charge&& other) noexcept
        : budget_(other.budget_), bytes_(std::exchange(other.bytes_, 0)) {}

    Charge& operator=(Charge&& other) noexcept {
        hold(0);
        budget_ = other.budget_;
        bytes_ = std::exchange(other.bytes_, 0);
        return *this;
    }

    ~Charge() { hold(0); }

    /// So much in all, be it more or less than before. False where it is more than there is: then
    /// it stays at what it was.
    bool hold(std::uint64_t bytes) {
        if (budget_ != nullptr && bytes > bytes_ && !budget_->take(bytes - bytes_)) return false;
        if (budget_ != nullptr && bytes < bytes_) budget_->give(bytes_ - bytes);
        bytes_ = bytes;
        return true;
    }

    std::uint64_t held() const { return bytes_; }

private:
    Budget* budget_;
    std::uint64_t bytes_ = 0;
};

}  // namespace elkhorn
