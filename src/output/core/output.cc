#include "output/core/output.h"

namespace elkhorn::output {

const Spec* find(std::string_view name) {
    for (const Spec* spec : all()) {
        if (spec->name == name) return spec;
    }
    return nullptr;
}

}  // namespace elkhorn::output
