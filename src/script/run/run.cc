#include "script/run/run.h"

#include "base/assert.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace elkhorn::script {
namespace {

constexpr std::uint64_t loops_most = 1'000'000;
constexpr std::uint64_t steps_between_looks = 512;
constexpr std::size_t nesting_most = 6000;  // of trees below each other, by calls
constexpr int json_depth_most = 100;

/// params._source and the like, which are of the row.
bool is_of_row(std::string_view name) {
    return name == "_source" || name == "_doc" || name == "_fields";
}

}  // namespace

int Host::field(Run& run, std::string_view name) {
    run.raise(Class::illegal_argument, fmt::format("No field found for [{}] in mapping", name));
    return -1;
}

bool Host::emit(Run& run, std::span<const Value> /*values*/) {
    run.give_up(Class::painless_error, "nothing can be emitted here");
    return false;
}

Run::Run(std::shared_ptr<const Program> program, Host& host, const Limits& limits)
    : program_(std::move(program)),
      host_(host),
      limits_(limits),
      heap_(limits.bytes_most),
      kept_(limits.bytes_most),
      slots_(program_->fields.size(), -1),
      sites_(program_->sites) {
    if (program_->main.slots > 0 || !program_->functions.empty())
        stack_ = std::make_unique<Value[]>(frame_most);
    params_ = Value::of(kept().make<MapObject>(Class::hash_map));
    params_.as_object()->frozen = !limits_.keeps;
    param_values_.resize(program_->params.size());
    params_change_ = limits.keeps || std::ranges::any_of(program_->params, is_of_row);
}

Run::~Run() = default;

void Run::set_params(const event::Value& params) {
    if (!params.is(event::Kind::object)) return;
    params_ = from_json(params, kept());
    params_.as_object()->frozen = true;
    const auto* map = object_as<MapObject>(params_);
    for (std::size_t i = 0; i < program_->params.size(); ++i) {
        const Value* found = map->find(program_->params[i]);
        param_values_[i] = found == nullptr ? Value() : *found;
    }
}

void Run::set_param(std::string_view name, const Value& value) {
    auto* map = object_as<MapObject>(params_);
    if (Value* found = map->find(Value::of_text(name)); found != nullptr)
        *found = value;
    else
        map->put(Value::of_text(kept().copy(name)), value);
    for (std::size_t i = 0; i < program_->params.size(); ++i) {
        if (program_->params[i] == name) param_values_[i] = value;
    }
}

Value Run::execute() {
    thrown_ = nullptr;
    fatal_ = stopped_ = false;
    at_ = no_place;
    steps_ = 0;
    next_look_ = steps_between_looks;
    depth_ = program_->main.height;
    used_ = program_->main.slots;
    frame_ = stack_.get();
    loops_left = loops_most;
    Value result;
    const Flow flow = program_->main.body->exec(*this, result);
    if (flow == Flow::thrown) return Value::trouble();
    if (flow == Flow::return_) return result;
    // A script that ends without a return gives nothing, which is 0 for numbers.
    if (program_->result.is_boolean()) return Value::boolean(false);
    if (program_->result.is_primitive()) return convert(Value::of_int(0), program_->result.of);
    return {};
}

Value Run::asked_param(std::size_t place) {
    const std::string& name = program_->params[place];
    const Value* found = object_as<MapObject>(params_)->find(Value::of_text(name));
    if (found != nullptr) return *found;
    if (name == "_source") return host_.variable(*this, Role::source);
    if (name == "_fields") return host_.variable(*this, Role::fields);
    return {};
}

Trouble Run::trouble() const {
    Trouble trouble;
    trouble.compiling = false;
    trouble.source = program_->source;
    trouble.stopped = stopped_;
    trouble.offset = at_ == no_place ? 0 : at_;
    if (thrown_ != nullptr) {
        trouble.type = error_type_of(thrown_->type().of);
        if (!thrown_->message.is_null()) trouble.reason = java_text(thrown_->message);
    }
    return trouble;
}

bool Run::settle() {
    const std::size_t used = heap_.used_bytes() + kept_.used_bytes();
    if (used <= held_bytes_) [[likely]]
        return true;
    if (heap_.over() || kept_.over()) {
        give_up(Class::out_of_memory,
                fmt::format("a script may not use more than {} bytes", limits_.bytes_most));
        return false;
    }
    const std::size_t wanted = (used / hold_step_bytes + 1) * hold_step_bytes;
    if (!host_.hold(wanted)) {
        stop();
        return false;
    }
    held_bytes_ = wanted;
    return true;
}

Value Run::text(std::string_view text) {
    if (text.size() > limits_.bytes_most) {
        return give_up(Class::out_of_memory,
                       fmt::format("a script may not use more than {} bytes", limits_.bytes_most));
    }
    spend(text.size());
    const Value made = Value::of_text(heap_.copy(text));
    return settle() ? made : Value::trouble();
}

ListObject* Run::make_list(std::vector<Value> items, Type type) {
    auto* list = make<ListObject>(type);
    heap_.charge(items.size() * sizeof(Value));
    list->items = std::move(items);
    return list;
}

MapObject* Run::make_map(Class one) {
    return make<MapObject>(one);
}

Value Run::charge_values(std::size_t values) {
    heap_.charge(values * sizeof(Value));
    return settle() ? Value() : Value::trouble();
}

Value Run::raise(Class exception, std::string_view message) {
    auto* made = make<ThrownObject>(exception, Value());
    if (!message.empty()) made->message = Value::of_text(heap_.copy(message));
    return raise(*made);
}

Value Run::raise(ThrownObject& thrown) {
    if (fatal_) return Value::trouble();
    thrown_ = &thrown;
    at_ = no_place;
    return Value::trouble();
}

Value Run::give_up(Class error, std::string message) {
    if (fatal_) return Value::trouble();
    raise(error, std::move(message));
    fatal_ = true;
    return Value::trouble();
}

Value Run::stop() {
    if (!fatal_) give_up(Class::painless_error, "the script was ended");
    stopped_ = true;
    return Value::trouble();
}

ThrownObject* Run::take_thrown() {
    if (fatal_ || thrown_ == nullptr) return nullptr;
    ThrownObject* taken = thrown_;
    thrown_ = nullptr;
    at_ = no_place;
    return taken;
}

void Run::mark(std::uint32_t at) {
    if (at_ == no_place) at_ = at;
}

bool Run::step() {
    if (++steps_ >= next_look_) {
        next_look_ = steps_ + steps_between_looks;
        if (!host_.go_on()) {
            stop();
            return false;
        }
    }
    if (steps_ > limits_.steps_most) {
        give_up(Class::painless_error,
                fmt::format("a script may not take more than {} steps", limits_.steps_most));
        return false;
    }
    return settle();
}

Value Run::call(const Function& function, std::span<const Value> captured,
                std::span<const Value> arguments) {
    if (!step()) return Value::trouble();
    if (depth_ + function.height > nesting_most || used_ + function.slots > frame_most)
        return give_up(Class::stack_overflow, "");
    ASSERT(stack_ != nullptr);
    Value* const before = frame_;
    const std::uint64_t loops_before = loops_left;
    Value* const frame = stack_.get() + used_;
    for (std::size_t i = 0; i < captured.size(); ++i)
        frame[function.captured[i]] = captured[i];
    for (std::size_t i = 0; i < arguments.size(); ++i)
        frame[function.first_parameter + i] = arguments[i];
    frame_ = frame;
    used_ += function.slots;
    depth_ += function.height;
    loops_left = loops_most;
    Value result;
    const Flow flow = function.body->exec(*this, result);
    loops_left = loops_before;
    depth_ -= function.height;
    used_ -= function.slots;
    frame_ = before;
    return flow == Flow::thrown ? Value::trouble() : result;
}

Value Run::call(const Value& closure, std::span<const Value> arguments) {
    const auto* object = object_as<ClosureObject>(closure);
    if (object == nullptr) {
        if (closure.is_null()) return raise_null(*this, "function");
        return raise(Class::class_cast,
                     fmt::format("[{}] is no function", name_of(type_of(closure))));
    }
    const auto wrong_number = [&](std::size_t wanted) {
        return raise(Class::illegal_argument,
                     fmt::format("Incorrect number of parameters: a lambda of {} is given {}",
                                 wanted, arguments.size()));
    };
    if (object->code == nullptr) {
        if (object->is(Class::comparator) && arguments.size() != 2) return wrong_number(2);
        return object->native(*this, *object, arguments);
    }
    const Function& function = *object->code;
    if (function.parameters.size() != arguments.size())
        return wrong_number(function.parameters.size());
    Value converted[4];
    if (arguments.size() > std::size(converted))
        return give_up(Class::painless_error, "a lambda has more than four parameters");
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        EVAL(one, cast_value(*this, arguments[i], function.parameters[i], false));
        converted[i] = one;
    }
    return call(function, object->captured, std::span(converted, arguments.size()));
}

Value Run::test(const Value& closure, std::span<const Value> arguments) {
    EVAL(result, call(closure, arguments));
    return cast_value(*this, result, Class::boolean, false);
}

int Run::slot(std::size_t place) {
    if (slots_[place] < 0) slots_[place] = host_.field(*this, program_->fields[place]);
    return slots_[place];
}

DocObject* Run::doc_object(int slot) {
    const auto place = static_cast<std::size_t>(slot);
    if (docs_.size() <= place) docs_.resize(place + 1, nullptr);
    DocObject*& object = docs_[place];
    // Its class may change with the index that the rows are of.
    if (object == nullptr || object->type().of != host_.field_class(slot))
        object = kept().make<DocObject>(host_.field_class(slot), slot);
    return object;
}

// -- JSON -----------------------------------------------------------------------------------------

Value Run::from_json(const event::Value& value, Heap& heap, Class map) {
    using event::Kind;
    const bool frozen = &heap == &kept_;
    switch (value.kind()) {
        case Kind::null: return {};
        case Kind::boolean: return Value::boolean(value.as_boolean());
        case Kind::integer: {
            const std::int64_t whole = value.as_integer();
            return whole == static_cast<std::int32_t>(whole) ? Value::of_int(whole)
                                                             : Value::of_long(whole);
        }
        case Kind::timestamp: return Value::of_long(value.as_timestamp());
        case Kind::real: return Value::of_double(value.as_real());
        case Kind::string: return Value::of_text(heap.copy(value.as_string()));
        case Kind::array: {
            auto* list = heap.make<ListObject>(Type(Class::array_list));
            for (const event::Value& item : value.as_array().values())
                list->items.push_back(from_json(item, heap, map));
            heap.charge(list->items.size() * sizeof(Value));
            list->frozen = frozen;
            return Value::of(list);
        }
        case Kind::object: {
            auto* made = heap.make<MapObject>(Type(map));
            for (const event::Member& member : value.as_object().members()) {
                made->put(Value::of_text(heap.copy(member.name)),
                          from_json(member.value, heap, map));
                heap.charge(3 * sizeof(Value));
            }
            made->frozen = frozen;
            return Value::of(made);
        }
    }
    return {};
}

std::optional<event::Value> Run::to_json(const Value& value, event::Arena& arena, int depth) {
    // A list that holds another a thousand times is small, and its JSON is not.
    if (depth > json_depth_most || arena.used_bytes() > 2 * limits_.bytes_most) return std::nullopt;
    switch (value.tag()) {
        case Tag::null: return event::Value();
        case Tag::boolean: return event::Value::boolean(value.as_boolean());
        case Tag::text: return event::Value::string(arena.copy(value.as_text()));
        case Tag::character: return event::Value::string(arena.copy(java_text(value)));
        case Tag::float_:
        case Tag::double_: return event::Value::real(value.as_real());
        case Tag::trouble: return std::nullopt;
        case Tag::object: break;
        default: return event::Value::integer(value.as_whole());
    }
    const auto map_json = [&](const MapObject& map) -> std::optional<event::Value> {
        event::Object* object = event::make_object(arena);
        for (const std::uint32_t place : map.order()) {
            const auto& entry = map.entry(place);
            const auto inner = to_json(entry.value, arena, depth + 1);
            if (!inner) return std::nullopt;
            object->add(arena, arena.copy(java_text(entry.key)), *inner);
        }
        return event::Value::object(object);
    };
    if (const auto* map = object_as<MapObject>(value); map != nullptr) return map_json(*map);
    const Object& object = *value.as_object();
    const bool listed = object.type().is_array() || object.is(Class::collection);
    if (!listed) {
        if (const auto* point = object_as<PointObject>(value); point != nullptr) {
            event::Object* made = event::make_object(arena);
            made->add(arena, "lat", event::Value::real(point->lat));
            made->add(arena, "lon", event::Value::real(point->lon));
            return event::Value::object(made);
        }
        return event::Value::string(arena.copy(java_text(value)));
    }
    std::vector<Value> items;
    if (!elements_of(value, items)) return std::nullopt;
    event::Array* array = event::make_array(arena);
    for (const Value& item : items) {
        const auto inner = to_json(item, arena, depth + 1);
        if (!inner) return std::nullopt;
        array->push_back(arena, *inner);
    }
    return event::Value::array(array);
}

}  // namespace elkhorn::script
