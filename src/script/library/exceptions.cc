// script/library/exceptions.cc -- exceptions that scripts throw and catch.

#include "script/run/library.h"
#include "script/run/node.h"

namespace elkhorn::script {
namespace {

template <Class one>
Value new_exception(Run& run, const Value* /*a*/) {
    return Value::of(run.make<ThrownObject>(one, Value()));
}

template <Class one>
Value new_exception_of(Run& run, const Value* a) {
    return Value::of(run.make<ThrownObject>(one, a[0]));
}

Value get_message(Run& /*run*/, const Value* a) {
    return object_as<ThrownObject>(a[0])->message;
}

constexpr MethodRow rows[] = {
    {Class::exception, "new()", new_exception<Class::exception>},
    {Class::exception, "new(String)", new_exception_of<Class::exception>},
    {Class::exception, "String getMessage()", get_message},
    {Class::exception, "String getLocalizedMessage()", get_message},
    {Class::runtime_exception, "new()", new_exception<Class::runtime_exception>},
    {Class::runtime_exception, "new(String)", new_exception_of<Class::runtime_exception>},
    {Class::illegal_argument, "new()", new_exception<Class::illegal_argument>},
    {Class::illegal_argument, "new(String)", new_exception_of<Class::illegal_argument>},
    {Class::illegal_state, "new()", new_exception<Class::illegal_state>},
    {Class::illegal_state, "new(String)", new_exception_of<Class::illegal_state>},
    {Class::null_pointer, "new()", new_exception<Class::null_pointer>},
    {Class::null_pointer, "new(String)", new_exception_of<Class::null_pointer>},
    {Class::arithmetic, "new()", new_exception<Class::arithmetic>},
    {Class::arithmetic, "new(String)", new_exception_of<Class::arithmetic>},
    {Class::index_out_of_bounds, "new()", new_exception<Class::index_out_of_bounds>},
    {Class::index_out_of_bounds, "new(String)", new_exception_of<Class::index_out_of_bounds>},
    {Class::class_cast, "new(String)", new_exception_of<Class::class_cast>},
    {Class::number_format, "new(String)", new_exception_of<Class::number_format>},
    {Class::unsupported_operation, "new()", new_exception<Class::unsupported_operation>},
    {Class::unsupported_operation, "new(String)", new_exception_of<Class::unsupported_operation>},
    {Class::no_such_element, "new(String)", new_exception_of<Class::no_such_element>},
};

}  // namespace

std::span<const MethodRow> exception_methods() {
    return rows;
}

}  // namespace elkhorn::script
