#include "script/value/java_text.h"

#include "base/civil_time.h"
#include "base/strings.h"
#include "script/value/object.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace elkhorn::script {
namespace {

constexpr int depth_most = 50;
constexpr std::int64_t second_ns = 1'000'000'000;

/// Digits and exponent of the shortest text that reads as the number: "-1.5e+10" by its parts.
template <typename Real>
std::string java_real(Real value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
    char buffer[64];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    const std::string_view text(buffer, static_cast<std::size_t>(end.ptr - buffer));
    const std::size_t e = text.find('e');
    const auto exponent = static_cast<int>(
        to_integer(text[e + 1] == '+' ? text.substr(e + 2) : text.substr(e + 1)).value_or(0));
    std::string digits;
    for (const char c : text.substr(0, e)) {
        if (c >= '0' && c <= '9') digits.push_back(c);
    }
    const std::string sign = value < 0 ? "-" : "";
    // Java's least double has a digit more than it needs.
    if constexpr (sizeof(Real) == sizeof(double)) {
        if (std::abs(value) == std::numeric_limits<double>::denorm_min()) return sign + "4.9E-324";
    }
    constexpr int plain_least = -3;
    constexpr int plain_most = 7;
    if (exponent < plain_least || exponent >= plain_most) {
        const std::string rest = digits.size() > 1 ? digits.substr(1) : "0";
        return fmt::format("{}{}.{}E{}", sign, digits[0], rest, exponent);
    }
    if (exponent < 0) {
        return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    }
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) digits.append(whole - digits.size() + 1, '0');
    return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string fraction_text(int nanos) {
    if (nanos == 0) return {};
    std::string digits = fmt::format("{:09}", nanos);
    while (digits.ends_with("000"))
        digits.resize(digits.size() - 3);
    return "." + digits;
}

std::string offset_text(int seconds) {
    if (seconds == 0) return "Z";
    const int away = std::abs(seconds);
    std::string out =
        fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', away / 3600, away / 60 % 60);
    if (away % 60 != 0) out += fmt::format(":{:02}", away % 60);
    return out;
}

std::string day_text(const CivilTime& time) {
    constexpr std::int64_t four_digits = 9999;
    const std::string year = time.year > four_digits ? fmt::format("+{}", time.year)
                             : time.year < 0         ? fmt::format("-{:04}", -time.year)
                                                     : fmt::format("{:04}", time.year);
    return fmt::format("{}-{:02}-{:02}", year, time.month, time.day);
}

std::string date_text(const DateObject& date) {
    const int offset = date.zone == nullptr ? 0 : date.zone->offset_seconds(date.seconds);
    const std::int64_t local = date.seconds + offset;
    const std::int64_t day = local >= 0 ? local / 86'400 : -((-local + 86'399) / 86'400);
    const auto second = static_cast<int>(local - day * 86'400);
    const CivilTime time = civil_from({local});
    std::string out =
        fmt::format("{}T{:02}:{:02}", day_text(time), second / 3600, second / 60 % 60);
    const bool instant = date.zone == nullptr;
    const std::string fraction = fraction_text(date.nanos);
    if (instant || second % 60 != 0 || !fraction.empty())
        out += fmt::format(":{:02}{}", second % 60, fraction);
    if (instant) return out + "Z";
    // Elasticsearch's own class of a document's date shows milliseconds, always.
    if (date.type().of == Class::joda_date_time) {
        out = fmt::format("{}T{:02}:{:02}:{:02}", day_text(time), second / 3600, second / 60 % 60,
                          second % 60);
        out += fraction.empty() ? ".000" : fraction;
    }
    out += offset_text(offset);
    const std::string& id = date.zone->id();
    const bool named = !id.empty() && id != "Z" && id[0] != '+' && id[0] != '-';
    if (named && date.type().of != Class::joda_date_time) out += "[" + id + "]";
    return out;
}

std::string duration_text(const DurationObject& span) {
    if (span.seconds == 0 && span.nanos == 0) return "PT0S";
    std::int64_t whole = span.seconds;
    if (whole < 0 && span.nanos > 0) ++whole;
    std::string out = "PT";
    if (whole / 3600 != 0) out += fmt::format("{}H", whole / 3600);
    if (whole / 60 % 60 != 0) out += fmt::format("{}M", whole / 60 % 60);
    const std::int64_t seconds = whole % 60;
    if (seconds == 0 && span.nanos == 0) return out;
    out += span.seconds < 0 && span.nanos > 0 && seconds == 0 ? "-0" : fmt::format("{}", seconds);
    if (span.nanos > 0) {
        const std::int64_t shown = span.seconds < 0 ? second_ns - span.nanos : span.nanos;
        std::string digits = fmt::format("{:09}", shown);
        while (digits.ends_with("0"))
            digits.pop_back();
        out += "." + digits;
    }
    return out + "S";
}

class Printer {
public:
    explicit Printer(std::size_t most) : most_(most) {}

    void print(const Value& value, int depth) {
        if (out_.size() > most_ || depth > depth_most) return;
        switch (value.tag()) {
            case Tag::null: out_ += "null"; break;
            case Tag::boolean: out_ += value.as_boolean() ? "true" : "false"; break;
            case Tag::text: out_ += value.as_text(); break;
            case Tag::character:
                out_ += to_utf8(std::u16string(1, static_cast<char16_t>(value.as_whole())));
                break;
            case Tag::float_: out_ += java_text(static_cast<float>(value.as_real())); break;
            case Tag::double_: out_ += java_text(value.as_real()); break;
            case Tag::object: print_object(*value.as_object(), depth); break;
            case Tag::trouble: break;
            default: out_ += fmt::format("{}", value.as_whole()); break;
        }
    }

    std::string take() { return std::move(out_); }

private:
    void print_list(const std::vector<Value>& items, int depth) {
        out_ += "[";
        for (std::size_t i = 0; i < items.size() && out_.size() <= most_; ++i) {
            if (i > 0) out_ += ", ";
            print(items[i], depth + 1);
        }
        out_ += "]";
    }

    void print_entry(const MapObject::Entry& entry, int depth) {
        print(entry.key, depth + 1);
        out_ += "=";
        print(entry.value, depth + 1);
    }

    void print_map(const MapObject& map, MapView::Shows shows, int depth) {
        bool first = true;
        for (const std::uint32_t place : map.order()) {
            if (out_.size() > most_) return;
            if (!first) out_ += ", ";
            first = false;
            const auto& entry = map.entry(place);
            if (shows == MapView::Shows::entries)
                print_entry(entry, depth);
            else
                print(shows == MapView::Shows::keys ? entry.key : entry.value, depth + 1);
        }
    }

    void print_object(Object& object, int depth) {
        if (auto* list = dynamic_cast<ListObject*>(&object); list != nullptr) {
            if (!object.type().is_array() && !object.is(Class::stream))
                return print_list(list->items, depth);
        } else if (auto* map = dynamic_cast<MapObject*>(&object); map != nullptr) {
            out_ += "{";
            print_map(*map, MapView::Shows::entries, depth);
            out_ += "}";
            return;
        } else if (auto* set = dynamic_cast<SetObject*>(&object); set != nullptr) {
            out_ += "[";
            print_map(set->keys, MapView::Shows::keys, depth);
            out_ += "]";
            return;
        } else if (auto* view = dynamic_cast<MapView*>(&object); view != nullptr) {
            out_ += "[";
            print_map(view->of, view->shows, depth);
            out_ += "]";
            return;
        } else if (auto* entry = dynamic_cast<EntryObject*>(&object); entry != nullptr) {
            const Value* value = entry->of.find(entry->key);
            print(entry->key, depth + 1);
            out_ += "=";
            return print(value == nullptr ? Value() : *value, depth + 1);
        }
        out_ += plain_text(object);
    }

    static std::string plain_text(Object& object) {
        if (auto* text = dynamic_cast<BuilderObject*>(&object); text != nullptr) return text->text;
        if (auto* date = dynamic_cast<DateObject*>(&object); date != nullptr)
            return date_text(*date);
        if (auto* span = dynamic_cast<DurationObject*>(&object); span != nullptr)
            return duration_text(*span);
        if (auto* zone = dynamic_cast<ZoneObject*>(&object); zone != nullptr)
            return zone->zone->id();
        if (auto* named = dynamic_cast<NamedObject*>(&object); named != nullptr)
            return object.type().of == Class::chrono_unit ? unit_text(named->name)
                                                          : std::string(named->name);
        if (auto* point = dynamic_cast<PointObject*>(&object); point != nullptr)
            return java_text(point->lat) + ", " + java_text(point->lon);
        if (auto* thrown = dynamic_cast<ThrownObject*>(&object); thrown != nullptr) {
            const std::string name = name_of(object.type());
            return thrown->message.is_null() ? name : name + ": " + java_text(thrown->message);
        }
        if (auto* maybe = dynamic_cast<OptionalObject*>(&object); maybe != nullptr) {
            return maybe->value.is_null() ? "Optional.empty"
                                          : "Optional[" + java_text(maybe->value) + "]";
        }
        return name_of(object.type()) + "@1";
    }

    /// "HALF_DAYS" as "HalfDays".
    static std::string unit_text(std::string_view name) {
        std::string out;
        bool first = true;
        for (const char c : name) {
            if (c == '_') {
                first = true;
                continue;
            }
            out.push_back(first ? c : static_cast<char>(c - 'A' + 'a'));
            first = false;
        }
        return out;
    }

    std::string out_;
    std::size_t most_;
};

template <typename T>
int three_way(const T& a, const T& b) {
    return a < b ? -1 : (b < a ? 1 : 0);
}

}  // namespace

bool is_plain(std::string_view text) {
    return std::ranges::none_of(text,
                                [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; });
}

std::u16string to_utf16(std::string_view text) {
    std::u16string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const int more = first < 0x80   ? 0
                         : first < 0xC0 ? -1
                         : first < 0xE0 ? 1
                         : first < 0xF0 ? 2
                                        : 3;
        if (more < 0 || i + static_cast<std::size_t>(more) >= text.size() + (more == 0 ? 1 : 0)) {
            out.push_back(u'\uFFFD');
            ++i;
            continue;
        }
        std::uint32_t point = more == 0 ? first : first & (0x3FU >> more);
        for (int j = 1; j <= more; ++j)
            point = point << 6 |
                    (static_cast<unsigned char>(text[i + static_cast<std::size_t>(j)]) & 0x3FU);
        i += static_cast<std::size_t>(more) + 1;
        if (point < 0x10000) {
            out.push_back(static_cast<char16_t>(point));
        } else {
            point -= 0x10000;
            out.push_back(static_cast<char16_t>(0xD800 + (point >> 10 & 0x3FF)));
            out.push_back(static_cast<char16_t>(0xDC00 + (point & 0x3FF)));
        }
    }
    return out;
}

std::string to_utf8(std::u16string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::uint32_t point = text[i];
        const bool high = point >= 0xD800 && point < 0xDC00;
        if (high && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000) {
            point = 0x10000 + ((point - 0xD800) << 10) + (text[++i] - 0xDC00U);
        } else if (point >= 0xD800 && point < 0xE000) {
            point = '?';
        }
        if (point < 0x80) {
            out.push_back(static_cast<char>(point));
        } else if (point < 0x800) {
            out.push_back(static_cast<char>(0xC0 | point >> 6));
            out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
        } else if (point < 0x10000) {
            out.push_back(static_cast<char>(0xE0 | point >> 12));
            out.push_back(static_cast<char>(0x80 | (point >> 6 & 0x3F)));
            out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
        } else {
            out.push_back(static_cast<char>(0xF0 | point >> 18));
            out.push_back(static_cast<char>(0x80 | (point >> 12 & 0x3F)));
            out.push_back(static_cast<char>(0x80 | (point >> 6 & 0x3F)));
            out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
        }
    }
    return out;
}

std::size_t utf16_length(std::string_view text) {
    return is_plain(text) ? text.size() : to_utf16(text).size();
}

std::int32_t java_hash(std::string_view text) {
    std::uint32_t hash = 0;
    if (is_plain(text)) {
        for (const char c : text)
            hash = 31 * hash + static_cast<unsigned char>(c);
    } else {
        for (const char16_t unit : to_utf16(text))
            hash = 31 * hash + unit;
    }
    return static_cast<std::int32_t>(hash);
}

std::string java_text(double value) {
    return java_real(value);
}

std::string java_text(float value) {
    return java_real(value);
}

std::string java_text(const Value& value, std::size_t most) {
    Printer printer(most);
    printer.print(value, 0);
    return printer.take();
}

std::string java_date_text(const Value& date) {
    const auto* object = object_as<DateObject>(date);
    return object == nullptr ? std::string() : date_text(*object);
}

int compare_natural(const Value& a, const Value& b) {
    if (a.is_text() && b.is_text()) {
        if (is_plain(a.as_text()) && is_plain(b.as_text())) return a.as_text().compare(b.as_text());
        return to_utf16(a.as_text()).compare(to_utf16(b.as_text()));
    }
    if (a.is_number() && b.is_number()) {
        if (!a.is_real() && !b.is_real()) return three_way(a.as_whole(), b.as_whole());
        const double x = a.as_double();
        const double y = b.as_double();
        if (std::isnan(x) || std::isnan(y)) return three_way(std::isnan(x), std::isnan(y));
        if (x == 0 && y == 0) return three_way(std::signbit(y), std::signbit(x));
        return three_way(x, y);
    }
    if (a.is(Tag::boolean) && b.is(Tag::boolean)) return three_way(a.as_boolean(), b.as_boolean());
    if (const auto* x = object_as<DateObject>(a); x != nullptr) {
        const auto* y = object_as<DateObject>(b);
        if (y == nullptr) return 0;
        const int by_seconds = three_way(x->seconds, y->seconds);
        return by_seconds != 0 ? by_seconds : three_way(x->nanos, y->nanos);
    }
    if (const auto* x = object_as<DurationObject>(a); x != nullptr) {
        const auto* y = object_as<DurationObject>(b);
        if (y == nullptr) return 0;
        const int by_seconds = three_way(x->seconds, y->seconds);
        return by_seconds != 0 ? by_seconds : three_way(x->nanos, y->nanos);
    }
    if (const auto* x = object_as<NamedObject>(a); x != nullptr) {
        const auto* y = object_as<NamedObject>(b);
        return y == nullptr ? 0 : x->number - y->number;
    }
    return 0;
}

std::optional<std::int64_t> parse_java_integer(std::string_view text, int radix) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<double> parse_java_double(std::string_view text) {
    text = trim(text);
    if (text == "NaN" || text == "+NaN" || text == "-NaN") return std::nan("");
    if (text == "Infinity" || text == "+Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    if (!text.empty() && std::string_view("dDfF").find(text.back()) != text.npos)
        text.remove_suffix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    const bool number =
        !digits.empty() && (digits[0] == '.' || (digits[0] >= '0' && digits[0] <= '9'));
    if (!number) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
        const bool small = text.find("e-") != text.npos || text.find("E-") != text.npos;
        value = small ? 0 : std::numeric_limits<double>::infinity();
        return text.starts_with('-') ? -value : value;
    }
    if (error != std::errc()) return std::nullopt;
    return value;
}

}  // namespace elkhorn::script
