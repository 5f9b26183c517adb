#include "text/pattern/scan_class.h"

#include "base/strings.h"
#include "text/pattern/grok.h"
#include "text/pattern/regex_syntax.h"

#include <algorithm>
#include <array>

namespace elkhorn::text {
namespace {

using Kind = Scanned::Kind;

constexpr Scanned no{};
constexpr Scanned unsure{Kind::unsure, 0, false};

constexpr Scanned yes(std::size_t size, bool sole) {
    return {Kind::yes, size, sole};
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

constexpr bool is_alnum(char c) {
    return is_digit(c) || is_letter(c);
}

constexpr bool is_word(char c) {
    return is_alnum(c) || c == '_';
}

using Table = std::array<bool, 256>;

constexpr Table table_of(std::string_view extra) {
    Table table{};
    for (int c = 0; c < 128; ++c)
        table[static_cast<std::size_t>(c)] = is_alnum(static_cast<char>(c));
    for (const char c : extra)
        table[static_cast<unsigned char>(c)] = true;
    return table;
}

constexpr Table label_characters = table_of("-");
constexpr Table user_characters = table_of("._-");
constexpr Table mailbox_characters = table_of("!#$%&'*+/=?^_`{|}~.-");
constexpr Table address_characters = [] {
    Table table{};
    for (const char c : std::string_view("0123456789abcdefABCDEF:."))
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

bool in(const Table& table, char c) {
    return table[static_cast<unsigned char>(c)];
}

/// 0 beyond the end: no class holds it.
char at(std::string_view line, std::size_t i) {
    return i < line.size() ? line[i] : '\0';
}

/// HOSTNAME: labels are taken greedily, and a dot behind the last.
Scanned hostname(std::string_view line, std::size_t from) {
    if (!is_alnum(at(line, from)) || (from > 0 && is_word(line[from - 1]))) return no;
    std::size_t i = from;
    while (true) {
        const std::size_t label_end = std::min(line.size(), i + 63);
        ++i;
        while (i < label_end && in(label_characters, line[i]))
            ++i;
        if (at(line, i) != '.') return yes(i - from, false);
        ++i;
        if (!is_alnum(at(line, i))) return yes(i - from, false);
    }
}

/// IPV4: a run of digits is an octet as a whole or not at all, so there is one way only.
Scanned ipv4(std::string_view line, std::size_t from) {
    if (from > 0 && is_digit(line[from - 1])) return no;
    std::size_t i = from;
    for (int octet = 0; octet < 4; ++octet) {
        int value = 0;
        int digits = 0;
        for (; i < line.size() && is_digit(line[i]); ++i, ++digits) {
            if (digits == 3) return no;
            value = value * 10 + (line[i] - '0');
        }
        if (digits == 0 || value > 255) return no;
        if (octet < 3 && at(line, i++) != '.') return no;
    }
    return yes(i - from, true);
}

/// IPV6 looks for two colons first; without them there is none. The rest is the engine's.
Scanned ipv6(std::string_view line, std::size_t from) {
    int colons = 0;
    for (std::size_t i = from; i < line.size() && in(address_characters, line[i]); ++i) {
        if (line[i] == ':' && ++colons == 2) return unsure;
    }
    return no;
}

Scanned ip(std::string_view line, std::size_t from) {
    const Scanned six = ipv6(line, from);
    return six.kind == Kind::no ? ipv4(line, from) : six;
}

Scanned ip_or_host(std::string_view line, std::size_t from) {
    Scanned address = ip(line, from);
    if (address.kind == Kind::no) return hostname(line, from);
    address.sole = false;
    return address;
}

/// HTTPDUSER: a mail address needs an @ right behind a run of mailbox characters.
Scanned httpd_user(std::string_view line, std::size_t from) {
    std::size_t i = from;
    while (i < line.size() && in(user_characters, line[i]))
        ++i;
    std::size_t mailbox = i;
    while (mailbox < line.size() && in(mailbox_characters, line[mailbox]))
        ++mailbox;
    if (at(line, mailbox) == '@' && mailbox > from) return unsure;
    return i > from ? yes(i - from, false) : no;
}

/// QUOTEDSTRING is atomic and its loop possessive: the first unescaped quote ends it, or nothing
/// does.
Scanned quoted(std::string_view line, std::size_t from) {
    const char quote = at(line, from);
    if (quote != '"' && quote != '\'' && quote != '`') return no;
    if (from > 0 && line[from - 1] == '\\') return no;
    std::size_t i = from + 1;
    while (i < line.size() && line[i] != quote)
        i += line[i] == '\\' ? 2 : 1;
    return i < line.size() ? yes(i + 1 - from, true) : no;
}

/// QSCUT also takes a text that the end of the line cut off; that rare case is the engine's.
Scanned quoted_or_cut(std::string_view line, std::size_t from) {
    const Scanned whole = quoted(line, from);
    return whole.kind == Scanned::Kind::no && at(line, from) == '"' ? unsure : whole;
}

bool is_month(std::string_view three) {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (std::size_t i = 0; i < names.size(); i += 3) {
        if (names.substr(i, 3) == three) return true;
    }
    return false;
}

/// MONTH in three letters; longer names are the engine's.
Scanned month(std::string_view line, std::size_t from) {
    if (from + 3 > line.size() || !is_month(line.substr(from, 3)) || is_word(at(line, from + 3)))
        return unsure;
    if (from > 0 && is_word(line[from - 1])) return no;
    return yes(3, false);
}

bool digits_at(std::string_view line, std::size_t i, int count, char first_limit) {
    if (line[i] > first_limit) return false;
    for (int n = 0; n < count; ++n) {
        if (!is_digit(line[i + static_cast<std::size_t>(n)])) return false;
    }
    return true;
}

/// HTTPDATE as every server writes it, 17/May/2015:10:05:03 +0000; other spellings are the
/// engine's.
Scanned httpd_date(std::string_view line, std::size_t from) {
    constexpr std::size_t size = 26;
    if (from + size > line.size()) return unsure;
    const std::string_view d = line.substr(from, size);
    const bool separated = d[2] == '/' && d[6] == '/' && d[11] == ':' && d[14] == ':' &&
                           d[17] == ':' && d[20] == ' ' && (d[21] == '+' || d[21] == '-');
    if (!separated || is_digit(at(line, from + size))) return unsure;
    const int day = (d[0] - '0') * 10 + d[1] - '0';
    const bool fits =
        digits_at(d, 0, 2, '3') && day >= 1 && day <= 31 && is_month(d.substr(3, 3)) &&
        digits_at(d, 7, 4, '9') && digits_at(d, 12, 2, '2') && (d[12] != '2' || d[13] <= '3') &&
        digits_at(d, 15, 2, '5') && digits_at(d, 18, 2, '5') && digits_at(d, 22, 4, '9');
    return fits ? yes(size, false) : unsure;
}

struct Known {
    std::string_view name;
    ScanClass scan;
};

constexpr std::array<Known, 14> known_classes = {{{"HOSTNAME", hostname},
                                                  {"HOST", hostname},
                                                  {"IPV4", ipv4},
                                                  {"IPV6", ipv6},
                                                  {"IP", ip},
                                                  {"IPORHOST", ip_or_host},
                                                  {"SYSLOGHOST", ip_or_host},
                                                  {"HTTPDUSER", httpd_user},
                                                  {"QUOTEDSTRING", quoted},
                                                  {"QS", quoted},
                                                  {"QSCUT", quoted_or_cut},
                                                  {"MONTH", month},
                                                  {"HTTPDATE", httpd_date},
                                                  {"HTTPD_TIMESTAMP", httpd_date}}};

TextMap<ScanClass> spell_known() {
    TextMap<ScanClass> spelled;
    RegexSyntax syntax;
    syntax.find = [](std::string_view name) {
        return PatternLibrary::standard().find(name);
    };
    syntax.dot_matches_newline = true;
    for (const Known& known : known_classes) {
        const std::string* definition = PatternLibrary::standard().find(known.name);
        if (definition == nullptr) continue;
        if (auto tree = parse_regex(*definition, syntax))
            spelled.emplace(to_pcre2(*tree), known.scan);
    }
    return spelled;
}

}  // namespace

ScanClass find_scan_class(std::string_view expression) {
    static const TextMap<ScanClass> spelled = spell_known();
    const auto it = spelled.find(expression);
    return it == spelled.end() ? nullptr : it->second;
}

}  // namespace elkhorn::text
