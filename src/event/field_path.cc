#include "event/field_path.h"

#include <fmt/format.h>

namespace elkhorn::event {
namespace {

constexpr std::string_view metadata_key = "@metadata";

Result<std::vector<std::string>> parse_bracketed(std::string_view reference) {
    std::vector<std::string> keys;
    std::string_view rest = reference;
    while (!rest.empty()) {
        const std::size_t close = rest.find(']');
        const std::string_view key = rest.substr(1, close == rest.npos ? rest.npos : close - 1);
        if (rest.front() != '[' || close == rest.npos || key.empty() ||
            key.find('[') != std::string_view::npos) {
            return fail(
                ErrorCode::invalid,
                fmt::format("\"{}\" is not a field reference: write name or [a][b]", reference));
        }
        keys.emplace_back(key);
        rest.remove_prefix(close + 1);
    }
    return keys;
}

}  // namespace

FieldPath FieldPath::key(std::string_view name) {
    FieldPath path;
    path.text_ = name;
    path.keys_.emplace_back(name);
    return path;
}

Result<FieldPath> FieldPath::parse(std::string_view reference) {
    if (reference.empty()) return fail(ErrorCode::invalid, "a field reference is empty");
    FieldPath path;
    path.text_ = reference;
    if (reference.find_first_of("[]") == std::string_view::npos) {
        path.keys_.emplace_back(reference);
    } else {
        while (reference.starts_with("[[") && reference.ends_with("]]")) {
            reference = reference.substr(1, reference.size() - 2);
        }
        path.keys_ = TRY(parse_bracketed(reference));
    }
    if (path.keys_.front() == metadata_key) {
        path.in_metadata_ = true;
        path.keys_.erase(path.keys_.begin());
    }
    return path;
}

}  // namespace elkhorn::event
