// base/strings.h -- the handful of string functions that every room needs. ASCII only: what knows
// Unicode is text/.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace elkhorn {

std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

/// The pieces between separators; "a,,b" has three, "" has one.
std::vector<std::string_view> split(std::string_view text, char separator);
/// The parts are views: of a text that is gone at the end of the line they would look at nothing.
template <std::same_as<std::string> Temporary>
std::vector<std::string_view> split(Temporary&& text, char separator) = delete;

std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The whole text as a number, or nothing.
std::optional<std::int64_t> to_integer(std::string_view text);
std::optional<double> to_double(std::string_view text);

/// For maps that are asked with string_views: std::unordered_map<std::string, T, TextHash,
/// TextEqual>.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
};

using TextEqual = std::equal_to<>;

template <typename T>
using TextMap = std::unordered_map<std::string, T, TextHash, TextEqual>;

}  // namespace elkhorn
