#include "config/ast.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace elkhorn::config {
namespace {

void move_onto(std::vector<Statement>& to, std::vector<Statement>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

std::string Place::text() const {
    return fmt::format("{}: line {}, column {}", file ? *file : "pipeline", line, column);
}

const Attribute* Plugin::find(std::string_view option) const {
    for (const Attribute& attribute : attributes) {
        if (attribute.name == option) return &attribute;
    }
    return nullptr;
}

void Pipeline::append(Pipeline other) {
    move_onto(inputs, other.inputs);
    move_onto(filters, other.filters);
    move_onto(outputs, other.outputs);
}

}  // namespace elkhorn::config
