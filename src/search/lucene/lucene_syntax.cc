#include "search/lucene/lucene_syntax.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search {
namespace {

constexpr int most_nested = 200;

enum class T {
    end,
    conjunction,
    disjunction,
    negation,
    plus,
    minus,
    bare,
    open,
    close,
    colon,
    star,
    caret,
    quoted,
    term,
    tilde,
    prefix,
    wild,
    regexp,
    range_in,
    range_ex,
    number,
    to,
    range_in_end,
    range_ex_end,
    range_quoted,
    goop,
    error,
};

struct Token {
    T kind = T::end;
    std::string_view text;
    std::size_t at = 0;
};

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Cuts the text as Lucene's token manager does; it has modes for what follows ^ and stands in
/// brackets.
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    std::vector<Token> all() {
        std::vector<Token> tokens;
        do
            tokens.push_back(next());
        while (tokens.back().kind != T::end && tokens.back().kind != T::error);
        return tokens;
    }

private:
    enum class Mode { plain, boost, range };

    /// The bytes of the ideographic space count as a blank, too.
    bool skip_blank() {
        if (at_ < text_.size() && is_blank(text_[at_])) {
            ++at_;
            return true;
        }
        if (text_.substr(at_).starts_with("\xe3\x80\x80")) {
            at_ += 3;
            return true;
        }
        return false;
    }

    Token make(T kind, std::size_t size) {
        const Token token{kind, text_.substr(at_, size), at_};
        at_ += size;
        return token;
    }

    Token next() {
        while (skip_blank()) {
        }
        if (at_ >= text_.size()) return {T::end, {}, at_};
        if (mode_ == Mode::boost) return next_number();
        return mode_ == Mode::range ? next_in_range() : next_plain();
    }

    Token next_number() {
        mode_ = Mode::plain;
        std::size_t size = digits(at_);
        if (size == 0) return make(T::error, 0);
        if (at_ + size < text_.size() && text_[at_ + size] == '.') {
            const std::size_t fraction = digits(at_ + size + 1);
            if (fraction > 0) size += 1 + fraction;
        }
        return make(T::number, size);
    }

    Token next_in_range() {
        const char c = text_[at_];
        if (c == ']' || c == '}') {
            mode_ = Mode::plain;
            return make(c == ']' ? T::range_in_end : T::range_ex_end, 1);
        }
        if (c == '"') {
            std::size_t end = at_ + 1;
            while (end < text_.size() && text_[end] != '"')
                end += text_[end] == '\\' ? 2 : 1;
            if (end < text_.size() && end > at_ + 1) return make(T::range_quoted, end + 1 - at_);
        }
        std::size_t size = 0;
        while (at_ + size < text_.size() && text_[at_ + size] != ' ' && text_[at_ + size] != ']' &&
               text_[at_ + size] != '}') {
            ++size;
        }
        return make(text_.substr(at_, size) == "TO" ? T::to : T::goop, size);
    }

    Token next_plain() {
        const std::size_t word = word_size(false);
        const std::size_t wild = word_size(true);
        const std::string_view rest = text_.substr(at_);
        if (wild > word) {
            if (wild == 1 && rest[0] == '*') return make(T::star, 1);
            const bool prefix = wild == word + 1 && rest[word] == '*' && word > 0;
            return make(prefix ? T::prefix : T::wild, wild);
        }
        if (word > 0) {
            const std::string_view text = rest.substr(0, word);
            if (text == "AND" || text == "&&") return make(T::conjunction, word);
            if (text == "OR" || text == "||") return make(T::disjunction, word);
            if (text == "NOT") return make(T::negation, word);
            return make(T::term, word);
        }
        const bool blank_after = rest.size() > 1 && is_blank(rest[1]);
        switch (rest[0]) {
            case '+': return blank_after ? make(T::bare, 2) : make(T::plus, 1);
            case '-': return blank_after ? make(T::bare, 2) : make(T::minus, 1);
            case '!': return blank_after ? make(T::bare, 2) : make(T::negation, 1);
            case '(': return make(T::open, 1);
            case ')': return make(T::close, 1);
            case ':': return make(T::colon, 1);
            case '^': mode_ = Mode::boost; return make(T::caret, 1);
            case '[': mode_ = Mode::range; return make(T::range_in, 1);
            case '{': mode_ = Mode::range; return make(T::range_ex, 1);
            case '"': return closed('"', T::quoted);
            case '/': return closed('/', T::regexp);
            case '~': return make(T::tilde, 1 + fuzzy_size(at_ + 1));
            default: return make(T::error, 0);
        }
    }

    Token closed(char mark, T kind) {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != mark)
            end += text_[end] == '\\' ? 2 : 1;
        return end < text_.size() ? make(kind, end + 1 - at_) : make(T::error, 0);
    }

    std::size_t digits(std::size_t from) const {
        std::size_t size = 0;
        while (from + size < text_.size() && text_[from + size] >= '0' && text_[from + size] <= '9')
            ++size;
        return size;
    }

    std::size_t fuzzy_size(std::size_t from) const {
        std::size_t end = from;
        while (end < text_.size()) {
            const std::size_t step = character(end, false, false);
            if (step == 0) break;
            end += step;
        }
        return end - from;
    }

    /// Bytes of the word's character at `at`; 0: none of a word.
    std::size_t character(std::size_t at, bool first, bool wild) const {
        if (at >= text_.size()) return 0;
        const char c = text_[at];
        if (c == '\\') return at + 1 < text_.size() ? 2 : 0;
        if (c == '*' || c == '?') return wild ? 1 : 0;
        if (c == '+' || c == '-') return first ? 0 : 1;
        if (is_blank(c) || std::string_view("!():^[]\"{}~/").find(c) != std::string_view::npos)
            return 0;
        return text_.substr(at).starts_with("\xe3\x80\x80") ? 0 : 1;
    }

    std::size_t word_size(bool wild) const {
        std::size_t end = at_;
        while (const std::size_t step = character(end, end == at_, wild))
            end += step;
        return end - at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Mode mode_ = Mode::plain;
};

/// Takes escapes away: \x is x, \u0041 is A.
Result<std::string> without_escapes(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out.push_back(text[i]);
            continue;
        }
        if (++i >= text.size())
            return fail(ErrorCode::invalid, "Term can not end with escape character.");
        if (text[i] != 'u') {
            out.push_back(text[i]);
            continue;
        }
        std::uint32_t point = 0;
        for (int digit = 0; digit < 4; ++digit) {
            if (++i >= text.size())
                return fail(ErrorCode::invalid, "Truncated unicode escape sequence.");
            const char c = text[i];
            const int value = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (value < 0) {
                return fail(ErrorCode::invalid,
                            fmt::format("Non-hex character in Unicode escape sequence: {}", c));
            }
            point = point * 16 + static_cast<std::uint32_t>(value);
        }
        if (point < 0x80) {
            out.push_back(static_cast<char>(point));
        } else if (point < 0x800) {
            out.push_back(static_cast<char>(0xc0U | point >> 6U));
            out.push_back(static_cast<char>(0x80U | (point & 0x3fU)));
        } else {
            out.push_back(static_cast<char>(0xe0U | point >> 12U));
            out.push_back(static_cast<char>(0x80U | (point >> 6U & 0x3fU)));
            out.push_back(static_cast<char>(0x80U | (point & 0x3fU)));
        }
    }
    return out;
}

class SyntaxReader {
public:
    explicit SyntaxReader(std::string_view text) : tokens_(Lexer(text).all()) {}

    Result<SyntaxPtr> read() {
        if (peek().kind == T::end) return std::make_unique<Syntax>(group({}));
        auto parsed = TRY(read_query({}, 0));
        if (peek().kind != T::end) return unexpected();
        return parsed;
    }

private:
    using FieldName = std::optional<std::string>;

    static Syntax group(const FieldName& field) {
        Syntax syntax;
        syntax.kind = Syntax::Kind::group;
        syntax.field = field;
        return syntax;
    }

    const Token& peek(std::size_t ahead = 0) const {
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }

    const Token& take() {
        const Token& token = peek();
        if (at_ + 1 < tokens_.size()) ++at_;
        return token;
    }

    std::unexpected<Error> unexpected() const {
        const Token& token = peek();
        if (token.kind == T::error) {
            return fail(ErrorCode::invalid,
                        fmt::format("Lexical error at line 1, column {}.", token.at + 1));
        }
        const std::string_view shown = token.kind == T::end ? "<EOF>" : token.text;
        return fail(ErrorCode::invalid,
                    fmt::format("Encountered \"{}\" at line 1, column {}.", shown, token.at));
    }

    bool words_follow(std::size_t ahead) const {
        const T after = peek(ahead + 1).kind;
        return peek(ahead).kind == T::term && after != T::colon && after != T::star &&
               after != T::tilde && after != T::caret && after != T::conjunction &&
               after != T::disjunction;
    }

    Result<SyntaxPtr> read_query(const FieldName& field, int depth) {
        if (depth > most_nested) return fail(ErrorCode::invalid, "the query is nested too deeply");
        auto query = std::make_unique<Syntax>(group(field));
        do {
            SyntaxClause clause;
            if (peek().kind == T::term && words_follow(1)) {
                clause.several_words = true;
                clause.part = TRY(read_words(field));
            } else {
                if (!query->clauses.empty()) clause.joint = read_joint();
                clause.modifier = read_modifier();
                clause.part = TRY(read_clause(field, depth));
            }
            query->clauses.push_back(std::move(clause));
        } while (peek().kind != T::end && peek().kind != T::close);
        return query;
    }

    Joint read_joint() {
        if (peek().kind == T::conjunction) return take(), Joint::conjunction;
        if (peek().kind == T::disjunction) return take(), Joint::disjunction;
        return Joint::none;
    }

    Modifier read_modifier() {
        if (peek().kind == T::plus) return take(), Modifier::required;
        if (peek().kind == T::minus || peek().kind == T::negation)
            return take(), Modifier::prohibited;
        return Modifier::none;
    }

    Result<SyntaxPtr> read_words(const FieldName& field) {
        auto words = std::make_unique<Syntax>();
        words->field = field;
        words->text = TRY(without_escapes(take().text));
        while (words_follow(0)) {
            words->text += ' ';
            words->text += TRY(without_escapes(take().text));
        }
        return words;
    }

    Result<SyntaxPtr> read_clause(FieldName field, int depth) {
        if (peek(1).kind == T::colon && (peek().kind == T::term || peek().kind == T::star)) {
            field = peek().kind == T::star ? "*" : TRY(without_escapes(peek().text));
            take();
            take();
        }
        if (peek().kind != T::open) return read_term(field);
        take();
        auto inner = TRY(read_query(field, depth + 1));
        if (peek().kind != T::close) return unexpected();
        take();
        if (peek().kind == T::caret) {
            take();
            inner->boost *= TRY(read_boost());
        }
        return inner;
    }

    Result<float> read_boost() {
        if (peek().kind != T::number) return unexpected();
        return static_cast<float>(to_double(take().text).value_or(1.0));
    }

    Result<SyntaxPtr> read_term(const FieldName& field) {
        auto term = std::make_unique<Syntax>();
        term->field = field;
        const Token token = peek();
        switch (token.kind) {
            case T::term:
            case T::number: term->text = TRY(without_escapes(token.text)); break;
            case T::bare: term->text = token.text.substr(0, 1); break;
            case T::star:
            case T::wild:
                term->kind = Syntax::Kind::wildcard;
                term->text = token.text;
                break;
            case T::prefix:
                term->kind = Syntax::Kind::prefix;
                term->text = TRY(without_escapes(token.text.substr(0, token.text.size() - 1)));
                break;
            case T::regexp:
                term->kind = Syntax::Kind::regexp;
                term->text = token.text.substr(1, token.text.size() - 2);
                break;
            case T::quoted:
                term->kind = Syntax::Kind::phrase;
                term->text = TRY(without_escapes(token.text.substr(1, token.text.size() - 2)));
                break;
            case T::range_in:
            case T::range_ex: return read_range(std::move(term));
            default: return unexpected();
        }
        take();
        TRY(read_suffixes(*term));
        return term;
    }

    Result<> read_suffixes(Syntax& term) {
        for (int i = 0; i < 2; ++i) {
            if (peek().kind == T::caret) {
                take();
                term.boost *= TRY(read_boost());
            } else if (peek().kind == T::tilde) {
                term.fuzziness = take().text.substr(1);
                if (term.kind == Syntax::Kind::words) term.kind = Syntax::Kind::fuzzy;
            }
        }
        return {};
    }

    Result<std::optional<std::string>> read_end() {
        const Token token = peek();
        if (token.kind != T::goop && token.kind != T::range_quoted && token.kind != T::to) {
            return unexpected();
        }
        take();
        if (token.kind == T::range_quoted) {
            return std::optional(TRY(without_escapes(token.text.substr(1, token.text.size() - 2))));
        }
        if (token.text == "*") return std::optional<std::string>();
        return std::optional(TRY(without_escapes(token.text)));
    }

    Result<SyntaxPtr> read_range(SyntaxPtr range) {
        range->kind = Syntax::Kind::range;
        range->include_from = take().kind == T::range_in;
        range->from = TRY(read_end());
        if (peek().kind == T::to) take();
        range->to = TRY(read_end());
        if (peek().kind != T::range_in_end && peek().kind != T::range_ex_end) return unexpected();
        range->include_to = take().kind == T::range_in_end;
        if (peek().kind == T::caret) {
            take();
            range->boost *= TRY(read_boost());
        }
        return range;
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

}  // namespace

Result<SyntaxPtr> parse_lucene(std::string_view query) {
    return SyntaxReader(query).read();
}

}  // namespace elkhorn::search
