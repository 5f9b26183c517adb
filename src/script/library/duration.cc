// script/library/duration.cc -- Duration.

#include "script/library/date.h"

namespace elkhorn::script::dates {
namespace {

constexpr int nanos_unit = 0;
constexpr int millis_unit = 2;
constexpr int seconds_unit = 3;
constexpr int minutes_unit = 4;
constexpr int hours_unit = 5;
constexpr int days_unit = 7;

// -- Duration -------------------------------------------------------------------------------------

const DurationObject& span_of(const Value& value) {
    return *object_as<DurationObject>(value);
}

Value duration_between(Run& run, const Value* a) {
    const auto* from = object_as<DateObject>(a[0]);
    const auto* to = object_as<DateObject>(a[1]);
    if (from == nullptr || to == nullptr) return raise_null(run, "startInclusive");
    std::int64_t seconds = to->seconds - from->seconds;
    int nanos = to->nanos - from->nanos;
    if (nanos < 0) {
        nanos += static_cast<int>(second_ns);
        --seconds;
    }
    return Value::of(run.make<DurationObject>(seconds, nanos));
}

template <int number>
Value duration_of(Run& run, const Value* a) {
    const Unit& unit = units[number];
    const std::int64_t count = a[0].as_whole();
    if (unit.seconds > 0) {
        EVAL(seconds, made_long(run, Wide{count} * unit.seconds));
        return Value::of(run.make<DurationObject>(seconds.as_whole(), 0));
    }
    const std::int64_t per_second = second_ns / unit.nanos;
    const std::int64_t rest = (count % per_second + per_second) % per_second;
    return Value::of(run.make<DurationObject>(floor_divide(count, per_second),
                                              static_cast<int>(rest * unit.nanos)));
}

template <int number>
Value duration_in(Run& run, const Value* a) {
    const DurationObject& span = span_of(a[0]);
    const Unit& unit = units[number];
    // A negative duration has its nanoseconds upwards from its seconds.
    if (unit.seconds > 0) return Value::of_long(span.seconds / unit.seconds);
    return made_long(run, Wide{span.seconds} * (second_ns / unit.nanos) + span.nanos / unit.nanos);
}

Value duration_seconds(Run& /*run*/, const Value* a) {
    return Value::of_long(span_of(a[0]).seconds);
}

Value duration_nanos(Run& /*run*/, const Value* a) {
    return Value::of_int(span_of(a[0]).nanos);
}

Value is_negative(Run& /*run*/, const Value* a) {
    return Value::boolean(span_of(a[0]).seconds < 0);
}

constexpr MethodRow rows[] = {
    {Class::duration, "static Duration between(Temporal, Temporal)", duration_between},
    {Class::duration, "static Duration ofMillis(long)", duration_of<millis_unit>},
    {Class::duration, "static Duration ofSeconds(long)", duration_of<seconds_unit>},
    {Class::duration, "static Duration ofMinutes(long)", duration_of<minutes_unit>},
    {Class::duration, "static Duration ofHours(long)", duration_of<hours_unit>},
    {Class::duration, "static Duration ofDays(long)", duration_of<days_unit>},
    {Class::duration, "long toMillis()", duration_in<millis_unit>},
    {Class::duration, "long toMinutes()", duration_in<minutes_unit>},
    {Class::duration, "long toHours()", duration_in<hours_unit>},
    {Class::duration, "long toDays()", duration_in<days_unit>},
    {Class::duration, "long toNanos()", duration_in<nanos_unit>},
    {Class::duration, "long getSeconds()", duration_seconds},
    {Class::duration, "int getNano()", duration_nanos},
    {Class::duration, "boolean isNegative()", is_negative},
};

}  // namespace

std::span<const MethodRow> duration_rows() {
    return rows;
}

}  // namespace elkhorn::script::dates
