// Elasticsearch's rules for the names of indices.

#include "store/schema/index_name.h"

#include "text/analysis/tokenizer.h"

#include <fmt/format.h>

namespace elkhorn::store {

Result<> check_index_name(std::string_view name) {
    const auto refuse = [&](std::string_view why) {
        return fail(ErrorCode::invalid, fmt::format("Invalid index name [{}], {}", name, why));
    };
    if (name.empty()) return refuse("must not be empty");
    if (name == "." || name == "..") return refuse("must not be '.' or '..'");
    if (name.find_first_of("\\/*?\"<>| ,") != std::string_view::npos) {
        return refuse("must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?]");
    }
    if (name.find('#') != std::string_view::npos) return refuse("must not contain '#'");
    if (name.find(':') != std::string_view::npos) return refuse("must not contain ':'");
    if (name.front() == '_' || name.front() == '-' || name.front() == '+') {
        return refuse("must not start with '_', '-', or '+'");
    }
    if (text::to_lower_unicode(name) != name) return refuse("must be lowercase");
    if (name.size() > 255)
        return refuse(fmt::format("index name is too long, ({} > 255)", name.size()));
    return {};
}

}  // namespace elkhorn::store
