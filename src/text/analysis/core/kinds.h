// text/analysis/core/kinds.h -- the seams of analysis: what a character filter, a tokenizer and a
// token filter are. Each kind is told of by the file that makes it, and found by the build:
//
//   constexpr FilterKind kinds[] = {{.name = "reverse", .build = build}};
//   extern constinit const FilterKinds spec{kinds};
//
//   Threads   what is built never changes; a run's state is in what it is given.
#pragma once

#include "text/analysis/core/options.h"
#include "text/analysis/core/token.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace elkhorn::text {

class CharFilter {
public:
    virtual ~CharFilter() = default;
    /// Changes the text, and says in `shifts` where its parts were.
    virtual Made<> apply(Wide& text, std::vector<Shift>& shifts, Budget& budget) const = 0;
};

class Cutter {
public:
    virtual ~Cutter() = default;
    /// Tokens with offsets into `text`, `end` among them.
    virtual Made<Tokens> cut(WideView text, Budget& budget) const = 0;
};

class TokenFilter {
public:
    virtual ~TokenFilter() = default;
    virtual Made<> apply(Tokens& tokens, Budget& budget) const = 0;
};

using CharFilterPtr = std::shared_ptr<const CharFilter>;
using CutterPtr = std::shared_ptr<const Cutter>;
using TokenFilterPtr = std::shared_ptr<const TokenFilter>;

/// What a filter may use of the chain that it will stand in.
class Surroundings {
public:
    virtual ~Surroundings() = default;
    /// The tokens that the chain before this filter makes of a text.
    virtual Made<Tokens> before(std::string_view text) const = 0;
    /// Another filter, by its name.
    virtual Made<TokenFilterPtr> filter(std::string_view name) const = 0;
};

/// Columns of `explain` that a filter adds.
enum Adds : std::uint8_t { adds_nothing = 0, adds_keyword = 1, adds_payload = 2 };

struct CharFilterKind {
    std::string_view name;
    Made<CharFilterPtr> (*build)(const Options& options);
    bool in_normalizer = false;
    bool prebuilt = false;  // may be named without settings
};

struct TokenizerKind {
    std::string_view name;
    Made<CutterPtr> (*build)(const Options& options);
    bool prebuilt = true;
};

struct FilterKind {
    std::string_view name;
    Made<TokenFilterPtr> (*build)(const Options& options, const Surroundings& around);
    bool in_normalizer = false;  // it changes characters alone
    bool prebuilt = true;
    std::uint8_t adds = adds_nothing;
    /// Whether synonyms behind it can be taken apart by it.
    bool before_synonyms = true;
};

struct CharFilterKinds {
    std::span<const CharFilterKind> kinds;
};

struct TokenizerKinds {
    std::span<const TokenizerKind> kinds;
};

struct FilterKinds {
    std::span<const FilterKind> kinds;
};

namespace char_filters {
std::span<const CharFilterKinds* const> all();
}

namespace tokenizers {
std::span<const TokenizerKinds* const> all();
}

namespace token_filters {
std::span<const FilterKinds* const> all();
}

/// Null where there is none of that name.
const CharFilterKind* find_char_filter(std::string_view name);
const TokenizerKind* find_tokenizer(std::string_view name);
const FilterKind* find_filter(std::string_view name);

}  // namespace elkhorn::text

/// The value of a Made, or returns its refusal from the function around it.
#define MADE(expr)                                                                  \
    __extension__({                                                                 \
        auto made_result_ = (expr);                                                 \
        if (!made_result_) return std::unexpected(std::move(made_result_).error()); \
        ::elkhorn::text::take_made(std::move(made_result_));                        \
    })

namespace elkhorn::text {

template <typename T>
T take_made(Made<T>&& made) {
    return std::move(*made);
}

inline void take_made(Made<>&& /*made*/) {}

}  // namespace elkhorn::text
