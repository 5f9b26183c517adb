// script/compile/node_values.cc -- expressions that read, compute and make values.

#include "script/compile/nodes.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <array>

namespace elkhorn::script {
namespace {

/// The place of what was thrown first is where it is noted.
Value marked(Run& run, std::uint32_t at, const Value& value) {
    if (value.thrown()) [[unlikely]]
        run.mark(at);
    return value;
}

class ConstantValue final : public Expression {
public:
    ConstantValue(std::uint32_t where, Value value) : Expression(where), value_(value) {}

    Value eval(Run& /*run*/) const override { return value_; }

private:
    Value value_;
};

class TextConstant final : public Expression {
public:
    TextConstant(std::uint32_t where, std::string text)
        : Expression(where), text_(std::move(text)) {}

    Value eval(Run& /*run*/) const override { return Value::of_text(text_); }

private:
    std::string text_;
};

class PatternConstant final : public Expression {
public:
    PatternConstant(std::uint32_t where, PatternPtr pattern)
        : Expression(where), pattern_(std::move(pattern)) {}

    Value eval(Run& run) const override { return pattern_value(run, pattern_); }

private:
    PatternPtr pattern_;
};

class Local final : public Expression {
public:
    Local(std::uint32_t where, std::uint16_t slot) : Expression(where), slot_(slot) {}

    Value eval(Run& run) const override { return run.local(slot_); }

private:
    std::uint16_t slot_;
};

class RoleValue final : public Expression {
public:
    RoleValue(std::uint32_t where, Role role) : Expression(where), role_(role) {}

    Value eval(Run& run) const override {
        if (role_ == Role::params) return run.params();
        return marked(run, at, run.host().variable(run, role_));
    }

private:
    Role role_;
};

class Param final : public Expression {
public:
    Param(std::uint32_t where, std::size_t place) : Expression(where), place_(place) {}

    Value eval(Run& run) const override { return run.param(place_); }

private:
    std::size_t place_;
};

class DocField final : public Expression {
public:
    DocField(std::uint32_t where, std::size_t place) : Expression(where), place_(place) {}

    Value eval(Run& run) const override {
        const int slot = run.slot(place_);
        if (slot < 0) return marked(run, at, Value::trouble());
        return Value::of(run.doc_object(slot));
    }

private:
    std::size_t place_;
};

class DocValue final : public Expression {
public:
    DocValue(std::uint32_t where, std::size_t place) : Expression(where), place_(place) {}

    Value eval(Run& run) const override {
        const int slot = run.slot(place_);
        if (slot < 0) return marked(run, at, Value::trouble());
        Host& host = run.host();
        if (host.count(run, slot) > 0) [[likely]]
            return marked(run, at, host.value(run, slot, 0));
        return marked(run, at, load_member(run, Value::of(run.doc_object(slot)), "value"));
    }

private:
    std::size_t place_;
};

/// Two operands; ints, longs and doubles of the same kind go the short way.
class Operation final : public Expression {
public:
    Operation(std::uint32_t where, Operator op, ExpressionPtr a, ExpressionPtr b)
        : Expression(where), op_(op), a_(std::move(a)), b_(std::move(b)) {}

    Value eval(Run& run) const override {
        EVAL(a, a_->eval(run));
        EVAL(b, b_->eval(run));
        if (a.is(Tag::double_) && b.is(Tag::double_)) {
            switch (op_) {
                case Operator::add: return Value::of_double(a.as_real() + b.as_real());
                case Operator::subtract: return Value::of_double(a.as_real() - b.as_real());
                case Operator::multiply: return Value::of_double(a.as_real() * b.as_real());
                case Operator::divide: return Value::of_double(a.as_real() / b.as_real());
                case Operator::greater: return Value::boolean(a.as_real() > b.as_real());
                case Operator::less: return Value::boolean(a.as_real() < b.as_real());
                default: break;
            }
        } else if (a.is_whole() && b.is_whole()) {
            switch (op_) {
                case Operator::less: return Value::boolean(a.as_whole() < b.as_whole());
                case Operator::less_equal: return Value::boolean(a.as_whole() <= b.as_whole());
                case Operator::greater: return Value::boolean(a.as_whole() > b.as_whole());
                case Operator::greater_equal: return Value::boolean(a.as_whole() >= b.as_whole());
                case Operator::equal: return Value::boolean(a.as_whole() == b.as_whole());
                default: break;
            }
        }
        return marked(run, at, apply(run, op_, a, b));
    }

private:
    Operator op_;
    ExpressionPtr a_;
    ExpressionPtr b_;
};

class Concatenation final : public Expression {
public:
    Concatenation(std::uint32_t where, ExpressionPtr a, ExpressionPtr b)
        : Expression(where), a_(std::move(a)), b_(std::move(b)) {}

    Value eval(Run& run) const override {
        EVAL(a, a_->eval(run));
        EVAL(b, b_->eval(run));
        return marked(run, at, concatenate(run, a, b));
    }

private:
    ExpressionPtr a_;
    ExpressionPtr b_;
};

class Logic final : public Expression {
public:
    Logic(std::uint32_t where, bool also, ExpressionPtr a, ExpressionPtr b)
        : Expression(where), also_(also), a_(std::move(a)), b_(std::move(b)) {}

    Value eval(Run& run) const override {
        EVAL(a, a_->eval(run));
        return a.as_boolean() == also_ ? b_->eval(run) : a;
    }

private:
    bool also_;
    ExpressionPtr a_;
    ExpressionPtr b_;
};

class Unary final : public Expression {
public:
    Unary(std::uint32_t where, char op, ExpressionPtr a)
        : Expression(where), op_(op), a_(std::move(a)) {}

    Value eval(Run& run) const override {
        EVAL(a, a_->eval(run));
        if (op_ == '!') return Value::boolean(!a.as_boolean());
        return marked(run, at, op_ == '-' ? negate(run, a) : complement(run, a));
    }

private:
    char op_;
    ExpressionPtr a_;
};

class Choice final : public Expression {
public:
    Choice(std::uint32_t where, ExpressionPtr test, ExpressionPtr yes, ExpressionPtr no)
        : Expression(where), test_(std::move(test)), yes_(std::move(yes)), no_(std::move(no)) {}

    Value eval(Run& run) const override {
        EVAL(test, test_->eval(run));
        return test.as_boolean() ? yes_->eval(run) : no_->eval(run);
    }

private:
    ExpressionPtr test_;
    ExpressionPtr yes_;
    ExpressionPtr no_;
};

class Elvis final : public Expression {
public:
    Elvis(std::uint32_t where, ExpressionPtr first, ExpressionPtr other)
        : Expression(where), first_(std::move(first)), other_(std::move(other)) {}

    Value eval(Run& run) const override {
        const Value first = first_->eval(run);
        return first.is_null() ? other_->eval(run) : first;
    }

private:
    ExpressionPtr first_;
    ExpressionPtr other_;
};

class InstanceOf final : public Expression {
public:
    InstanceOf(std::uint32_t where, ExpressionPtr a, Type type)
        : Expression(where), a_(std::move(a)), type_(boxed(type)) {}

    Value eval(Run& run) const override {
        EVAL(a, a_->eval(run));
        if (a.is_null()) return Value::boolean(false);
        const Type type = type_of(a);
        if (type_.is_def()) return Value::boolean(true);
        return Value::boolean(
            type.dimensions == type_.dimensions &&
            (type.is_array() ? type.of == type_.of : is_kind_of(type.of, type_.of)));
    }

private:
    ExpressionPtr a_;
    Type type_;
};

class FindPattern final : public Expression {
public:
    FindPattern(std::uint32_t where, ExpressionPtr text, ExpressionPtr pattern, bool whole)
        : Expression(where), text_(std::move(text)), pattern_(std::move(pattern)), whole_(whole) {}

    Value eval(Run& run) const override {
        EVAL(text, text_->eval(run));
        EVAL(pattern, pattern_->eval(run));
        if (text.is_null()) return marked(run, at, raise_null(run, "text"));
        EVAL(words, marked(run, at, cast_value(run, text, Class::char_sequence, false)));
        const std::string shown = words.is_text() ? std::string() : java_text(words);
        return marked(
            run, at,
            pattern_finds(run, pattern, words.is_text() ? words.as_text() : shown, whole_));
    }

private:
    ExpressionPtr text_;
    ExpressionPtr pattern_;
    bool whole_;
};

class Conversion final : public Expression {
public:
    Conversion(std::uint32_t where, ExpressionPtr a, Class to)
        : Expression(where), a_(std::move(a)), to_(to) {}

    Value eval(Run& run) const override { return convert(a_->eval(run), to_); }

private:
    ExpressionPtr a_;
    Class to_;
};

class CheckedCast final : public Expression {
public:
    CheckedCast(std::uint32_t where, ExpressionPtr a, Type to, bool explicitly)
        : Expression(where), a_(std::move(a)), to_(to), explicitly_(explicitly) {}

    Value eval(Run& run) const override {
        EVAL(a, a_->eval(run));
        if (to_ == Type(Class::boolean) && a.is(Tag::boolean)) return a;
        return marked(run, at, cast_value(run, a, to_, explicitly_));
    }

private:
    ExpressionPtr a_;
    Type to_;
    bool explicitly_;
};

class NewList final : public Expression {
public:
    NewList(std::uint32_t where, Arguments items, Type type)
        : Expression(where), items_(std::move(items)), type_(type) {}

    Value eval(Run& run) const override {
        std::vector<Value> values;
        values.reserve(items_.size());
        for (const auto& item : items_) {
            EVAL(value, item->eval(run));
            values.push_back(value);
        }
        return Value::of(run.make_list(std::move(values), type_));
    }

private:
    Arguments items_;
    Type type_;
};

class NewMap final : public Expression {
public:
    NewMap(std::uint32_t where, Arguments parts) : Expression(where), parts_(std::move(parts)) {}

    Value eval(Run& run) const override {
        MapObject* map = run.make_map();
        for (std::size_t i = 0; i + 1 < parts_.size(); i += 2) {
            EVAL(key, parts_[i]->eval(run));
            EVAL(value, parts_[i + 1]->eval(run));
            map->put(key, value);
        }
        EVAL(charged, run.charge_values(3 * parts_.size()));
        return Value::of(map);
    }

private:
    Arguments parts_;
};

class NewArray final : public Expression {
public:
    NewArray(std::uint32_t where, Arguments sizes, Type type)
        : Expression(where), sizes_(std::move(sizes)), type_(type) {}

    Value eval(Run& run) const override {
        std::vector<std::int64_t> sizes;
        for (const auto& size : sizes_) {
            EVAL(value, size->eval(run));
            if (value.as_whole() < 0) {
                return marked(
                    run, at,
                    run.raise(Class::runtime_exception, fmt::format("{}", value.as_whole())));
            }
            sizes.push_back(value.as_whole());
        }
        return marked(run, at, make(run, sizes, 0, type_));
    }

private:
    static Value make(Run& run, const std::vector<std::int64_t>& sizes, std::size_t level,
                      Type type) {
        const auto size = static_cast<std::size_t>(sizes[level]);
        EVAL(charged, run.charge_values(size));
        std::vector<Value> items;
        const Type element = type.element();
        if (level + 1 < sizes.size()) {
            for (std::size_t i = 0; i < size; ++i) {
                EVAL(inner, make(run, sizes, level + 1, element));
                items.push_back(inner);
            }
        } else {
            const Value empty = element.is_boolean()   ? Value::boolean(false)
                                : element.is_numeric() ? convert(Value::of_int(0), element.of)
                                                       : Value();
            items.assign(size, empty);
        }
        return Value::of(run.make_list(std::move(items), type));
    }

    Arguments sizes_;
    Type type_;
};

}  // namespace

ExpressionPtr constant(std::uint32_t at, Value value) {
    return std::make_unique<ConstantValue>(at, value);
}

ExpressionPtr text_constant(std::uint32_t at, std::string text) {
    return std::make_unique<TextConstant>(at, std::move(text));
}

ExpressionPtr pattern_constant(std::uint32_t at, PatternPtr pattern) {
    return std::make_unique<PatternConstant>(at, std::move(pattern));
}

ExpressionPtr local(std::uint32_t at, std::uint16_t slot) {
    return std::make_unique<Local>(at, slot);
}

ExpressionPtr role_value(std::uint32_t at, Role role) {
    return std::make_unique<RoleValue>(at, role);
}

ExpressionPtr param_value(std::uint32_t at, std::size_t place) {
    return std::make_unique<Param>(at, place);
}

ExpressionPtr doc_field(std::uint32_t at, std::size_t place) {
    return std::make_unique<DocField>(at, place);
}

ExpressionPtr doc_value(std::uint32_t at, std::size_t place) {
    return std::make_unique<DocValue>(at, place);
}

ExpressionPtr operation(std::uint32_t at, Operator op, ExpressionPtr a, ExpressionPtr b) {
    return std::make_unique<Operation>(at, op, std::move(a), std::move(b));
}

ExpressionPtr concatenation(std::uint32_t at, ExpressionPtr a, ExpressionPtr b) {
    return std::make_unique<Concatenation>(at, std::move(a), std::move(b));
}

ExpressionPtr and_also(std::uint32_t at, ExpressionPtr a, ExpressionPtr b) {
    return std::make_unique<Logic>(at, true, std::move(a), std::move(b));
}

ExpressionPtr or_else(std::uint32_t at, ExpressionPtr a, ExpressionPtr b) {
    return std::make_unique<Logic>(at, false, std::move(a), std::move(b));
}

ExpressionPtr negation(std::uint32_t at, ExpressionPtr a) {
    return std::make_unique<Unary>(at, '!', std::move(a));
}

ExpressionPtr minus(std::uint32_t at, ExpressionPtr a) {
    return std::make_unique<Unary>(at, '-', std::move(a));
}

ExpressionPtr bit_not(std::uint32_t at, ExpressionPtr a) {
    return std::make_unique<Unary>(at, '~', std::move(a));
}

ExpressionPtr choice(std::uint32_t at, ExpressionPtr test, ExpressionPtr yes, ExpressionPtr no) {
    return std::make_unique<Choice>(at, std::move(test), std::move(yes), std::move(no));
}

ExpressionPtr elvis(std::uint32_t at, ExpressionPtr first, ExpressionPtr other) {
    return std::make_unique<Elvis>(at, std::move(first), std::move(other));
}

ExpressionPtr instance_of(std::uint32_t at, ExpressionPtr a, Type type) {
    return std::make_unique<InstanceOf>(at, std::move(a), type);
}

ExpressionPtr find_pattern(std::uint32_t at, ExpressionPtr text, ExpressionPtr pattern,
                           bool whole) {
    return std::make_unique<FindPattern>(at, std::move(text), std::move(pattern), whole);
}

ExpressionPtr conversion(std::uint32_t at, ExpressionPtr a, Class to) {
    return std::make_unique<Conversion>(at, std::move(a), to);
}

ExpressionPtr checked_cast(std::uint32_t at, ExpressionPtr a, Type to, bool explicitly) {
    return std::make_unique<CheckedCast>(at, std::move(a), to, explicitly);
}

ExpressionPtr new_list(std::uint32_t at, Arguments items, Type type) {
    return std::make_unique<NewList>(at, std::move(items), type);
}

ExpressionPtr new_map(std::uint32_t at, Arguments keys_and_values) {
    return std::make_unique<NewMap>(at, std::move(keys_and_values));
}

ExpressionPtr new_array(std::uint32_t at, Arguments sizes, Type type) {
    return std::make_unique<NewArray>(at, std::move(sizes), type);
}

}  // namespace elkhorn::script
