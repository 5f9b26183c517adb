#include "input/core/input.h"

namespace elkhorn::input {

const Spec* find(std::string_view name) {
    for (const Spec* spec : all()) {
        if (spec->name == name) return spec;
    }
    return nullptr;
}

}  // namespace elkhorn::input
