// script/compile/node_statements.cc -- what a script does, one after the other.

#include "script/compile/nodes.h"

#include <fmt/format.h>

namespace elkhorn::script {
namespace {

class Block final : public Statement {
public:
    Block(std::uint32_t where, std::vector<StatementPtr> parts)
        : Statement(where), parts_(std::move(parts)) {}

    Flow exec(Run& run, Value& result) const override {
        for (const auto& part : parts_) {
            const Flow flow = part->exec(run, result);
            if (flow != Flow::next) return flow;
        }
        return Flow::next;
    }

private:
    std::vector<StatementPtr> parts_;
};

class Evaluate final : public Statement {
public:
    Evaluate(std::uint32_t where, ExpressionPtr value)
        : Statement(where), value_(std::move(value)) {}

    Flow exec(Run& run, Value& /*result*/) const override {
        return value_->eval(run).thrown() ? Flow::thrown : Flow::next;
    }

private:
    ExpressionPtr value_;
};

class Give final : public Statement {
public:
    Give(std::uint32_t where, ExpressionPtr value) : Statement(where), value_(std::move(value)) {}

    Flow exec(Run& run, Value& result) const override {
        if (value_ != nullptr) result = value_->eval(run);
        return result.thrown() ? Flow::thrown : Flow::return_;
    }

private:
    ExpressionPtr value_;
};

class SetLocal final : public Statement {
public:
    SetLocal(std::uint32_t where, std::uint16_t slot, ExpressionPtr value)
        : Statement(where), slot_(slot), value_(std::move(value)) {}

    Flow exec(Run& run, Value& /*result*/) const override {
        const Value value = value_->eval(run);
        if (value.thrown()) return Flow::thrown;
        run.local(slot_) = value;
        return Flow::next;
    }

private:
    std::uint16_t slot_;
    ExpressionPtr value_;
};

class IfElse final : public Statement {
public:
    IfElse(std::uint32_t where, ExpressionPtr test, StatementPtr yes, StatementPtr no)
        : Statement(where), test_(std::move(test)), yes_(std::move(yes)), no_(std::move(no)) {}

    Flow exec(Run& run, Value& result) const override {
        const Value test = test_->eval(run);
        if (test.thrown()) return Flow::thrown;
        if (test.as_boolean()) return yes_->exec(run, result);
        return no_ == nullptr ? Flow::next : no_->exec(run, result);
    }

private:
    ExpressionPtr test_;
    StatementPtr yes_;
    StatementPtr no_;
};

/// One turn more; false: that is too many.
bool turn(Run& run, std::uint32_t at) {
    if (!run.step()) {
        run.mark(at);
        return false;
    }
    if (--run.loops_left > 0) return true;
    run.give_up(Class::painless_error,
                "The maximum number of statements that can be executed in a loop has been "
                "reached.");
    run.mark(at);
    return false;
}

class LoopNode final : public Statement {
public:
    LoopNode(std::uint32_t where, Loop how) : Statement(where), how_(std::move(how)) {}

    Flow exec(Run& run, Value& result) const override {
        if (how_.first != nullptr) {
            const Flow flow = how_.first->exec(run, result);
            if (flow != Flow::next) return flow;
        }
        for (bool first = true;; first = false) {
            if (!(first && how_.tests_last) && how_.test != nullptr) {
                const Value test = how_.test->eval(run);
                if (test.thrown()) return Flow::thrown;
                if (!test.as_boolean()) return Flow::next;
            }
            if (!turn(run, at)) return Flow::thrown;
            const Flow flow = how_.body->exec(run, result);
            if (flow == Flow::break_) return Flow::next;
            if (flow == Flow::return_ || flow == Flow::thrown) return flow;
            if (how_.after != nullptr && how_.after->eval(run).thrown()) return Flow::thrown;
        }
    }

private:
    Loop how_;
};

class ForEach final : public Statement {
public:
    ForEach(std::uint32_t where, ExpressionPtr over, std::uint16_t slot, Type type,
            StatementPtr body)
        : Statement(where),
          over_(std::move(over)),
          slot_(slot),
          type_(type),
          body_(std::move(body)) {}

    Flow exec(Run& run, Value& result) const override {
        const Value over = over_->eval(run);
        if (over.thrown()) return Flow::thrown;
        std::vector<Value> items;
        const bool map = object_as<MapObject>(over) != nullptr;
        if (over.is_null() || map || !elements_of(run, over, items)) {
            if (over.is_null())
                raise_null(run, "value");
            else
                run.raise(Class::illegal_argument,
                          fmt::format("Cannot iterate over [{}]", name_of(type_of(over))));
            run.mark(at);
            return Flow::thrown;
        }
        const auto* list = object_as<ListObject>(over);
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (!turn(run, at)) return Flow::thrown;
            const Value item = cast_value(run, items[i], type_, false);
            if (item.thrown()) {
                run.mark(at);
                return Flow::thrown;
            }
            run.local(slot_) = item;
            const Flow flow = body_->exec(run, result);
            if (flow == Flow::break_) return Flow::next;
            if (flow == Flow::return_ || flow == Flow::thrown) return flow;
            // As Java's lists notice that they are changed while one walks along them.
            if (list != nullptr && list->items.size() != items.size() && i + 1 < items.size() &&
                i + 1 != list->items.size()) {
                run.raise(*run.make<ThrownObject>(Class::concurrent_modification, Value()));
                run.mark(at);
                return Flow::thrown;
            }
            if (list != nullptr && i + 1 == list->items.size()) break;
        }
        return Flow::next;
    }

private:
    ExpressionPtr over_;
    std::uint16_t slot_;
    Type type_;
    StatementPtr body_;
};

class Jump final : public Statement {
public:
    Jump(std::uint32_t where, Flow flow) : Statement(where), flow_(flow) {}

    Flow exec(Run& /*run*/, Value& /*result*/) const override { return flow_; }

private:
    Flow flow_;
};

class Throwing final : public Statement {
public:
    Throwing(std::uint32_t where, ExpressionPtr what) : Statement(where), what_(std::move(what)) {}

    Flow exec(Run& run, Value& /*result*/) const override {
        const Value what = what_->eval(run);
        if (what.thrown()) return Flow::thrown;
        if (auto* thrown = object_as<ThrownObject>(what); thrown != nullptr)
            run.raise(*thrown);
        else
            raise_null(run, "exception");
        run.mark(at);
        return Flow::thrown;
    }

private:
    ExpressionPtr what_;
};

class Attempt final : public Statement {
public:
    Attempt(std::uint32_t where, StatementPtr body, std::vector<Catch> catches)
        : Statement(where), body_(std::move(body)), catches_(std::move(catches)) {}

    Flow exec(Run& run, Value& result) const override {
        const Flow flow = body_->exec(run, result);
        if (flow != Flow::thrown) return flow;
        ThrownObject* thrown = run.take_thrown();
        if (thrown == nullptr) return Flow::thrown;
        for (const Catch& one : catches_) {
            if (!thrown->is(one.what)) continue;
            result = Value();
            run.local(one.slot) = Value::of(thrown);
            return one.body->exec(run, result);
        }
        run.raise(*thrown);
        run.mark(at);
        return Flow::thrown;
    }

private:
    StatementPtr body_;
    std::vector<Catch> catches_;
};

}  // namespace

StatementPtr block(std::uint32_t at, std::vector<StatementPtr> parts) {
    return std::make_unique<Block>(at, std::move(parts));
}

StatementPtr evaluate(std::uint32_t at, ExpressionPtr value) {
    return std::make_unique<Evaluate>(at, std::move(value));
}

StatementPtr give(std::uint32_t at, ExpressionPtr value) {
    return std::make_unique<Give>(at, std::move(value));
}

StatementPtr set_local(std::uint32_t at, std::uint16_t slot, ExpressionPtr value) {
    return std::make_unique<SetLocal>(at, slot, std::move(value));
}

StatementPtr if_else(std::uint32_t at, ExpressionPtr test, StatementPtr yes, StatementPtr no) {
    return std::make_unique<IfElse>(at, std::move(test), std::move(yes), std::move(no));
}

StatementPtr loop(std::uint32_t at, Loop how) {
    return std::make_unique<LoopNode>(at, std::move(how));
}

StatementPtr for_each(std::uint32_t at, ExpressionPtr over, std::uint16_t slot, Type type,
                      StatementPtr body) {
    return std::make_unique<ForEach>(at, std::move(over), slot, type, std::move(body));
}

StatementPtr jump(std::uint32_t at, Flow flow) {
    return std::make_unique<Jump>(at, flow);
}

StatementPtr throwing(std::uint32_t at, ExpressionPtr what) {
    return std::make_unique<Throwing>(at, std::move(what));
}

StatementPtr attempt(std::uint32_t at, StatementPtr body, std::vector<Catch> catches) {
    return std::make_unique<Attempt>(at, std::move(body), std::move(catches));
}

}  // namespace elkhorn::script
