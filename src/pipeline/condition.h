// pipeline/condition.h -- a condition of a pipeline file, compiled: expressions are ready, field
// references parsed, constants typed.
//
// The semantics are Logstash's, surprises included: the text "200" does not equal the number 200;
// missing, null, empty and false are false, 0 and [] are true; `in` means substring or membership
// by the shapes of its sides; only texts match an expression; ordering unlike things is an error.
// An error makes the condition false and is counted; it never stops anything.
//
// One thread at a time: matching needs scratch.
#pragma once

#include "base/result.h"
#include "config/ast.h"
#include "event/event.h"
#include "text/pattern/regex.h"

#include <optional>
#include <string>
#include <vector>

namespace elkhorn::pipeline {

class Condition {
public:
    static Result<Condition> compile(const config::Condition& condition);

    bool holds(const event::Event& event);

private:
    enum class Truth { no, yes, error };

    struct Operand {
        config::Operand::Kind kind = config::Operand::Kind::string;
        event::FieldPath path = event::FieldPath::key("");
        event::Value constant;  // of a string (it sees `text`) or a number
        std::string text;
        std::vector<Operand> items;
    };

    static Result<Operand> compile_operand(const config::Operand& operand);
    Truth evaluate(const event::Event& event);
    Truth combine(const event::Event& event);
    Truth compare(const event::Value* left, const event::Value* right) const;
    static Truth contains(const event::Value* left, const event::Value* right, const Operand& list);
    Truth matches(const event::Value* left);
    static const event::Value* value_of(const Operand& operand, const event::Event& event);

    config::Condition::Kind kind_ = config::Condition::Kind::truthy;
    Operand left_;
    Operand right_;
    std::optional<text::Regex> regex_;
    text::RegexMatches matches_;
    std::vector<Condition> children_;
};

}  // namespace elkhorn::pipeline
