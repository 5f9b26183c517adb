#include "event/value.h"

namespace elkhorn::event {

Value copy_value(Arena& arena, const Value& value) {
    switch (value.kind()) {
        case Kind::string: return Value::string(arena.copy(value.as_string()));
        case Kind::array: {
            Array* copy = make_array(arena);
            for (const Value& item : value.as_array().values()) {
                copy->push_back(arena, copy_value(arena, item));
            }
            return Value::array(copy);
        }
        case Kind::object: {
            Object* copy = make_object(arena);
            for (const Member& member : value.as_object().members()) {
                copy->add(arena, arena.copy(member.name), copy_value(arena, member.value));
            }
            return Value::object(copy);
        }
        default: return value;
    }
}

bool operator==(const Value& a, const Value& b) {
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case Kind::null: return true;
        case Kind::real: return a.as_real() == b.as_real();
        case Kind::string: return a.as_string() == b.as_string();
        case Kind::array: {
            const auto x = a.as_array().values();
            const auto y = b.as_array().values();
            if (x.size() != y.size()) return false;
            for (std::size_t i = 0; i < x.size(); ++i) {
                if (!(x[i] == y[i])) return false;
            }
            return true;
        }
        case Kind::object: {
            if (a.as_object().size() != b.as_object().size()) return false;
            for (const Member& member : a.as_object().members()) {
                const Value* other = b.as_object().find(member.name);
                if (other == nullptr || !(member.value == *other)) return false;
            }
            return true;
        }
        default: return a.as_integer() == b.as_integer();
    }
}

}  // namespace elkhorn::event
