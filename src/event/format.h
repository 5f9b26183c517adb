// event/format.h -- text with holes, as Logstash fills them: `logs-%{service}-%{+YYYY.MM.dd}`.
//
//   %{field} %{[a][b]}   the field's text; arrays joined by commas, objects as JSON; a missing
//                        field leaves the hole as written (users rely on seeing it)
//   %{+PATTERN}          Joda pattern over @timestamp in UTC; %{+%s} is epoch seconds
//   %{{PATTERN}}         java.time pattern over @timestamp in UTC; %{{TIME_NOW}} is now
//
// Parsed once; filling appends to a string that the caller keeps.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "event/event.h"
#include "text/date/date_format.h"

#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::event {

class Format {
public:
    static Result<Format> parse(std::string_view text);

    /// True when the text has no holes: then `text()` is the whole answer.
    bool constant() const {
        return parts_.empty() || (parts_.size() == 1 && parts_[0].kind == Part::Kind::text);
    }

    const std::string& text() const { return text_; }

    void append_to(std::string& out, const Event& event, const Clock& clock = system_clock()) const;
    std::string fill(const Event& event, const Clock& clock = system_clock()) const;

private:
    struct Part {
        enum class Kind { text, field, date, epoch, now };
        Kind kind = Kind::text;
        std::string text;  // literal, or the hole as written
        FieldPath path = FieldPath::key("");
        text::DateFormat date;
    };

    static Result<Part> parse_hole(std::string_view hole);

    std::string text_;
    std::vector<Part> parts_;
};

/// A value as Logstash prints it into text: numbers plainly, timestamps in ISO 8601, arrays joined
/// by commas, objects as JSON.
void append_text(std::string& out, const Value& value);

/// A value as compact JSON.
void append_json(std::string& out, const Value& value);
void append_json(std::string& out, const Object& object);

}  // namespace elkhorn::event
