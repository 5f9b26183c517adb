#include "text/pattern/grok.h"

#include "text/pattern/grok_patterns.h"
#include "text/pattern/line_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace elkhorn::text {
namespace {

// PCRE2's just-in-time code does some hundred thousand counted steps in a millisecond, each of them
// worth many characters; the default of 30 s is cut to what a log line can sensibly need.
constexpr std::int64_t steps_per_ms = 100'000;
constexpr std::int64_t step_limit = 10'000'000;

Grok::Capture capture_of(std::string_view name) {
    Grok::Capture capture;
    const std::size_t colon = name.rfind(':');
    capture.field = name.substr(0, name.find(':'));
    if (colon == std::string_view::npos) return capture;
    const std::string_view type = name.substr(colon + 1);
    if (type == "int") capture.type = Grok::Type::integer;
    if (type == "float") capture.type = Grok::Type::real;
    return capture;
}

}  // namespace

const PatternLibrary& PatternLibrary::standard() {
    static const PatternLibrary library = [] {
        PatternLibrary all;
        for (const std::string_view text : standard_patterns())
            all.add_lines(text);
        return all;
    }();
    return library;
}

void PatternLibrary::add(std::string_view name, std::string_view definition) {
    patterns_.insert_or_assign(std::string(name), std::string(definition));
}

void PatternLibrary::add_lines(std::string_view text) {
    for (std::string_view line : split(text, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
        const std::size_t end = line.find_first_of(" \t");
        if (line.empty() || line.front() == '#' || end == line.npos) continue;
        const std::size_t start = line.find_first_not_of(" \t", end);
        if (start != line.npos) add(line.substr(0, end), line.substr(start));
    }
}

const std::string* PatternLibrary::find(std::string_view name) const {
    const auto it = patterns_.find(name);
    return it == patterns_.end() ? nullptr : &it->second;
}

Result<Grok> Grok::compile(std::string_view pattern, const PatternLibrary& library,
                           const Options& options) {
    RegexSyntax syntax;
    syntax.find = [&library](std::string_view name) {
        return library.find(name);
    };
    syntax.dot_matches_newline = true;  // as Logstash compiles them
    syntax.capture_every_pattern = !options.named_captures_only;
    auto tree = parse_regex(pattern, syntax);
    if (!tree) return within(fmt::format("the pattern \"{}\"", pattern), std::move(tree).error());

    Regex::Options how;
    how.dot_matches_newline = true;
    const std::int64_t steps = std::min(options.timeout_ms, step_limit) * steps_per_ms;
    how.step_limit =
        static_cast<std::uint32_t>(steps > 0 && steps < step_limit ? steps : step_limit);
    if (options.timeout_ms == 0) how.step_limit = std::numeric_limits<std::uint32_t>::max();
    auto regex = Regex::compile(*tree, how);
    if (!regex) return within(fmt::format("the pattern \"{}\"", pattern), std::move(regex).error());

    Grok grok;
    grok.regex_ = std::move(*regex);
    for (const std::string& name : tree->names)
        grok.captures_.push_back(capture_of(name));
    if (options.scanner) grok.scanner_ = LineScanner::compile(*tree);
    return grok;
}

Regex::Outcome Grok::match(std::string_view line, Scratch& scratch) const {
    scratch.by_scanner = false;
    if (scanner_) {
        scratch.scanned.assign(captures_.size(), {});
        if (scanner_->scan(line, scratch.scanned)) {
            scratch.by_scanner = true;
            return Regex::Outcome::matched;
        }
    }
    return regex_.search(line, 0, scratch.matches);
}

}  // namespace elkhorn::text
