// script/library/pattern.cc -- Pattern and Matcher on RE2: no text takes longer than its length,
// and what RE2 cannot do (looking around, references back) is refused when it is compiled.

#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace elkhorn::script {

class CompiledPattern {
public:
    CompiledPattern(const std::string& source, const RE2::Options& options)
        : pattern(source), regex(source, options) {}

    std::string pattern;
    RE2 regex;
};

namespace {

constexpr std::size_t pattern_bytes_most = 1000;

class PatternObject final : public Object {
public:
    explicit PatternObject(PatternPtr pattern)
        : Object(Class::pattern), compiled(std::move(pattern)) {}

    PatternPtr compiled;
};

class MatcherObject final : public Object {
public:
    MatcherObject(PatternPtr pattern, std::string subject)
        : Object(Class::matcher), compiled(std::move(pattern)), text(std::move(subject)) {}

    /// The next match from `from` on; false: none.
    bool search(std::size_t from, RE2::Anchor anchor) {
        const auto count = static_cast<std::size_t>(compiled->regex.NumberOfCapturingGroups()) + 1;
        groups.assign(count, re2::StringPiece());
        matched =
            from <= text.size() && compiled->regex.Match(text, from, text.size(), anchor,
                                                         groups.data(), static_cast<int>(count));
        if (matched) {
            const auto end =
                static_cast<std::size_t>(groups[0].data() - text.data()) + groups[0].size();
            next = groups[0].empty() ? end + 1 : end;
        }
        return matched;
    }

    PatternPtr compiled;
    std::string text;
    std::vector<re2::StringPiece> groups;  // into `text`
    std::size_t next = 0;
    bool matched = false;
};

PatternObject& pattern_of(const Value& value) {
    return *dynamic_cast<PatternObject*>(value.as_object());
}

MatcherObject& matcher_of(const Value& value) {
    return *dynamic_cast<MatcherObject*>(value.as_object());
}

std::string text_of(const Value& value) {
    return value.is_text() ? std::string(value.as_text()) : java_text(value);
}

Value matcher(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "text");
    return Value::of(run.make<MatcherObject>(pattern_of(a[0]).compiled, text_of(a[1])));
}

Value pattern_text(Run& run, const Value* a) {
    return run.text(pattern_of(a[0]).compiled->pattern);
}

Value split(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "input");
    MatcherObject walker(pattern_of(a[0]).compiled, text_of(a[1]));
    std::vector<std::string_view> parts;
    const std::string_view text = walker.text;
    std::size_t at = 0;
    while (run.step() && walker.search(walker.next, RE2::UNANCHORED)) {
        const auto start = static_cast<std::size_t>(walker.groups[0].data() - text.data());
        const std::size_t end = start + walker.groups[0].size();
        if (end == 0) continue;  // nothing before the first character
        parts.push_back(text.substr(at, start - at));
        at = end;
    }
    parts.push_back(text.substr(at));
    while (parts.size() > 1 && parts.back().empty())
        parts.pop_back();
    std::vector<Value> made;
    for (const std::string_view part : parts) {
        EVAL(one, run.text(part));
        made.push_back(one);
    }
    return Value::of(run.make_list(std::move(made), Type(Class::string, 1)));
}

Value find(Run& /*run*/, const Value* a) {
    MatcherObject& walker = matcher_of(a[0]);
    return Value::boolean(walker.search(walker.next, RE2::UNANCHORED));
}

Value matches(Run& /*run*/, const Value* a) {
    return Value::boolean(matcher_of(a[0]).search(0, RE2::ANCHOR_BOTH));
}

Value looking_at(Run& /*run*/, const Value* a) {
    return Value::boolean(matcher_of(a[0]).search(0, RE2::ANCHOR_START));
}

Value group_at(Run& run, const MatcherObject& walker, std::int64_t place) {
    if (!walker.matched) return run.raise(Class::illegal_state, "No match found");
    if (place < 0 || static_cast<std::size_t>(place) >= walker.groups.size())
        return run.raise(Class::index_out_of_bounds, fmt::format("No group {}", place));
    const re2::StringPiece& group = walker.groups[static_cast<std::size_t>(place)];
    if (group.data() == nullptr) return {};
    return run.text(std::string_view(group.data(), group.size()));
}

Value whole_group(Run& run, const Value* a) {
    return group_at(run, matcher_of(a[0]), 0);
}

Value group(Run& run, const Value* a) {
    return group_at(run, matcher_of(a[0]), a[1].as_whole());
}

Value named_group(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "name");
    const MatcherObject& walker = matcher_of(a[0]);
    const auto& names = walker.compiled->regex.NamedCapturingGroups();
    const auto it = names.find(std::string(a[1].as_text()));
    if (it == names.end()) {
        return run.raise(Class::illegal_argument,
                         fmt::format("No group with name <{}>", a[1].as_text()));
    }
    return group_at(run, walker, it->second);
}

Value group_count(Run& /*run*/, const Value* a) {
    return Value::of_int(matcher_of(a[0]).compiled->regex.NumberOfCapturingGroups());
}

Value place_of(Run& run, const Value& of, bool end) {
    const MatcherObject& walker = matcher_of(of);
    if (!walker.matched) return run.raise(Class::illegal_state, "No match available");
    const auto start = static_cast<std::size_t>(walker.groups[0].data() - walker.text.data());
    const std::size_t bytes = end ? start + walker.groups[0].size() : start;
    return Value::of_int(
        static_cast<std::int64_t>(utf16_length(std::string_view(walker.text).substr(0, bytes))));
}

Value start(Run& run, const Value* a) {
    return place_of(run, a[0], false);
}

Value end(Run& run, const Value* a) {
    return place_of(run, a[0], true);
}

Value reset(Run& /*run*/, const Value* a) {
    matcher_of(a[0]).next = 0;
    matcher_of(a[0]).matched = false;
    return a[0];
}

/// The text with what `say` gives for each match (or the first alone).
template <typename Say>
Value replaced(Run& run, MatcherObject& walker, bool all, Say&& say) {
    std::string out;
    std::size_t at = 0;
    walker.next = 0;
    while (walker.search(walker.next, RE2::UNANCHORED)) {
        if (!run.step()) return Value::trouble();
        const auto from = static_cast<std::size_t>(walker.groups[0].data() - walker.text.data());
        out.append(walker.text, at, from - at);
        at = from + walker.groups[0].size();
        EVAL(said, say());
        out += java_text(said);
        if (!all || out.size() > run.heap().bytes_most()) break;
    }
    out.append(walker.text, std::min(at, walker.text.size()));
    return run.text(out);
}

/// Java's "$1" and "${name}" in what replaces.
Value expanded(Run& run, const MatcherObject& walker, std::string_view with) {
    std::string out;
    for (std::size_t i = 0; i < with.size(); ++i) {
        if (with[i] == '\\' && i + 1 < with.size()) {
            out.push_back(with[++i]);
        } else if (with[i] == '$' && i + 1 < with.size() && with[i + 1] >= '0' &&
                   with[i + 1] <= '9') {
            EVAL(part, group_at(run, walker, with[++i] - '0'));
            if (!part.is_null()) out += part.as_text();
        } else {
            out.push_back(with[i]);
        }
    }
    return run.text(out);
}

Value replace_matches(Run& run, const Value* a, bool all) {
    if (a[1].is_null()) return raise_null(run, "replacement");
    MatcherObject& walker = matcher_of(a[0]);
    const std::string with = text_of(a[1]);
    return replaced(run, walker, all, [&] { return expanded(run, walker, with); });
}

Value replace_all(Run& run, const Value* a) {
    return replace_matches(run, a, true);
}

Value replace_first(Run& run, const Value* a) {
    return replace_matches(run, a, false);
}

Value replace_by(Run& run, const Value* a, bool all) {
    if (a[1].is_null()) return raise_null(run, "pattern");
    auto* walker = run.make<MatcherObject>(pattern_of(a[1]).compiled, text_of(a[0]));
    const Value shown = Value::of(walker);
    return replaced(run, *walker, all, [&] { return run.call(a[2], std::span(&shown, 1)); });
}

Value replace_all_by(Run& run, const Value* a) {
    return replace_by(run, a, true);
}

Value replace_first_by(Run& run, const Value* a) {
    return replace_by(run, a, false);
}

constexpr MethodRow rows[] = {
    {Class::pattern, "Matcher matcher(CharSequence)", matcher},
    {Class::pattern, "String pattern()", pattern_text},
    {Class::pattern, "String[] split(CharSequence)", split},
    {Class::matcher, "boolean find()", find},
    {Class::matcher, "boolean matches()", matches},
    {Class::matcher, "boolean lookingAt()", looking_at},
    {Class::matcher, "String group()", whole_group},
    {Class::matcher, "String group(int)", group},
    {Class::matcher, "String namedGroup(String)", named_group},
    {Class::matcher, "int groupCount()", group_count},
    {Class::matcher, "int start()", start},
    {Class::matcher, "int end()", end},
    {Class::matcher, "Matcher reset()", reset},
    {Class::matcher, "String replaceAll(String)", replace_all},
    {Class::matcher, "String replaceFirst(String)", replace_first},
    {Class::char_sequence, "String replaceAll(Pattern, Function)", replace_all_by},
    {Class::char_sequence, "String replaceFirst(Pattern, Function)", replace_first_by},
};

}  // namespace

PatternPtr compile_pattern(std::string_view pattern, std::string_view flags, std::string& problem) {
    if (pattern.size() > pattern_bytes_most) {
        problem = "it is longer than 1000 bytes";
        return nullptr;
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    std::string prefix;
    for (const char flag : flags) {
        if (flag == 'i') options.set_case_sensitive(false);
        if (flag == 'l') options.set_literal(true);
        if (flag == 's') prefix += 's';
        if (flag == 'm') prefix += 'm';
        if (flag == 'x') problem = "the flag x is not known here";
    }
    if (!problem.empty()) return nullptr;
    std::string text = prefix.empty() ? std::string() : "(?" + prefix + ")";
    text += pattern;
    // Java names groups (?<name>...), RE2 (?P<name>...).
    for (std::size_t at = 0; (at = text.find("(?<", at)) != std::string::npos; at += 4) {
        const char next = at + 3 < text.size() ? text[at + 3] : '\0';
        if (next != '=' && next != '!') text.insert(at + 2, "P");
    }
    auto made = std::make_shared<const CompiledPattern>(text, options);
    if (made->regex.ok()) return made;
    problem = made->regex.error();
    return nullptr;
}

Value pattern_value(Run& run, PatternPtr pattern) {
    return Value::of(run.make<PatternObject>(std::move(pattern)));
}

Value pattern_finds(Run& run, const Value& pattern, std::string_view text, bool whole) {
    if (pattern.is_null()) return raise_null(run, "pattern");
    const RE2& regex = pattern_of(pattern).compiled->regex;
    const re2::StringPiece subject(text.data(), text.size());
    return Value::boolean(whole ? RE2::FullMatch(subject, regex)
                                : RE2::PartialMatch(subject, regex));
}

std::span<const MethodRow> pattern_methods() {
    return rows;
}

}  // namespace elkhorn::script
