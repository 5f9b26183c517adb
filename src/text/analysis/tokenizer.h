// text/analysis/tokenizer.h -- the standard analyzer: text to lower-cased words, as Elasticsearch's
// `standard` makes them (Unicode UAX #29 word boundaries, then lower case, no stop words).
//
//   "GET /a-b.html 10.0.0.1 user_x can't 3,14 Straße"
//     -> get a b.html 10.0.0.1 user_x can't 3,14 straße
//
// ASCII is decided by a table; other code points by ICU's word-break classes. Han and Hiragana are
// one token a character, Katakana and Hangul stay together, and so does a run of Thai and its
// neighbours. A picture is a token with all that changes it. Tokens are cut at 255 characters.
#pragma once

#include <string>
#include <string_view>

namespace elkhorn::text {

/// Walks the tokens of a text. The token is valid until the next call.
class Tokenizer {
public:
    explicit Tokenizer(std::string_view text) : text_(text) {}

    /// False when there are no more.
    bool next();

    std::string_view token() const { return token_; }

    /// Bytes of the original that the token stands for.
    std::size_t begin() const { return begin_; }

    std::size_t end() const { return end_; }

private:
    bool take_ascii();
    void take_unicode();
    bool take_emoji();
    void lower_ascii();

    std::string_view text_;
    std::string_view token_;
    std::string lowered_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

/// Lower case of any text, code point by code point (ICU's simple mapping).
std::string to_lower_unicode(std::string_view text);

}  // namespace elkhorn::text
