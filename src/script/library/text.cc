// script/library/text.cc -- String, CharSequence, StringBuilder and Object.

#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::script {
namespace {

/// The text of a String or of another CharSequence.
std::string text_of(const Value& value) {
    return value.is_text() ? std::string(value.as_text()) : java_text(value);
}

/// The same of a text that is gone through from its beginning.
std::string read(Run& run, const Value& value) {
    std::string text = text_of(value);
    run.spend(text.size());
    return text;
}

/// Java's places are UTF-16 units; a text of plain bytes is asked as it is.
class Units {
public:
    explicit Units(std::string_view text) : text_(text), plain_(is_plain(text)) {
        if (!plain_) wide_ = to_utf16(text);
    }

    std::int64_t size() const {
        return static_cast<std::int64_t>(plain_ ? text_.size() : wide_.size());
    }

    std::int64_t at(std::int64_t i) const {
        const auto place = static_cast<std::size_t>(i);
        return plain_ ? static_cast<unsigned char>(text_[place]) : wide_[place];
    }

    std::string between(std::int64_t from, std::int64_t to) const {
        const auto start = static_cast<std::size_t>(from);
        const auto count = static_cast<std::size_t>(to - from);
        return plain_ ? std::string(text_.substr(start, count))
                      : to_utf8(std::u16string_view(wide_).substr(start, count));
    }

    std::int64_t find(std::string_view what, std::int64_t from) const {
        from = std::clamp<std::int64_t>(from, 0, size());
        const std::size_t found = plain_
                                      ? text_.find(what, static_cast<std::size_t>(from))
                                      : wide_.find(to_utf16(what), static_cast<std::size_t>(from));
        return found == std::string::npos ? -1 : static_cast<std::int64_t>(found);
    }

    std::int64_t find_last(std::string_view what, std::int64_t from) const {
        if (from < 0) return -1;
        const std::size_t found = plain_
                                      ? text_.rfind(what, static_cast<std::size_t>(from))
                                      : wide_.rfind(to_utf16(what), static_cast<std::size_t>(from));
        return found == std::string::npos ? -1 : static_cast<std::int64_t>(found);
    }

private:
    std::string_view text_;  // the caller's
    bool plain_;
    std::u16string wide_;
};

Value out_of_text(Run& run, std::string message) {
    return run.raise(Class::string_index_out_of_bounds, std::move(message));
}

Value length(Run& run, const Value* a) {
    if (a[0].is_text()) {
        run.spend(a[0].as_text().size());
        return Value::of_int(static_cast<std::int64_t>(utf16_length(a[0].as_text())));
    }
    return Value::of_int(static_cast<std::int64_t>(utf16_length(read(run, a[0]))));
}

Value char_at(Run& run, const Value* a) {
    const std::string text = read(run, a[0]);
    const Units units(text);
    const std::int64_t i = a[1].as_whole();
    if (i < 0 || i >= units.size()) {
        return out_of_text(run, fmt::format("String index out of range: {}", i));
    }
    return Value::whole(Tag::character, units.at(i));
}

Value code_point_at(Run& run, const Value* a) {
    EVAL(unit, char_at(run, a));
    return Value::of_int(unit.as_whole());
}

Value substring_between(Run& run, const Value& text, std::int64_t from,
                        std::optional<std::int64_t> to) {
    const std::string whole = read(run, text);
    const Units units(whole);
    const std::int64_t end = to.value_or(units.size());
    if (from < 0 || end > units.size() || from > end) {
        if (!to) {
            return out_of_text(
                run, fmt::format("begin {}, end {}, length {}", from, units.size(), units.size()));
        }
        return out_of_text(run,
                           fmt::format("begin {}, end {}, length {}", from, end, units.size()));
    }
    return run.text(units.between(from, end));
}

Value substring_from(Run& run, const Value* a) {
    return substring_between(run, a[0], a[1].as_whole(), std::nullopt);
}

Value substring(Run& run, const Value* a) {
    return substring_between(run, a[0], a[1].as_whole(), a[2].as_whole());
}

Value contains(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "s");
    if (a[0].is_text()) run.spend(a[0].as_text().size());
    if (a[0].is_text() && a[1].is_text())
        return Value::boolean(a[0].as_text().find(a[1].as_text()) != std::string_view::npos);
    return Value::boolean(text_of(a[0]).find(text_of(a[1])) != std::string::npos);
}

Value starts_with(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "prefix");
    return Value::boolean(a[0].as_text().starts_with(a[1].as_text()));
}

Value ends_with(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "suffix");
    return Value::boolean(a[0].as_text().ends_with(a[1].as_text()));
}

Value starts_with_at(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "prefix");
    run.spend(a[0].as_text().size());
    const Units units(a[0].as_text());
    const std::int64_t from = a[2].as_whole();
    if (from < 0 || from > units.size()) return Value::boolean(false);
    return Value::boolean(units.between(from, units.size()).starts_with(a[1].as_text()));
}

Value index_of(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "str");
    run.spend(a[0].as_text().size());
    return Value::of_int(Units(a[0].as_text()).find(a[1].as_text(), 0));
}

Value index_of_from(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "str");
    run.spend(a[0].as_text().size());
    return Value::of_int(Units(a[0].as_text()).find(a[1].as_text(), a[2].as_whole()));
}

Value last_index_of(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "str");
    run.spend(a[0].as_text().size());
    const Units units(a[0].as_text());
    return Value::of_int(units.find_last(a[1].as_text(), units.size()));
}

Value last_index_of_from(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "str");
    run.spend(a[0].as_text().size());
    return Value::of_int(Units(a[0].as_text()).find_last(a[1].as_text(), a[2].as_whole()));
}

Value is_empty(Run& /*run*/, const Value* a) {
    return Value::boolean(a[0].as_text().empty());
}

/// Letters of plain ASCII and those of Latin, Greek and Cyrillic whose cases are a step apart.
char16_t changed_case(char16_t unit, bool upper) {
    const auto between = [&](char16_t from, char16_t to) {
        return unit >= from && unit <= to;
    };
    if (upper) {
        if (between(u'a', u'z') || (between(0xE0, 0xFE) && unit != 0xF7) || between(0x3B1, 0x3C9) ||
            between(0x430, 0x44F))
            return unit == 0x3C2 ? char16_t{0x3A3} : static_cast<char16_t>(unit - 32);
        if (between(0x450, 0x45F)) return static_cast<char16_t>(unit - 80);
        if (between(0x100, 0x17F) && unit % 2 == 1 && !between(0x138, 0x148))
            return static_cast<char16_t>(unit - 1);
        return unit;
    }
    if (between(u'A', u'Z') || (between(0xC0, 0xDE) && unit != 0xD7) || between(0x391, 0x3A9) ||
        between(0x410, 0x42F))
        return static_cast<char16_t>(unit + 32);
    if (between(0x400, 0x40F)) return static_cast<char16_t>(unit + 80);
    if (between(0x100, 0x17E) && unit % 2 == 0 && !between(0x138, 0x148))
        return static_cast<char16_t>(unit + 1);
    return unit;
}

Value in_case(Run& run, const Value& value, bool upper) {
    if (is_plain(value.as_text())) {
        std::string text(value.as_text());
        for (char& c : text)
            c = static_cast<char>(changed_case(static_cast<unsigned char>(c), upper));
        return run.text(text);
    }
    std::u16string changed;
    for (const char16_t unit : to_utf16(value.as_text())) {
        if (upper && unit == 0xDF)
            changed += u"SS";
        else
            changed.push_back(changed_case(unit, upper));
    }
    return run.text(to_utf8(changed));
}

Value to_lower_case(Run& run, const Value* a) {
    return in_case(run, a[0], false);
}

Value to_upper_case(Run& run, const Value* a) {
    return in_case(run, a[0], true);
}

Value trimmed(Run& run, const Value* a) {
    std::string_view text = a[0].as_text();
    const auto blank = [](char c) {
        return static_cast<unsigned char>(c) <= ' ';
    };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return run.text(text);
}

Value concat(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "str");
    return concatenate(run, a[0], a[1]);
}

Value replace(Run& run, const Value* a) {
    if (a[1].is_null() || a[2].is_null()) return raise_null(run, "replacement");
    const std::string text = read(run, a[0]);
    const std::string from = text_of(a[1]);
    const std::string to = text_of(a[2]);
    std::string out;
    if (from.empty()) {
        const Units units(text);
        for (std::int64_t i = 0; i < units.size(); ++i)
            if (out.size() <= run.heap().bytes_most()) out += to + units.between(i, i + 1);
        return run.text(out + to);
    }
    std::size_t at = 0;
    for (std::size_t found; (found = text.find(from, at)) != std::string::npos;
         at = found + from.size()) {
        out += text.substr(at, found - at) + to;
        if (out.size() > run.heap().bytes_most()) return run.text(out);
    }
    return run.text(out + text.substr(at));
}

Value compare_to(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "anotherString");
    run.spend(a[0].as_text().size());
    const std::u16string x = to_utf16(a[0].as_text());
    const std::u16string y = to_utf16(a[1].as_text());
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
        if (x[i] != y[i]) return Value::of_int(static_cast<int>(x[i]) - static_cast<int>(y[i]));
    }
    return Value::of_int(static_cast<std::int64_t>(x.size()) - static_cast<std::int64_t>(y.size()));
}

Value equals_ignore_case(Run& run, const Value* a) {
    if (a[1].is_null()) return Value::boolean(false);
    EVAL(x, in_case(run, a[0], false));
    EVAL(y, in_case(run, a[1], false));
    return Value::boolean(x.as_text() == y.as_text());
}

Value compare_ignore_case(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "str");
    EVAL(x, in_case(run, a[0], false));
    EVAL(y, in_case(run, a[1], false));
    const Value both[] = {x, y};
    return compare_to(run, both);
}

Value split_on_token(Run& run, const Value* a) {
    const std::string_view text = a[0].as_text();
    const std::string_view token = a[1].as_text();
    std::vector<Value> parts;
    std::size_t at = 0;
    if (!token.empty()) {
        for (std::size_t found; (found = text.find(token, at)) != text.npos;
             at = found + token.size())
            parts.push_back(Value::of_text(text.substr(at, found - at)));
    }
    parts.push_back(Value::of_text(text.substr(at)));
    for (Value& part : parts) {
        part = run.text(part.as_text());
        if (part.thrown()) return part;
    }
    return Value::of(run.make_list(std::move(parts), Type(Class::string, 1)));
}

Value chars(Run& run, const Value* a) {
    std::vector<Value> parts;
    for (const char16_t unit : to_utf16(text_of(a[0])))
        parts.push_back(Value::of_int(unit));
    return Value::of(run.make_list(std::move(parts), Class::int_stream));
}

Value to_char_array(Run& run, const Value* a) {
    std::vector<Value> parts;
    for (const char16_t unit : to_utf16(a[0].as_text()))
        parts.push_back(Value::whole(Tag::character, unit));
    return Value::of(run.make_list(std::move(parts), Type(Class::character, 1)));
}

Value encode_base64(Run& run, const Value* a) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string_view text = a[0].as_text();
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t bits = 0;
        const std::size_t count = std::min<std::size_t>(3, text.size() - i);
        for (std::size_t j = 0; j < 3; ++j)
            bits = bits << 8 | (j < count ? static_cast<unsigned char>(text[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            out.push_back(j <= count ? digits[bits >> (18 - 6 * j) & 63U] : '=');
    }
    return run.text(out);
}

Value decode_base64(Run& run, const Value* a) {
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : a[0].as_text()) {
        if (c == '=') break;
        const int digit = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '+'             ? 62
                          : c == '/'             ? 63
                                                 : -1;
        if (digit < 0) {
            return run.raise(Class::illegal_argument,
                             fmt::format("Illegal base64 character {:x}", static_cast<int>(c)));
        }
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held >= 8) out.push_back(static_cast<char>(bits >> (held -= 8) & 255U));
    }
    return run.text(out);
}

Value value_of(Run& run, const Value* a) {
    if (a[0].is_text()) return a[0];
    return run.text(java_text(a[0]));
}

Value value_of_chars(Run& run, const Value* a) {
    std::vector<Value> parts;
    if (!elements_of(run, a[0], parts)) return Value::trouble();
    std::u16string text;
    for (const Value& part : parts)
        text.push_back(static_cast<char16_t>(part.as_whole()));
    return run.text(to_utf8(text));
}

Value join(Run& run, const Value* a) {
    std::vector<Value> parts;
    if (!elements_of(run, a[1], parts)) return Value::trouble();
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) out += text_of(a[0]);
        out += java_text(parts[i]);
        if (out.size() > run.heap().bytes_most()) break;
    }
    return run.text(out);
}

Value format(Run& run, const Value* a) {
    std::vector<Value> parts;
    if (!elements_of(run, a[1], parts)) return Value::trouble();
    return format_text(run, a[0].as_text(), parts);
}

Value empty_text(Run& /*run*/, const Value* /*a*/) {
    return Value::of_text("");
}

Value same_text(Run& run, const Value* a) {
    return a[0].is_null() ? raise_null(run, "original") : a[0];
}

// -- Object ---------------------------------------------------------------------------------------

Value to_string(Run& run, const Value* a) {
    return a[0].is_text() ? a[0] : run.text(java_text(a[0]));
}

Value equals_to(Run& /*run*/, const Value* a) {
    return Value::boolean(equals(a[0], a[1]));
}

Value hash_code(Run& /*run*/, const Value* a) {
    return Value::of_int(hash_of(a[0]));
}

Value objects_equals(Run& /*run*/, const Value* a) {
    return Value::boolean(equals(a[0], a[1]));
}

Value objects_is_null(Run& /*run*/, const Value* a) {
    return Value::boolean(a[0].is_null());
}

Value objects_non_null(Run& /*run*/, const Value* a) {
    return Value::boolean(!a[0].is_null());
}

Value objects_hash(Run& /*run*/, const Value* a) {
    return Value::of_int(hash_of(a[0]));
}

Value objects_to_string_or(Run& run, const Value* a) {
    return a[0].is_null() ? a[1] : to_string(run, a);
}

Value require_non_null(Run& run, const Value* a) {
    return a[0].is_null() ? run.raise(Class::null_pointer, "null") : a[0];
}

// -- StringBuilder --------------------------------------------------------------------------------

BuilderObject& builder(const Value& value) {
    return *object_as<BuilderObject>(value);
}

Value new_builder(Run& run, const Value* /*a*/) {
    return Value::of(run.make<BuilderObject>());
}

Value new_builder_of(Run& run, const Value* a) {
    auto* made = run.make<BuilderObject>();
    made->text = text_of(a[0]);
    return Value::of(made);
}

Value append(Run& run, const Value* a) {
    BuilderObject& text = builder(a[0]);
    const std::string more = java_text(a[1]);
    run.heap().charge(more.size());
    text.text += more;
    EVAL(charged, run.charge_values(0));
    return a[0];
}

Value builder_insert(Run& run, const Value* a) {
    BuilderObject& text = builder(a[0]);
    const std::string before = text.text;
    const Units units(before);
    const std::int64_t at = a[1].as_whole();
    if (at < 0 || at > units.size())
        return out_of_text(run, fmt::format("offset {}, length {}", at, units.size()));
    const std::string more = java_text(a[2]);
    run.heap().charge(more.size());
    text.text = units.between(0, at) + more + units.between(at, units.size());
    EVAL(charged, run.charge_values(0));
    return a[0];
}

Value builder_reverse(Run& /*run*/, const Value* a) {
    std::u16string units = to_utf16(builder(a[0]).text);
    std::ranges::reverse(units);
    builder(a[0]).text = to_utf8(units);
    return a[0];
}

Value builder_set_length(Run& run, const Value* a) {
    const std::string before = builder(a[0]).text;
    const Units units(before);
    const std::int64_t size = a[1].as_whole();
    if (size < 0 || size > units.size())
        return out_of_text(run, fmt::format("String index out of range: {}", size));
    builder(a[0]).text = units.between(0, size);
    return {};
}

Value builder_delete(Run& run, const Value* a) {
    const std::string before = builder(a[0]).text;
    const Units units(before);
    const std::int64_t from = a[1].as_whole();
    const std::int64_t to = std::min(a[2].as_whole(), units.size());
    if (from < 0 || from > to) {
        return out_of_text(run, fmt::format("start {}, end {}, length {}", from, to, units.size()));
    }
    builder(a[0]).text = units.between(0, from) + units.between(to, units.size());
    return a[0];
}

Value builder_delete_char(Run& run, const Value* a) {
    const Value range[] = {a[0], a[1], Value::of_int(a[1].as_whole() + 1)};
    return builder_delete(run, range);
}

constexpr MethodRow rows[] = {
    {Class::object, "String toString()", to_string},
    {Class::object, "boolean equals(def)", equals_to},
    {Class::object, "int hashCode()", hash_code},
    {Class::char_sequence, "int length()", length},
    {Class::char_sequence, "char charAt(int)", char_at},
    {Class::char_sequence, "IntStream chars()", chars},
    {Class::char_sequence, "CharSequence subSequence(int, int)", substring},
    {Class::string, "new()", empty_text},
    {Class::string, "new(String)", same_text},
    {Class::string, "int codePointAt(int)", code_point_at},
    {Class::string, "String substring(int)", substring_from},
    {Class::string, "String substring(int, int)", substring},
    {Class::string, "boolean contains(CharSequence)", contains},
    {Class::string, "boolean startsWith(String)", starts_with},
    {Class::string, "boolean startsWith(String, int)", starts_with_at},
    {Class::string, "boolean endsWith(String)", ends_with},
    {Class::string, "int indexOf(String)", index_of},
    {Class::string, "int indexOf(String, int)", index_of_from},
    {Class::string, "int lastIndexOf(String)", last_index_of},
    {Class::string, "int lastIndexOf(String, int)", last_index_of_from},
    {Class::string, "boolean isEmpty()", is_empty},
    {Class::string, "String toLowerCase()", to_lower_case},
    {Class::string, "String toUpperCase()", to_upper_case},
    {Class::string, "String trim()", trimmed},
    {Class::string, "String concat(String)", concat},
    {Class::string, "String replace(CharSequence, CharSequence)", replace},
    {Class::string, "int compareTo(String)", compare_to},
    {Class::string, "boolean equalsIgnoreCase(String)", equals_ignore_case},
    {Class::string, "int compareToIgnoreCase(String)", compare_ignore_case},
    {Class::string, "String[] splitOnToken(String)", split_on_token},
    {Class::string, "char[] toCharArray()", to_char_array},
    {Class::string, "String encodeBase64()", encode_base64},
    {Class::string, "String decodeBase64()", decode_base64},
    {Class::string, "static String valueOf(def)", value_of},
    {Class::string, "static String copyValueOf(char[])", value_of_chars},
    {Class::string, "static String join(CharSequence, Iterable)", join},
    {Class::string, "static String format(String, def[])", format},
    {Class::objects, "static boolean equals(Object, Object)", objects_equals},
    {Class::objects, "static boolean isNull(Object)", objects_is_null},
    {Class::objects, "static boolean nonNull(Object)", objects_non_null},
    {Class::objects, "static int hashCode(Object)", objects_hash},
    {Class::objects, "static String toString(Object)", to_string},
    {Class::objects, "static String toString(Object, String)", objects_to_string_or},
    {Class::objects, "static def requireNonNull(def)", require_non_null},
    {Class::string_builder, "new()", new_builder},
    {Class::string_builder, "new(CharSequence)", new_builder_of},
    {Class::string_builder, "StringBuilder append(def)", append},
    {Class::string_builder, "StringBuilder insert(int, def)", builder_insert},
    {Class::string_builder, "StringBuilder reverse()", builder_reverse},
    {Class::string_builder, "void setLength(int)", builder_set_length},
    {Class::string_builder, "StringBuilder delete(int, int)", builder_delete},
    {Class::string_builder, "StringBuilder deleteCharAt(int)", builder_delete_char},
};

}  // namespace

std::span<const MethodRow> text_methods() {
    return rows;
}

}  // namespace elkhorn::script
