#include "text/date/date_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace elkhorn::text {
namespace {

constexpr std::array<std::string_view, 12> months = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> days = {"monday", "tuesday",  "wednesday", "thursday",
                                                  "friday", "saturday", "sunday"};

constexpr int letters_max = 18;  // so many digits fit 64 bits

struct Abbreviation {
    std::string_view name;
    int offset_hours;
};

// The names that logs hold; the same ones that Joda-Time reads.
constexpr std::array<Abbreviation, 13> abbreviations = {{{"UTC", 0},
                                                         {"GMT", 0},
                                                         {"UT", 0},
                                                         {"EST", -5},
                                                         {"EDT", -4},
                                                         {"CST", -6},
                                                         {"CDT", -5},
                                                         {"MST", -7},
                                                         {"MDT", -6},
                                                         {"PST", -8},
                                                         {"PDT", -7},
                                                         {"CEST", 2},
                                                         {"CET", 1}}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool starts_with_any_case(std::string_view text, std::string_view lower_case) {
    if (text.size() < lower_case.size()) return false;
    for (std::size_t i = 0; i < lower_case.size(); ++i) {
        if (lower(text[i]) != lower_case[i]) return false;
    }
    return true;
}

/// Index of the name at the front, in full or by its first three letters; -1 when there is none.
int read_name(std::string_view& text, std::span<const std::string_view> names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!starts_with_any_case(text, names[i].substr(0, 3))) continue;
        const bool full = starts_with_any_case(text, names[i]);
        text.remove_prefix(full ? names[i].size() : 3);
        if (!full && text.starts_with('.')) text.remove_prefix(1);
        return static_cast<int>(i);
    }
    return -1;
}

bool read_zone_name(std::string_view& text, DateFields& fields) {
    std::size_t n = 0;
    while (n < text.size() &&
           (is_letter(text[n]) || text[n] == '/' || text[n] == '_' ||
            (n > 0 && (text[n] == '-' || text[n] == '+' || is_digit(text[n]))))) {
        ++n;
    }
    const std::string_view name = text.substr(0, n);
    for (const auto& [known, hours] : abbreviations) {
        if (name != known) continue;
        fields.offset_seconds = hours * 3600;
        fields.zoned = true;
        text.remove_prefix(n);
        return true;
    }
    auto zone = TimeZone::find(name);
    if (!zone) return false;
    fields.zone = *zone;
    text.remove_prefix(n);
    return true;
}

/// What a run of letters may hold: digits from, to.
std::pair<int, int> digit_bounds(char letter, int count, DatePattern::Dialect dialect) {
    const bool joda = dialect == DatePattern::Dialect::joda;
    switch (letter) {
        case 'y':
        case 'x':
            if (count == 2) return {2, joda ? 9 : 2};
            return {joda ? 1 : count, 9};
        case 'D': return {joda ? 1 : count, 3};
        case 'S': return {joda ? 1 : count, count};
        case 'n': return {1, 9};
        case 'e': return {1, 1};
        default: return {joda ? 1 : std::min(count, 2), std::max(count, 2)};
    }
}

bool numeric(char letter, int count) {
    if (letter == 'M') return count <= 2;
    return std::string_view("yxwDdKhHkmsSne").find(letter) != std::string_view::npos;
}

}  // namespace

struct DatePattern::Cursor {
    std::string_view text;
    std::int64_t this_year;
};

bool read_offset(std::string_view& text, int& offset_seconds) {
    if (text.starts_with('Z') || text.starts_with('z')) {
        text.remove_prefix(1);
        offset_seconds = 0;
        return true;
    }
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
    const int sign = text.front() == '-' ? -1 : 1;
    std::string_view rest = text.substr(1);
    int parts[3] = {0, 0, 0};
    int count = 0;
    while (count < 3) {
        std::string_view next = rest;
        const bool colon = count > 0 && next.starts_with(':');
        if (colon) next.remove_prefix(1);
        if (next.size() < 2 || !is_digit(next[0]) || !is_digit(next[1])) break;
        parts[count++] = (next[0] - '0') * 10 + next[1] - '0';
        rest = next.substr(2);
    }
    if (count == 0 || parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return false;
    offset_seconds = sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
    text = rest;
    return true;
}

Result<> DatePattern::add_letters(char letter, int count, std::string_view pattern,
                                  std::size_t column) {
    constexpr std::string_view known = "GCYyuxwWeEDMLdaKhHkmsSzZXnOVv";
    if (known.find(letter) == std::string_view::npos) {
        return fail(ErrorCode::invalid,
                    fmt::format("date pattern \"{}\": column {}: no such letter '{}'; put text in "
                                "quotes",
                                pattern, column + 1, letter));
    }
    if (count > letters_max) {
        return fail(ErrorCode::invalid,
                    fmt::format("date pattern \"{}\": column {}: more than {} of a letter", pattern,
                                column + 1, letters_max));
    }
    const bool joda = dialect_ == Dialect::joda;
    Part part;
    part.letter = letter;
    part.count = count;
    if (letter == 'Y') part.letter = joda ? 'y' : 'x';
    if (letter == 'u' || letter == 'C') part.letter = 'y';
    if (letter == 'L') part.letter = 'M';
    if (letter == 'x' && !joda) part.letter = 'Z';
    if (letter == 'X' || letter == 'O') part.letter = 'Z';
    if (letter == 'V' || letter == 'v') part.letter = 'z';
    if (letter == 'Z' && joda && count >= 3) part.letter = 'z';
    if (letter == 'e' && count >= 3) part.letter = 'E';
    std::tie(part.digits_min, part.digits_max) = digit_bounds(part.letter, count, dialect_);
    parts_.push_back(std::move(part));
    return {};
}

/// A number right before another number has exactly as many digits as letters ("yyyyMMddHHmmss");
/// and each '[' learns where its ']' is.
Result<> DatePattern::limit_digits(std::string_view pattern) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        Part& part = parts_[i];
        if (part.letter == '[') open.push_back(i);
        if (part.letter == ']') {
            if (open.empty()) {
                return fail(ErrorCode::invalid,
                            fmt::format("date pattern \"{}\": a ] without its [", pattern));
            }
            parts_[open.back()].close = i;
            open.pop_back();
        }
        if (i + 1 < parts_.size() && numeric(part.letter, part.count) &&
            numeric(parts_[i + 1].letter, parts_[i + 1].count)) {
            part.digits_min = part.digits_max = part.count;
        }
    }
    if (open.empty()) return {};
    return fail(ErrorCode::invalid, fmt::format("date pattern \"{}\": a [ is not closed", pattern));
}

Result<DatePattern> DatePattern::parse(std::string_view pattern, Dialect dialect) {
    DatePattern result;
    result.dialect_ = dialect;
    const auto literal = [&](char c) {
        if (result.parts_.empty() || result.parts_.back().letter != 0) result.parts_.emplace_back();
        result.parts_.back().text.push_back(c);
    };
    if (pattern.size() > 1000)
        return fail(ErrorCode::invalid, "a date pattern is over 1000 letters");
    for (std::size_t i = 0; i < pattern.size();) {
        const char c = pattern[i];
        if (c == '\'') {
            const std::size_t end = pattern.find('\'', i + 1);
            if (end == std::string_view::npos) {
                return fail(ErrorCode::invalid,
                            fmt::format("date pattern \"{}\": the quote in column {} is not closed",
                                        pattern, i + 1));
            }
            if (end == i + 1) literal('\'');
            for (std::size_t j = i + 1; j < end; ++j)
                literal(pattern[j]);
            i = end + 1;
        } else if (is_letter(c)) {
            std::size_t end = i;
            while (end < pattern.size() && pattern[end] == c)
                ++end;
            TRY(result.add_letters(c, static_cast<int>(end - i), pattern, i));
            i = end;
        } else if (dialect == Dialect::java_time && (c == '[' || c == ']')) {
            Part section;
            section.letter = c;
            result.parts_.push_back(std::move(section));
            ++i;
        } else {
            literal(c);
            ++i;
        }
    }
    TRY(result.limit_digits(pattern));
    return result;
}

bool DatePattern::read_number(const Part& part, Cursor& at, DateFields& fields) const {
    std::string_view& text = at.text;
    const bool joda = dialect_ == Dialect::joda;
    const bool fixed = part.digits_min == part.digits_max;
    bool negative = false;
    if ((part.letter == 'y' || part.letter == 'x') && !fixed && text.size() > 1 &&
        (text.front() == '-' || text.front() == '+') && is_digit(text[1])) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    int n = 0;
    std::int64_t value = 0;
    while (n < part.digits_max && static_cast<std::size_t>(n) < text.size() &&
           is_digit(text[static_cast<std::size_t>(n)])) {
        value = value * 10 + (text[static_cast<std::size_t>(n++)] - '0');
    }
    if (n < part.digits_min) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
    const int small = static_cast<int>(value);
    switch (part.letter) {
        case 'y':
        case 'x':
            if (part.count == 2 && n == 2 && !negative) {
                value += joda ? 1900 : 2000;
                // Joda reads two digits as a year from 80 back to 19 ahead.
                if (joda) {
                    while (value < at.this_year - 80)
                        value += 100;
                }
            }
            if (negative) value = -value;
            (part.letter == 'y' ? fields.year : fields.week_year) = value;
            fields.mark(DateUnit::year);
            return true;
        case 'M':
            fields.month = small;
            fields.mark(DateUnit::month);
            return true;
        case 'd':
            fields.day = small;
            fields.mark(DateUnit::day);
            return true;
        case 'D':
            fields.day_of_year = small;
            fields.mark(DateUnit::day);
            return small > 0;
        case 'w':
            fields.week = small;
            fields.mark(DateUnit::day);
            return small > 0 && small < 54;
        case 'e': fields.weekday = small; return small > 0 && small < 8;
        case 'H':
        case 'K':
            fields.hour = small;
            fields.mark(DateUnit::hour);
            return true;
        case 'h':
            fields.hour = small % 12;
            fields.mark(DateUnit::hour);
            return small >= 1 && small <= 12;
        case 'k':
            fields.hour = small % 24;
            fields.mark(DateUnit::hour);
            return small >= 1 && small <= 24;
        case 'm':
            fields.minute = small;
            fields.mark(DateUnit::minute);
            return true;
        case 's':
            fields.second = small;
            fields.mark(DateUnit::second);
            return true;
        case 'n':
            fields.nanosecond = small;
            fields.mark(DateUnit::fraction);
            return true;
        default: break;
    }
    // S: a fraction; digits past the ninth are below our resolution.
    for (int i = n; i < 9; ++i)
        value *= 10;
    for (int i = 9; i < n; ++i)
        value /= 10;
    fields.nanosecond = static_cast<int>(value);
    fields.mark(DateUnit::fraction);
    return true;
}

bool DatePattern::read_part(const Part& part, Cursor& at, DateFields& fields) const {
    std::string_view& text = at.text;
    if (part.letter == 0) {
        if (text.size() < part.text.size()) return false;
        for (std::size_t i = 0; i < part.text.size(); ++i) {
            if (text[i] != part.text[i] && lower(text[i]) != lower(part.text[i])) return false;
        }
        text.remove_prefix(part.text.size());
        return true;
    }
    if (numeric(part.letter, part.count)) return read_number(part, at, fields);
    switch (part.letter) {
        case 'M': {
            const int month = read_name(text, months);
            if (month < 0) return false;
            fields.month = month + 1;
            fields.mark(DateUnit::month);
            return true;
        }
        case 'E': {
            const int day = read_name(text, days);
            if (day < 0) return false;
            fields.weekday = day + 1;
            return true;
        }
        case 'a':
            if (starts_with_any_case(text, "am"))
                fields.half_day = 0;
            else if (starts_with_any_case(text, "pm"))
                fields.half_day = 1;
            else
                return false;
            text.remove_prefix(2);
            return true;
        case 'G':
            if (starts_with_any_case(text, "bc"))
                fields.before_christ = true;
            else if (!starts_with_any_case(text, "ad"))
                return false;
            text.remove_prefix(2);
            return true;
        case 'Z':
            if (!read_offset(text, fields.offset_seconds)) return false;
            fields.zoned = true;
            return true;
        case 'z':
            if (read_offset(text, fields.offset_seconds)) {
                fields.zoned = true;
                return true;
            }
            return read_zone_name(text, fields);
        default: return false;
    }
}

bool DatePattern::read_parts(std::size_t from, std::size_t to, Cursor& at,
                             DateFields& fields) const {
    for (std::size_t i = from; i < to; ++i) {
        const Part& part = parts_[i];
        if (part.letter == ']') continue;
        if (part.letter == '[') {
            Cursor attempt = at;
            DateFields attempted = fields;
            if (read_parts(i + 1, part.close, attempt, attempted)) {
                at = attempt;
                fields = std::move(attempted);
            }
            i = part.close;
            continue;
        }
        if (!read_part(part, at, fields)) return false;
    }
    return true;
}

bool DatePattern::read(std::string_view text, DateFields& fields, std::int64_t this_year) const {
    Cursor at{text, this_year};
    return read_parts(0, parts_.size(), at, fields) && at.text.empty();
}

}  // namespace elkhorn::text
