// filter/date.cc -- the time a text speaks of becomes the event's @timestamp.
//
//   date { match => ["timestamp", "dd/MMM/yyyy:HH:mm:ss Z"]  timezone => "Europe/Berlin" }
//
// The formats are tried in order (text/date/date_parse.h): Joda patterns, ISO8601, UNIX, UNIX_MS,
// TAI64N. A missing field is no failure and leaves no tag. Where the text has no zone, `timezone`
// holds (it may have holes: "%{zone}"), else the machine's. Names of months and days are English
// whatever the locale says.

#include "base/strings.h"
#include "filter/core/decoration.h"
#include "filter/core/field_name.h"
#include "filter/core/filter.h"
#include "text/date/date_parse.h"
#include "text/date/time_zone.h"

#include <fmt/format.h>

namespace elkhorn::filter::date {
namespace {

using event::Event;
using event::Kind;
using event::Value;

struct Options {
    std::optional<event::FieldPath> source;
    event::FieldPath target = event::FieldPath::key("@timestamp");
    std::vector<text::DateParser> formats;
    std::vector<std::string> tags_on_failure = {"_dateparsefailure"};
    text::TimeZone::Ptr zone = text::TimeZone::local();
    std::optional<event::Format> zone_of_event;  // when it has holes
};

class Date final : public Filter {
public:
    Date(Options options, Decoration decoration, const Clock& clock)
        : options_(std::move(options)), decoration_(std::move(decoration)), clock_(clock) {}

    void apply(event::Batch& /*batch*/, Events events) override {
        last_text_.clear();  // the year of a text without one depends on today
        now_ns_ = clock_.wall_ns();
        for (Event* event : events)
            set_time(*event);
    }

private:
    void set_time(Event& event) {
        const Value* value = event.find(*options_.source);
        if (value == nullptr || value->is_null()) return;
        const auto time = time_of(event, *value);
        if (!time || !event.set(options_.target, Value::timestamp(*time))) {
            for (const std::string& tag : options_.tags_on_failure)
                event.add_tag(tag);
            return;
        }
        decoration_.apply(event);
    }

    std::optional<std::int64_t> time_of(const Event& event, const Value& value) {
        if (value.is(Kind::timestamp)) return value.as_timestamp();
        if (value.is(Kind::array)) {
            const auto items = value.as_array().values();
            return items.empty() || items[0].is(Kind::array) ? std::nullopt
                                                             : time_of(event, items[0]);
        }
        if (value.is(Kind::real)) return parse(event, fmt::format("{:.9f}", value.as_real()));
        if (value.is(Kind::integer)) return parse(event, std::to_string(value.as_integer()));
        if (!value.is(Kind::string)) return std::nullopt;
        return parse(event, value.as_string());
    }

    /// Neighbouring lines often have the same second: the last answer is kept.
    std::optional<std::int64_t> parse(const Event& event, std::string_view text) {
        if (!options_.zone_of_event && !last_text_.empty() && text == last_text_) return last_time_;
        text::TimeZone::Ptr zone = options_.zone;
        if (options_.zone_of_event) {
            auto found = text::TimeZone::find(options_.zone_of_event->fill(event, clock_));
            if (!found) return std::nullopt;
            zone = *found;
        }
        last_time_.reset();
        for (const text::DateParser& format : options_.formats) {
            const auto date = format.parse(text, *zone, now_ns_);
            if (!date) continue;
            last_time_ = date->first.ns();
            break;
        }
        last_text_ = text;
        return last_time_;
    }

    Options options_;
    Decoration decoration_;
    const Clock& clock_;
    std::int64_t now_ns_ = 0;
    std::string last_text_;
    std::optional<std::int64_t> last_time_;
};

void read_zone(config::Fields& fields, Options& options) {
    std::string zone;
    fields.optional("timezone", zone);
    if (zone.empty()) return;
    auto format = read_format(fields, "timezone", zone);
    if (!format) return;
    if (!format->constant()) {
        options.zone_of_event = std::move(format);
        return;
    }
    auto found = text::TimeZone::find(zone);
    if (found)
        options.zone = *found;
    else
        fields.mistake("timezone", found.error().message);
}

Result<std::unique_ptr<Filter>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    std::vector<std::string> match;
    std::optional<event::FieldPath> target;
    fields.required("match", match);
    fields.optional("tag_on_failure", options.tags_on_failure);
    fields.accept({"locale"});
    read_path(fields, "target", target);
    if (target) options.target = std::move(*target);
    read_zone(fields, options);
    Decoration decoration(context.clock);
    decoration.read(fields);
    if (fields.has("match") && match.size() < 2) {
        fields.mistake("match", "write [\"field\", \"format\", ...]");
    } else if (!match.empty()) {
        auto source = event::FieldPath::parse(match[0]);
        if (source)
            options.source = std::move(*source);
        else
            fields.mistake("match", source.error().message);
        for (std::size_t i = 1; i < match.size(); ++i) {
            auto format = text::DateParser::joda(match[i]);
            if (format)
                options.formats.push_back(std::move(*format));
            else
                fields.mistake("match", format.error().message);
        }
    }
    TRY(fields.finish());
    return std::make_unique<Date>(std::move(options), std::move(decoration), context.clock);
}

}  // namespace

extern constinit const Spec spec{"date", "Set @timestamp from a text in a known format.", build};

}  // namespace elkhorn::filter::date
