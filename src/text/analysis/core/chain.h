// text/analysis/core/chain.h -- character filters, a tokenizer and token filters in their order:
// what an analyzer is made of.
//
//   Cost      a token's own memory a token; the tokens of one text are there at once, within the
//             budget that the run is given.
//   Threads   a chain never changes; share freely.
#pragma once

#include "text/analysis/core/kinds.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

struct Chain {
    template <typename Part>
    struct Named {
        std::string name;
        Part part;
        std::uint8_t adds = adds_nothing;
        bool before_synonyms = true;
        bool normalizes = false;  // changes characters alone
    };

    std::vector<Named<CharFilterPtr>> char_filters;
    Named<CutterPtr> tokenizer;
    std::vector<Named<TokenFilterPtr>> filters;

    /// What the character filters make of a text.
    Made<Filtered> filtered(std::string_view text, Budget& budget) const;
    /// The tokenizer's tokens, with offsets into the original.
    Made<Tokens> cut(const Filtered& text, Budget& budget) const;
    Made<Tokens> run(std::string_view text, Budget& budget) const;
    /// The whole text through what changes characters alone.
    std::string normalized(std::string_view text) const;
};

/// The offset in the original of one in the filtered text.
std::int32_t corrected(const Filtered& text, std::int32_t offset);

}  // namespace elkhorn::text
