// script/compile/node_calls.cc -- expressions that reach into objects: members, calls, lambdas,
// assignments.

#include "script/compile/nodes.h"

#include <fmt/format.h>

#include <array>

namespace elkhorn::script {
namespace {

constexpr std::size_t arguments_most = 16;

Value marked(Run& run, std::uint32_t at, const Value& value) {
    if (value.thrown()) [[unlikely]]
        run.mark(at);
    return value;
}

class IndexOf final : public Expression {
public:
    IndexOf(std::uint32_t where, ExpressionPtr of, ExpressionPtr place)
        : Expression(where), of_(std::move(of)), place_(std::move(place)) {}

    Value eval(Run& run) const override {
        EVAL(of, of_->eval(run));
        EVAL(place, place_->eval(run));
        return marked(run, at, load_index(run, of, place));
    }

private:
    ExpressionPtr of_;
    ExpressionPtr place_;
};

class MemberOf final : public Expression {
public:
    MemberOf(std::uint32_t where, ExpressionPtr of, std::string name)
        : Expression(where), of_(std::move(of)), name_(std::move(name)) {}

    Value eval(Run& run) const override {
        EVAL(of, of_->eval(run));
        return marked(run, at, load_member(run, of, name_));
    }

private:
    ExpressionPtr of_;
    std::string name_;
};

/// Arguments are evaluated before anything is done with the first of them.
class Call : public Expression {
public:
    Call(std::uint32_t where, ExpressionPtr of, Arguments rest)
        : Expression(where), of_(std::move(of)), rest_(std::move(rest)) {}

protected:
    /// How many there are; none: thrown.
    bool arguments(Run& run, std::array<Value, arguments_most>& values, std::size_t& count) const {
        count = 0;
        if (of_ != nullptr) {
            values[count] = of_->eval(run);
            if (values[count++].thrown()) return false;
        }
        for (const auto& argument : rest_) {
            values[count] = argument->eval(run);
            if (values[count++].thrown()) return false;
        }
        return true;
    }

    ExpressionPtr of_;  // null: none
    Arguments rest_;
};

class KnownCall final : public Call {
public:
    KnownCall(std::uint32_t where, const Method& method, ExpressionPtr of, Arguments rest)
        : Call(where, std::move(of), std::move(rest)), method_(method) {}

    Value eval(Run& run) const override {
        std::array<Value, arguments_most> values;
        std::size_t count = 0;
        if (!arguments(run, values, count)) return Value::trouble();
        if (of_ != nullptr && values[0].is_null())
            return marked(run, at, raise_null(run, method_.name));
        return marked(run, at, method_.code(run, values.data()));
    }

private:
    const Method& method_;  // of the tables
};

class FoundCall final : public Call {
public:
    FoundCall(std::uint32_t where, std::string name, std::size_t site, ExpressionPtr of,
              Arguments rest)
        : Call(where, std::move(of), std::move(rest)), name_(std::move(name)), site_(site) {}

    Value eval(Run& run) const override {
        std::array<Value, arguments_most> values;
        std::size_t count = 0;
        if (!arguments(run, values, count)) return Value::trouble();
        return marked(run, at,
                      call_method(run, run.site(site_), name_, std::span(values.data(), count)));
    }

private:
    std::string name_;
    std::size_t site_;
};

class OwnCall final : public Call {
public:
    OwnCall(std::uint32_t where, const Function& function, Arguments arguments)
        : Call(where, nullptr, std::move(arguments)), function_(function) {}

    Value eval(Run& run) const override {
        std::array<Value, arguments_most> values;
        std::size_t count = 0;
        if (!arguments(run, values, count)) return Value::trouble();
        return marked(run, at, run.call(function_, {}, std::span(values.data(), count)));
    }

private:
    const Function& function_;  // the Program's
};

class EmitCall final : public Call {
public:
    EmitCall(std::uint32_t where, Arguments arguments)
        : Call(where, nullptr, std::move(arguments)) {}

    Value eval(Run& run) const override {
        std::array<Value, arguments_most> values;
        std::size_t count = 0;
        if (!arguments(run, values, count)) return Value::trouble();
        if (run.host().emit(run, std::span(values.data(), count))) return {};
        return marked(run, at, Value::trouble());
    }
};

class NullSafeNode final : public Expression {
public:
    NullSafeNode(std::uint32_t where, ExpressionPtr of, std::uint16_t slot, ExpressionPtr rest)
        : Expression(where), of_(std::move(of)), slot_(slot), rest_(std::move(rest)) {}

    Value eval(Run& run) const override {
        EVAL(of, of_->eval(run));
        if (of.is_null()) return {};
        run.local(slot_) = of;
        return rest_->eval(run);
    }

private:
    ExpressionPtr of_;
    std::uint16_t slot_;
    ExpressionPtr rest_;
};

class Lambda final : public Expression {
public:
    Lambda(std::uint32_t where, const Function& function, std::vector<std::uint16_t> from)
        : Expression(where), function_(function), from_(std::move(from)) {}

    Value eval(Run& run) const override {
        auto* made = run.make<ClosureObject>(&function_);
        for (const std::uint16_t slot : from_)
            made->captured.push_back(run.local(slot));
        return Value::of(made);
    }

private:
    const Function& function_;  // the Program's
    std::vector<std::uint16_t> from_;
};

/// Type::name as a static method of so many arguments, or a method of the first of them.
Value call_reference(Run& run, const ClosureObject& closure, std::span<const Value> arguments) {
    const auto call_row = [&](const Method& method, std::size_t first) {
        std::array<Value, arguments_most> values;
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (i < first) {
                values[i] = arguments[i];
                continue;
            }
            values[i] = cast_value(run, arguments[i], method.parameters[i - first], false);
            if (values[i].thrown()) return Value::trouble();
        }
        return method.code(run, values.data());
    };
    if (closure.bound) {
        std::vector<Value> all = {closure.captured[0]};
        all.insert(all.end(), arguments.begin(), arguments.end());
        Run::Site site;
        return call_method(run, site, closure.name, all);
    }
    if (const Method* method = find_method(closure.of, closure.name, arguments.size(), true))
        return call_row(*method, 0);
    if (!arguments.empty()) {
        const Method* method = find_method(closure.of, closure.name, arguments.size() - 1, false);
        if (method != nullptr) {
            EVAL(self, cast_value(run, arguments[0], closure.of, false));
            if (self.is_null()) return raise_null(run, closure.name);
            Run::Site site;
            return call_method(run, site, closure.name, arguments);
        }
    }
    return run.raise(Class::illegal_argument,
                     fmt::format("function reference [{}::{}/{}] matching [{}, {}/{}] not found",
                                 name_of(closure.of), closure.name, arguments.size(),
                                 name_of(closure.of), closure.name, arguments.size()));
}

class ReferenceNode final : public Expression {
public:
    ReferenceNode(std::uint32_t where, Reference what)
        : Expression(where), what_(std::move(what)) {}

    Value eval(Run& run) const override {
        auto* made = run.make<ClosureObject>(what_.function);
        made->of = what_.of;
        made->name = what_.name;
        made->native = call_reference;
        if (what_.bound != nullptr) {
            EVAL(bound, what_.bound->eval(run));
            if (bound.is_null()) return marked(run, at, raise_null(run, "value"));
            made->bound = true;
            made->captured.push_back(bound);
        }
        return Value::of(made);
    }

private:
    Reference what_;
};

// -- places ---------------------------------------------------------------------------------------

class LocalPlace final : public Place {
public:
    explicit LocalPlace(std::uint16_t slot) : slot_(slot) {}

    bool find(Run& /*run*/, Found& /*found*/) const override { return true; }

    Value load(Run& run, const Found& /*found*/) const override { return run.local(slot_); }

    Value store(Run& run, const Found& /*found*/, const Value& value) const override {
        run.local(slot_) = value;
        return {};
    }

private:
    std::uint16_t slot_;
};

class IndexPlace final : public Place {
public:
    IndexPlace(ExpressionPtr of, ExpressionPtr by) : of_(std::move(of)), by_(std::move(by)) {}

    bool find(Run& run, Found& found) const override {
        found.of = of_->eval(run);
        if (found.of.thrown()) return false;
        found.by = by_->eval(run);
        return !found.by.thrown();
    }

    Value load(Run& run, const Found& found) const override {
        return load_index(run, found.of, found.by);
    }

    Value store(Run& run, const Found& found, const Value& value) const override {
        return store_index(run, found.of, found.by, value);
    }

private:
    ExpressionPtr of_;
    ExpressionPtr by_;
};

class MemberPlace final : public Place {
public:
    MemberPlace(ExpressionPtr of, std::string name) : of_(std::move(of)), name_(std::move(name)) {}

    bool find(Run& run, Found& found) const override {
        found.of = of_->eval(run);
        return !found.of.thrown();
    }

    Value load(Run& run, const Found& found) const override {
        return load_member(run, found.of, name_);
    }

    Value store(Run& run, const Found& found, const Value& value) const override {
        return store_member(run, found.of, name_, value);
    }

private:
    ExpressionPtr of_;
    std::string name_;
};

class Assignment final : public Expression {
public:
    Assignment(std::uint32_t where, PlacePtr place, ExpressionPtr value)
        : Expression(where), place_(std::move(place)), value_(std::move(value)) {}

    Value eval(Run& run) const override {
        Place::Found found;
        if (!place_->find(run, found)) return Value::trouble();
        EVAL(value, value_->eval(run));
        EVAL(stored, marked(run, at, place_->store(run, found, value)));
        return value;
    }

private:
    PlacePtr place_;
    ExpressionPtr value_;
};

class UpdateNode final : public Expression {
public:
    UpdateNode(std::uint32_t where, PlacePtr place, ExpressionPtr value, const Update& how)
        : Expression(where), place_(std::move(place)), value_(std::move(value)), how_(how) {}

    Value eval(Run& run) const override {
        Place::Found found;
        if (!place_->find(run, found)) return Value::trouble();
        EVAL(old, marked(run, at, place_->load(run, found)));
        EVAL(value, value_->eval(run));
        EVAL(sum, marked(run, at,
                         how_.joins_texts ? concatenate(run, old, value)
                                          : apply(run, how_.op, old, value)));
        // A `def` stays what it was: an int plus 1.5 is an int.
        const auto before = how_.type.is_def() && old.is_number() && sum.is_number()
                                ? unboxed(type_of(old))
                                : std::nullopt;
        EVAL(stored, marked(run, at, cast_value(run, sum, before ? *before : how_.type, true)));
        EVAL(done, marked(run, at, place_->store(run, found, stored)));
        return how_.gives_old ? old : stored;
    }

private:
    PlacePtr place_;
    ExpressionPtr value_;
    Update how_;
};

}  // namespace

ExpressionPtr index_of(std::uint32_t at, ExpressionPtr of, ExpressionPtr place) {
    return std::make_unique<IndexOf>(at, std::move(of), std::move(place));
}

ExpressionPtr member_of(std::uint32_t at, ExpressionPtr of, std::string name) {
    return std::make_unique<MemberOf>(at, std::move(of), std::move(name));
}

ExpressionPtr known_call(std::uint32_t at, const Method& method, ExpressionPtr of, Arguments rest) {
    return std::make_unique<KnownCall>(at, method, std::move(of), std::move(rest));
}

ExpressionPtr found_call(std::uint32_t at, std::string name, std::size_t site, ExpressionPtr of,
                         Arguments rest) {
    return std::make_unique<FoundCall>(at, std::move(name), site, std::move(of), std::move(rest));
}

ExpressionPtr own_call(std::uint32_t at, const Function& function, Arguments arguments) {
    return std::make_unique<OwnCall>(at, function, std::move(arguments));
}

ExpressionPtr emit_call(std::uint32_t at, Arguments arguments) {
    return std::make_unique<EmitCall>(at, std::move(arguments));
}

ExpressionPtr null_safe(std::uint32_t at, ExpressionPtr of, std::uint16_t slot,
                        ExpressionPtr rest) {
    return std::make_unique<NullSafeNode>(at, std::move(of), slot, std::move(rest));
}

ExpressionPtr lambda(std::uint32_t at, const Function& function,
                     std::vector<std::uint16_t> captured_from) {
    return std::make_unique<Lambda>(at, function, std::move(captured_from));
}

ExpressionPtr reference(std::uint32_t at, Reference what) {
    return std::make_unique<ReferenceNode>(at, std::move(what));
}

PlacePtr local_place(std::uint16_t slot) {
    return std::make_unique<LocalPlace>(slot);
}

PlacePtr index_place(ExpressionPtr of, ExpressionPtr by) {
    return std::make_unique<IndexPlace>(std::move(of), std::move(by));
}

PlacePtr member_place(ExpressionPtr of, std::string name) {
    return std::make_unique<MemberPlace>(std::move(of), std::move(name));
}

ExpressionPtr assignment(std::uint32_t at, PlacePtr place, ExpressionPtr value) {
    return std::make_unique<Assignment>(at, std::move(place), std::move(value));
}

ExpressionPtr update(std::uint32_t at, PlacePtr place, ExpressionPtr value, const Update& how) {
    return std::make_unique<UpdateNode>(at, std::move(place), std::move(value), how);
}

}  // namespace elkhorn::script
