#include "search/agg/core/script.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace elkhorn::search::agg {
namespace {

constexpr int depth_most = 100;
constexpr std::size_t steps_most = 10'000;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

using Function = double (*)(double, double);

struct Named {
    std::string_view name;
    int arguments;
    Function function;
};

constexpr std::array<Named, 11> functions = {{
    {"abs", 1,
     [](double a, double) {
         return std::fabs(a);
     }},
    {"ceil", 1,
     [](double a, double) {
         return std::ceil(a);
     }},
    {"floor", 1,
     [](double a, double) {
         return std::floor(a);
     }},
    {"round", 1,
     [](double a, double) {
         return std::floor(a + 0.5);
     }},
    {"sqrt", 1,
     [](double a, double) {
         return std::sqrt(a);
     }},
    {"log", 1,
     [](double a, double) {
         return std::log(a);
     }},
    {"log10", 1,
     [](double a, double) {
         return std::log10(a);
     }},
    {"exp", 1,
     [](double a, double) {
         return std::exp(a);
     }},
    {"min", 2,
     [](double a, double b) {
         return std::fmin(a, b);
     }},
    {"max", 2,
     [](double a, double b) {
         return std::fmax(a, b);
     }},
    {"pow", 2,
     [](double a, double b) {
         return std::pow(a, b);
     }},
}};

}  // namespace

/// Recursive descent, the weakest operator first. -1 stands for what cannot be read.
class Script::Parser {
public:
    Parser(std::string_view text, Script& script) : text_(text), script_(script) {}

    bool run() {
        accept_word("return");
        script_.root_ = choice(0);
        accept(";");
        skip();
        return script_.root_ >= 0 && at_ == text_.size() && script_.steps_.size() < steps_most;
    }

    std::size_t position() const { return at_; }

private:
    void skip() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t'))
            ++at_;
    }

    bool accept(std::string_view token) {
        skip();
        if (!text_.substr(at_).starts_with(token)) return false;
        at_ += token.size();
        return true;
    }

    bool accept_word(std::string_view word) {
        skip();
        const std::string_view rest = text_.substr(at_);
        if (!rest.starts_with(word) || (rest.size() > word.size() && is_word(rest[word.size()])))
            return false;
        at_ += word.size();
        return true;
    }

    int step(Op op, int a, int b = -1, int c = -1) {
        if (a < 0 || script_.steps_.size() >= steps_most) return -1;
        Step made;
        made.op = op;
        made.a = a;
        made.b = b;
        made.c = c;
        script_.steps_.push_back(std::move(made));
        return static_cast<int>(script_.steps_.size()) - 1;
    }

    int leaf(Op op, double number, std::string name) {
        Step made;
        made.op = op;
        made.number = number;
        made.name = std::move(name);
        script_.steps_.push_back(std::move(made));
        return static_cast<int>(script_.steps_.size()) - 1;
    }

    int binary(Op op, int left, int right) {
        return left < 0 || right < 0 ? -1 : step(op, left, right);
    }

    int choice(int depth) {
        if (depth > depth_most) return -1;
        const int test = level(0, depth + 1);
        if (test < 0 || !accept("?")) return test;
        const int yes = choice(depth + 1);
        if (yes < 0 || !accept(":")) return -1;
        const int no = choice(depth + 1);
        return no < 0 ? -1 : step(Op::choose, test, yes, no);
    }

    struct Operator {
        std::string_view token;
        Op op;
        int level;
    };

    static constexpr std::array<Operator, 13> operators = {{{"||", Op::or_, 0},
                                                            {"&&", Op::and_, 1},
                                                            {"==", Op::equal, 2},
                                                            {"!=", Op::not_equal, 2},
                                                            {"<=", Op::less_equal, 3},
                                                            {">=", Op::greater_equal, 3},
                                                            {"<", Op::less, 3},
                                                            {">", Op::greater, 3},
                                                            {"+", Op::add, 4},
                                                            {"-", Op::subtract, 4},
                                                            {"*", Op::multiply, 5},
                                                            {"/", Op::divide, 5},
                                                            {"%", Op::modulo, 5}}};
    static constexpr int levels = 6;

    int level(int at_level, int depth) {
        if (at_level == levels) return unary(depth);
        int left = level(at_level + 1, depth);
        while (left >= 0) {
            const auto* found = std::ranges::find_if(operators, [&](const Operator& o) {
                return o.level == at_level && accept(o.token);
            });
            if (found == operators.end()) break;
            left = binary(found->op, left, level(at_level + 1, depth));
        }
        return left;
    }

    int unary(int depth) {
        if (depth > depth_most) return -1;
        if (accept("-")) return step(Op::negate, unary(depth + 1));
        if (accept("!")) return step(Op::not_, unary(depth + 1));
        if (accept("(")) {
            const int inner = choice(depth + 1);
            return accept(")") ? inner : -1;
        }
        if (accept_word("params")) return variable();
        if (accept_word("Math")) return math(depth);
        if (accept_word("true")) return leaf(Op::number, 1, {});
        if (accept_word("false")) return leaf(Op::number, 0, {});
        if (accept_word("null")) return leaf(Op::number, std::nan(""), {});
        return number();
    }

    int variable() {
        std::string name;
        if (accept(".")) {
            while (at_ < text_.size() && is_word(text_[at_]))
                name.push_back(text_[at_++]);
        } else if (accept("[")) {
            skip();
            const char quote = at_ < text_.size() ? text_[at_] : '\0';
            const std::size_t end =
                quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : text_.npos;
            if (end == text_.npos) return -1;
            name = text_.substr(at_ + 1, end - at_ - 1);
            at_ = end + 1;
            if (!accept("]")) return -1;
        }
        return name.empty() ? -1 : leaf(Op::variable, 0, std::move(name));
    }

    int math(int depth) {
        if (!accept(".")) return -1;
        for (const Named& function : functions) {
            if (!accept_word(function.name)) continue;
            if (!accept("(")) return -1;
            const int a = choice(depth + 1);
            if (function.arguments == 2 && !accept(",")) return -1;
            const int b = function.arguments == 2 ? choice(depth + 1) : a;
            if (a < 0 || b < 0 || !accept(")")) return -1;
            const int made = step(Op::math, a, b);
            if (made >= 0) script_.steps_.back().name = function.name;
            return made;
        }
        return -1;
    }

    int number() {
        skip();
        std::size_t end = at_;
        while (end < text_.size() && (is_word(text_[end]) || text_[end] == '.'))
            ++end;
        std::string_view digits = text_.substr(at_, end - at_);
        if (digits.empty() || digits[0] < '0' || digits[0] > '9') return -1;
        constexpr std::string_view suffixes = "LlFfDd";
        if (suffixes.find(digits.back()) != suffixes.npos) digits.remove_suffix(1);
        const auto value = to_double(digits);
        if (!value) return -1;
        at_ = end;
        return leaf(Op::number, *value, {});
    }

    std::string_view text_;  // the caller's
    Script& script_;
    std::size_t at_ = 0;
};

Answer<std::shared_ptr<const Script>> Script::parse(std::string_view source, Variables constants) {
    auto script = std::make_shared<Script>();
    script->source_ = source;
    script->constants_ = std::move(constants);
    Parser parser(source, *script);
    if (parser.run()) return script;
    auto failure = refuse_in_phase("script_exception", "compile error");
    failure.error().caused_by_type = "illegal_argument_exception";
    failure.error().caused_by_reason = fmt::format(
        "cannot understand [{}] from character {} on: only arithmetic over params is supported",
        source, parser.position() + 1);
    return failure;
}

double Script::value(int place, const Variables& variables) const {
    const Step& step = steps_[static_cast<std::size_t>(place)];
    const auto a = [&] {
        return value(step.a, variables);
    };
    const auto b = [&] {
        return value(step.b, variables);
    };
    switch (step.op) {
        case Op::number: return step.number;
        case Op::variable: {
            if (const auto it = variables.find(step.name); it != variables.end()) return it->second;
            const auto it = constants_.find(step.name);
            return it == constants_.end() ? std::nan("") : it->second;
        }
        case Op::add: return a() + b();
        case Op::subtract: return a() - b();
        case Op::multiply: return a() * b();
        case Op::divide: return a() / b();
        case Op::modulo: return std::fmod(a(), b());
        case Op::negate: return -a();
        case Op::not_: return a() == 0 ? 1 : 0;
        case Op::and_: return a() != 0 && b() != 0 ? 1 : 0;
        case Op::or_: return a() != 0 || b() != 0 ? 1 : 0;
        case Op::less: return a() < b() ? 1 : 0;
        case Op::less_equal: return a() <= b() ? 1 : 0;
        case Op::greater: return a() > b() ? 1 : 0;
        case Op::greater_equal: return a() >= b() ? 1 : 0;
        case Op::equal: return a() == b() ? 1 : 0;
        case Op::not_equal: return a() != b() ? 1 : 0;
        case Op::choose: return a() != 0 ? b() : value(step.c, variables);
        case Op::math:
            return std::ranges::find(functions, step.name, &Named::name)->function(a(), b());
    }
    return 0;
}

double Script::run(const Variables& variables) const {
    return value(root_, variables);
}

std::vector<std::string> Script::unknown_names(const std::vector<std::string>& known) const {
    std::vector<std::string> unknown;
    for (const Step& step : steps_) {
        if (step.op != Op::variable || constants_.contains(step.name)) continue;
        if (std::ranges::find(known, step.name) == known.end()) unknown.push_back(step.name);
    }
    return unknown;
}

}  // namespace elkhorn::search::agg
