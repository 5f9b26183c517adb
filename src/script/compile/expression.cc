// script/compile/expression.cc -- `lang: expression`: one formula of doubles, as Lucene's are.
//
//   doc['f'].value or doc['f'], .min() .max() .avg() .sum() .median() .count() .empty .length,
//   parts of dates (.getYear(), .date.year), names of params, _score, _value, operators of
//   JavaScript (a comparison is 1 or 0), and functions of one to four numbers.
//
// A document without a value counts as 0 there. The tree is the one of Painless' parser.

#include "script/compile/nodes.h"
#include "script/syntax/syntax.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace elkhorn::script {

namespace {

using Kind = Syntax::Kind;

double logn(double base, double value) {
    return std::log(value) / std::log(base);
}

double haversine_km(double lat_a, double lon_a, double lat_b, double lon_b) {
    constexpr double diameter_km = 2 * 6371.0087714;
    const double rad = M_PI / 180;
    const double lat = std::sin((lat_b - lat_a) * rad / 2);
    const double lon = std::sin((lon_b - lon_a) * rad / 2);
    const double h = lat * lat + std::cos(lat_a * rad) * std::cos(lat_b * rad) * lon * lon;
    return diameter_km * std::asin(std::min(1.0, std::sqrt(h)));
}

struct Named {
    std::string_view name;
    std::size_t arguments;
    double (*code)(const double*);
};

constexpr std::array functions = {
    Named{"abs", 1,
          [](const double* a) {
              return std::fabs(a[0]);
          }},
    Named{"acos", 1,
          [](const double* a) {
              return std::acos(a[0]);
          }},
    Named{"acosh", 1,
          [](const double* a) {
              return std::acosh(a[0]);
          }},
    Named{"asin", 1,
          [](const double* a) {
              return std::asin(a[0]);
          }},
    Named{"asinh", 1,
          [](const double* a) {
              return std::asinh(a[0]);
          }},
    Named{"atan", 1,
          [](const double* a) {
              return std::atan(a[0]);
          }},
    Named{"atan2", 2,
          [](const double* a) {
              return std::atan2(a[0], a[1]);
          }},
    Named{"atanh", 1,
          [](const double* a) {
              return std::atanh(a[0]);
          }},
    Named{"ceil", 1,
          [](const double* a) {
              return std::ceil(a[0]);
          }},
    Named{"cos", 1,
          [](const double* a) {
              return std::cos(a[0]);
          }},
    Named{"cosh", 1,
          [](const double* a) {
              return std::cosh(a[0]);
          }},
    Named{"exp", 1,
          [](const double* a) {
              return std::exp(a[0]);
          }},
    Named{"floor", 1,
          [](const double* a) {
              return std::floor(a[0]);
          }},
    Named{"haversin", 4,
          [](const double* a) {
              return haversine_km(a[0], a[1], a[2], a[3]);
          }},
    Named{"ln", 1,
          [](const double* a) {
              return std::log(a[0]);
          }},
    Named{"log10", 1,
          [](const double* a) {
              return std::log10(a[0]);
          }},
    Named{"logn", 2,
          [](const double* a) {
              return logn(a[0], a[1]);
          }},
    Named{"max", 2,
          [](const double* a) {
              return std::fmax(a[0], a[1]);
          }},
    Named{"min", 2,
          [](const double* a) {
              return std::fmin(a[0], a[1]);
          }},
    Named{"pow", 2,
          [](const double* a) {
              return std::pow(a[0], a[1]);
          }},
    Named{"sin", 1,
          [](const double* a) {
              return std::sin(a[0]);
          }},
    Named{"sinh", 1,
          [](const double* a) {
              return std::sinh(a[0]);
          }},
    Named{"sqrt", 1,
          [](const double* a) {
              return std::sqrt(a[0]);
          }},
    Named{"tan", 1,
          [](const double* a) {
              return std::tan(a[0]);
          }},
    Named{"tanh", 1,
          [](const double* a) {
              return std::tanh(a[0]);
          }},
};

class FunctionCall final : public Expression {
public:
    FunctionCall(std::uint32_t where, const Named& function, Arguments arguments)
        : Expression(where), function_(function), arguments_(std::move(arguments)) {}

    Value eval(Run& run) const override {
        std::array<double, 4> numbers{};
        for (std::size_t i = 0; i < arguments_.size(); ++i) {
            EVAL(value, arguments_[i]->eval(run));
            numbers[i] = value.as_real();
        }
        return Value::of_double(function_.code(numbers.data()));
    }

private:
    const Named& function_;  // of the table
    Arguments arguments_;
};

enum class Of { value, min, max, avg, sum, median, count, empty };

constexpr std::array<std::string_view, 8> of_names = {"value", "min",    "max",   "avg",
                                                      "sum",   "median", "count", "empty"};

/// A number of the values of a field: dates are milliseconds, booleans 0 and 1.
class FieldNumber final : public Expression {
public:
    FieldNumber(std::uint32_t where, std::size_t place, Of what, const Method* part)
        : Expression(where), place_(place), what_(what), part_(part) {}

    Value eval(Run& run) const override {
        const int slot = run.slot(place_);
        if (slot < 0) {
            run.mark(at);
            return Value::trouble();
        }
        Host& host = run.host();
        const std::size_t count = host.count(run, slot);
        if (what_ == Of::count) return Value::of_double(static_cast<double>(count));
        if (what_ == Of::empty) return Value::of_double(count == 0 ? 1 : 0);
        if (count == 0) return Value::of_double(0);
        if (what_ == Of::value || what_ == Of::min) return number(run, slot, 0);
        if (what_ == Of::max) return number(run, slot, count - 1);
        double sum = 0;
        std::vector<double> all;
        for (std::size_t i = 0; i < count; ++i) {
            EVAL(one, number(run, slot, i));
            sum += one.as_real();
            all.push_back(one.as_real());
        }
        if (what_ == Of::sum) return Value::of_double(sum);
        if (what_ == Of::avg) return Value::of_double(sum / static_cast<double>(count));
        const double middle = all[count / 2];
        return Value::of_double(count % 2 == 1 ? middle : (all[count / 2 - 1] + middle) / 2);
    }

private:
    Value number(Run& run, int slot, std::size_t i) const {
        EVAL(value, run.host().value(run, slot, i));
        if (value.is_number()) return Value::of_double(value.as_double());
        if (value.is(Tag::boolean)) return Value::of_double(value.as_boolean() ? 1 : 0);
        const auto* date = object_as<DateObject>(value);
        if (date == nullptr) {
            run.raise(Class::illegal_argument, "Field must be numeric, date, or geopoint");
            run.mark(at);
            return Value::trouble();
        }
        if (part_ != nullptr) {
            EVAL(shown, part_->code(run, &value));
            return Value::of_double(shown.as_double());
        }
        return Value::of_double(static_cast<double>(date->seconds) * 1000 +
                                date->nanos / 1'000'000);
    }

    std::size_t place_;
    Of what_;
    const Method* part_;  // of a date; null: its milliseconds
};

/// What comes as a number of any kind or a boolean, as a double.
class AsDouble final : public Expression {
public:
    AsDouble(std::uint32_t where, ExpressionPtr inner, std::string name)
        : Expression(where), inner_(std::move(inner)), name_(std::move(name)) {}

    Value eval(Run& run) const override {
        EVAL(value, inner_->eval(run));
        if (value.is_number()) return Value::of_double(value.as_double());
        if (value.is(Tag::boolean)) return Value::of_double(value.as_boolean() ? 1 : 0);
        run.raise(Class::illegal_argument, fmt::format("Unknown variable [{}]", name_));
        run.mark(at);
        return Value::trouble();
    }

private:
    ExpressionPtr inner_;
    std::string name_;
};

/// Of a double: is it anything but 0?
class IsTrue final : public Expression {
public:
    explicit IsTrue(ExpressionPtr inner) : Expression(inner->at), inner_(std::move(inner)) {}

    Value eval(Run& run) const override {
        EVAL(value, inner_->eval(run));
        return Value::boolean(value.as_real() != 0);
    }

private:
    ExpressionPtr inner_;
};

class Formula {
public:
    Formula(std::string_view source, const Context& context) : source_(source), context_(context) {}

    Compiled run(const ScriptSyntax& script) {
        program_->source = source_;
        program_->result = context_.result;
        const bool formula = script.functions.empty() && script.body->parts.size() == 1 &&
                             script.body->parts[0]->kind == Kind::expression;
        ExpressionPtr value =
            formula ? number(*script.body->parts[0]->parts[0]) : fail(0, "no formula");
        if (value == nullptr) return std::unexpected(std::move(*trouble_));
        if (context_.result.is_boolean()) value = std::make_unique<IsTrue>(std::move(value));
        program_->main.body = give(0, std::move(value));
        return std::shared_ptr<const Program>(program_);
    }

private:
    ExpressionPtr fail(std::uint32_t at, std::string reason) {
        if (!trouble_) {
            trouble_ = Trouble{};
            trouble_->type = "illegal_argument_exception";
            trouble_->reason = std::move(reason);
            trouble_->offset = at;
            trouble_->source = source_;
        }
        return nullptr;
    }

    ExpressionPtr number(const Syntax& syntax) {
        switch (syntax.kind) {
            case Kind::whole:
            case Kind::real: {
                const auto value = parse_java_double(syntax.text);
                return value ? constant(syntax.at, Value::of_double(*value))
                             : fail(syntax.at, fmt::format("no number: {}", syntax.text));
            }
            case Kind::unary: return unary(syntax);
            case Kind::binary: return binary(syntax);
            case Kind::choose: {
                ExpressionPtr test = truth(*syntax.parts[0]);
                ExpressionPtr yes = test == nullptr ? nullptr : number(*syntax.parts[1]);
                ExpressionPtr no = yes == nullptr ? nullptr : number(*syntax.parts[2]);
                if (no == nullptr) return nullptr;
                return choice(syntax.at, std::move(test), std::move(yes), std::move(no));
            }
            case Kind::name: return name(syntax);
            case Kind::call_own: return function(syntax);
            case Kind::member:
            case Kind::index:
            case Kind::call: return field(syntax);
            default:
                return fail(syntax.at, "a formula has numbers, names, operators and functions");
        }
    }

    ExpressionPtr truth(const Syntax& syntax) {
        ExpressionPtr value = number(syntax);
        return value == nullptr ? nullptr : std::make_unique<IsTrue>(std::move(value));
    }

    ExpressionPtr as_double(const Syntax& syntax, ExpressionPtr inner) {
        return std::make_unique<AsDouble>(syntax.at, std::move(inner), syntax.text);
    }

    ExpressionPtr unary(const Syntax& syntax) {
        if (syntax.text == "!") {
            ExpressionPtr value = truth(*syntax.parts[0]);
            if (value == nullptr) return nullptr;
            return as_double(syntax, negation(syntax.at, std::move(value)));
        }
        ExpressionPtr value = number(*syntax.parts[0]);
        if (value == nullptr || syntax.text == "+") return value;
        if (syntax.text == "-") return minus(syntax.at, std::move(value));
        value = conversion(syntax.at, std::move(value), Class::long_);
        return as_double(syntax, bit_not(syntax.at, std::move(value)));
    }

    ExpressionPtr binary(const Syntax& syntax) {
        if (syntax.text == "&&" || syntax.text == "||") {
            ExpressionPtr a = truth(*syntax.parts[0]);
            ExpressionPtr b = a == nullptr ? nullptr : truth(*syntax.parts[1]);
            if (b == nullptr) return nullptr;
            return as_double(syntax, syntax.text == "&&"
                                         ? and_also(syntax.at, std::move(a), std::move(b))
                                         : or_else(syntax.at, std::move(a), std::move(b)));
        }
        ExpressionPtr a = number(*syntax.parts[0]);
        ExpressionPtr b = a == nullptr ? nullptr : number(*syntax.parts[1]);
        if (b == nullptr) return nullptr;
        for (int i = 0; i <= static_cast<int>(Operator::not_equal); ++i) {
            const auto op = static_cast<Operator>(i);
            if (symbol_of(op) != syntax.text) continue;
            const bool whole = op >= Operator::bit_and && op <= Operator::shift_right_unsigned;
            if (whole) {
                a = conversion(syntax.at, std::move(a), Class::long_);
                b = conversion(syntax.at, std::move(b), Class::long_);
            }
            ExpressionPtr made = operation(syntax.at, op, std::move(a), std::move(b));
            return whole || op >= Operator::less ? as_double(syntax, std::move(made))
                                                 : std::move(made);
        }
        return fail(syntax.at, fmt::format("[{}] is no operator of a formula", syntax.text));
    }

    ExpressionPtr name(const Syntax& syntax) {
        for (const Variable& one : context_.variables) {
            if (one.name != syntax.text || (one.role != Role::score && one.role != Role::value))
                continue;
            if (one.role == Role::score) program_->uses_score = true;
            return as_double(syntax, role_value(syntax.at, one.role));
        }
        return as_double(syntax, param_value(syntax.at, place_in(program_->params, syntax.text)));
    }

    ExpressionPtr function(const Syntax& syntax) {
        for (const Named& one : functions) {
            if (one.name != syntax.text || one.arguments != syntax.parts.size()) continue;
            Arguments arguments;
            for (const auto& part : syntax.parts) {
                arguments.push_back(number(*part));
                if (arguments.back() == nullptr) return nullptr;
            }
            return std::make_unique<FunctionCall>(syntax.at, one, std::move(arguments));
        }
        fail(syntax.at, fmt::format("Invalid expression '{}': Unrecognized function call ({}).",
                                    source_, syntax.text));
        trouble_->type = "parse_exception";
        return nullptr;
    }

    static std::size_t place_in(std::vector<std::string>& names, std::string_view name) {
        const auto it = std::ranges::find(names, name);
        if (it != names.end()) return static_cast<std::size_t>(it - names.begin());
        names.emplace_back(name);
        return names.size() - 1;
    }

    /// doc['f'] with what follows: a property, a method without arguments, a part of a date.
    ExpressionPtr field(const Syntax& syntax) {
        std::vector<std::string_view> words;
        const Syntax* at = &syntax;
        while (at->kind == Kind::member || (at->kind == Kind::call && at->parts.size() == 1)) {
            words.insert(words.begin(), at->text);
            at = at->parts[0].get();
        }
        const bool document = at->kind == Kind::index && at->parts[0]->kind == Kind::name &&
                              at->parts[0]->text == "doc" && at->parts[1]->kind == Kind::text;
        if (!document) return fail(syntax.at, fmt::format("Unknown variable [{}]", syntax.text));
        const std::size_t place = place_in(program_->fields, at->parts[1]->text);
        if (words.empty())
            return std::make_unique<FieldNumber>(syntax.at, place, Of::value, nullptr);
        if (words.front() == "date" && words.size() == 2) words.erase(words.begin());
        const std::string_view word = words.front();
        if (words.size() == 1) {
            const auto it = std::ranges::find(of_names, word == "length" ? "count" : word);
            if (it != of_names.end()) {
                return std::make_unique<FieldNumber>(
                    syntax.at, place, static_cast<Of>(it - of_names.begin()), nullptr);
            }
            if (const Method* part = part_of_date(word))
                return std::make_unique<FieldNumber>(syntax.at, place, Of::value, part);
        }
        return fail(syntax.at, fmt::format("Member variable [{}] does not exist for numeric field "
                                           "[{}].",
                                           word, at->parts[1]->text));
    }

    static const Method* part_of_date(std::string_view word) {
        std::string name(word);
        if (!name.starts_with("get")) {
            name = "get" + name;
            if (name[3] >= 'a' && name[3] <= 'z') name[3] = static_cast<char>(name[3] - 32);
        }
        const Method* method = find_method(Class::joda_date_time, name, 0, false);
        return method != nullptr && method->result.is_numeric() ? method : nullptr;
    }

    std::string_view source_;  // the caller's
    const Context& context_;
    std::shared_ptr<Program> program_ = std::make_shared<Program>();
    std::optional<Trouble> trouble_;
};

}  // namespace

Compiled compile_expression(std::string_view source, const Context& context) {
    const bool fits = context.result == Type(Class::double_) || context.result.is_boolean() ||
                      context.result == Type(Class::number) ||
                      context.result == Type(Class::object);
    auto syntax = parse(source);
    if (!syntax) return std::unexpected(std::move(syntax.error()));
    if (fits) return Formula(source, context).run(*syntax);
    Trouble trouble;
    trouble.type = "illegal_argument_exception";
    trouble.reason = fmt::format(
        "expression engine does not know how to handle script context [{}]", context.name);
    trouble.source = source;
    return std::unexpected(std::move(trouble));
}

}  // namespace elkhorn::script
