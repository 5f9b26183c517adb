// search/agg/core/format.h -- how numbers become the texts beside them ("key_as_string",
// "value_as_string"), and how texts in a request become numbers: by the field's type and by
// "format", which is a date format for dates and java.text.DecimalFormat's pattern for numbers.
#pragma once

#include "search/base/date_math.h"
#include "search/base/failure.h"
#include "text/date/date_format.h"
#include "text/date/time_zone.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace elkhorn::search::agg {

/// DecimalFormat's pattern: prefix, # and 0 around one point, commas for groups, %, suffix.
struct DecimalPattern {
    static DecimalPattern parse(std::string_view pattern);
    std::string text(double value) const;

    std::string prefix;
    std::string suffix;
    int whole_digits_min = 0;
    int fraction_digits_min = 0;
    int fraction_digits_max = 0;
    int group = 0;  // digits between commas; 0: none
    bool percent = false;
};

class ValueFormat {
public:
    enum class Kind { raw, boolean, date, decimal, address };

    ValueFormat() = default;

    static ValueFormat boolean() { return ValueFormat(Kind::boolean); }

    static ValueFormat address() { return ValueFormat(Kind::address); }

    static ValueFormat decimal(std::string_view pattern);
    /// `format`: empty for the default of date fields. The zone shows and reads what names none.
    static Answer<ValueFormat> date(std::string_view format, std::string_view time_zone,
                                    std::int64_t now_ms);

    /// False when numbers go without a text beside them.
    bool shown() const { return kind_ != Kind::raw; }

    Kind kind() const { return kind_; }

    std::string text(double value) const;
    std::string text(std::int64_t value) const;
    /// A number as the request gives it: "2024-01-01", "now-1d", "true", "1.5".
    Answer<double> read(std::string_view value) const;
    Answer<std::int64_t> read_whole(std::string_view value) const;

private:
    explicit ValueFormat(Kind kind) : kind_(kind) {}

    std::string date_text(std::int64_t ms) const;

    enum class Print { pattern, epoch_ms, epoch_seconds };

    Kind kind_ = Kind::raw;
    Print print_ = Print::pattern;
    text::DateFormat date_;
    text::TimeZone::Ptr zone_;
    std::shared_ptr<const DateReader> reader_;
    DecimalPattern decimal_;
};

}  // namespace elkhorn::search::agg
