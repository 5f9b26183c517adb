// script/compile/nodes.h -- the kinds of expressions and statements that the compiler puts
// together. Those of the common shapes (numbers of documents, compared) neither allocate nor look
// anything up.
#pragma once

#include "script/run/node.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace elkhorn::script {

using Arguments = std::vector<ExpressionPtr>;

// -- values ---------------------------------------------------------------------------------------

ExpressionPtr constant(std::uint32_t at, Value value);
/// A text that the node keeps.
ExpressionPtr text_constant(std::uint32_t at, std::string text);
ExpressionPtr pattern_constant(std::uint32_t at, PatternPtr pattern);
ExpressionPtr local(std::uint32_t at, std::uint16_t slot);
ExpressionPtr role_value(std::uint32_t at, Role role);
ExpressionPtr param_value(std::uint32_t at, std::size_t place);
/// doc['name'] and its .value
ExpressionPtr doc_field(std::uint32_t at, std::size_t place);
ExpressionPtr doc_value(std::uint32_t at, std::size_t place);

// -- operators ------------------------------------------------------------------------------------

ExpressionPtr operation(std::uint32_t at, Operator op, ExpressionPtr a, ExpressionPtr b);
ExpressionPtr concatenation(std::uint32_t at, ExpressionPtr a, ExpressionPtr b);
ExpressionPtr and_also(std::uint32_t at, ExpressionPtr a, ExpressionPtr b);
ExpressionPtr or_else(std::uint32_t at, ExpressionPtr a, ExpressionPtr b);
ExpressionPtr negation(std::uint32_t at, ExpressionPtr a);
ExpressionPtr minus(std::uint32_t at, ExpressionPtr a);
ExpressionPtr bit_not(std::uint32_t at, ExpressionPtr a);
ExpressionPtr choice(std::uint32_t at, ExpressionPtr test, ExpressionPtr yes, ExpressionPtr no);
ExpressionPtr elvis(std::uint32_t at, ExpressionPtr first, ExpressionPtr other);
ExpressionPtr instance_of(std::uint32_t at, ExpressionPtr a, Type type);
ExpressionPtr find_pattern(std::uint32_t at, ExpressionPtr text, ExpressionPtr pattern, bool whole);
/// From number to number, whose types are known.
ExpressionPtr conversion(std::uint32_t at, ExpressionPtr a, Class to);
ExpressionPtr checked_cast(std::uint32_t at, ExpressionPtr a, Type to, bool explicitly);

// -- what is made ---------------------------------------------------------------------------------

ExpressionPtr new_list(std::uint32_t at, Arguments items, Type type);
ExpressionPtr new_map(std::uint32_t at, Arguments keys_and_values);
ExpressionPtr new_array(std::uint32_t at, Arguments sizes, Type type);

// -- members and calls ----------------------------------------------------------------------------

ExpressionPtr index_of(std::uint32_t at, ExpressionPtr of, ExpressionPtr place);
ExpressionPtr member_of(std::uint32_t at, ExpressionPtr of, std::string name);
/// A method that is known, its arguments converted already; `of` is null for a static one.
ExpressionPtr known_call(std::uint32_t at, const Method& method, ExpressionPtr of, Arguments rest);
ExpressionPtr found_call(std::uint32_t at, std::string name, std::size_t site, ExpressionPtr of,
                         Arguments rest);
ExpressionPtr own_call(std::uint32_t at, const Function& function, Arguments arguments);
ExpressionPtr emit_call(std::uint32_t at, Arguments arguments);

/// `rest` is made with null where `of` is null: what stands behind ?.
struct NullSafe {
    ExpressionPtr expression;
    std::uint16_t slot = 0;  // where it finds what stands before it
};

ExpressionPtr null_safe(std::uint32_t at, ExpressionPtr of, std::uint16_t slot, ExpressionPtr rest);

ExpressionPtr lambda(std::uint32_t at, const Function& function,
                     std::vector<std::uint16_t> captured_from);

struct Reference {
    Class of = Class::void_;
    std::string name;
    ExpressionPtr bound;                 // value::name
    const Function* function = nullptr;  // this::name
};

ExpressionPtr reference(std::uint32_t at, Reference what);

// -- places that are assigned to ------------------------------------------------------------------

/// A variable, a[b] or a.b. What it is found by is evaluated once.
class Place {
public:
    struct Found {
        Value of;
        Value by;
    };

    virtual ~Place() = default;
    /// False: thrown.
    virtual bool find(Run& run, Found& found) const = 0;
    virtual Value load(Run& run, const Found& found) const = 0;
    virtual Value store(Run& run, const Found& found, const Value& value) const = 0;
};

using PlacePtr = std::unique_ptr<const Place>;

PlacePtr local_place(std::uint16_t slot);
PlacePtr index_place(ExpressionPtr of, ExpressionPtr by);
PlacePtr member_place(ExpressionPtr of, std::string name);

ExpressionPtr assignment(std::uint32_t at, PlacePtr place, ExpressionPtr value);

struct Update {
    Operator op = Operator::add;
    bool joins_texts = false;
    Type type;               // of what is stored: the result is cast to it
    bool gives_old = false;  // a++
};

ExpressionPtr update(std::uint32_t at, PlacePtr place, ExpressionPtr value, const Update& how);

// -- statements -----------------------------------------------------------------------------------

StatementPtr block(std::uint32_t at, std::vector<StatementPtr> parts);
StatementPtr evaluate(std::uint32_t at, ExpressionPtr value);
StatementPtr give(std::uint32_t at, ExpressionPtr value);  // return; null: nothing
StatementPtr set_local(std::uint32_t at, std::uint16_t slot, ExpressionPtr value);
StatementPtr if_else(std::uint32_t at, ExpressionPtr test, StatementPtr yes, StatementPtr no);

struct Loop {
    StatementPtr first;   // null: none
    ExpressionPtr test;   // null: true
    ExpressionPtr after;  // null: none
    StatementPtr body;
    bool tests_last = false;  // do
};

StatementPtr loop(std::uint32_t at, Loop how);
StatementPtr for_each(std::uint32_t at, ExpressionPtr over, std::uint16_t slot, Type type,
                      StatementPtr body);
StatementPtr jump(std::uint32_t at, Flow flow);
StatementPtr throwing(std::uint32_t at, ExpressionPtr what);

struct Catch {
    Class what = Class::exception;
    std::uint16_t slot = 0;
    StatementPtr body;
};

StatementPtr attempt(std::uint32_t at, StatementPtr body, std::vector<Catch> catches);

}  // namespace elkhorn::script
