#include "store/code/text_set.h"

#include "base/bytes.h"

namespace elkhorn::store {

/// Where the text is, or would be.
std::size_t TextSet::place_of(std::uint64_t hash, std::string_view text) const {
    const std::size_t mask = table_.size() - 1;
    const auto high = static_cast<std::uint32_t>(hash >> 32);
    std::size_t at = hash & mask;
    for (; table_[at].number != 0; at = (at + 1) & mask) {
        if (table_[at].hash == high && same_text(texts_[table_[at].number - 1], text)) break;
    }
    return at;
}

std::uint32_t TextSet::add_at(Slot& slot, std::uint64_t hash, std::string_view text) {
    const std::uint32_t made = add_unseen(text);
    hashes_.push_back(hash);
    slot = {made + 1, static_cast<std::uint32_t>(hash >> 32)};
    if (texts_.size() * 2 > table_.size()) rehash();
    return made;
}

std::uint32_t TextSet::add_unseen(std::string_view text) {
    texts_.push_back(text);
    text_bytes_ += text.size();
    return static_cast<std::uint32_t>(texts_.size() - 1);
}

std::optional<std::uint32_t> TextSet::find(std::string_view text) const {
    const Slot& slot = table_[place_of(hash64(text), text)];
    return slot.number == 0 ? std::nullopt : std::optional(slot.number - 1);
}

void TextSet::rehash() {
    table_.assign(table_.size() * 2, {});
    const std::size_t mask = table_.size() - 1;
    for (std::uint32_t i = 0; i < hashes_.size(); ++i) {
        std::size_t at = hashes_[i] & mask;
        while (table_[at].number != 0)
            at = (at + 1) & mask;
        table_[at] = {i + 1, static_cast<std::uint32_t>(hashes_[i] >> 32)};
    }
}

}  // namespace elkhorn::store
