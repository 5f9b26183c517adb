// script/syntax/parse_statements.cc -- the statements of a script and its functions.

#include "script/syntax/parser.h"

namespace elkhorn::script {

bool Parser::add(SyntaxPtr& into, SyntaxPtr part) {
    if (part == nullptr) return false;
    into->parts.push_back(std::move(part));
    return true;
}

/// type name ( ... ) {
bool Parser::function_ahead() const {
    const auto end = type_at(at_, nullptr);
    if (!end || tokens_[*end].kind != Token::Kind::name) return false;
    const Token& open = tokens_[std::min(*end + 1, tokens_.size() - 1)];
    return open.kind == Token::Kind::symbol && open.text == "(";
}

std::optional<FunctionSyntax> Parser::function() {
    FunctionSyntax made;
    made.at = peek().at;
    at_ = *type_at(at_, &made.result);
    made.name = peek().text;
    at_ += 2;
    while (!accept(")")) {
        Syntax::Parameter one;
        const auto end = type_at(at_, &one.type);
        if (!end || tokens_[*end].kind != Token::Kind::name) {
            unexpected();
            return std::nullopt;
        }
        at_ = *end;
        one.at = peek().at;
        one.name = peek().text;
        ++at_;
        made.parameters.push_back(std::move(one));
        if (!is(")") && !expect(",")) return std::nullopt;
    }
    made.body = block();
    if (made.body == nullptr) return std::nullopt;
    return made;
}

std::optional<ScriptSyntax> Parser::script() {
    ScriptSyntax made;
    while (function_ahead()) {
        auto one = function();
        if (!one) return std::nullopt;
        made.functions.push_back(std::move(*one));
    }
    made.body = node(Kind::block);
    while (peek().kind != Token::Kind::end) {
        // No statement begins so: behind another one the end is what could have been.
        if (is("{") && !made.body->parts.empty()) {
            expect("<EOF>");
            return std::nullopt;
        }
        if (!add(made.body, statement())) return std::nullopt;
    }
    return made;
}

SyntaxPtr Parser::block() {
    auto made = node(Kind::block);
    if (!expect("{")) return nullptr;
    while (!is("}")) {
        if (peek().kind == Token::Kind::end) return unexpected();
        if (!add(made, statement())) return nullptr;
    }
    ++at_;
    return made;
}

/// Of an if or a loop: a block, or one statement, which is made one.
SyntaxPtr Parser::body() {
    if (is("{")) return block();
    auto made = node(Kind::block);
    return add(made, statement()) ? std::move(made) : nullptr;
}

bool Parser::end_of_statement() {
    if (peek().kind == Token::Kind::end || is("}")) return true;
    return accept(";") || expect("{<EOF>, ';'}");
}

SyntaxPtr Parser::statement() {
    if (++depth_ > 100) return unexpected();
    SyntaxPtr made;
    if (is("if"))
        made = if_statement();
    else if (is("while"))
        made = while_statement();
    else if (is("for"))
        made = for_statement();
    else if (is("try"))
        made = try_statement();
    else if (is("do"))
        made = do_statement();
    else
        made = plain_statement();
    --depth_;
    return made;
}

SyntaxPtr Parser::plain_statement() {
    SyntaxPtr made;
    if (is("break") || is("continue")) {
        made = node(is("break") ? Kind::break_ : Kind::continue_);
        ++at_;
    } else if (is("return") || is("throw")) {
        const bool returns = is("return");
        made = node(returns ? Kind::return_ : Kind::throw_);
        ++at_;
        const bool alone = is(";") || is("}") || peek().kind == Token::Kind::end;
        if (!(returns && alone) && !add(made, expression())) return nullptr;
    } else if (declaration_ahead()) {
        made = declaration();
    } else {
        made = node(Kind::expression);
        if (!add(made, expression())) return nullptr;
    }
    if (made == nullptr || !end_of_statement()) return nullptr;
    return made;
}

/// Two names side by side, the first of a type, be it one or not.
bool Parser::declaration_ahead() const {
    const auto end = type_at(at_, nullptr);
    if (end) return tokens_[*end].kind == Token::Kind::name;
    return peek().kind == Token::Kind::name && peek(1).kind == Token::Kind::name;
}

/// int a = 1, b
SyntaxPtr Parser::declaration() {
    auto made = node(Kind::declare);
    std::string type;
    if (const auto end = type_at(at_, &type)) {
        at_ = *end;
    } else {
        type = peek().text;
        ++at_;
    }
    do {
        Syntax::Parameter one;
        one.type = type;
        one.at = peek().at;
        one.name = peek().text;
        if (peek().kind != Token::Kind::name) return unexpected();
        ++at_;
        made->parameters.push_back(std::move(one));
        if (!accept("=")) {
            made->parts.push_back(nullptr);
        } else if (!add(made, expression())) {
            return nullptr;
        }
    } while (accept(","));
    return made;
}

SyntaxPtr Parser::if_statement() {
    auto made = node(Kind::if_);
    ++at_;
    if (!expect("(") || !add(made, expression()) || !expect(")") || !add(made, body()))
        return nullptr;
    if (accept("else") && !add(made, body())) return nullptr;
    return made;
}

SyntaxPtr Parser::while_statement() {
    auto made = node(Kind::while_);
    ++at_;
    if (!expect("(") || !add(made, expression()) || !expect(")")) return nullptr;
    if (accept(";")) return add(made, node(Kind::block)) ? std::move(made) : nullptr;
    return add(made, body()) ? std::move(made) : nullptr;
}

SyntaxPtr Parser::do_statement() {
    auto made = node(Kind::do_);
    ++at_;
    if (!add(made, block()) || !expect("while") || !expect("(") || !add(made, expression()) ||
        !expect(")") || !end_of_statement())
        return nullptr;
    return made;
}

SyntaxPtr Parser::each_statement(std::string type) {
    auto made = node(Kind::each, peek().text);
    made->extra = std::move(type);
    at_ += 2;  // the name, and : or in
    if (!add(made, expression()) || !expect(")") || !add(made, body())) return nullptr;
    return made;
}

SyntaxPtr Parser::for_statement() {
    auto made = node(Kind::for_);
    ++at_;
    if (!expect("(")) return nullptr;
    std::string type;
    const auto end = type_at(at_, &type);
    const auto follows = [&](std::size_t name) {
        const Token& next = tokens_[std::min(name + 1, tokens_.size() - 1)];
        return tokens_[name].kind == Token::Kind::name &&
               ((next.kind == Token::Kind::symbol && next.text == ":") ||
                (next.kind == Token::Kind::keyword && next.text == "in"));
    };
    if (end && follows(*end)) {
        at_ = *end;
        return each_statement(type);
    }
    if (follows(at_)) return each_statement("def");
    const auto part = [&](std::string_view close) {
        if (is(close)) return add(made, node(Kind::empty));
        if (declaration_ahead()) return add(made, declaration());
        return add(made, expression());
    };
    if (!part(";") || !expect(";") || !part(";") || !expect(";") || !part(")") || !expect(")"))
        return nullptr;
    if (accept(";")) return add(made, node(Kind::block)) ? std::move(made) : nullptr;
    return add(made, body()) ? std::move(made) : nullptr;
}

SyntaxPtr Parser::try_statement() {
    auto made = node(Kind::try_);
    ++at_;
    if (!add(made, block())) return nullptr;
    if (!is("catch")) return unexpected();
    while (is("catch")) {
        auto one = node(Kind::catch_);
        ++at_;
        if (!expect("(")) return nullptr;
        Syntax::Parameter what;
        const auto end = type_at(at_, &what.type);
        if (!end || tokens_[*end].kind != Token::Kind::name) return unexpected();
        at_ = *end;
        what.at = peek().at;
        what.name = peek().text;
        ++at_;
        one->parameters.push_back(std::move(what));
        if (!expect(")") || !add(one, block()) || !add(made, std::move(one))) return nullptr;
    }
    return made;
}

std::expected<ScriptSyntax, Trouble> parse(std::string_view source) {
    auto tokens = lex(source);
    if (!tokens) return std::unexpected(std::move(tokens.error()));
    Parser parser(source, std::move(*tokens));
    auto made = parser.script();
    if (!made) return std::unexpected(std::move(parser).trouble());
    return std::move(*made);
}

}  // namespace elkhorn::script
