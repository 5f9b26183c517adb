// script/script_fuzz.cc -- any bytes as a script, compiled for a context that its first byte
// chooses, and run within small bounds against a document that has a little of everything.

#include "script/core/script.h"
#include "script/run/run.h"
#include "script/value/object.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace elkhorn::script;

class FuzzHost final : public Host {
public:
    Value variable(Run& run, Role role) override {
        switch (role) {
            case Role::score: return Value::of_double(1.5);
            case Role::value: return Value::of_double(3);
            case Role::values: {
                return Value::of(run.make_list({Value::of_double(1), Value::of_double(2)},
                                               Type(Class::double_, 1)));
            }
            case Role::states: return Value::of(run.make_list({Value::of_int(1)}));
            default: return Value::of(run.make_map());
        }
    }

    int field(Run& /*run*/, std::string_view name) override {
        return static_cast<int>(name.size() % 4);
    }

    bool has_field(std::string_view /*name*/) override { return true; }

    Class field_class(int slot) const override {
        constexpr std::array classes = {Class::doc_longs, Class::doc_strings, Class::doc_dates,
                                        Class::doc_points};
        return classes[static_cast<std::size_t>(slot)];
    }

    std::size_t count(Run& /*run*/, int slot) override { return slot == 0 ? 1 : 2; }

    Value value(Run& run, int slot, std::size_t i) override {
        switch (slot) {
            case 0: return Value::of_long(7);
            case 1: return run.row_text(i == 0 ? "web" : "db");
            case 2:
                return Value::of(run.make<DateObject>(Class::joda_date_time, 1'700'000'000, 5,
                                                      elkhorn::text::TimeZone::utc()));
            default: return Value::of(run.make<PointObject>(1.0, 2.0));
        }
    }

    bool emit(Run& /*run*/, std::span<const Value> /*values*/) override { return true; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::array all = {
        &contexts::painless_test, &contexts::filter,          &contexts::score,
        &contexts::field,         &contexts::update,          &contexts::aggs,
        &contexts::metric_map,    &contexts::moving_function, &contexts::runtime_field};
    if (size == 0) return 0;
    const Context& context = *all[data[0] % all.size()];
    const std::string_view source(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Compiled program = compile(source, context);
    if (!program) {
        (void)program.error().stack();
        return 0;
    }
    FuzzHost host;
    Run run(*program, host,
            {.steps_most = 20'000, .bytes_most = 1 << 20, .keeps = context.result.is_void()});
    const Value value = run.execute();
    if (value.thrown())
        (void)run.trouble().stack();
    else {
        elkhorn::event::Arena arena;
        (void)run.to_json(value, arena);
    }
    run.leave_row();
    return 0;
}
