#include "search/base/explanation.h"

#include <cstdint>

namespace elkhorn::search {

void write_explanation(json::Writer& out, const Explanation& explanation) {
    out.begin_object().key("value");
    if (explanation.whole)
        out.value(static_cast<std::int64_t>(explanation.value));
    else
        out.value(static_cast<float>(explanation.value));
    out.member("description", explanation.description);
    out.key("details").begin_array();
    for (const Explanation& part : explanation.details)
        write_explanation(out, part);
    out.end_array().end_object();
}

}  // namespace elkhorn::search
