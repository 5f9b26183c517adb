#include "api/core/index_names.h"

#include "api/core/error_body.h"
#include "api/core/settings_text.h"
#include "base/civil_time.h"
#include "base/strings.h"
#include "base/wildcard.h"
#include "text/date/date_format.h"
#include "text/date/time_zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace elkhorn::api {
namespace {

constexpr std::int64_t farthest_ms = 100'000'000'000'000'000;  // some three million years

std::unexpected<search::Failure> bad_math(std::string_view name, std::string_view why) {
    return search::refuse("parse_exception",
                          fmt::format("invalid dynamic name expression [{}]. {}", name, why));
}

/// Rounds `ms` of local time down to the unit; nothing for an unknown unit.
std::optional<std::int64_t> round_down(std::int64_t ms, char unit) {
    CivilTime t = civil_from(Instant::from_ms(ms));
    t.nanosecond = 0;
    switch (unit) {
        case 's': break;
        case 'm': t.second = 0; break;
        case 'h':
        case 'H': t.minute = t.second = 0; break;
        case 'd': t.hour = t.minute = t.second = 0; break;
        case 'w': {
            t.hour = t.minute = t.second = 0;
            const std::int64_t days = days_from_civil(t.year, t.month, t.day);
            return (days - weekday(days)) * 86'400'000;
        }
        case 'M':
            t.hour = t.minute = t.second = 0;
            t.day = 1;
            break;
        case 'y':
            t.hour = t.minute = t.second = 0;
            t.day = t.month = 1;
            break;
        default: return std::nullopt;
    }
    return ms_from_civil(t);
}

std::optional<std::int64_t> add_units(std::int64_t ms, std::int64_t count, char unit) {
    CivilTime t = civil_from(Instant::from_ms(ms));
    switch (unit) {
        case 's': return ms + count * 1000;
        case 'm': return ms + count * 60'000;
        case 'h':
        case 'H': return ms + count * 3'600'000;
        case 'd': return ms + count * 86'400'000;
        case 'w': return ms + count * 7 * 86'400'000;
        case 'M': {
            const std::int64_t months = t.year * 12 + (t.month - 1) + count;
            t.year = months / 12 - (months % 12 < 0 ? 1 : 0);
            t.month = static_cast<int>(months - t.year * 12) + 1;
            break;
        }
        case 'y': t.year += count; break;
        default: return std::nullopt;
    }
    t.day = std::min(t.day, days_in_month(t.year, t.month));
    return ms_from_civil(t);
}

/// "+1d", "-12h", "/d" at the front of `math`, done to `ms` and taken away.
search::Answer<std::int64_t> step(std::string_view& math, std::int64_t ms) {
    const std::string_view whole = math;
    const char op = math.front();
    math.remove_prefix(1);
    if (op != '/' && op != '+' && op != '-') {
        return search::refuse("parse_exception",
                              fmt::format("operator not supported for date math [{}]", whole));
    }
    const std::size_t digits = std::min(math.find_first_not_of("0123456789"), math.size());
    const auto count = digits == 0 ? 1 : to_integer(math.substr(0, digits));
    math.remove_prefix(digits);
    if (math.empty() || !count || *count > 1'000'000) {
        return search::refuse("parse_exception", fmt::format("truncated date math [{}]", whole));
    }
    if (op == '/' && *count != 1) {
        return search::refuse(
            "parse_exception",
            fmt::format("rounding `/` can only be used on single unit types [{}]", whole));
    }
    const char unit = math.front();
    math.remove_prefix(1);
    const auto next =
        op == '/' ? round_down(ms, unit) : add_units(ms, op == '-' ? -*count : *count, unit);
    if (next) return std::clamp(*next, -farthest_ms, farthest_ms);
    return search::refuse("parse_exception",
                          fmt::format("unit [{}] not supported for date math [{}]", unit, whole));
}

/// "now", "now/d", "now-1d/d": milliseconds of local time.
search::Answer<std::int64_t> evaluate(std::string_view math, std::string_view format,
                                      std::int64_t local_ms) {
    if (!math.starts_with("now")) {
        return search::refuse(
            "parse_exception",
            fmt::format("failed to parse date field [{}] with format [{}]", math, format));
    }
    math.remove_prefix(3);
    std::int64_t ms = local_ms;
    while (!math.empty())
        ms = ASK(step(math, ms));
    return ms;
}

/// What stands between the braces: `now/d{yyyy.MM.dd|+02:00}`.
search::Answer<std::string> resolve_hole(std::string_view hole, std::int64_t now_ms) {
    std::string_view math = hole;
    std::string_view format = "uuuu.MM.dd";
    auto zone = text::TimeZone::utc();
    if (const std::size_t open = hole.find('{'); open != hole.npos) {
        if (!hole.ends_with('}')) return bad_math(hole, "missing closing `}` for date math format");
        if (open + 2 == hole.size()) return bad_math(hole, "missing date format");
        math = hole.substr(0, open);
        format = hole.substr(open + 1, hole.size() - open - 2);
        if (const std::size_t bar = format.find('|'); bar != format.npos) {
            const auto found = text::TimeZone::find(format.substr(bar + 1));
            if (!found) return bad_math(hole, found.error().message);
            zone = *found;
            format = format.substr(0, bar);
        }
    }
    const int offset = zone->offset_seconds(now_ms / 1000);
    const auto local = ASK(evaluate(math, format, now_ms + offset * std::int64_t{1000}));
    const auto pattern = text::DateFormat::parse(format, text::DateFormat::Dialect::java_time);
    if (!pattern) return bad_math(hole, pattern.error().message);
    std::string out;
    pattern->append_to(out, Instant::from_ms(local));
    return out;
}

}  // namespace

search::Answer<std::string> resolve_date_math(std::string_view name, std::int64_t now_ms) {
    if (name.size() < 2 || !name.starts_with('<') || !name.ends_with('>')) return std::string(name);
    const std::string_view inside = name.substr(1, name.size() - 2);
    std::string out;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] == '\\' && i + 1 < inside.size()) {
            out.push_back(inside[++i]);
            continue;
        }
        if (inside[i] == '}') {
            return bad_math(
                name.substr(1),
                fmt::format("invalid character at position [{}]. `{{` and `}}` are reserved "
                            "characters and should be escaped when used as part of the index name "
                            "using `\\` (e.g. `\\{{text\\}}`)",
                            i + 1));
        }
        if (inside[i] != '{') {
            out.push_back(inside[i]);
            continue;
        }
        int depth = 0;
        std::size_t end = i;
        for (; end < inside.size(); ++end) {
            if (inside[end] == '{') ++depth;
            if (inside[end] == '}' && --depth == 0) break;
        }
        if (end == inside.size())
            return bad_math(name.substr(1), "date math placeholder is open ended");
        const auto text = resolve_hole(inside.substr(i + 1, end - i - 1), now_ms);
        if (!text) return text;
        out += *text;
        i = end;
    }
    if (out.empty()) return search::refuse("parse_exception", "nothing captured");
    return out;
}

search::Answer<> read_expand_wildcards(std::string_view words, NameOptions& options) {
    options.expand = false;
    for (const std::string_view word : split(words, ',')) {
        if (word == "open" || word == "all")
            options.expand = true;
        else if (word != "none" && word != "closed" && word != "hidden") {
            return search::refuse("illegal_argument_exception",
                                  fmt::format("No valid expand wildcard value [{}]", word));
        }
    }
    return {};
}

search::Answer<NameOptions> name_options(const Call& call) {
    NameOptions options;
    options.ignore_unavailable = call.flag("ignore_unavailable", false);
    options.allow_no_indices = call.flag("allow_no_indices", true);
    if (const auto expand = call.parameter("expand_wildcards"))
        ASK(read_expand_wildcards(*expand, options));
    return options;
}

std::vector<std::string> name_list(std::string_view text) {
    std::vector<std::string> names;
    for (const std::string_view name : split(text, ','))
        names.emplace_back(name);
    while (!names.empty() && names.back().empty())
        names.pop_back();
    return names;
}

namespace {

/// Goes through a list from left to right.
class Resolution {
public:
    Resolution(const Call& call, const NameOptions& options, bool alone)
        : known_(call.context().store->index_names()), options_(options), alone_(alone) {}

    search::Answer<> add(std::string_view name) {
        const bool exclude = wildcard_before_ && name.starts_with('-');
        if (exclude) name.remove_prefix(1);
        const bool star = name.find('*') != std::string_view::npos;
        // A pattern that nothing may fit is, in a list, a name.
        if (!star || (!options_.expand && !alone_)) return add_name(name, exclude);
        wildcard_before_ = true;
        bool any = false;
        for (const std::string& index : known_) {
            if (!options_.expand || !matches_star(name, index)) continue;
            const bool hidden = index.starts_with('.') && !name.starts_with('.');
            if (hidden && !options_.hidden) continue;
            any = true;
            take(index, exclude);
        }
        if (!any && !options_.allow_no_indices) return missing(name);
        return {};
    }

    search::Answer<std::vector<std::string>> found(std::string_view expression) const {
        if (found_.empty() && !options_.allow_no_indices)
            return std::unexpected(index_not_found(expression, options_.resource_type));
        return std::vector<std::string>(found_.begin(), found_.end());
    }

private:
    search::Answer<> add_name(std::string_view name, bool exclude) {
        const bool there = std::ranges::binary_search(known_, name);
        if (there)
            take(std::string(name), exclude);
        else if (!options_.ignore_unavailable)
            return missing(name);
        return {};
    }

    void take(const std::string& name, bool exclude) {
        if (exclude)
            found_.erase(name);
        else
            found_.insert(name);
    }

    std::unexpected<search::Failure> missing(std::string_view name) const {
        return std::unexpected(index_not_found(name, options_.resource_type));
    }

    std::vector<std::string> known_;
    const NameOptions& options_;
    bool alone_;
    std::set<std::string> found_;
    bool wildcard_before_ = false;
};

}  // namespace

search::Answer<std::vector<std::string>> resolve_names(const Call& call,
                                                       std::span<const std::string> names,
                                                       const NameOptions& options) {
    Resolution resolution(call, options, names.size() <= 1);
    const bool all =
        names.empty() || (names.size() == 1 && (names[0].empty() || names[0] == "_all"));
    if (all) {
        ASK(resolution.add("*"));
        return resolution.found("*");
    }
    for (const std::string& written : names) {
        if (written.starts_with('_')) {
            auto failure = to_failure(
                {ErrorCode::invalid,
                 fmt::format("Invalid index name [{}], must not start with '_'.", written)});
            failure.index = written;
            return std::unexpected(failure);
        }
        ASK(resolution.add(ASK(single_name(call, written))));
    }
    return resolution.found(join(std::vector<std::string>(names.begin(), names.end()), ","));
}

search::Answer<std::vector<std::string>> resolve_names(const Call& call,
                                                       std::string_view expression,
                                                       const NameOptions& options) {
    return resolve_names(call, name_list(expression), options);
}

search::Answer<std::string> single_name(const Call& call, std::string_view name) {
    return resolve_date_math(name, call.context().clock->wall_ms());
}

namespace {

search::Answer<std::vector<std::string>> names_of(const Call& call) {
    return resolve_names(call, call.path("index"), ASK(name_options(call)));
}

std::int64_t shards_in(std::string_view settings_text) {
    return to_integer(setting(settings_text, "number_of_shards")).value_or(1);
}

}  // namespace

search::Answer<std::vector<Copies>> copies_of(const Call& call) {
    std::vector<Copies> all;
    for (std::string& name : ASK(names_of(call))) {
        // Nothing: deleted meanwhile.
        if (const auto settings = call.context().store->settings(name))
            all.push_back({std::move(name), shards_in(*settings), replicas_in(*settings)});
    }
    return all;
}

search::Answer<std::vector<std::shared_ptr<const store::IndexView>>> views_of(const Call& call) {
    const auto names = ASK(names_of(call));
    std::vector<std::shared_ptr<const store::IndexView>> views;
    for (const std::string& name : names) {
        auto view = call.context().store->view(name);
        if (view)
            views.push_back(std::move(*view));
        else if (view.error().code != ErrorCode::not_found)
            return search::broken(view.error());
    }
    return views;
}

std::int64_t shards_of(const store::IndexView& index) {
    return shards_in(index.settings_json);
}

std::int64_t replicas_of(const store::IndexView& index) {
    return replicas_in(index.settings_json);
}

std::int64_t replicas_in(std::string_view settings_text) {
    if (settings_text.empty()) return 1;
    return to_integer(setting(settings_text, "number_of_replicas")).value_or(1);
}

void write_shards(json::Writer& out, std::int64_t shards) {
    out.key("_shards").begin_object();
    out.member("total", shards)
        .member("successful", shards)
        .member("skipped", 0)
        .member("failed", 0);
    out.end_object();
}

Reply shards_answer(const Call& call, const std::vector<std::string>& names) {
    std::int64_t total = 0;
    std::int64_t primaries = 0;
    for (const std::string& name : names) {
        const auto settings = call.context().store->settings(name);
        if (!settings) continue;
        primaries += shards_in(*settings);
        total += shards_in(*settings) * (1 + replicas_in(*settings));
    }
    json::Writer out;
    out.begin_object().key("_shards").begin_object();
    out.member("total", total).member("successful", primaries).member("failed", 0);
    out.end_object().end_object();
    return json_response(out.take());
}

}  // namespace elkhorn::api
