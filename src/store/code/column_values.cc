#include "store/code/column_values.h"

namespace elkhorn::store {

std::uint32_t Dictionary::lower_bound(std::string_view text) const {
    std::uint32_t low = 0;
    std::uint32_t high = size();
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if ((*this)[middle] < text)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

std::optional<std::uint32_t> Dictionary::find(std::string_view text) const {
    const std::uint32_t at = lower_bound(text);
    if (at == size() || (*this)[at] != text) return std::nullopt;
    return at;
}

std::pair<std::uint32_t, std::uint32_t> Dictionary::prefix_range(std::string_view prefix) const {
    const std::uint32_t first = lower_bound(prefix);
    std::string after(prefix);
    while (!after.empty() && static_cast<unsigned char>(after.back()) == 0xff)
        after.pop_back();
    if (after.empty()) return {first, size()};
    after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
    return {first, lower_bound(after)};
}

}  // namespace elkhorn::store
