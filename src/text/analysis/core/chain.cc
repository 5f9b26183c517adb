#include "text/analysis/core/chain.h"

#include <algorithm>

namespace elkhorn::text {
namespace {

template <typename Kind, typename Kinds>
const Kind* find_kind(std::span<const Kinds* const> all, std::string_view name) {
    for (const Kinds* kinds : all) {
        const auto it = std::ranges::find(kinds->kinds, name, &Kind::name);
        if (it != kinds->kinds.end()) return &*it;
    }
    return nullptr;
}

}  // namespace

const CharFilterKind* find_char_filter(std::string_view name) {
    return find_kind<CharFilterKind>(char_filters::all(), name);
}

const TokenizerKind* find_tokenizer(std::string_view name) {
    return find_kind<TokenizerKind>(tokenizers::all(), name);
}

const FilterKind* find_filter(std::string_view name) {
    return find_kind<FilterKind>(token_filters::all(), name);
}

std::int32_t corrected(const Filtered& text, std::int32_t offset) {
    for (auto layer = text.layers.rbegin(); layer != text.layers.rend(); ++layer) {
        const auto it = std::ranges::upper_bound(*layer, offset, {}, &Shift::at);
        if (it != layer->begin()) offset += std::prev(it)->shift;
    }
    return std::max(offset, 0);  // what was put before the text stands at its beginning
}

Made<Filtered> Chain::filtered(std::string_view text, Budget& budget) const {
    Filtered out;
    MADE(budget.spend(0, text.size()));
    out.text = to_wide(text);
    for (const auto& filter : char_filters) {
        std::vector<Shift> shifts;
        MADE(filter.part->apply(out.text, shifts, budget));
        if (!shifts.empty()) out.layers.push_back(std::move(shifts));
    }
    return out;
}

Made<Tokens> Chain::cut(const Filtered& text, Budget& budget) const {
    Tokens tokens = MADE(tokenizer.part->cut(text.text, budget));
    if (text.layers.empty()) return tokens;
    for (Token& token : tokens.list) {
        token.start = corrected(text, token.start);
        token.end = corrected(text, token.end);
    }
    tokens.end = corrected(text, tokens.end);
    return tokens;
}

Made<Tokens> Chain::run(std::string_view text, Budget& budget) const {
    const Filtered made = MADE(filtered(text, budget));
    Tokens tokens = MADE(cut(made, budget));
    for (const auto& filter : filters)
        MADE(filter.part->apply(tokens, budget));
    return tokens;
}

std::string Chain::normalized(std::string_view text) const {
    Budget budget;
    Wide wide = to_wide(text);
    for (const auto& filter : char_filters) {
        std::vector<Shift> shifts;
        if (filter.normalizes && !filter.part->apply(wide, shifts, budget))
            return std::string(text);
    }
    Tokens tokens;
    tokens.list.emplace_back();
    tokens.list[0].term = std::move(wide);
    for (const auto& filter : filters) {
        if (filter.normalizes && !filter.part->apply(tokens, budget)) return std::string(text);
    }
    return tokens.list.empty() ? std::string() : to_utf8(tokens.list[0].term);
}

}  // namespace elkhorn::text
