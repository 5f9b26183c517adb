#include "base/mutex.h"
#include "script/compile/compiler.h"
#include "script/syntax/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <unordered_map>

namespace elkhorn::script {

namespace {

constexpr std::size_t slots_most = 500;
constexpr std::size_t source_bytes_most = 65'535;

std::size_t height_of(const Syntax& syntax) {
    std::size_t most = 0;
    for (const auto& part : syntax.parts) {
        if (part != nullptr) most = std::max(most, height_of(*part));
    }
    return most + 1;
}

}  // namespace

Compiler::Coded Compiler::fail(std::uint32_t at, std::string reason, std::string_view type) {
    if (!trouble_) trouble_ = trouble_at(source_, at, std::string(type), std::move(reason));
    return {};
}

std::optional<Type> Compiler::type_of_name(std::string_view name) const {
    std::uint8_t dimensions = 0;
    while (name.ends_with("[]")) {
        name.remove_suffix(2);
        ++dimensions;
    }
    const auto found = find_class(name);
    if (!found) return std::nullopt;
    if (*found == Class::moving_functions && !context_.moving_functions) return std::nullopt;
    return Type(*found, dimensions);
}

std::uint16_t Compiler::new_slot() {
    if (frame_->slots >= slots_most) fail(0, "a function has more than 500 variables");
    return static_cast<std::uint16_t>(frame_->slots++);
}

const Compiler::Name* Compiler::find_name(Frame& frame, std::string_view name) {
    for (auto it = frame.names.rbegin(); it != frame.names.rend(); ++it) {
        if (it->name == name) return &*it;
    }
    if (frame.outer == nullptr) return nullptr;
    const Name* outer = find_name(*frame.outer, name);
    if (outer == nullptr) return nullptr;
    Name inner = *outer;
    inner.slot = static_cast<std::uint16_t>(frame.slots++);
    inner.read_only = true;
    frame.captured_from.push_back(outer->slot);
    frame.captured_to.push_back(inner.slot);
    // Before those that are declared inside, so that it stays when their block ends.
    frame.names.insert(frame.names.begin(), std::move(inner));
    return &frame.names.front();
}

const Compiler::Name* Compiler::declare(std::string_view name, Type type, std::uint32_t at) {
    const bool taken =
        std::ranges::any_of(frame_->names, [&](const Name& one) { return one.name == name; }) ||
        (frame_->names_context && std::ranges::any_of(context_.variables, [&](const Variable& one) {
             return one.name == name;
         }));
    if (taken) {
        fail(at, fmt::format("variable [{}] is already defined", name));
        return nullptr;
    }
    frame_->names.push_back({std::string(name), type, new_slot(), false});
    return &frame_->names.back();
}

bool Compiler::legal(Type from, Type to, bool explicitly, bool boxes) {
    if (from == to || to.is_def() || from.is_def()) return !to.is_void() && !from.is_void();
    if (from.is_void() || to.is_void()) return false;
    const auto number = [](Type type) {
        return type.is_primitive() ? std::optional(type) : unboxed(type);
    };
    const auto widens = [](Class a, Class b) {
        if (a == b) return true;
        if (a == Class::boolean || b == Class::boolean || b == Class::character) return false;
        if (a == Class::character) return b >= Class::int_;
        return a < b;
    };
    // A number becomes an object where it is handed over, not where it is assigned.
    if (from.is_primitive() && !to.is_primitive() && !boxes && !explicitly) return false;
    if (from.is_primitive() && !to.is_primitive()) {
        if (is_kind_of(boxed(from).of, to.of) && !to.is_array()) return true;
        if (explicitly && from.of == Class::character && to == Type(Class::string)) return true;
    }
    const auto a = number(from);
    const auto b = number(to);
    if (a && b) {
        if (widens(a->of, b->of)) return true;
        return explicitly && a->of != Class::boolean && b->of != Class::boolean;
    }
    if (to.is_primitive()) {
        if (!explicitly) return false;
        if (to.of == Class::character && from == Type(Class::string)) return true;
        return from == Type(Class::object) || (from == Type(Class::number) && to.is_numeric());
    }
    if (from.is_primitive()) return false;
    if (from.is_array() || to.is_array())
        return to == Type(Class::object) || (explicitly && from == Type(Class::object));
    return is_kind_of(from.of, to.of) || (explicitly && is_kind_of(to.of, from.of));
}

Compiler::Coded Compiler::cast(Coded value, Type to, bool explicitly, std::uint32_t at,
                               bool boxes) {
    if (!value) return value;
    if (value.type == to) return value;
    if (value.is_null) {
        if (to.is_primitive()) {
            return fail(at, fmt::format("Cannot cast null to a primitive type [{}].", name_of(to)));
        }
        value.type = to;
        return value;
    }
    if (!legal(value.type, to, explicitly, boxes)) {
        return fail(at,
                    fmt::format("Cannot cast from [{}] to [{}].", name_of(value.type), name_of(to)),
                    "class_cast_exception");
    }
    const Type from = value.type;
    value.type = to;
    value.whole = std::nullopt;
    const bool numeric = from.is_numeric() && to.is_numeric();
    if (numeric) {
        value.expression = conversion(at, std::move(value.expression), to.of);
        return value;
    }
    if (to.is_def() || to == Type(Class::object)) return value;
    if (from.is_primitive() && is_kind_of(boxed(from).of, to.of)) return value;
    const bool upwards = !from.is_def() && !from.is_primitive() && !to.is_primitive() &&
                         !from.is_array() && is_kind_of(from.of, to.of);
    if (upwards) return value;
    value.expression = checked_cast(at, std::move(value.expression), to, explicitly);
    return value;
}

std::size_t Compiler::place_in(std::vector<std::string>& names, std::string_view name) {
    const auto it = std::ranges::find(names, name);
    if (it != names.end()) return static_cast<std::size_t>(it - names.begin());
    names.emplace_back(name);
    return names.size() - 1;
}

bool Compiler::declare_functions(const ScriptSyntax& script) {
    for (const FunctionSyntax& one : script.functions) {
        auto made = std::make_unique<Function>();
        made->name = one.name;
        made->result = type_of_name(one.result).value_or(Type());
        for (const auto& parameter : one.parameters)
            made->parameters.push_back(type_of_name(parameter.type).value_or(Type()));
        made->height = height_of(*one.body);
        if (!own_.emplace(std::pair(one.name, one.parameters.size()), made.get()).second) {
            fail(one.at,
                 fmt::format("invalid function definition: found duplicate function [{}/{}].",
                             one.name, one.parameters.size()));
            return false;
        }
        program_->functions.push_back(std::move(made));
    }
    return true;
}

bool Compiler::compile_body(Function& function, Frame& frame, const Syntax& body, bool main) {
    frame_ = &frame;
    function.height = height_of(body);
    Said said = block_of(body, true);
    if (!said) return false;
    const bool gives = said.ends || main || function.result.is_void();
    if (!gives) {
        fail(body.at,
             fmt::format("invalid function definition: not all paths provide a return value for "
                         "function [{}] with [{}] parameters",
                         function.name, function.parameters.size()));
        return false;
    }
    function.body = std::move(said.statement);
    function.slots = frame.slots;
    function.captured = frame.captured_to;
    return !trouble_;
}

bool Compiler::compile_functions(const ScriptSyntax& script) {
    for (const FunctionSyntax& one : script.functions) {
        Function& function = *own_.find(std::pair(one.name, one.parameters.size()))->second;
        Frame frame;
        frame.result = function.result;
        frame.names_context = false;
        frame_ = &frame;
        for (std::size_t i = 0; i < one.parameters.size(); ++i) {
            const auto& parameter = one.parameters[i];
            if (declare(parameter.name, function.parameters[i], parameter.at) == nullptr)
                return false;
        }
        if (one.body->parts.empty()) {
            fail(one.at, fmt::format("invalid function definition: found no statements for "
                                     "function [{}] with [{}] parameters",
                                     one.name, one.parameters.size()));
            return false;
        }
        if (!compile_body(function, frame, *one.body, false)) return false;
    }
    return true;
}

Compiled Compiler::run(const ScriptSyntax& script) {
    program_->source = source_;
    program_->result = context_.result;
    const auto compiled = [&] {
        if (!declare_functions(script) || !compile_functions(script)) return false;
        Frame frame;
        frame.result = context_.result;
        frame.returns_last = !context_.result.is_void();
        program_->main.result = context_.result;
        if (script.body->parts.empty()) {
            fail(0,
                 "invalid function definition: found no statements for function [execute] with "
                 "[0] parameters");
            return false;
        }
        return compile_body(program_->main, frame, *script.body, true);
    };
    if (!compiled()) return std::unexpected(std::move(*trouble_));
    return std::shared_ptr<const Program>(program_);
}

// -- what was compiled is kept --------------------------------------------------------------------

namespace {

Compiled compile_now(std::string_view source, const Context& context) {
    auto syntax = parse(source);
    if (!syntax) return std::unexpected(std::move(syntax.error()));
    return Compiler(source, context).run(*syntax);
}

/// The programs that were used last, by context and source.
class Cache {
public:
    std::shared_ptr<const Program> find(const std::string& key) {
        const Lock lock(mutex_);
        const auto it = places_.find(key);
        if (it == places_.end()) return nullptr;
        programs_.splice(programs_.begin(), programs_, it->second);
        return it->second->second;
    }

    void keep(const std::string& key, std::shared_ptr<const Program> program) {
        const Lock lock(mutex_);
        if (places_.contains(key)) return;
        programs_.emplace_front(key, std::move(program));
        places_.emplace(key, programs_.begin());
        if (programs_.size() <= programs_most) return;
        places_.erase(programs_.back().first);
        programs_.pop_back();
    }

private:
    using Kept = std::list<std::pair<std::string, std::shared_ptr<const Program>>>;

    static constexpr std::size_t programs_most = 256;
    Mutex mutex_;
    Kept programs_ GUARDED_BY(mutex_);
    std::unordered_map<std::string, Kept::iterator> places_ GUARDED_BY(mutex_);
};

}  // namespace

bool uses_score(const Program& program) {
    return program.uses_score;
}

std::span<const std::string> fields_read(const Program& program) {
    return program.fields;
}

Compiled compile(std::string_view source, const Context& context) {
    if (source.size() > source_bytes_most) {
        return std::unexpected(trouble_at(
            source.substr(0, 0), 0, "illegal_argument_exception",
            fmt::format("exceeded max allowed inline script size in bytes [{}] with size [{}] for "
                        "script",
                        source_bytes_most, source.size())));
    }
    static Cache cache;
    const std::string key = fmt::format("{} {}", context.name, source);
    if (auto kept = cache.find(key)) return kept;
    auto compiled = compile_now(source, context);
    if (compiled) cache.keep(key, *compiled);
    return compiled;
}

}  // namespace elkhorn::script
