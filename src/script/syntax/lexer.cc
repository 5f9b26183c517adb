#include "script/syntax/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace elkhorn::script {
namespace {

constexpr std::string_view keywords[] = {
    "if",  "else", "while", "do",    "for",  "in",         "continue", "break", "return",
    "new", "try",  "catch", "throw", "this", "instanceof", "true",     "false", "null"};

// The longest first.
constexpr std::string_view symbols[] = {
    ">>>=", "===", "!==", "==~", ">>>", "<<=", ">>=", "==", "!=", "=~", "<=", ">=", "&&", "||",
    "++",   "--",  "+=",  "-=",  "*=",  "/=",  "%=",  "&=", "^=", "|=", "->", "::", "?.", "?:",
    "<<",   ">>",  "{",   "}",   "[",   "]",   "(",   ")",  ".",  ",",  ";",  "!",  "~",  "*",
    "/",    "%",   "+",   "-",   "<",   ">",   "&",   "^",  "|",  "?",  ":",  "="};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

class Lexer {
public:
    explicit Lexer(std::string_view source) : source_(source) {}

    std::expected<std::vector<Token>, Trouble> run() {
        while (true) {
            if (!skip()) return std::unexpected(std::move(trouble_));
            if (at_ >= source_.size()) break;
            if (!next()) return std::unexpected(std::move(trouble_));
        }
        add(Token::Kind::end, source_.size(), {});
        return std::move(tokens_);
    }

private:
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }

    bool fail(std::string reason) {
        trouble_ = trouble_at(source_, at_, "illegal_argument_exception", std::move(reason));
        return false;
    }

    void add(Token::Kind kind, std::size_t end, std::string text) {
        Token token;
        token.kind = kind;
        token.at = static_cast<std::uint32_t>(at_);
        token.end = static_cast<std::uint32_t>(end);
        token.text = std::move(text);
        tokens_.push_back(std::move(token));
        at_ = end;
    }

    bool skip() {
        while (at_ < source_.size()) {
            const char c = source_[at_];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                ++at_;
            } else if (c == '/' && peek(1) == '/') {
                const std::size_t end = source_.find_first_of("\r\n", at_);
                if (end == source_.npos) return unexpected();
                at_ = end;
            } else if (c == '/' && peek(1) == '*') {
                const std::size_t end = source_.find("*/", at_ + 2);
                if (end == source_.npos) return unexpected();
                at_ = end + 2;
            } else {
                return true;
            }
        }
        return true;
    }

    bool unexpected() {
        const bool comment = source_.substr(at_).starts_with("//");
        return fail(fmt::format("unexpected character [{}].",
                                source_.substr(at_, comment ? source_.npos : 1)));
    }

    bool next() {
        const char c = source_[at_];
        if (is_letter(c)) return word();
        if (is_digit(c) || (c == '.' && is_digit(peek(1)) && !after_operand())) return number();
        if (c == '"' || c == '\'') return text(c);
        if (c == '/' && !after_operand()) return regex();
        for (const std::string_view symbol : symbols) {
            if (!source_.substr(at_).starts_with(symbol)) continue;
            // `a ?.5 : b` has a fraction; `x?:y` is one symbol, `a ? :` is none.
            if (symbol == "?." && is_digit(peek(2))) continue;
            add(Token::Kind::symbol, at_ + symbol.size(), std::string(symbol));
            return true;
        }
        return unexpected();
    }

    bool after_operand() const {
        if (tokens_.empty()) return false;
        const Token& last = tokens_.back();
        switch (last.kind) {
            case Token::Kind::symbol:
                return last.text == ")" || last.text == "]" || last.text == "}" ||
                       last.text == "++" || last.text == "--";
            case Token::Kind::keyword:
                return last.text == "true" || last.text == "false" || last.text == "null" ||
                       last.text == "this";
            default: return true;
        }
    }

    bool after_dot() const {
        return !tokens_.empty() && tokens_.back().kind == Token::Kind::symbol &&
               (tokens_.back().text == "." || tokens_.back().text == "?.");
    }

    bool word() {
        std::size_t end = at_;
        while (end < source_.size() && (is_letter(source_[end]) || is_digit(source_[end])))
            ++end;
        const std::string_view text = source_.substr(at_, end - at_);
        const bool keyword =
            !after_dot() && std::ranges::find(keywords, text) != std::end(keywords);
        add(keyword ? Token::Kind::keyword : Token::Kind::name, end, std::string(text));
        return true;
    }

    bool number() {
        if (after_dot()) {  // list.0
            std::size_t end = at_;
            while (end < source_.size() && is_digit(source_[end]))
                ++end;
            add(Token::Kind::whole, end, std::string(source_.substr(at_, end - at_)));
            return true;
        }
        std::size_t end = at_;
        bool real = false;
        const bool hex = source_[at_] == '0' && (peek(1) == 'x' || peek(1) == 'X');
        const auto digit = [&](char c) {
            return is_digit(c) || (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
        };
        if (hex) end += 2;
        while (end < source_.size() && digit(source_[end]))
            ++end;
        const auto at = [&](std::size_t i) {
            return i < source_.size() ? source_[i] : '\0';
        };
        if (!hex && at(end) == '.' && is_digit(at(end + 1))) {
            real = true;
            for (++end; is_digit(at(end));)
                ++end;
        }
        if (!hex && (at(end) == 'e' || at(end) == 'E')) {
            std::size_t power = end + 1;
            if (at(power) == '+' || at(power) == '-') ++power;
            if (is_digit(at(power))) {
                real = true;
                for (end = power; is_digit(at(end));)
                    ++end;
            }
        }
        constexpr std::string_view suffixes = "lLfFdD";
        if (at(end) != '\0' && suffixes.find(at(end)) != suffixes.npos) ++end;
        if (is_letter(at(end)) || is_digit(at(end))) {
            return fail(fmt::format("invalid sequence of tokens near ['{}'].",
                                    source_.substr(at_, end + 1 - at_)));
        }
        add(real ? Token::Kind::real : Token::Kind::whole, end,
            std::string(source_.substr(at_, end - at_)));
        return true;
    }

    bool text(char quote) {
        std::string said;
        std::size_t i = at_ + 1;
        for (; i < source_.size() && source_[i] != quote; ++i) {
            if (source_[i] != '\\') {
                said.push_back(source_[i]);
                continue;
            }
            const char escaped = i + 1 < source_.size() ? source_[i + 1] : '\0';
            if (escaped != '\\' && escaped != quote) {
                return fail(
                    fmt::format("unexpected character [{}]. The only valid escape "
                                "sequences in strings starting with [{}] are [\\\\] and "
                                "[\\{}].",
                                source_.substr(at_, i + 2 - at_), quote, quote));
            }
            said.push_back(escaped);
            ++i;
        }
        if (i >= source_.size())
            return fail(fmt::format("unexpected character [{}].", source_.substr(at_)));
        add(Token::Kind::text, i + 1, std::move(said));
        return true;
    }

    bool regex() {
        std::string pattern;
        std::size_t i = at_ + 1;
        for (; i < source_.size() && source_[i] != '/' && source_[i] != '\n'; ++i) {
            if (source_[i] == '\\' && i + 1 < source_.size()) {
                if (source_[i + 1] != '/') pattern.push_back('\\');
                pattern.push_back(source_[++i]);
            } else {
                pattern.push_back(source_[i]);
            }
        }
        if (i >= source_.size() || source_[i] != '/' || pattern.empty()) return unexpected();
        std::size_t end = i + 1;
        while (end < source_.size() && is_letter(source_[end]))
            ++end;
        std::string flags(source_.substr(i + 1, end - i - 1));
        add(Token::Kind::regex, end, std::move(pattern));
        tokens_.back().flags = std::move(flags);
        return true;
    }

    std::string_view source_;  // the caller's
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
    Trouble trouble_;
};

}  // namespace

Trouble trouble_at(std::string_view source, std::size_t offset, std::string type,
                   std::string reason) {
    Trouble trouble;
    trouble.type = std::move(type);
    trouble.reason = std::move(reason);
    trouble.offset = std::min(offset, source.size());
    trouble.source = source;
    return trouble;
}

std::expected<std::vector<Token>, Trouble> lex(std::string_view source) {
    return Lexer(source).run();
}

}  // namespace elkhorn::script
