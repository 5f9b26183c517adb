// text/analysis/analysis.h -- what a mapping's analyzer and normalizer do to a text, given as
// words:
//
//   "standard lowercase"       the default: tokenizer.h
//   "whitespace", "letter lowercase", "keyword"
//   "keyword lowercase asciifolding trim"      a normalizer: one token
//
// The first word cuts (standard, letter, whitespace, keyword), each further one changes a token
// (lowercase, uppercase, asciifolding, trim). An empty specification is the standard analyzer.
//
//   Threads   an Analyzer is immutable; share freely.
#pragma once

#include "text/analysis/tokenizer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

class Analyzer {
public:
    /// Nothing for words it does not know.
    static std::optional<Analyzer> parse(std::string_view specification);

    std::vector<std::string> tokens(std::string_view text) const;
    /// The filters alone, over the whole text: what a normalizer makes of a value.
    std::string filtered(std::string_view text) const;

private:
    enum class Cut : std::uint8_t { standard, letter, whitespace, keyword };
    enum class Filter : std::uint8_t { lowercase, uppercase, asciifolding, trim };

    Cut cut_ = Cut::standard;
    std::vector<Filter> filters_;
};

/// Walks the tokens of a text as Tokenizer does, by an analyzer.
class TokenStream {
public:
    /// Null means the standard analyzer, which costs nothing more than a Tokenizer.
    TokenStream(const Analyzer* analyzer, std::string_view text);

    /// False when there are no more.
    bool next();

    std::string_view token() const {
        return made_ ? std::string_view(tokens_[at_ - 1]) : standard_.token();
    }

private:
    Tokenizer standard_;
    bool made_;
    std::vector<std::string> tokens_;
    std::size_t at_ = 0;
};

/// Letters without their accents, as Lucene's ASCIIFoldingFilter: "Straße Ångström" becomes
/// "Strasse Angstrom".
std::string fold_to_ascii(std::string_view text);

}  // namespace elkhorn::text
