#include "script/syntax/parser.h"

#include <fmt/format.h>

#include <array>
#include <span>

namespace elkhorn::script {

namespace {

constexpr int depth_most = 100;

using Operators = std::span<const std::string_view>;

constexpr std::string_view or_else[] = {"||"};
constexpr std::string_view and_also[] = {"&&"};
constexpr std::string_view bit_or[] = {"|"};
constexpr std::string_view bit_xor[] = {"^"};
constexpr std::string_view bit_and[] = {"&"};
constexpr std::string_view equal[] = {"==", "!=", "===", "!=="};
constexpr std::string_view relation[] = {"<", "<=", ">", ">=", "instanceof"};
constexpr std::string_view shift[] = {"<<", ">>", ">>>"};
constexpr std::string_view find[] = {"=~", "==~"};
constexpr std::string_view sum[] = {"+", "-"};
constexpr std::string_view product[] = {"*", "/", "%"};

/// The weakest first.
constexpr std::array<Operators, 11> levels = {or_else,  and_also, bit_or, bit_xor, bit_and, equal,
                                              relation, shift,    find,   sum,     product};

constexpr std::string_view assignments[] = {
    "=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "<<=", ">>=", ">>>="};

}  // namespace

/// Counts how deep an expression stands in others.
class Deeper {
public:
    explicit Deeper(Parser& parser) : parser_(parser) { ++parser_.depth_; }

    ~Deeper() { --parser_.depth_; }

    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

    bool too_deep() {
        if (parser_.depth_ <= depth_most) return false;
        if (!parser_.failed_) {
            parser_.failed_ = true;
            parser_.trouble_ =
                trouble_at(parser_.source_, parser_.peek().at, "illegal_argument_exception",
                           "the script is nested more than 100 deep");
        }
        return true;
    }

private:
    Parser& parser_;
};

// -- tokens ---------------------------------------------------------------------------------------

const Token& Parser::peek(std::size_t ahead) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

bool Parser::is(std::string_view text, std::size_t ahead) const {
    const Token& token = peek(ahead);
    return (token.kind == Token::Kind::symbol || token.kind == Token::Kind::keyword) &&
           token.text == text;
}

bool Parser::accept(std::string_view text) {
    if (!is(text)) return false;
    ++at_;
    return true;
}

bool Parser::expect(std::string_view text) {
    if (accept(text)) return true;
    if (!failed_) {
        failed_ = true;
        const Token& token = peek();
        const std::string found = token.kind == Token::Kind::end
                                      ? "<EOF>"
                                      : std::string(source_.substr(token.at, token.end - token.at));
        trouble_ =
            trouble_at(source_, token.at, "illegal_argument_exception",
                       fmt::format("unexpected token ['{}'] was expecting one of [{}].", found,
                                   text == "<EOF>"          ? "<EOF>"
                                   : text == "{<EOF>, ';'}" ? "{<EOF>, ';'}"
                                                            : fmt::format("'{}'", text)));
    }
    return false;
}

SyntaxPtr Parser::unexpected() {
    if (failed_) return nullptr;
    failed_ = true;
    const Token& token = peek();
    trouble_ = trouble_at(source_, token.at, "illegal_argument_exception",
                          token.kind == Token::Kind::end
                              ? "unexpected end of script."
                              : fmt::format("invalid sequence of tokens near ['{}'].",
                                            source_.substr(token.at, token.end - token.at)));
    return nullptr;
}

SyntaxPtr Parser::node(Kind kind, std::string text) const {
    auto made = std::make_unique<Syntax>();
    made->kind = kind;
    made->at = peek().at;
    made->text = std::move(text);
    return made;
}

std::optional<std::size_t> Parser::type_at(std::size_t from, std::string* type) const {
    const auto token = [&](std::size_t i) -> const Token& {
        return tokens_[std::min(i, tokens_.size() - 1)];
    };
    if (token(from).kind != Token::Kind::name) return std::nullopt;
    std::string name = token(from).text;
    std::size_t i = from + 1;
    const auto symbol = [&](std::size_t at, std::string_view text) {
        return token(at).kind == Token::Kind::symbol && token(at).text == text;
    };
    // The longest run of names that is a class.
    std::optional<std::size_t> end;
    if (find_class(name)) end = i;
    std::string longest = name;
    while (symbol(i, ".") && token(i + 1).kind == Token::Kind::name) {
        name += "." + token(i + 1).text;
        i += 2;
        if (!find_class(name)) continue;
        end = i;
        longest = name;
    }
    if (!end) return std::nullopt;
    while (symbol(*end, "[") && symbol(*end + 1, "]")) {
        longest += "[]";
        *end += 2;
    }
    if (type != nullptr) *type = longest;
    return end;
}

// -- expressions ----------------------------------------------------------------------------------

SyntaxPtr Parser::expression() {
    Deeper deeper(*this);
    if (deeper.too_deep()) return nullptr;
    SyntaxPtr left = choice();
    if (left == nullptr) return nullptr;
    for (const std::string_view symbol : assignments) {
        if (!is(symbol)) continue;
        auto made = node(Kind::assign, std::string(symbol.substr(0, symbol.size() - 1)));
        made->at = left->at;
        if (made->text.empty()) made->text = "=";
        ++at_;
        SyntaxPtr value = expression();
        if (value == nullptr) return nullptr;
        made->parts.push_back(std::move(left));
        made->parts.push_back(std::move(value));
        return made;
    }
    return left;
}

SyntaxPtr Parser::choice() {
    Deeper deeper(*this);
    if (deeper.too_deep()) return nullptr;
    SyntaxPtr test = binary(0);
    if (test == nullptr) return nullptr;
    if (accept("?:")) {
        auto made = node(Kind::elvis);
        made->at = test->at;
        SyntaxPtr other = choice();
        if (other == nullptr) return nullptr;
        made->parts.push_back(std::move(test));
        made->parts.push_back(std::move(other));
        return made;
    }
    if (!accept("?")) return test;
    auto made = node(Kind::choose);
    made->at = test->at;
    SyntaxPtr yes = expression();
    if (yes == nullptr || !expect(":")) return nullptr;
    SyntaxPtr no = expression();
    if (no == nullptr) return nullptr;
    made->parts.push_back(std::move(test));
    made->parts.push_back(std::move(yes));
    made->parts.push_back(std::move(no));
    return made;
}

SyntaxPtr Parser::binary(std::size_t level) {
    if (level == levels.size()) return unary();
    SyntaxPtr left = binary(level + 1);
    int chained = 0;
    while (left != nullptr) {
        std::string_view found;
        for (const std::string_view symbol : levels[level]) {
            if (is(symbol)) found = symbol;
        }
        if (found.empty()) return left;
        // A chain is a tree as deep as it is long.
        if (++chained > 5 * depth_most) return unexpected();
        auto made = node(Kind::binary, std::string(found));
        made->at = peek().at;
        ++at_;
        if (found == "instanceof") {
            std::string type;
            const auto end = type_at(at_, &type);
            if (!end) return unexpected();
            made->kind = Kind::instance_of;
            made->text = type;
            at_ = *end;
            made->parts.push_back(std::move(left));
            left = std::move(made);
            continue;
        }
        SyntaxPtr right = binary(level + 1);
        if (right == nullptr) return nullptr;
        made->parts.push_back(std::move(left));
        made->parts.push_back(std::move(right));
        left = std::move(made);
    }
    return nullptr;
}

bool Parser::cast_ahead(std::size_t& after) const {
    if (!is("(")) return false;
    std::string type;
    const auto end = type_at(at_ + 1, &type);
    if (!end || tokens_[*end].kind != Token::Kind::symbol || tokens_[*end].text != ")")
        return false;
    const Token& next = tokens_[std::min(*end + 1, tokens_.size() - 1)];
    after = *end + 1;
    if (next.kind == Token::Kind::symbol) {
        const bool primitive = type[0] >= 'a' && type[0] <= 'z';
        if (next.text == "+" || next.text == "-") return primitive;
        return next.text == "(" || next.text == "!" || next.text == "~" || next.text == "[" ||
               next.text == "++" || next.text == "--";
    }
    return next.kind != Token::Kind::end;
}

SyntaxPtr Parser::unary() {
    Deeper deeper(*this);
    if (deeper.too_deep()) return nullptr;
    for (const std::string_view symbol : {"++", "--"}) {
        if (!is(symbol)) continue;
        auto made = node(Kind::step, symbol == "++" ? "+p" : "-p");
        ++at_;
        SyntaxPtr target = unary();
        if (target == nullptr) return nullptr;
        made->parts.push_back(std::move(target));
        return made;
    }
    for (const std::string_view symbol : {"!", "~", "+", "-"}) {
        if (!is(symbol)) continue;
        auto made = node(Kind::unary, std::string(symbol));
        ++at_;
        // The least int and long are literals of their own.
        if (symbol == "-" && peek().kind == Token::Kind::whole && !is(".", 1)) {
            auto number = node(Kind::whole, "-" + peek().text);
            number->at = made->at;
            ++at_;
            return number;
        }
        SyntaxPtr operand = unary();
        if (operand == nullptr) return nullptr;
        made->parts.push_back(std::move(operand));
        return made;
    }
    std::size_t after = 0;
    if (cast_ahead(after)) {
        auto made = node(Kind::cast);
        type_at(at_ + 1, &made->text);
        at_ = after;
        SyntaxPtr operand = unary();
        if (operand == nullptr) return nullptr;
        made->parts.push_back(std::move(operand));
        return made;
    }
    return postfix();
}

SyntaxPtr Parser::postfix() {
    SyntaxPtr what = primary();
    int chained = 0;
    while (what != nullptr) {
        if (++chained > 5 * depth_most) return unexpected();
        if (is(".") || is("?.")) {
            what = after_dot(std::move(what));
        } else if (is("[")) {
            auto made = node(Kind::index);
            ++at_;
            SyntaxPtr place = expression();
            if (place == nullptr || !expect("]")) return nullptr;
            made->parts.push_back(std::move(what));
            made->parts.push_back(std::move(place));
            what = std::move(made);
        } else if (is("++") || is("--")) {
            auto made = node(Kind::step, is("++") ? "p+" : "p-");
            made->at = what->at;
            ++at_;
            made->parts.push_back(std::move(what));
            return made;
        } else {
            return what;
        }
    }
    return nullptr;
}

SyntaxPtr Parser::after_dot(SyntaxPtr what) {
    auto made = node(Kind::member);
    if (is("?.")) made->extra = "?";
    ++at_;
    const Token& name = peek();
    if (name.kind != Token::Kind::name && name.kind != Token::Kind::whole) return unexpected();
    made->text = name.text;
    ++at_;
    made->parts.push_back(std::move(what));
    if (name.kind == Token::Kind::name && is("(")) {
        made->kind = Kind::call;
        if (!arguments(*made)) return nullptr;
    }
    return made;
}

bool Parser::arguments(Syntax& into) {
    if (!expect("(")) return false;
    if (accept(")")) return true;
    do {
        SyntaxPtr argument = lambda_ahead()      ? lambda()
                             : reference_ahead() ? reference()
                                                 : expression();
        if (argument == nullptr) return false;
        into.parts.push_back(std::move(argument));
    } while (accept(","));
    return expect(")");
}

SyntaxPtr Parser::literal() {
    const Token& token = peek();
    SyntaxPtr made;
    switch (token.kind) {
        case Token::Kind::whole: made = node(Kind::whole, token.text); break;
        case Token::Kind::real: made = node(Kind::real, token.text); break;
        case Token::Kind::text: made = node(Kind::text, token.text); break;
        case Token::Kind::regex:
            made = node(Kind::regex, token.text);
            made->extra = token.flags;
            break;
        default: return nullptr;
    }
    ++at_;
    return made;
}

SyntaxPtr Parser::primary() {
    if (auto made = literal()) return made;
    if (is("true") || is("false")) {
        auto made = node(Kind::boolean, peek().text);
        ++at_;
        return made;
    }
    if (is("null")) {
        auto made = node(Kind::null);
        ++at_;
        return made;
    }
    if (is("new")) return creation();
    if (is("[")) return bracketed();
    if (accept("(")) {
        SyntaxPtr inner = expression();
        if (inner == nullptr || !accept(")")) return unexpected();
        return inner;
    }
    return named();
}

/// Type::name, Type::new, this::name, variable::name
bool Parser::reference_ahead() const {
    if (is("::", 1)) return is("this") || peek().kind == Token::Kind::name;
    const auto end = type_at(at_, nullptr);
    return end && tokens_[*end].kind == Token::Kind::symbol && tokens_[*end].text == "::";
}

SyntaxPtr Parser::reference() {
    auto made = node(Kind::reference);
    std::string type;
    if (is("this")) {
        made->extra = "this";
        ++at_;
    } else if (const auto end = type_at(at_, &type)) {
        made->extra = type;
        at_ = *end;
    } else {
        made->parts.push_back(node(Kind::name, peek().text));
        ++at_;
    }
    if (!expect("::")) return nullptr;
    if (peek().kind != Token::Kind::name && !is("new")) return unexpected();
    made->text = peek().text;
    ++at_;
    return made;
}

/// A variable, a call of a function of the script's, or a type.
SyntaxPtr Parser::named() {
    if (peek().kind != Token::Kind::name) return unexpected();
    std::string type;
    const auto end = type_at(at_, &type);
    if (end && find_class(type) && *find_class(type) <= Class::def) {
        at_ = *end;  // `int` is no value
        return unexpected();
    }
    auto made = node(Kind::name, peek().text);
    if (end && *end > at_ + 1 && !type.ends_with("]")) {  // java.util.List
        made->text = type;
        at_ = *end;
        return made;
    }
    ++at_;
    if (is("(")) {
        made->kind = Kind::call_own;
        if (!arguments(*made)) return nullptr;
    }
    return made;
}

bool Parser::lambda_ahead() const {
    if (peek().kind == Token::Kind::name && is("->", 1)) return true;
    if (!is("(")) return false;
    // ( [type] name, ... ) ->
    std::size_t i = at_ + 1;
    const auto symbol = [&](std::size_t at, std::string_view text) {
        const Token& token = tokens_[std::min(at, tokens_.size() - 1)];
        return token.kind == Token::Kind::symbol && token.text == text;
    };
    while (!symbol(i, ")")) {
        if (const auto end = type_at(i, nullptr); end && tokens_[*end].kind == Token::Kind::name)
            i = *end;
        if (tokens_[std::min(i, tokens_.size() - 1)].kind != Token::Kind::name) return false;
        ++i;
        if (symbol(i, ","))
            ++i;
        else if (!symbol(i, ")"))
            return false;
    }
    return symbol(i + 1, "->");
}

SyntaxPtr Parser::lambda() {
    auto made = node(Kind::lambda);
    const auto parameter = [&] {
        Syntax::Parameter one;
        std::string type;
        if (const auto end = type_at(at_, &type); end && tokens_[*end].kind == Token::Kind::name) {
            one.type = type;
            at_ = *end;
        }
        one.at = peek().at;
        one.name = peek().text;
        ++at_;
        made->parameters.push_back(std::move(one));
    };
    if (accept("(")) {
        while (!accept(")")) {
            parameter();
            accept(",");
        }
    } else {
        parameter();
    }
    if (!expect("->")) return nullptr;
    return lambda_body(std::move(made));
}

SyntaxPtr Parser::lambda_body(SyntaxPtr made) {
    if (is("{")) {
        SyntaxPtr inner = block();
        if (inner == nullptr) return nullptr;
        made->parts.push_back(std::move(inner));
        return made;
    }
    auto statement = node(Kind::expression);
    auto whole = node(Kind::block);
    SyntaxPtr value = expression();
    if (value == nullptr) return nullptr;
    statement->parts.push_back(std::move(value));
    whole->parts.push_back(std::move(statement));
    made->parts.push_back(std::move(whole));
    return made;
}

/// [a, b], [a: b], [:], []
SyntaxPtr Parser::bracketed() {
    auto made = node(Kind::list);
    ++at_;
    if (is(":") && is("]", 1)) {
        at_ += 2;
        made->kind = Kind::map;
        return made;
    }
    if (accept("]")) return made;
    do {
        SyntaxPtr one = expression();
        if (one == nullptr) return nullptr;
        made->parts.push_back(std::move(one));
        if (made->parts.size() == 1 && is(":")) made->kind = Kind::map;
        if (made->kind != Kind::map) continue;
        if (!expect(":")) return nullptr;
        SyntaxPtr value = expression();
        if (value == nullptr) return nullptr;
        made->parts.push_back(std::move(value));
    } while (accept(","));
    return accept("]") ? std::move(made) : unexpected();
}

/// new T(...), new T[n], new T[] {...}
SyntaxPtr Parser::creation() {
    auto made = node(Kind::new_object);
    ++at_;
    std::string type;
    const auto end = type_at(at_, &type);
    if (!end) {
        if (peek().kind != Token::Kind::name) return unexpected();
        made->text = peek().text;  // the compiler says that there is none
        ++at_;
        while (is(".") && peek(1).kind == Token::Kind::name) {
            made->text += "." + peek(1).text;
            at_ += 2;
        }
    } else {
        made->text = type;
        at_ = *end;
    }
    if (is("(")) return arguments(*made) ? std::move(made) : nullptr;
    if (type.ends_with("[]")) {
        made->kind = Kind::array_of;
        if (!expect("{")) return nullptr;
        if (accept("}")) return made;
        do {
            SyntaxPtr one = expression();
            if (one == nullptr) return nullptr;
            made->parts.push_back(std::move(one));
        } while (accept(","));
        return expect("}") ? std::move(made) : nullptr;
    }
    if (!is("[")) return unexpected();
    made->kind = Kind::new_array;
    while (accept("[")) {
        SyntaxPtr size = expression();
        if (size == nullptr || !expect("]")) return nullptr;
        made->text += "[]";
        made->parts.push_back(std::move(size));
    }
    return made;
}

}  // namespace elkhorn::script
