#include "search/agg/figures/moving_script.h"

#include "base/strings.h"
#include "search/agg/figures/moving_functions.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cmath>
#include <optional>

namespace elkhorn::search::agg {
namespace {

std::unexpected<Failure> compile_error(std::string_view what, std::size_t place) {
    auto failure = refuse_in_phase("script_exception", "compile error");
    failure.error().caused_by_type = "illegal_argument_exception";
    failure.error().caused_by_reason = fmt::format("{} at [{}]", what, place);
    return failure;
}

}  // namespace

class MovingScript::Parser {
public:
    Parser(std::string_view source, const Params& params, MovingScript& script)
        : source_(source), params_(params), script_(script) {}

    Answer<int> whole() {
        const int root = ASK(statements());
        if (!at_end()) return unexpected();
        return root;
    }

private:
    struct Function {
        std::string_view name;
        Op op;
        std::size_t arguments;  // behind `values`
    };

    static constexpr std::array functions = {Function{"max", Op::max, 0},
                                             Function{"min", Op::min, 0},
                                             Function{"sum", Op::sum, 0},
                                             Function{"unweightedAvg", Op::average, 0},
                                             Function{"linearWeightedAvg", Op::linear, 0},
                                             Function{"stdDev", Op::deviation, 1},
                                             Function{"ewma", Op::exponential, 1},
                                             Function{"holt", Op::holt, 2},
                                             Function{"holtWinters", Op::holt_winters, 5}};
    static constexpr int deepest = 100;
    static constexpr std::size_t most_steps = 1000;  // one may be below the other

    std::unexpected<Failure> unexpected() {
        skip();
        if (at_ >= source_.size()) return compile_error("unexpected end of script.", at_);
        return compile_error(fmt::format("moving_fn does not know what begins with [{}]: it takes "
                                         "MovingFunctions, values.length, params, numbers, "
                                         "arithmetic and if",
                                         source_.substr(at_, 12)),
                             at_);
    }

    void skip() {
        while (at_ < source_.size() && std::isspace(static_cast<unsigned char>(source_[at_])))
            ++at_;
    }

    bool at_end() {
        skip();
        return at_ >= source_.size();
    }

    static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

    /// Takes a sign, or a word that ends there.
    bool take(std::string_view token) {
        skip();
        if (!source_.substr(at_).starts_with(token)) return false;
        const std::size_t end = at_ + token.size();
        if (is_word(token.back()) && end < source_.size() && is_word(source_[end])) return false;
        at_ = end;
        return true;
    }

    Answer<> want(std::string_view token) {
        if (take(token)) return {};
        return unexpected();
    }

    std::string_view word() {
        skip();
        const std::size_t from = at_;
        while (at_ < source_.size() && is_word(source_[at_]))
            ++at_;
        return source_.substr(from, at_ - from);
    }

    int add(Op op, std::vector<int> parts = {}, double number = 0) {
        script_.steps_.push_back({op, number, std::move(parts)});
        return static_cast<int>(script_.steps_.size()) - 1;
    }

    /// One statement, or an `if` and what is done otherwise.
    Answer<int> statements() {
        if (script_.steps_.size() > most_steps)
            return compile_error("the script has too many parts", at_);
        if (++depth_ > deepest) return compile_error("the script is nested too deep", at_);
        int made = -1;
        if (take("if")) {
            ASK(want("("));
            const int condition = ASK(expression());
            ASK(want(")"));
            const int then = ASK(block());
            int otherwise = -1;
            if (take("else")) {
                otherwise = ASK(block());
            } else {
                otherwise = at_end() || source_[at_] == '}' ? add(Op::number) : ASK(statements());
            }
            made = add(Op::choose, {condition, then, otherwise});
        } else {
            static_cast<void>(take("return"));
            made = ASK(expression());
            while (take(";")) {
            }
        }
        --depth_;
        return made;
    }

    Answer<int> block() {
        if (!take("{")) return statements();
        const int made = ASK(statements());
        ASK(want("}"));
        return made;
    }

    Answer<int> expression() {
        if (++depth_ > deepest) return compile_error("the script is nested too deep", at_);
        int made = ASK(binary(0));
        if (take("?")) {
            const int then = ASK(expression());
            ASK(want(":"));
            const int otherwise = ASK(expression());
            made = add(Op::choose, {made, then, otherwise});
        }
        --depth_;
        return made;
    }

    std::optional<Op> operation(int level) {
        switch (level) {
            case 0: return take("||") ? std::optional(Op::or_) : std::nullopt;
            case 1: return take("&&") ? std::optional(Op::and_) : std::nullopt;
            case 2:
                if (take("==")) return Op::equal;
                return take("!=") ? std::optional(Op::not_equal) : std::nullopt;
            case 3:
                if (take("<=")) return Op::less_equal;
                if (take(">=")) return Op::greater_equal;
                if (take("<")) return Op::less;
                return take(">") ? std::optional(Op::greater) : std::nullopt;
            case 4:
                if (take("+")) return Op::add;
                return take("-") ? std::optional(Op::subtract) : std::nullopt;
            default:
                if (take("*")) return Op::multiply;
                if (take("/")) return Op::divide;
                return take("%") ? std::optional(Op::modulo) : std::nullopt;
        }
    }

    Answer<int> binary(int level) {
        if (level > 5) return unary();
        int left = ASK(binary(level + 1));
        while (const auto op = operation(level)) {
            if (script_.steps_.size() > most_steps)
                return compile_error("the script has too many parts", at_);
            const int right = ASK(binary(level + 1));
            left = add(*op, {left, right});
        }
        return left;
    }

    Answer<int> unary() {
        if (++depth_ > deepest) return compile_error("the script is nested too deep", at_);
        int made = -1;
        if (take("-")) {
            made = add(Op::negate, {ASK(unary())});
        } else if (take("!")) {
            made = add(Op::not_, {ASK(unary())});
        } else {
            made = ASK(primary());
        }
        --depth_;
        return made;
    }

    Answer<int> primary() {
        if (take("(")) {
            const int inside = ASK(expression());
            ASK(want(")"));
            return inside;
        }
        if (take("true")) return add(Op::number, {}, 1);
        if (take("false")) return add(Op::number, {}, 0);
        if (take("Double.NaN")) return add(Op::number, {}, std::nan(""));
        if (take("values.length")) return add(Op::length);
        if (take("params.")) return param();
        if (take("MovingFunctions.")) return function();
        return number();
    }

    Answer<int> param() {
        const std::size_t place = at_;
        const auto found = params_.find(word());
        if (found == params_.end()) return compile_error("no such number in params", place);
        return add(Op::number, {}, found->second);
    }

    Answer<int> number() {
        skip();
        std::size_t end = at_;
        while (end < source_.size() && (is_word(source_[end]) || source_[end] == '.'))
            ++end;
        std::string_view digits = source_.substr(at_, end - at_);
        if (!digits.empty() && std::string_view("dDfFlL").contains(digits.back()))
            digits.remove_suffix(1);
        const auto number = to_double(digits);
        if (digits.empty() || !number) return unexpected();
        at_ = end;
        return add(Op::number, {}, *number);
    }

    Answer<int> function() {
        const std::size_t place = at_;
        const std::string_view name = word();
        ASK(want("("));
        ASK(want("values"));
        std::vector<int> parts;
        while (take(","))
            parts.push_back(ASK(expression()));
        ASK(want(")"));
        for (const Function& known : functions) {
            if (known.name == name && known.arguments == parts.size())
                return add(known.op, std::move(parts));
        }
        return compile_error(
            fmt::format("static method [org.elasticsearch.search.aggregations.pipeline."
                        "MovingFunctions, {}/{}] not found",
                        name, parts.size() + 1),
            place);
    }

    std::string_view source_;
    const Params& params_;
    MovingScript& script_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

Answer<std::shared_ptr<const MovingScript>> MovingScript::parse(std::string_view source,
                                                                Params params) {
    constexpr std::size_t longest = 65'535;
    if (source.size() > longest) return compile_error("the script is too long", longest);
    auto script = std::make_shared<MovingScript>();
    script->root_ = ASK(Parser(source, params, *script).whole());
    return script;
}

Answer<double> MovingScript::run(std::span<const double> values) const {
    return value(root_, values);
}

Answer<double> MovingScript::holt_winters(std::span<const double> arguments,
                                          std::span<const double> values) const {
    constexpr double usual_padding = 0.0000000001;
    if (values.empty()) return std::nan("");
    HoltWinters model;
    model.alpha = arguments[0];
    model.beta = arguments[1];
    model.gamma = arguments[2];
    model.period = static_cast<std::size_t>(std::clamp(arguments[3], 1.0, 1e9));
    model.multiplicative = arguments[4] != 0;
    if (model.multiplicative) model.padding = usual_padding;
    if (model.enough(values.size())) return model.forecast(values, 1)[0];
    auto failure = refuse_in_phase("script_exception", "runtime error");
    failure.error().caused_by_type = "illegal_argument_exception";
    failure.error().caused_by_reason = fmt::format(
        "Holt-Winters aggregation requires at least (2 * period == 2 * {} == {}) data-points to "
        "function.  Only [{}] were provided.",
        model.period, 2 * model.period, values.size());
    return failure;
}

Answer<double> MovingScript::call(const Step& step, std::span<const double> arguments,
                                  std::span<const double> values) const {
    switch (step.op) {
        case Op::max: return moving_max(values);
        case Op::min: return moving_min(values);
        case Op::sum: return moving_sum(values);
        case Op::average: return moving_average(values);
        case Op::linear: return moving_linear_average(values);
        case Op::deviation: return moving_deviation(values, arguments[0]);
        case Op::exponential: return moving_exponential_average(values, arguments[0]);
        case Op::holt: return moving_holt(values, arguments[0], arguments[1], 1)[0];
        default: return holt_winters(arguments, values);
    }
}

Answer<double> MovingScript::value(int place, std::span<const double> values) const {
    const Step& step = steps_[static_cast<std::size_t>(place)];
    if (step.op == Op::number) return step.number;
    if (step.op == Op::length) return static_cast<double>(values.size());
    if (step.op == Op::choose) {
        const bool yes = ASK(value(step.parts[0], values)) != 0;
        return value(step.parts[yes ? 1 : 2], values);
    }
    std::vector<double> parts;
    for (const int part : step.parts)
        parts.push_back(ASK(value(part, values)));
    if (step.op >= Op::max) return call(step, parts, values);
    const double a = parts[0];
    const double b = parts.size() > 1 ? parts[1] : 0;
    switch (step.op) {
        case Op::negate: return -a;
        case Op::not_: return a == 0 ? 1.0 : 0.0;
        case Op::add: return a + b;
        case Op::subtract: return a - b;
        case Op::multiply: return a * b;
        case Op::divide: return a / b;
        case Op::modulo: return std::fmod(a, b);
        case Op::less: return a < b ? 1.0 : 0.0;
        case Op::less_equal: return a <= b ? 1.0 : 0.0;
        case Op::greater: return a > b ? 1.0 : 0.0;
        case Op::greater_equal: return a >= b ? 1.0 : 0.0;
        case Op::equal: return a == b ? 1.0 : 0.0;
        case Op::not_equal: return a != b ? 1.0 : 0.0;
        case Op::and_: return a != 0 && b != 0 ? 1.0 : 0.0;
        default: return a != 0 || b != 0 ? 1.0 : 0.0;
    }
}

}  // namespace elkhorn::search::agg
