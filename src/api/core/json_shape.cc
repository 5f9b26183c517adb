#include "api/core/json_shape.h"

#include "base/strings.h"
#include "base/wildcard.h"

#include <vector>

namespace elkhorn::api {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Walks sound JSON text.
class Scanner {
public:
    explicit Scanner(std::string_view json) : json_(json) {}

    char peek() {
        blanks();
        return at_ < json_.size() ? json_[at_] : '\0';
    }

    char take() {
        const char c = peek();
        ++at_;
        return c;
    }

    /// A string with its quotes, or a number, true, false, null.
    std::string_view scalar() {
        blanks();
        const std::size_t from = at_;
        if (json_[at_] == '"') {
            for (++at_; json_[at_] != '"'; ++at_) {
                if (json_[at_] == '\\') ++at_;
            }
            ++at_;
        } else {
            while (at_ < json_.size() && json_[at_] != ',' && json_[at_] != ']' &&
                   json_[at_] != '}' && !is_blank(json_[at_])) {
                ++at_;
            }
        }
        return json_.substr(from, at_ - from);
    }

    /// Any value, skipped.
    std::string_view value() {
        blanks();
        const std::size_t from = at_;
        const char c = peek();
        if (c != '{' && c != '[') return scalar();
        int depth = 0;
        do {
            const char d = peek();
            if (d == '"') {
                scalar();
                continue;
            }
            if (d == '{' || d == '[') ++depth;
            if (d == '}' || d == ']') --depth;
            ++at_;
        } while (depth > 0);
        return json_.substr(from, at_ - from);
    }

private:
    void blanks() {
        while (at_ < json_.size() && is_blank(json_[at_]))
            ++at_;
    }

    std::string_view json_;  // the caller's
    std::size_t at_ = 0;
};

void indent(std::string& out, int depth) {
    out.push_back('\n');
    out.append(static_cast<std::size_t>(depth) * 2, ' ');
}

void print(Scanner& in, std::string& out, int depth) {
    const char open = in.peek();
    if (open != '{' && open != '[') {
        out += in.scalar();
        return;
    }
    const char close = open == '{' ? '}' : ']';
    in.take();
    out.push_back(open);
    bool first = true;
    while (in.peek() != close) {
        if (!first) {
            in.take();
            out.push_back(',');
        }
        first = false;
        indent(out, depth + 1);
        if (open == '{') {
            out += in.scalar();
            in.take();
            out += " : ";
        }
        print(in, out, depth + 1);
    }
    in.take();
    if (first)
        out.push_back(' ');
    else
        indent(out, depth);
    out.push_back(close);
}

using Path = std::vector<std::string>;  // one filter's segments
using Paths = std::vector<Path>;

/// What is left of the filters below a member of that name. `whole` when one of them ends here.
Paths below(const Paths& filters, std::string_view name, bool& whole) {
    Paths rest;
    for (const Path& filter : filters) {
        if (filter.empty()) continue;
        const Path tail(filter.begin() + 1, filter.end());
        if (filter[0] == "**") {
            rest.push_back(filter);
            if (!tail.empty() && matches_star(tail[0], name)) {
                if (tail.size() == 1) whole = true;
                rest.emplace_back(tail.begin() + 1, tail.end());
            }
            if (tail.empty()) whole = true;
        } else if (matches_star(filter[0], name)) {
            if (tail.empty()) whole = true;
            rest.push_back(tail);
        }
    }
    return rest;
}

/// Copies what the filters keep; empty when nothing.
std::string keep(std::string_view json, const Paths& filters) {
    if (filters.empty()) return "";
    Scanner in(json);
    const char open = in.peek();
    if (open != '{' && open != '[') return "";
    in.take();
    std::string out;
    while (in.peek() != '}' && in.peek() != ']') {
        if (in.peek() == ',') in.take();
        std::string_view key;
        if (open == '{') {
            key = in.scalar();
            in.take();
        }
        const std::string_view value = in.value();
        std::string kept;
        if (open == '[') {
            kept = keep(value, filters);
        } else {
            bool whole = false;
            const Paths rest = below(filters, key.substr(1, key.size() - 2), whole);
            kept = whole ? std::string(value) : keep(value, rest);
        }
        if (kept.empty()) continue;
        if (!out.empty()) out.push_back(',');
        if (open == '{') out.append(key).append(":");
        out += kept;
    }
    if (out.empty()) return "";
    return open == '{' ? "{" + out + "}" : "[" + out + "]";
}

std::string leave_out(std::string_view json, const Paths& filters) {
    Scanner in(json);
    const char open = in.peek();
    if (open != '{' && open != '[') return std::string(json);
    in.take();
    std::string out;
    bool first = true;
    while (in.peek() != '}' && in.peek() != ']') {
        if (in.peek() == ',') in.take();
        std::string_view key;
        if (open == '{') {
            key = in.scalar();
            in.take();
        }
        const std::string_view value = in.value();
        bool whole = false;
        const Paths rest =
            open == '[' ? filters : below(filters, key.substr(1, key.size() - 2), whole);
        if (whole) continue;
        if (!first) out.push_back(',');
        first = false;
        if (open == '{') out.append(key).append(":");
        out += rest.empty() ? std::string(value) : leave_out(value, rest);
    }
    return open == '{' ? "{" + out + "}" : "[" + out + "]";
}

}  // namespace

std::string pretty(std::string_view json) {
    Scanner in(json);
    std::string out;
    print(in, out, 0);
    out.push_back('\n');
    return out;
}

bool may_keep(std::string_view filters, std::string_view member) {
    bool includes = false;
    for (std::string_view filter : split(filters, ',')) {
        filter = trim(filter);
        if (filter.empty() || filter.starts_with('-')) continue;
        includes = true;
        const std::string_view first = filter.substr(0, filter.find('.'));
        if (first == "**" || matches_star(first, member)) return true;
    }
    return !includes;
}

std::string filter_path(std::string_view json, std::string_view filters) {
    Paths includes;
    Paths excludes;
    for (std::string_view filter : split(filters, ',')) {
        filter = trim(filter);
        Paths& list = filter.starts_with('-') ? excludes : includes;
        if (filter.starts_with('-')) filter.remove_prefix(1);
        if (filter.empty()) continue;
        Path path;
        for (const std::string_view segment : split(filter, '.'))
            path.emplace_back(segment);
        list.push_back(std::move(path));
    }
    std::string out(json);
    if (!includes.empty()) out = keep(out, includes);
    if (out.empty()) return "{}";
    if (!excludes.empty()) out = leave_out(out, excludes);
    return out;
}

bool ends_early(std::string_view json) {
    int open = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (in_text) {
            if (json[i] == '\\')
                ++i;
            else if (json[i] == '"')
                in_text = false;
            continue;
        }
        if (json[i] == '"') in_text = true;
        if (json[i] == '{' || json[i] == '[') ++open;
        if (json[i] == '}' || json[i] == ']') --open;
    }
    return in_text || open > 0;
}

std::uint64_t parsed_bytes(std::string_view json) {
    constexpr std::uint64_t value_bytes = 128;
    std::uint64_t values = 1;
    for (const char c : json)
        values += c == ',' || c == '[' || c == '{' ? 1 : 0;
    return 2 * json.size() + value_bytes * values;
}

}  // namespace elkhorn::api
