// main/request_budget.h -- the bodies of requests, and answers on their way, counted in the store's
// account.
#pragma once

#include "base/budget.h"
#include "store/limits/memory_account.h"

namespace elkhorn {

class RequestBudget final : public Budget {
public:
    RequestBudget(store::MemoryAccount& account, store::MemoryUse use)
        : account_(account), use_(use) {}

    bool take(std::uint64_t bytes) override { return account_.try_take(use_, bytes); }

    void give(std::uint64_t bytes) override { account_.give_back(use_, bytes); }

    std::uint64_t limit() const { return account_.limit(use_); }

private:
    store::MemoryAccount& account_;
    const store::MemoryUse use_;
};

}  // namespace elkhorn
