#include "filter/core/filter.h"

namespace elkhorn::filter {

const Spec* find(std::string_view name) {
    for (const Spec* spec : all()) {
        if (spec->name == name) return spec;
    }
    return nullptr;
}

}  // namespace elkhorn::filter
