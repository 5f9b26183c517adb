// script/syntax/parser.h -- recursive descent over the tokens of a script: expressions in
// parser.cc, the statements around them in parse_statements.cc. Refuses in the words of Painless'
// parser, as far as those depend on the source alone and not on its grammar.
#pragma once

#include "script/syntax/lexer.h"
#include "script/syntax/syntax.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {

/// What is null has failed: `trouble()` says why.
class Parser {
public:
    Parser(std::string_view source, std::vector<Token> tokens)
        : source_(source), tokens_(std::move(tokens)) {}

    std::optional<ScriptSyntax> script();

    Trouble trouble() && { return std::move(trouble_); }

private:
    using Kind = Syntax::Kind;

    // statements
    bool function_ahead() const;
    std::optional<FunctionSyntax> function();
    SyntaxPtr statement();
    SyntaxPtr plain_statement();
    SyntaxPtr block();
    SyntaxPtr body();
    SyntaxPtr if_statement();
    SyntaxPtr while_statement();
    SyntaxPtr do_statement();
    SyntaxPtr for_statement();
    SyntaxPtr each_statement(std::string type);
    SyntaxPtr try_statement();
    SyntaxPtr declaration();
    bool declaration_ahead() const;
    bool end_of_statement();
    bool add(SyntaxPtr& into, SyntaxPtr part);

    // expressions
    SyntaxPtr expression();
    SyntaxPtr choice();
    SyntaxPtr binary(std::size_t level);
    SyntaxPtr unary();
    SyntaxPtr postfix();
    SyntaxPtr after_dot(SyntaxPtr what);
    SyntaxPtr primary();
    SyntaxPtr literal();
    SyntaxPtr named();
    SyntaxPtr lambda();
    SyntaxPtr lambda_body(SyntaxPtr made);
    SyntaxPtr bracketed();
    SyntaxPtr creation();
    bool arguments(Syntax& into);
    bool lambda_ahead() const;
    bool reference_ahead() const;
    SyntaxPtr reference();
    bool cast_ahead(std::size_t& after) const;

    // tokens
    const Token& peek(std::size_t ahead = 0) const;
    bool is(std::string_view text, std::size_t ahead = 0) const;
    bool accept(std::string_view text);
    bool expect(std::string_view text);
    /// The token behind a type that begins at `from`, and the type; nothing where there is none.
    std::optional<std::size_t> type_at(std::size_t from, std::string* type) const;
    SyntaxPtr node(Kind kind, std::string text = {}) const;
    SyntaxPtr unexpected();

    std::string_view source_;  // the caller's
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool failed_ = false;
    Trouble trouble_;

    friend class Deeper;
};

}  // namespace elkhorn::script
