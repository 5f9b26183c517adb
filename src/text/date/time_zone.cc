#include "text/date/time_zone.h"

#include "base/bytes.h"
#include "base/civil_time.h"
#include "base/mutex.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

namespace elkhorn::text {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t cycle_seconds =
    146'097 * seconds_per_day;  // 400 years, a whole number of weeks
constexpr int offset_limit = 26 * 3600;
constexpr std::uint32_t count_limit = 100'000;
constexpr const char* zone_folder = "/usr/share/zoneinfo/";

std::uint32_t big32(ByteReader& in) {
    return __builtin_bswap32(in.number<std::uint32_t>());
}

/// One day of the year on which a rule changes the offset.
struct ChangeDay {
    char kind = 'M';  // M: month, week, weekday; J: day 1..365 without 29 February; n: day 0..365
    int month = 1;
    int week = 1;
    int weekday = 0;  // 0 = Sunday
    int day = 0;
    int time_seconds = 2 * 3600;

    std::int64_t local_seconds(std::int64_t year) const {
        return date(year) * seconds_per_day + time_seconds;
    }

private:
    std::int64_t date(std::int64_t year) const {
        const std::int64_t first = days_from_civil(year, 1, 1);
        if (kind == 'n') return first + day;
        if (kind == 'J') {
            const bool leap = days_in_month(year, 2) == 29;
            return first + day - 1 + (leap && day >= 60 ? 1 : 0);
        }
        const std::int64_t month_start = days_from_civil(year, month, 1);
        const int sunday_based = (elkhorn::weekday(month_start) + 1) % 7;
        int in_month = (weekday - sunday_based + 7) % 7 + (week - 1) * 7;
        while (in_month >= days_in_month(year, month))
            in_month -= 7;
        return month_start + in_month;
    }
};

/// Reads the pieces of a POSIX TZ string; every function says whether it could.
class RuleReader {
public:
    explicit RuleReader(std::string_view text) : text_(text) {}

    bool at_end() const { return text_.empty(); }

    bool skip(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }

    bool name() {
        std::size_t n = 0;
        if (skip('<')) {
            n = text_.find('>');
            if (n == std::string_view::npos) return false;
            text_.remove_prefix(n + 1);
            return n > 0;
        }
        while (n < text_.size() && ((text_[n] | 0x20) >= 'a' && (text_[n] | 0x20) <= 'z'))
            ++n;
        text_.remove_prefix(n);
        return n > 0;
    }

    bool number(int& out, int limit) {
        std::size_t n = 0;
        out = 0;
        while (n < text_.size() && n < 4 && text_[n] >= '0' && text_[n] <= '9') {
            out = out * 10 + (text_[n++] - '0');
        }
        text_.remove_prefix(n);
        return n > 0 && out <= limit;
    }

    bool time(int& seconds) {
        const bool negative = skip('-');
        if (!negative) skip('+');
        int hour = 0;
        int minute = 0;
        int second = 0;
        if (!number(hour, 167)) return false;
        if (skip(':') && !number(minute, 59)) return false;
        if (skip(':') && !number(second, 59)) return false;
        seconds = hour * 3600 + minute * 60 + second;
        if (negative) seconds = -seconds;
        return true;
    }

    bool day(ChangeDay& day) {
        if (skip('M')) {
            day.kind = 'M';
            if (!number(day.month, 12) || day.month < 1 || !skip('.')) return false;
            if (!number(day.week, 5) || day.week < 1 || !skip('.')) return false;
            if (!number(day.weekday, 6)) return false;
        } else {
            day.kind = skip('J') ? 'J' : 'n';
            if (!number(day.day, 365)) return false;
        }
        return !skip('/') || time(day.time_seconds);
    }

private:
    std::string_view text_;  // the caller's
};

std::optional<int> parse_offset(std::string_view text) {
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
    const int sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    std::string digits;
    std::size_t colons = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ':' && i > 0 && i + 1 < text.size()) {
            if (digits.size() == 1) digits.insert(0, "0");
            ++colons;
        } else if (text[i] >= '0' && text[i] <= '9') {
            digits.push_back(text[i]);
        } else {
            return std::nullopt;
        }
    }
    if (digits.size() == 1) digits.insert(0, "0");
    if (digits.size() != 2 && digits.size() != 4 && digits.size() != 6) return std::nullopt;
    if (colons > 0 && colons != digits.size() / 2 - 1) return std::nullopt;
    digits.resize(6, '0');
    const auto pair = [&](std::size_t at) {
        return (digits[at] - '0') * 10 + digits[at + 1] - '0';
    };
    if (pair(0) > 18 || pair(2) > 59 || pair(4) > 59) return std::nullopt;
    return sign * (pair(0) * 3600 + pair(2) * 60 + pair(4));
}

bool plausible_name(std::string_view id) {
    if (id.empty() || id.size() > 64 || id.front() == '/' || id.find("..") != id.npos) return false;
    return std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '/' || c == '+' || c == '-';
    });
}

struct Known {
    Mutex mutex;
    TextMap<TimeZone::Ptr> zones GUARDED_BY(mutex);  // bounded by the files there are
};

Known& known() {
    static auto* const instance = new Known;
    return *instance;
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

struct TimeZone::Rule {
    int standard = 0;
    int summer = 0;
    bool has_summer = false;
    ChangeDay begin;
    ChangeDay end;
};

TimeZone::TimeZone(std::string id, int offset_seconds)
    : id_(std::move(id)), offsets_{offset_seconds} {}

const TimeZone::Ptr& TimeZone::utc() {
    static const Ptr zone(new TimeZone("UTC", 0));
    return zone;
}

const TimeZone::Ptr& TimeZone::local() {
    static const Ptr zone = [] {
        const char* name = std::getenv("TZ");
        if (name != nullptr && *name != '\0') {
            if (auto found = find(*name == ':' ? name + 1 : name)) return *found;
        }
        const std::string bytes = read_file("/etc/localtime");
        if (auto read = from_tzif("local", bytes)) return *read;
        return utc();
    }();
    return zone;
}

Result<TimeZone::Ptr> TimeZone::find(std::string_view id) {
    if (id == "UTC" || id == "Z" || id == "GMT" || id == "UT" || id == "z") return utc();
    std::string_view offset_text = id;
    for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
        if (id.starts_with(prefix) && id.size() > prefix.size() &&
            (id[prefix.size()] == '+' || id[prefix.size()] == '-')) {
            offset_text.remove_prefix(prefix.size());
            break;
        }
    }
    if (const auto offset = parse_offset(offset_text)) {
        return Ptr(new TimeZone(std::string(id), *offset));
    }
    if (!plausible_name(id)) {
        return fail(ErrorCode::invalid,
                    fmt::format("\"{}\" is no time zone: write Europe/Berlin, UTC or +02:00", id));
    }
    {
        const Lock lock(known().mutex);
        const auto it = known().zones.find(id);
        if (it != known().zones.end()) return it->second;
    }
    return load(std::string(id));
}

Result<TimeZone::Ptr> TimeZone::load(const std::string& id) {
    const std::string bytes = read_file(zone_folder + id);
    if (bytes.empty()) {
        return fail(ErrorCode::invalid,
                    fmt::format("there is no time zone \"{}\" in {}", id, zone_folder));
    }
    Ptr zone = TRY(from_tzif(id, bytes));
    const Lock lock(known().mutex);
    known().zones.emplace(id, zone);
    return zone;
}

Result<TimeZone::Ptr> TimeZone::from_tzif(std::string id, std::string_view bytes) {
    const auto damaged = [&] {
        return fail(ErrorCode::corruption,
                    fmt::format("the file of time zone \"{}\" is damaged", id));
    };
    ByteReader in(bytes);

    struct Counts {
        std::uint32_t utc, standard, leap, time, type, name;
    };

    const auto header = [&](Counts& c) {
        if (in.take(4) != "TZif") return false;
        const std::string_view version = in.take(1);
        in.take(15);
        c = {big32(in), big32(in), big32(in), big32(in), big32(in), big32(in)};
        for (const auto n : {c.utc, c.standard, c.leap, c.time, c.type, c.name}) {
            if (n > count_limit) return false;
        }
        return in.ok() && version >= "2";
    };
    Counts c{};
    if (!header(c)) return damaged();
    in.take(c.time * 5 + c.type * 6 + c.name + c.leap * 8 + c.standard + c.utc);
    if (!header(c) || c.type == 0) return damaged();

    std::vector<std::int64_t> times(c.time);
    for (auto& time : times) {
        time = static_cast<std::int64_t>(__builtin_bswap64(in.number<std::uint64_t>()));
    }
    const std::string_view indices = in.take(c.time);
    std::vector<int> offsets(c.type);
    for (auto& offset : offsets) {
        offset = static_cast<int>(big32(in));
        in.take(2);
        if (offset < -offset_limit || offset > offset_limit) return damaged();
    }
    in.take(c.name + c.leap * 12 + c.standard + c.utc);
    if (!in.ok() || !std::ranges::is_sorted(times)) return damaged();

    auto* zone = new TimeZone(std::move(id), offsets[0]);
    const Ptr owner(zone);
    for (std::size_t i = 0; i < times.size(); ++i) {
        const auto type = static_cast<unsigned char>(indices[i]);
        if (type >= offsets.size())
            return fail(ErrorCode::corruption, "a time zone file is damaged");
        if (offsets[type] == zone->offsets_.back()) continue;
        zone->starts_.push_back(times[i]);
        zone->offsets_.push_back(offsets[type]);
    }
    std::string_view footer = in.take(in.left());
    if (footer.starts_with('\n')) footer.remove_prefix(1);
    zone->extend(footer.substr(0, footer.find('\n')));
    return owner;
}

bool TimeZone::parse_rule(std::string_view text, Rule& rule) {
    RuleReader in(text);
    if (!in.name() || !in.time(rule.standard)) return false;
    rule.standard = -rule.standard;  // POSIX counts west
    if (in.at_end()) return true;
    if (!in.name()) return false;
    rule.has_summer = true;
    rule.summer = rule.standard + 3600;
    if (!in.skip(',')) {
        if (!in.time(rule.summer)) return false;
        rule.summer = -rule.summer;
        if (!in.skip(',')) return false;
    }
    return in.day(rule.begin) && in.skip(',') && in.day(rule.end) && in.at_end();
}

bool TimeZone::extend(std::string_view text) {
    Rule rule;
    if (!parse_rule(text, rule) || !rule.has_summer) return false;
    std::int64_t year = 1970;
    if (!starts_.empty()) year = civil_from_ns(0).year + starts_.back() / 31'556'952;
    const std::int64_t last = year + 402;
    for (; year <= last; ++year) {
        std::pair<std::int64_t, int> changes[] = {
            {rule.begin.local_seconds(year) - rule.standard, rule.summer},
            {rule.end.local_seconds(year) - rule.summer, rule.standard}};
        if (changes[0].first > changes[1].first) std::swap(changes[0], changes[1]);
        for (const auto& [start, offset] : changes) {
            if (offset == offsets_.back()) continue;
            if (!starts_.empty() && start <= starts_.back()) continue;
            starts_.push_back(start);
            offsets_.push_back(offset);
        }
    }
    cyclic_ = true;
    return true;
}

int TimeZone::offset_seconds(std::int64_t utc) const {
    if (starts_.empty()) return offsets_[0];
    if (cyclic_ && utc >= starts_.back()) {
        const std::int64_t cycles = (utc - starts_.back()) / cycle_seconds + 1;
        utc -= cycles * cycle_seconds;
    }
    const auto after = std::ranges::upper_bound(starts_, utc);
    return offsets_[static_cast<std::size_t>(after - starts_.begin())];
}

TimeZone::Local TimeZone::resolve(std::int64_t local) const {
    if (starts_.empty()) return {local - offsets_[0], false};
    constexpr std::int64_t far = std::int64_t{1} << 60;
    local = std::clamp(local, -far, far);
    const int before = offset_seconds(local - seconds_per_day);
    const int after = offset_seconds(local + seconds_per_day);
    if (before == after || offset_seconds(local - before) == before) return {local - before, false};
    if (offset_seconds(local - after) == after) return {local - after, false};
    return {local - before, true};
}

std::int64_t TimeZone::to_utc(std::int64_t local) const {
    return resolve(local).utc;
}

bool TimeZone::in_gap(std::int64_t local) const {
    return resolve(local).gap;
}

}  // namespace elkhorn::text
