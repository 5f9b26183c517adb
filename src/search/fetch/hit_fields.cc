#include "search/fetch/hit_fields.h"

#include "base/civil_time.h"
#include "json/writer.h"
#include "search/base/field.h"
#include "search/sort/sort.h"
#include "store/schema/ip_address.h"
#include "text/date/date_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace elkhorn::search {
namespace {

using store::FieldType;

/// By the first of the formats that one can write.
std::string format_date(std::int64_t ms, std::string_view formats) {
    const std::string_view format = formats.substr(0, formats.find("||"));
    std::string out;
    if (format == "epoch_millis") return std::to_string(ms);
    if (format == "epoch_second") return std::to_string(ms / 1000);
    const bool iso = format.empty() || format == "strict_date_optional_time" ||
                     format == "date_optional_time" || format == "date_time" ||
                     format == "strict_date_time" || format == "strict_date_optional_time_nanos";
    if (!iso) {
        std::string_view pattern = format;
        if (format == "date" || format == "strict_date") pattern = "yyyy-MM-dd";
        if (format == "basic_date") pattern = "yyyyMMdd";
        const auto writer = text::DateFormat::parse(pattern, text::DateFormat::Dialect::java_time);
        if (writer) {
            writer->append_to(out, Instant::from_ms(ms));
            return out;
        }
    }
    append_iso_ms(out, ms);
    return out;
}

/// "#.0", "0.00": as many digits behind the point as the pattern shows.
std::string format_number(double value, std::string_view pattern) {
    const std::size_t point = pattern.rfind('.');
    const std::size_t digits = point == std::string_view::npos ? 0 : pattern.size() - point - 1;
    return fmt::format("{:.{}f}", value, digits);
}

void write_number(json::Writer& out, const Field& field, double value, std::string_view format) {
    if (!format.empty())
        out.value(format_number(value, format));
    else if (field.type() == FieldType::float32 || field.type() == FieldType::float16) {
        out.raw(float_json(static_cast<float>(value)));
    } else {
        out.value(value);
    }
}

void write_integer(json::Writer& out, const Field& field, std::int64_t value,
                   std::string_view format) {
    if (field.is_boolean())
        out.value(value != 0);
    else if (field.is_date())
        out.value(format_date(value, format.empty() ? field.mapping->format : format));
    else if (!format.empty())
        out.value(format_number(static_cast<double>(value), format));
    else
        out.value(value);
}

/// The array of the row's values; false when there are none.
Answer<bool> write_values(const GroupContext& context, const Field& field, std::uint32_t row,
                          std::string_view format, bool sorted, json::Writer& out) {
    if (field.kind() == store::ColumnKind::text || field.is_ip()) {
        std::vector<std::string> texts = ASK(texts_of(context, field, row));
        if (texts.empty()) return false;
        if (sorted) {
            std::ranges::sort(texts);
            texts.erase(std::ranges::unique(texts).begin(), texts.end());
        }
        out.key(field.name).begin_array();
        for (const std::string& text : texts)
            out.value(field.is_ip() ? store::format_ip(text) : text);
        out.end_array();
        return true;
    }
    const Numbers numbers = ASK(numbers_of(context, field));
    if (!numbers.has(row)) return false;
    out.key(field.name).begin_array();
    if (field.is_point()) {
        const auto& all = *numbers.reals;
        for (auto i = all.rows.first(row); i + 1 < all.rows.last(row); i += 2)
            out.value(fmt::format("{}, {}", all.values[i], all.values[i + 1]));
        out.end_array();
        return true;
    }
    if (numbers.integers != nullptr) {
        const auto& all = *numbers.integers;
        std::vector<std::int64_t> values(all.values.begin() + all.rows.first(row),
                                         all.values.begin() + all.rows.last(row));
        if (sorted) std::ranges::sort(values);
        for (const std::int64_t value : values)
            write_integer(out, field, value, format);
    }
    if (numbers.reals != nullptr) {
        const auto& all = *numbers.reals;
        std::vector<double> values(all.values.begin() + all.rows.first(row),
                                   all.values.begin() + all.rows.last(row));
        if (sorted) std::ranges::sort(values);
        for (const double value : values)
            write_number(out, field, value, format);
    }
    out.end_array();
    return true;
}

struct Wanted {
    std::string format;
    bool docvalue = false;
};

Answer<> want(const GroupContext& context, const std::vector<std::string>& given, bool docvalue,
              std::map<std::string, Wanted>& wanted) {
    for (const std::string& shown : given) {
        const std::size_t colon = shown.find(':');
        const std::string name = shown.substr(0, colon);
        std::string format = colon == std::string::npos ? "" : shown.substr(colon + 1);
        if (format == "use_field_mapping") format.clear();
        if (name.find('*') == std::string::npos) {
            const Field field = find_field(*context.index, name);
            if (docvalue && field.is_text()) return not_for_texts(name);
            if (field.has_values()) wanted[name] = {format, docvalue};
            continue;
        }
        for (const std::string& found : expand_fields(*context.index, name)) {
            const Field field = find_field(*context.index, found);
            if (docvalue && field.is_text()) continue;
            wanted[found] = {format, docvalue};
        }
    }
    return {};
}

}  // namespace

Answer<std::string> hit_fields(const GroupContext& context, std::uint32_t row,
                               const std::vector<std::string>& docvalues,
                               const std::vector<std::string>& fields) {
    std::map<std::string, Wanted> wanted;
    ASK(want(context, fields, false, wanted));
    ASK(want(context, docvalues, true, wanted));
    json::Writer out;
    out.begin_object();
    bool any = false;
    for (const auto& [name, how] : wanted) {
        const Field field = find_field(*context.index, name);
        const bool written = ASK(write_values(context, field, row, how.format, how.docvalue, out));
        any = any || written;
    }
    out.end_object();
    return any ? out.take() : std::string();
}

}  // namespace elkhorn::search
