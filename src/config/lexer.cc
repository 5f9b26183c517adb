#include "config/lexer.h"

#include <fmt/format.h>

namespace elkhorn::config {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_number_start(char c, char next) {
    const auto digit = [](char d) {
        return d >= '0' && d <= '9';
    };
    return digit(c) || (c == '-' && digit(next));
}

Lexer::Lexer(std::string_view text, const GrammarOptions& options)
    : text_(text), file_(std::make_shared<const std::string>(options.file)), options_(&options) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
}

void Lexer::advance(std::size_t count) {
    for (; count > 0 && at_ < text_.size(); --count, ++at_) {
        if (text_[at_] == '\n') {
            ++line_;
            column_ = 1;
        } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0) != 0x80) {
            ++column_;  // characters, not bytes: what an editor shows
        }
    }
}

void Lexer::skip_blanks() {
    while (!at_end()) {
        const char c = peek();
        if (c == '#') {
            while (!at_end() && peek() != '\n')
                advance();
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            advance();
        } else {
            return;
        }
    }
}

bool Lexer::take(std::string_view symbol) {
    if (!rest().starts_with(symbol)) return false;
    advance(symbol.size());
    return true;
}

bool Lexer::take_word(std::string_view word) {
    if (!rest().starts_with(word) || is_word(peek(word.size()))) return false;
    advance(word.size());
    return true;
}

std::string_view Lexer::word(bool dashes) {
    std::size_t n = 0;
    while (is_word(peek(n)) || (dashes && peek(n) == '-'))
        ++n;
    const std::string_view word = rest().substr(0, n);
    advance(n);
    return word;
}

std::string Lexer::unescape(std::string_view text) const {
    if (!options_->escapes) return std::string(text);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out.push_back(text[i]);
            continue;
        }
        switch (text[++i]) {
            case 'n': out.push_back('\n'); break;
            case 'r': out.push_back('\r'); break;
            case 't': out.push_back('\t'); break;
            case '0': out.push_back('\0'); break;
            case '"':
            case '\'':
            case '\\': out.push_back(text[i]); break;
            default:
                out.push_back('\\');
                out.push_back(text[i]);
                break;
        }
    }
    return out;
}

Result<std::string> Lexer::fill(std::string_view text, const Place& place) const {
    auto filled = substitute(text, options_->environment);
    if (!filled) return failure(place, filled.error().message);
    return filled;
}

void Lexer::fill(Value& value) const {
    auto filled = substitute(value.text, options_->environment);
    if (filled)
        value.text = std::move(*filled);
    else
        value.unfilled = std::move(filled).error().message;
}

Result<std::string> Lexer::quoted() {
    const Place start = place();
    return fill(TRY(quoted_as_written()), start);
}

Result<std::string> Lexer::quoted_as_written() {
    const Place start = place();
    const char quote = peek();
    advance();
    std::size_t n = 0;
    while (at_ + n < text_.size() && peek(n) != quote)
        n += peek(n) == '\\' ? 2 : 1;
    if (at_ + n >= text_.size()) return failure(start, "this string is not closed");
    std::string text = unescape(rest().substr(0, n));
    advance(n + 1);
    return text;
}

Result<std::string> Lexer::regex() {
    const Place start = place();
    advance();
    std::string out;
    while (!at_end() && peek() != '/') {
        if (peek() == '\\' && peek(1) == '/') {
            advance();
        } else if (peek() == '\\' && peek(1) != '\0') {
            out.push_back(peek());
            advance();
        }
        out.push_back(peek());
        advance();
    }
    if (!take("/")) return failure(start, "this expression is not closed by a slash");
    return out;
}

std::string Lexer::number() {
    std::size_t n = peek() == '-' ? 1 : 0;
    const auto digit = [&](std::size_t i) {
        return peek(i) >= '0' && peek(i) <= '9';
    };
    while (digit(n))
        ++n;
    if (peek(n) == '.') {
        ++n;
        while (digit(n))
            ++n;
    }
    std::string text(rest().substr(0, n));
    advance(n);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string Lexer::found() const {
    if (at_end()) return "the end of the file";
    std::size_t n = 0;
    while (is_word(peek(n)) && n < 40)
        ++n;
    if (n == 0) n = 1;
    const char c = peek();
    if (n == 1 && (c < 0x20 || c > 0x7e)) return "an odd character";
    return fmt::format("\"{}\"", rest().substr(0, n));
}

std::unexpected<Error> Lexer::failure(const Place& place, std::string_view message) const {
    return fail(ErrorCode::invalid, fmt::format("{}: {}", place.text(), message));
}

std::unexpected<Error> Lexer::expected(std::string_view what) const {
    return failure(place(), fmt::format("expected {}, found {}", what, found()));
}

}  // namespace elkhorn::config
