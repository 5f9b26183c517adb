#include "event/arrival.h"

#include "text/date/date_parse.h"

namespace elkhorn::event {
namespace {

const text::DateParser& iso_parser() {
    static const text::DateParser parser = *text::DateParser::joda("ISO8601");
    return parser;
}

void adopt_timestamp(Event& event, Value& value, std::int64_t now_ns) {
    if (value.is(Kind::timestamp)) return;
    if (value.is(Kind::string)) {
        if (const auto date =
                iso_parser().parse(value.as_string(), *text::TimeZone::utc(), now_ns)) {
            value = Value::timestamp(date->first.ns());
            return;
        }
    }
    const Value was = value;
    value = Value::timestamp(now_ns);
    event.set("_@timestamp", was);
    event.add_tag("_timestampparsefailure");
}

}  // namespace

void adopt_members(Event& event, std::int64_t now_ns) {
    if (Value* timestamp = event.find("@timestamp")) adopt_timestamp(event, *timestamp, now_ns);
    if (Value* metadata = event.find("@metadata");
        metadata != nullptr && metadata->is(Kind::object)) {
        for (const Member& member : metadata->as_object().members()) {
            event.metadata().set(event.arena(), member.name, member.value);
        }
        event.root().remove("@metadata");
    }
    const Value* tags = event.find("tags");
    if (tags == nullptr || tags->is(Kind::string) || tags->is(Kind::array)) return;
    if (tags->is_null())
        event.root().remove("tags");
    else
        event.add_tag("_tagsparsefailure");
}

void complete_arrival(Event& event, std::int64_t now_ns) {
    adopt_members(event, now_ns);
    if (event.find("@timestamp") == nullptr) {
        event.root().add(event.arena(), "@timestamp", Value::timestamp(now_ns));
    }
    if (event.find("@version") == nullptr) {
        event.root().add(event.arena(), "@version", Value::string("1"));
    }
}

}  // namespace elkhorn::event
