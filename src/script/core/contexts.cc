// script/core/contexts.cc -- where scripts stand, and troubles as they are shown.

#include "script/core/script.h"

#include <algorithm>

namespace elkhorn::script {

namespace contexts {
namespace {

constexpr Variable params{"params", Class::map, Role::params};
constexpr Variable doc{"doc", Class::doc_map, Role::doc};
constexpr Variable score_of_hit{"_score", Class::double_, Role::score};
constexpr Variable ctx{"ctx", Class::map, Role::ctx};
constexpr Variable value_of_field{"_value", Class::def, Role::value};
constexpr Variable state_map{"state", Class::map, Role::state};
constexpr Variable states_list{"states", Class::list, Role::states};
constexpr Variable window{"values", Type(Class::double_, 1), Role::values};

constexpr Variable of_params[] = {params};
constexpr Variable of_rows[] = {params, doc};
constexpr Variable of_scores[] = {params, doc, score_of_hit};
constexpr Variable of_updates[] = {params, ctx};
constexpr Variable of_values[] = {params, doc, score_of_hit, value_of_field};
constexpr Variable of_state[] = {params, state_map};
constexpr Variable of_mapping[] = {params, state_map, doc, score_of_hit};
constexpr Variable of_states[] = {params, states_list};
constexpr Variable of_windows[] = {params, window};

}  // namespace

const Context painless_test{"painless_test", Class::object, of_params};
const Context filter{"filter", Class::boolean, of_rows};
const Context score{
    .name = "score", .result = Class::double_, .variables = of_scores, .score_functions = true};
const Context field{"field", Class::object, of_rows};
const Context number_sort{"number_sort", Class::double_, of_scores};
const Context string_sort{"string_sort", Class::string, of_scores};
const Context update{"update", Class::void_, of_updates};
const Context aggs{"aggs", Class::object, of_values};
const Context bucket_aggregation{"bucket_aggregation", Class::number, of_params};
const Context bucket_selector{"aggregation_selector", Class::boolean, of_params};
const Context moving_function{.name = "moving-function",
                              .result = Class::double_,
                              .variables = of_windows,
                              .moving_functions = true};
const Context metric_init{"aggs_init", Class::void_, of_state};
const Context metric_map{"aggs_map", Class::void_, of_mapping};
const Context metric_combine{"aggs_combine", Class::object, of_state};
const Context metric_reduce{"aggs_reduce", Class::object, of_states};
const Context significance{"script_heuristic", Class::double_, of_params};
const Context runtime_field{
    .name = "runtime_field", .result = Class::void_, .variables = of_rows, .emits = true};
const Context terms_set{"terms_set", Class::number, of_rows};

}  // namespace contexts

namespace {

constexpr std::size_t shown_around = 25;

}  // namespace

Trouble::Lines Trouble::lines() const {
    Lines lines;
    lines.start = offset > shown_around ? offset - shown_around : 0;
    lines.end = std::min(source.size(), offset + shown_around);
    return lines;
}

std::vector<std::string> Trouble::stack() const {
    const Lines at = lines();
    std::string shown;
    std::string pointer;
    if (at.start > 0) shown = pointer = "... ";
    std::ranges::fill(pointer, ' ');
    shown += source.substr(at.start, at.end - at.start);
    if (at.end < source.size()) shown += " ...";
    pointer += std::string(offset - at.start, ' ') + "^---- HERE";
    return {shown, pointer};
}

}  // namespace elkhorn::script
