// config/lexer.h -- the characters of a pipeline file with their line and column; what every part
// of the parser stands on. Only config/ includes this.
#pragma once

#include "base/result.h"
#include "config/ast.h"
#include "config/grammar.h"

#include <memory>
#include <string>
#include <string_view>

namespace elkhorn::config {

class Lexer {
public:
    Lexer(std::string_view text, const GrammarOptions& options);

    bool at_end() const { return at_ == text_.size(); }

    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }

    std::string_view rest() const { return text_.substr(at_); }

    void advance(std::size_t count = 1);
    void skip_blanks();

    /// Takes `symbol` if it is next.
    bool take(std::string_view symbol);
    /// Takes `word` if it is next and no word character follows it.
    bool take_word(std::string_view word);
    /// Letters, digits, `_`, and `-` where `dashes`; may be empty.
    std::string_view word(bool dashes);

    /// The text between quotes, with the environment filled in; `as_written` without.
    Result<std::string> quoted();
    Result<std::string> quoted_as_written();
    /// Between slashes.
    Result<std::string> regex();
    std::string number();
    Result<std::string> fill(std::string_view text, const Place& place) const;
    /// As `fill`, but what is missing is noted with the value.
    void fill(Value& value) const;

    Place place() const { return {file_, line_, column_}; }

    /// What is next, for messages.
    std::string found() const;
    std::unexpected<Error> failure(const Place& place, std::string_view message) const;
    std::unexpected<Error> expected(std::string_view what) const;

private:
    std::string unescape(std::string_view text) const;

    std::string_view text_;  // the caller's
    std::shared_ptr<const std::string> file_;
    const GrammarOptions* options_;  // the caller's
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    std::uint32_t column_ = 1;
};

bool is_word(char c);
bool is_number_start(char c, char next);

}  // namespace elkhorn::config
