// text/analysis/stored/analyzer.h -- what a mapping's analyzer or normalizer does to a text. A
// mapping keeps it as a specification:
//
//   ""                                         the standard analyzer: tokenizer.h
//   "whitespace", "letter lowercase"           a cut, and what changes each token
//   "keyword lowercase asciifolding trim"      a normalizer: one token
//   "chain\tanalyzer\tmy\n..."                 all else, with what it is made of: core/library.h
//
// The first three cost no more than a walk over the text: standard, letter, whitespace, keyword,
// and lowercase, uppercase, asciifolding, trim.
//
//   Threads   an Analyzer is immutable; share freely.
//   Bounds    a chain that would make more of a text than its budget makes nothing of it:
//             `failed` of the stream says so.
#pragma once

#include "text/analysis/tokenizer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

struct BuiltChain;

/// A token and how many positions it is behind the one before it.
struct PlacedToken {
    std::string text;
    std::int32_t increment = 1;
};

/// A token with where it was found.
struct LocatedToken {
    std::string text;
    std::int32_t increment = 1;
    std::uint32_t begin = 0;  // UTF-16 units of the original
    std::uint32_t end = 0;
};

class Analyzer {
public:
    /// Nothing for a specification that cannot be read.
    static std::optional<Analyzer> parse(std::string_view specification);
    /// The same one for the same specification, as long as somebody has it; null as above.
    static std::shared_ptr<const Analyzer> shared(const std::string& specification);

    std::vector<std::string> tokens(std::string_view text) const;
    /// Nothing where a chain would make more than it may.
    std::optional<std::vector<PlacedToken>> placed(std::string_view text) const;
    /// The same with offsets.
    std::optional<std::vector<LocatedToken>> located(std::string_view text) const;
    /// What changes characters alone, over the whole text: what a normalizer makes of a value, and
    /// what a pattern is held against.
    std::string filtered(std::string_view text) const;

private:
    enum class Cut : std::uint8_t { standard, letter, whitespace, keyword };
    enum class Filter : std::uint8_t { lowercase, uppercase, asciifolding, trim };

    bool read_words(std::string_view specification);

    Cut cut_ = Cut::standard;
    std::vector<Filter> filters_;
    std::shared_ptr<const BuiltChain> chain_;  // in place of the two; null: there is none
};

/// Walks the tokens of a text as Tokenizer does, by an analyzer.
class TokenStream {
public:
    /// Null means the standard analyzer, which costs nothing more than a Tokenizer.
    TokenStream(const Analyzer* analyzer, std::string_view text);

    /// False when there are no more.
    bool next();

    std::string_view token() const {
        return made_ ? std::string_view(tokens_[at_ - 1].text) : standard_.token();
    }

    /// Positions from the token before it: 0 where it stands beside it, 2 where one was left out.
    std::int32_t increment() const { return made_ ? tokens_[at_ - 1].increment : 1; }

    /// The text makes more tokens than may be held.
    bool failed() const { return failed_; }

private:
    Tokenizer standard_;
    bool made_;
    bool failed_ = false;
    std::vector<PlacedToken> tokens_;
    std::size_t at_ = 0;
};

}  // namespace elkhorn::text
