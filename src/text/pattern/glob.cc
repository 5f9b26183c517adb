#include "text/pattern/glob.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace elkhorn::text {
namespace {

namespace fs = std::filesystem;

constexpr int brace_limit = 1000;
constexpr int folder_depth_limit = 32;

/// `[...]` at the front of `pattern`, which is shortened by it; false when it does not hold `c`.
bool set_matches(std::string_view& pattern, char c) {
    std::size_t i = 1;
    const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
    if (negated) ++i;
    bool found = false;
    const std::size_t first = i;
    while (i < pattern.size() && (pattern[i] != ']' || i == first)) {
        if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
            found = found || (c >= pattern[i] && c <= pattern[i + 2]);
            i += 3;
        } else {
            found = found || c == pattern[i];
            ++i;
        }
    }
    pattern.remove_prefix(std::min(i + 1, pattern.size()));
    return found != negated;
}

/// One name against one pattern without slashes. Two cursors and one point of return: linear steps
/// a star.
bool name_matches(std::string_view pattern, std::string_view name) {
    if (name.starts_with('.') && !pattern.starts_with('.')) return false;
    std::string_view star_pattern;
    std::string_view star_name;
    bool has_star = false;
    while (true) {
        if (pattern.starts_with('*')) {
            while (pattern.starts_with('*'))
                pattern.remove_prefix(1);
            if (pattern.empty()) return true;
            has_star = true;
            star_pattern = pattern;
            star_name = name;
            continue;
        }
        if (name.empty() && pattern.empty()) return true;
        bool fits = false;
        if (!name.empty() && !pattern.empty()) {
            if (pattern.front() == '[' && pattern.find(']', 2) != std::string_view::npos) {
                fits = set_matches(pattern, name.front());
            } else {
                if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
                fits = pattern.front() == name.front() || pattern.front() == '?';
                pattern.remove_prefix(1);
            }
            name.remove_prefix(1);
        }
        if (fits) continue;
        if (!has_star || star_name.empty()) return false;
        star_name.remove_prefix(1);
        name = star_name;
        pattern = star_pattern;
    }
}

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        if (slash != 0) segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
    }
    return segments;
}

using Segments = std::vector<std::string_view>;

bool segments_match(const Segments& pattern, std::size_t p, const Segments& path, std::size_t s) {
    for (; p < pattern.size(); ++p, ++s) {
        if (pattern[p] == "**") {
            for (std::size_t rest = s; rest <= path.size(); ++rest) {
                if (segments_match(pattern, p + 1, path, rest)) return true;
                if (rest < path.size() && path[rest].starts_with('.')) return false;
            }
            return false;
        }
        if (s >= path.size() || !name_matches(pattern[p], path[s])) return false;
    }
    return s == path.size();
}

/// Every reading of `{a,b}`; nested ones from the inside out.
void expand(std::string_view pattern, std::vector<std::string>& out) {
    const std::size_t close = pattern.find('}');
    const std::size_t open = close == pattern.npos ? pattern.npos : pattern.rfind('{', close);
    if (open == std::string_view::npos || out.size() > brace_limit) {
        out.emplace_back(pattern);
        return;
    }
    std::string_view inside = pattern.substr(open + 1, close - open - 1);
    while (true) {
        const std::size_t comma = inside.find(',');
        std::string one(pattern.substr(0, open));
        one += inside.substr(0, comma);
        one += pattern.substr(close + 1);
        expand(one, out);
        if (comma == std::string_view::npos) return;
        inside.remove_prefix(comma + 1);
    }
}

void walk(const std::string& folder, const Segments& pattern, std::size_t at, int depth,
          std::vector<std::string>& out) {
    if (at == pattern.size() || depth > folder_depth_limit) return;
    std::error_code error;
    const bool last = at + 1 == pattern.size();
    if (pattern[at] == "**") walk(folder, pattern, at + 1, depth, out);
    const std::string prefix = folder.empty() || folder.ends_with('/') ? folder : folder + "/";
    if (pattern[at] != "**" && !has_wildcard(pattern[at])) {
        const std::string path = prefix + std::string(pattern[at]);
        if (!last)
            walk(path, pattern, at + 1, depth + 1, out);
        else if (fs::exists(path, error) && !fs::is_directory(path, error))
            out.push_back(path);
        return;
    }
    const fs::directory_iterator entries(folder.empty() ? "." : folder,
                                         fs::directory_options::skip_permission_denied, error);
    if (error) return;
    for (const auto& entry : entries) {
        const std::string name = entry.path().filename().string();
        const bool is_folder = entry.is_directory(error);
        if (pattern[at] == "**") {
            if (is_folder && !entry.is_symlink(error) && !name.starts_with('.')) {
                walk(prefix + name, pattern, at, depth + 1, out);
            }
        } else if (name_matches(pattern[at], name)) {
            if (!last && is_folder) walk(prefix + name, pattern, at + 1, depth + 1, out);
            if (last && !is_folder) out.push_back(prefix + name);
        }
    }
}

}  // namespace

bool has_wildcard(std::string_view pattern) {
    return pattern.find_first_of("*?[{") != std::string_view::npos;
}

bool glob_match(std::string_view pattern, std::string_view path) {
    std::vector<std::string> readings;
    expand(pattern, readings);
    const Segments names = segments_of(path);
    return std::ranges::any_of(readings, [&](const std::string& reading) {
        return reading.starts_with('/') == path.starts_with('/') &&
               segments_match(segments_of(reading), 0, names, 0);
    });
}

std::vector<std::string> glob_files(std::string_view pattern) {
    std::vector<std::string> readings;
    expand(pattern, readings);
    std::vector<std::string> files;
    for (const std::string& reading : readings) {
        walk(reading.starts_with('/') ? "/" : "", segments_of(reading), 0, 0, files);
    }
    std::ranges::sort(files);
    files.erase(std::ranges::unique(files).begin(), files.end());
    return files;
}

}  // namespace elkhorn::text
