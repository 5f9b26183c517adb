// Every method of the library is called with what nobody should give it: nulls, negative places,
// the greatest numbers, collections of nulls, lambdas that give null. It answers or it throws; what
// it must not do is end the process. A method that no receiver here reaches fails the test, so that
// a new class brings a receiver.

#include "script/core/script.h"
#include "script/run/library.h"
#include "script/run/run.h"
#include "script/value/java_text.h"
#include "script/value/object.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {
namespace {

constexpr std::array field_classes = {Class::doc_longs,   Class::doc_doubles, Class::doc_booleans,
                                      Class::doc_strings, Class::doc_ips,     Class::doc_dates,
                                      Class::doc_points};

/// doc['0'] to doc['6'], of the classes above; each has one value.
class Fields final : public Host {
public:
    Value variable(script::Run& run, Role role) override {
        return role == Role::doc ? Value::of(run.make<DocMapObject>()) : Value();
    }

    int field(Run& run, std::string_view name) override {
        return has_field(name) ? name.front() - '0' : Host::field(run, name);
    }

    bool has_field(std::string_view name) override {
        return name.size() == 1 && name >= "0" && name <= "6";
    }

    Class field_class(int slot) const override {
        return field_classes[static_cast<std::size_t>(slot)];
    }

    std::size_t count(Run& /*run*/, int /*slot*/) override { return 1; }

    Value value(Run& run, int slot, std::size_t /*i*/) override {
        const Class of = field_class(slot);
        if (of == Class::doc_doubles) return Value::of_double(1.5);
        if (of == Class::doc_booleans) return Value::boolean(true);
        if (of == Class::doc_strings || of == Class::doc_ips) return run.row_text("10.0.0.1");
        if (of == Class::doc_points) return Value::of(run.make<PointObject>(52.5, 13.4));
        if (of == Class::doc_dates)
            return Value::of(run.make<DateObject>(Class::joda_date_time, 1, 0, zero_offset()));
        return Value::of_long(7);
    }
};

constexpr std::array receivers = {"true",
                                  "(byte) 1",
                                  "(short) 1",
                                  "(char) 'a'",
                                  "1",
                                  "1L",
                                  "1.5f",
                                  "1.5",
                                  "'abc'",
                                  "''",
                                  "new StringBuilder('ab')",
                                  "[3, 1]",
                                  "[]",
                                  "new LinkedList([1])",
                                  "new HashSet([1])",
                                  "new LinkedHashSet([1])",
                                  "new TreeSet([1])",
                                  "['k': 1]",
                                  "new LinkedHashMap(['k': 1])",
                                  "new TreeMap(['k': 1])",
                                  "['k': 1].keySet()",
                                  "['k': 1].values()",
                                  "['k': 1].entrySet()",
                                  "['k': 1].entrySet().iterator().next()",
                                  "[1].iterator()",
                                  "new int[] {1}",
                                  "[1].stream()",
                                  "[1].stream().mapToInt(x -> x)",
                                  "[1].stream().mapToLong(x -> x)",
                                  "[1].stream().mapToDouble(x -> x)",
                                  "Optional.of(1)",
                                  "Optional.empty()",
                                  "Collectors.toList()",
                                  "/a/",
                                  "/(a)/.matcher('aa')",
                                  "Comparator.naturalOrder()",
                                  "ZonedDateTime.parse('2020-01-01T00:00:00Z')",
                                  "Instant.ofEpochMilli(1)",
                                  "Duration.ofHours(1)",
                                  "ZoneId.of('Europe/Berlin')",
                                  "DateTimeFormatter.ISO_INSTANT",
                                  "ChronoUnit.DAYS",
                                  "DayOfWeek.MONDAY",
                                  "Month.MAY",
                                  "new IllegalArgumentException('a')",
                                  "doc",
                                  "doc['0']",
                                  "doc['1']",
                                  "doc['2']",
                                  "doc['3']",
                                  "doc['4']",
                                  "doc['5']",
                                  "doc['6']",
                                  "doc['5'].value",
                                  "doc['6'].value"};

constexpr std::array arguments = {"null",           "-1",          "0",          "2147483647",
                                  "Long.MIN_VALUE", "Double.NaN",  "'a'",        "''",
                                  "[null]",         "['a': null]", "x -> null",  "(x, y) -> null",
                                  "() -> null",     "x -> x",      "(x, y) -> x"};

constexpr Limits limits = {.steps_most = 10'000, .bytes_most = 1 << 20};

/// True where the call was compiled and its method was there.
bool survives(const std::string& source) {
    Context context = contexts::field;
    context.score_functions = context.moving_functions = true;
    const Compiled program = compile(source, context);
    if (!program) return false;
    Fields host;
    script::Run run(*program, host, limits);
    const Value value = run.execute();
    if (!value.thrown()) java_text(value);
    return !value.thrown() || !run.trouble().reason.starts_with("dynamic method");
}

/// What a parameter of that type is made for.
std::string_view fitting(Type type) {
    if (type == Type(Class::boolean)) return "true";
    if (type.is_primitive()) return "1";
    if (type == Type(Class::string)) return "'a'";
    if (type.is_array() || is_kind_of(type.of, Class::collection)) return "new double[] {1.5, 2.5}";
    if (type == Type(Class::zone_id)) return "ZoneId.of('Z')";
    if (is_kind_of(type.of, Class::zoned_date_time)) return "doc['5'].value";
    return "null";
}

/// The arguments of a call: what fits, with each of the others in each place, and all pairs of two.
std::vector<std::string> argument_lists(const Method& method) {
    std::vector<std::string_view> fit;
    fit.reserve(method.parameters.size());
    for (const Type type : method.parameters)
        fit.push_back(fitting(type));
    std::vector<std::string> lists = {fmt::format("{}", fmt::join(fit, ", "))};
    for (std::size_t place = 0; place < fit.size(); ++place) {
        for (const auto* argument : arguments) {
            std::vector<std::string_view> list = fit;
            list[place] = argument;
            lists.push_back(fmt::format("{}", fmt::join(list, ", ")));
        }
    }
    if (fit.size() != 2) return lists;
    for (const auto* first : arguments) {
        for (const auto* second : arguments)
            lists.push_back(fmt::format("{}, {}", first, second));
    }
    return lists;
}

/// What stands before the arguments of a static method or a constructor.
std::string opening_of(const Method& method) {
    if (method.name == "new") return fmt::format("new {}", name_of(method.of));
    if (method.of == Class::score_functions) return method.name;
    return fmt::format("{}.{}", name_of(method.of), method.name);
}

Class class_of(const char* receiver) {
    const Compiled program = compile(receiver, contexts::field);
    if (!program) return Class::void_;
    Fields host;
    script::Run run(*program, host, limits);
    return type_of(run.execute()).of;
}

TEST(EveryMethod, SurvivesWhatItIsNotMadeFor) {
    std::vector<Class> classes;
    classes.reserve(receivers.size());
    for (const auto* receiver : receivers)
        classes.push_back(class_of(receiver));
    std::set<std::string> unreached;
    for (const Method& method : all_methods()) {
        bool reached = false;
        const auto lists = argument_lists(method);
        for (const std::string& list : lists) {
            if (method.is_static) {
                reached |= survives(fmt::format("{}({})", opening_of(method), list));
                continue;
            }
            // Of a type that is known when it is compiled, but null.
            survives(fmt::format("{} r = null; r.{}({})", name_of(method.of), method.name, list));
            for (std::size_t i = 0; i < receivers.size(); ++i) {
                if (find_method(classes[i], method.name, method.parameters.size(), false) !=
                    &method)
                    continue;
                reached |=
                    survives(fmt::format("def r = {}; r.{}({})", receivers[i], method.name, list));
            }
        }
        if (!reached)
            unreached.insert(
                fmt::format("{} {}/{}", name_of(method.of), method.name, method.parameters.size()));
    }
    EXPECT_EQ(fmt::format("{}", fmt::join(unreached, "\n")), "");
}

}  // namespace
}  // namespace elkhorn::script
