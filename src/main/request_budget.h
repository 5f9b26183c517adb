// main/request_budget.h -- the bodies of requests, counted in the store's account.
#pragma once

#include "base/budget.h"
#include "store/limits/memory_account.h"

namespace elkhorn {

class RequestBudget final : public Budget {
public:
    explicit RequestBudget(store::MemoryAccount& account) : account_(account) {}

    bool take(std::uint64_t bytes) override {
        return account_.try_take(store::MemoryUse::requests, bytes);
    }

    void give(std::uint64_t bytes) override {
        account_.give_back(store::MemoryUse::requests, bytes);
    }

    std::uint64_t limit() const { return account_.limit(store::MemoryUse::requests); }

private:
    store::MemoryAccount& account_;
};

}  // namespace elkhorn
