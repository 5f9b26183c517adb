#include "pipeline/condition.h"

#include "base/metrics.h"
#include "base/strings.h"
#include "event/format.h"

#include <algorithm>
#include <compare>

namespace elkhorn::pipeline {
namespace {

using event::Kind;
using event::Value;
using Is = config::Condition::Kind;
using Operands = config::Operand::Kind;

bool is_number(const Value& value) {
    return value.is(Kind::integer) || value.is(Kind::real);
}

double real_of(const Value& value) {
    return value.is(Kind::real) ? value.as_real() : static_cast<double>(value.as_integer());
}

bool equal(const Value& a, const Value& b) {
    if (is_number(a) && is_number(b)) {
        if (a.is(Kind::integer) && b.is(Kind::integer)) return a.as_integer() == b.as_integer();
        return real_of(a) == real_of(b);
    }
    return a == b;
}

bool truthy(const Value* value) {
    if (value == nullptr || value->is_null()) return false;
    if (value->is(Kind::boolean)) return value->as_boolean();
    if (!value->is(Kind::string)) return true;
    return !value->as_string().empty() && value->as_string() != "false";
}

std::string text_of(const Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

/// Lists compare items by what they print as.
bool alike(const Value& a, const Value& b) {
    if (a.is(Kind::string) && b.is(Kind::string)) return a.as_string() == b.as_string();
    return text_of(a) == text_of(b);
}

std::optional<std::partial_ordering> order(const Value& a, const Value& b) {
    if (is_number(a) && is_number(b)) return real_of(a) <=> real_of(b);
    if (a.kind() != b.kind()) return std::nullopt;
    if (a.is(Kind::string)) return a.as_string() <=> b.as_string();
    if (a.is(Kind::timestamp)) return a.as_timestamp() <=> b.as_timestamp();
    return std::nullopt;
}

}  // namespace

Result<Condition::Operand> Condition::compile_operand(const config::Operand& from) {
    Operand operand;
    operand.kind = from.kind;
    operand.text = from.text;
    if (from.kind == Operands::field) {
        auto path = event::FieldPath::parse(from.text);
        if (!path) return within(from.place.text(), std::move(path).error());
        operand.path = std::move(*path);
    }
    if (from.kind == Operands::number) {
        const auto integer = to_integer(from.text);
        operand.constant =
            integer ? Value::integer(*integer) : Value::real(to_double(from.text).value_or(0));
    }
    for (const config::Operand& item : from.items)
        operand.items.push_back(TRY(compile_operand(item)));
    return operand;
}

Result<Condition> Condition::compile(const config::Condition& from) {
    Condition condition;
    condition.kind_ = from.kind;
    for (const config::Condition& child : from.children) {
        condition.children_.push_back(TRY(compile(child)));
    }
    if (!from.children.empty()) return condition;
    condition.left_ = TRY(compile_operand(from.left));
    if (from.kind == Is::truthy) return condition;
    condition.right_ = TRY(compile_operand(from.right));
    if (from.kind == Is::matches || from.kind == Is::not_matches) {
        auto regex = text::Regex::compile(from.right.text);
        if (!regex) return within(from.right.place.text(), std::move(regex).error());
        condition.regex_ = std::move(*regex);
    }
    return condition;
}

const Value* Condition::value_of(const Operand& operand, const event::Event& event) {
    if (operand.kind == Operands::field) return event.find(operand.path);
    return &operand.constant;
}

bool Condition::holds(const event::Event& event) {
    static metrics::Counter errors{
        "elkhorn_pipeline_condition_errors_total",
        "Conditions that compared what cannot be compared; taken as false."};
    const Truth truth = evaluate(event);
    if (truth == Truth::error) errors.add();
    return truth == Truth::yes;
}

Condition::Truth Condition::combine(const event::Event& event) {
    const bool wants = kind_ == Is::any_of;
    if (kind_ == Is::all_of || kind_ == Is::any_of) {
        for (Condition& child : children_) {
            const Truth truth = child.evaluate(event);
            if (truth == Truth::error || (truth == Truth::yes) == wants) return truth;
        }
        return wants ? Truth::no : Truth::yes;
    }
    const Truth first = children_[0].evaluate(event);
    if (first == Truth::error) return first;
    if (kind_ == Is::negated) return first == Truth::yes ? Truth::no : Truth::yes;
    const Truth second = children_[1].evaluate(event);
    if (second == Truth::error) return second;
    const bool both = first == Truth::yes && second == Truth::yes;
    if (kind_ == Is::one_of) return first != second ? Truth::yes : Truth::no;
    return both ? Truth::no : Truth::yes;
}

Condition::Truth Condition::compare(const Value* left, const Value* right) const {
    const auto truth = [](bool yes) {
        return yes ? Truth::yes : Truth::no;
    };
    if (kind_ == Is::equal || kind_ == Is::not_equal) {
        bool same = left == nullptr && right == nullptr;
        if (left != nullptr && right_.kind == Operands::list) {
            same = left->is(Kind::array) && left->as_array().size() == right_.items.size();
            for (std::size_t i = 0; same && i < right_.items.size(); ++i) {
                same = equal(left->as_array()[i], right_.items[i].constant);
            }
        } else if (left != nullptr && right != nullptr) {
            same = equal(*left, *right);
        }
        return truth(same == (kind_ == Is::equal));
    }
    if (left == nullptr || right == nullptr) return Truth::error;
    const auto ordering = order(*left, *right);
    if (!ordering) return Truth::error;
    switch (kind_) {
        case Is::less: return truth(*ordering < 0);
        case Is::less_or_equal: return truth(*ordering <= 0);
        case Is::greater: return truth(*ordering > 0);
        default: return truth(*ordering >= 0);
    }
}

Condition::Truth Condition::contains(const Value* left, const Value* right, const Operand& list) {
    if (left == nullptr) return Truth::no;
    const auto truth = [](bool yes) {
        return yes ? Truth::yes : Truth::no;
    };
    if (list.kind == Operands::list) {
        return truth(std::ranges::any_of(
            list.items, [&](const Operand& item) { return alike(*left, item.constant); }));
    }
    if (right == nullptr || left->is(Kind::array) || left->is(Kind::object)) return Truth::no;
    if (right->is(Kind::string)) {
        return truth(right->as_string().find(text_of(*left)) != std::string_view::npos);
    }
    if (right->is(Kind::array)) {
        return truth(std::ranges::any_of(right->as_array().values(),
                                         [&](const Value& item) { return alike(*left, item); }));
    }
    return truth(!right->is(Kind::object) && alike(*left, *right));
}

Condition::Truth Condition::matches(const Value* left) {
    if (left == nullptr || !left->is(Kind::string)) return Truth::no;
    switch (regex_->search(left->as_string(), 0, matches_)) {
        case text::Regex::Outcome::matched: return Truth::yes;
        case text::Regex::Outcome::missed: return Truth::no;
        case text::Regex::Outcome::gave_up: break;
    }
    return Truth::error;
}

Condition::Truth Condition::evaluate(const event::Event& event) {
    if (!children_.empty()) return combine(event);
    // Constants of the text kind see the operand's own string; it is set here, for conditions move.
    for (Operand* operand : {&left_, &right_}) {
        if (operand->kind == Operands::string) operand->constant = Value::string(operand->text);
        for (Operand& item : operand->items) {
            if (item.kind == Operands::string) item.constant = Value::string(item.text);
        }
    }
    const Value* left = value_of(left_, event);
    if (kind_ == Is::truthy) return truthy(left) ? Truth::yes : Truth::no;
    const Value* right = value_of(right_, event);
    Truth truth = Truth::no;
    switch (kind_) {
        case Is::in:
        case Is::not_in: truth = contains(left, right, right_); break;
        case Is::matches:
        case Is::not_matches: truth = matches(left); break;
        default: return compare(left, right);
    }
    if (truth == Truth::error) return truth;
    const bool negated = kind_ == Is::not_in || kind_ == Is::not_matches;
    return (truth == Truth::yes) != negated ? Truth::yes : Truth::no;
}

}  // namespace elkhorn::pipeline
