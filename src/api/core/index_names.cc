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

std::unexpected<search::Failure> bad_math(std::string_view name, std::string_view why) {
    return search::refuse("parse_exception",
                          fmt::format("invalid dynamic name expression [{}]. {}", name, why));
}

/// Rounds `ms` of local time down to the unit; nothing for an unknown unit.
std::optional<std::int64_t> round_down(std::int64_t ms, char unit) {
    CivilTime t = civil_from_ns(ms * 1'000'000);
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
    CivilTime t = civil_from_ns(ms * 1'000'000);
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

/// "now", "now/d", "now-1d/d": milliseconds of local time, or nothing.
std::optional<std::int64_t> evaluate(std::string_view math, std::int64_t local_ms) {
    if (!math.starts_with("now")) return std::nullopt;
    math.remove_prefix(3);
    std::int64_t ms = local_ms;
    while (!math.empty()) {
        const char op = math.front();
        math.remove_prefix(1);
        std::int64_t count = 1;
        const std::size_t digits = math.find_first_not_of("0123456789");
        if (op != '/' && digits != 0) {
            const auto parsed = to_integer(math.substr(0, digits));
            if (!parsed || *parsed > 1'000'000) return std::nullopt;
            count = *parsed;
            math.remove_prefix(std::min(digits, math.size()));
        }
        if (math.empty()) return std::nullopt;
        const char unit = math.front();
        math.remove_prefix(1);
        std::optional<std::int64_t> next;
        if (op == '/') next = round_down(ms, unit);
        if (op == '+') next = add_units(ms, count, unit);
        if (op == '-') next = add_units(ms, -count, unit);
        if (!next) return std::nullopt;
        ms = *next;
    }
    return ms;
}

/// What stands between the braces: `now/d{yyyy.MM.dd|+02:00}`.
search::Answer<std::string> resolve_hole(std::string_view name, std::string_view hole,
                                         std::int64_t now_ms) {
    std::string_view math = hole;
    std::string_view format = "uuuu.MM.dd";
    auto zone = text::TimeZone::utc();
    if (const std::size_t open = hole.find('{'); open != hole.npos) {
        if (!hole.ends_with('}')) return bad_math(name, "missing closing `}` for date math format");
        math = hole.substr(0, open);
        format = hole.substr(open + 1, hole.size() - open - 2);
        if (const std::size_t bar = format.find('|'); bar != format.npos) {
            const auto found = text::TimeZone::find(format.substr(bar + 1));
            if (!found) return bad_math(name, found.error().message);
            zone = *found;
            format = format.substr(0, bar);
        }
    }
    const int offset = zone->offset_seconds(now_ms / 1000);
    const auto local = evaluate(math, now_ms + offset * std::int64_t{1000});
    if (!local) {
        return search::refuse(
            "parse_exception",
            fmt::format("failed to parse date field [{}] with format [{}]", math, format));
    }
    const auto pattern = text::DateFormat::parse(format, text::DateFormat::Dialect::java_time);
    if (!pattern) return bad_math(name, pattern.error().message);
    std::string out;
    pattern->append_to(out, *local * 1'000'000, 0);
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
        if (end == inside.size()) return bad_math(name, "date math placeholder is open ended");
        const auto text = resolve_hole(name, inside.substr(i + 1, end - i - 1), now_ms);
        if (!text) return text;
        out += *text;
        i = end;
    }
    return out;
}

search::Answer<NameOptions> name_options(const Call& call) {
    NameOptions options;
    options.ignore_unavailable = call.flag("ignore_unavailable", false);
    options.allow_no_indices = call.flag("allow_no_indices", true);
    if (const auto expand = call.parameter("expand_wildcards")) {
        options.expand = false;
        for (const std::string_view word : split(*expand, ',')) {
            if (word == "open" || word == "all")
                options.expand = true;
            else if (word != "none" && word != "closed" && word != "hidden") {
                return search::refuse("illegal_argument_exception",
                                      fmt::format("No valid expand wildcard value [{}]", word));
            }
        }
    }
    return options;
}

search::Answer<std::vector<std::string>> resolve_names(const Call& call,
                                                       std::string_view expression,
                                                       const NameOptions& options) {
    const auto known = call.context().store->index_names();
    std::set<std::string> found;
    bool wildcard_before = false;
    if (expression.empty() || expression == "_all") expression = "*";
    for (const std::string_view written : split(expression, ',')) {
        if (written.starts_with('_') && written != "_all") {
            auto failure = to_failure(
                {ErrorCode::invalid,
                 fmt::format("Invalid index name [{}], must not start with '_'.", written)});
            failure.index = written;
            return std::unexpected(failure);
        }
        const auto resolved = resolve_date_math(written, call.context().clock->wall_ms());
        if (!resolved) return std::unexpected(resolved.error());
        std::string_view name = *resolved;
        const bool exclude = wildcard_before && name.starts_with('-');
        if (exclude) name.remove_prefix(1);
        if (name.find('*') == std::string_view::npos) {
            const bool there = std::ranges::binary_search(known, name);
            if (exclude)
                found.erase(std::string(name));
            else if (there)
                found.insert(std::string(name));
            else if (!options.ignore_unavailable) {
                return std::unexpected(index_not_found(name, options.resource_type));
            }
            continue;
        }
        wildcard_before = true;
        bool any = false;
        for (const std::string& index : known) {
            if (!options.expand || !matches_star(name, index)) continue;
            if (index.starts_with('.') && !name.starts_with('.')) continue;  // hidden
            any = true;
            if (exclude)
                found.erase(index);
            else
                found.insert(index);
        }
        if (!any && !options.allow_no_indices) {
            return std::unexpected(index_not_found(name, options.resource_type));
        }
    }
    if (found.empty() && !options.allow_no_indices) {
        return std::unexpected(index_not_found(expression, options.resource_type));
    }
    return std::vector<std::string>(found.begin(), found.end());
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
