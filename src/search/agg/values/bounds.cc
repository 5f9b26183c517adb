#include "search/agg/values/bounds.h"

#include <fmt/format.h>

namespace elkhorn::search::agg {

std::optional<BoundTexts> BoundTexts::read(Options& options, std::string_view key) {
    const event::Value* value = options.object(key);
    if (value == nullptr) return std::nullopt;
    BoundTexts bounds;
    Options inner("bounds", options.name(), *value);
    const auto take = [&](std::string_view name, std::optional<std::string>& text, bool& number) {
        const event::Value* bound = inner.any_unless_null(name);
        if (bound == nullptr) return;
        number = bound->is(event::Kind::integer) || bound->is(event::Kind::real);
        if (number || bound->is(event::Kind::string)) {
            text = scalar_text(*bound);
        } else {
            inner.fail_kind(name, *bound);
        }
    };
    take("min", bounds.min, bounds.min_is_number);
    take("max", bounds.max, bounds.max_is_number);
    if (auto read = inner.finish(); !read)
        options.fail(key, read.error().type, read.error().reason);
    return bounds;
}

void HistogramOptions::read(Options& options) {
    min_doc_count = static_cast<std::uint64_t>(
        options.integer_from("min_doc_count", 0, "minDocCount").value_or(0));
    keyed = options.boolean("keyed").value_or(false);
    order = Order::read(options, Order::by_key());
}

std::unexpected<Failure> refuse_bounds_outside(const std::string& hard_min,
                                               const std::string& hard_max, const std::string& min,
                                               const std::string& max) {
    return refuse_in_phase(
        "illegal_argument_exception",
        fmt::format("Extended bounds have to be inside hard bounds, hard bounds: [{}--{}], "
                    "extended bounds: [{}--{}]",
                    hard_min, hard_max, min, max));
}

}  // namespace elkhorn::search::agg
