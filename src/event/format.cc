#include "event/format.h"

#include "base/civil_time.h"
#include "text/json_text.h"

#include <fmt/format.h>

namespace elkhorn::event {

void append_json(std::string& out, const Object& object) {
    out.push_back('{');
    bool first = true;
    for (const Member& member : object.members()) {
        if (!first) out.push_back(',');
        first = false;
        text::append_json_string(out, member.name);
        out.push_back(':');
        append_json(out, member.value);
    }
    out.push_back('}');
}

void append_json(std::string& out, const Value& value) {
    switch (value.kind()) {
        case Kind::null: out += "null"; break;
        case Kind::boolean: out += value.as_boolean() ? "true" : "false"; break;
        case Kind::integer: text::append_integer(out, value.as_integer()); break;
        case Kind::real: text::append_json_real(out, value.as_real()); break;
        case Kind::string: text::append_json_string(out, value.as_string()); break;
        case Kind::timestamp:
            out.push_back('"');
            append_iso(out, value.as_timestamp());
            out.push_back('"');
            break;
        case Kind::array: {
            out.push_back('[');
            bool first = true;
            for (const Value& item : value.as_array().values()) {
                if (!first) out.push_back(',');
                first = false;
                append_json(out, item);
            }
            out.push_back(']');
            break;
        }
        case Kind::object: append_json(out, value.as_object()); break;
    }
}

void append_text(std::string& out, const Value& value) {
    switch (value.kind()) {
        case Kind::null: break;
        case Kind::string: out += value.as_string(); break;
        case Kind::timestamp: append_iso(out, value.as_timestamp()); break;
        case Kind::array: {
            bool first = true;
            for (const Value& item : value.as_array().values()) {
                if (!first) out.push_back(',');
                first = false;
                append_text(out, item);
            }
            break;
        }
        default: append_json(out, value); break;
    }
}

Result<Format::Part> Format::parse_hole(std::string_view hole) {
    Part part;
    part.text = hole;
    const std::string_view inside = hole.substr(2, hole.size() - 3);
    if (inside.starts_with('{') && inside.ends_with('}')) {
        const std::string_view pattern = inside.substr(1, inside.size() - 2);
        part.kind = pattern == "TIME_NOW" ? Part::Kind::now : Part::Kind::date;
        if (part.kind == Part::Kind::date) {
            part.date = TRY(text::DateFormat::parse(pattern, text::DateFormat::Dialect::java_time));
        }
        return part;
    }
    if (inside == "+%s") {
        part.kind = Part::Kind::epoch;
        return part;
    }
    if (inside.starts_with('+')) {
        part.kind = Part::Kind::date;
        part.date = TRY(text::DateFormat::parse(inside.substr(1), text::DateFormat::Dialect::joda));
        return part;
    }
    part.kind = Part::Kind::field;
    part.path = TRY(FieldPath::parse(inside));
    return part;
}

Result<Format> Format::parse(std::string_view text) {
    Format format;
    format.text_ = text;
    while (!text.empty()) {
        const std::size_t open = text.find("%{");
        std::size_t close = open == text.npos ? text.npos : text.find('}', open);
        if (close == text.npos) break;
        if (text.substr(open).starts_with("%{{") && text.substr(close).starts_with("}}")) ++close;
        if (open > 0) {
            Part literal;
            literal.text = text.substr(0, open);
            format.parts_.push_back(std::move(literal));
        }
        if (close == open + 2)
            return fail(ErrorCode::invalid, fmt::format("\"{}\" has an empty %{{}}", format.text_));
        format.parts_.push_back(TRY(parse_hole(text.substr(open, close + 1 - open))));
        text.remove_prefix(close + 1);
    }
    if (!text.empty()) {
        Part literal;
        literal.text = text;
        format.parts_.push_back(std::move(literal));
    }
    return format;
}

void Format::append_to(std::string& out, const Event& event, const Clock& clock) const {
    for (const Part& part : parts_) {
        switch (part.kind) {
            case Part::Kind::text: out += part.text; break;
            case Part::Kind::field: {
                const Value* value = event.find(part.path);
                if (value == nullptr)
                    out += part.text;
                else
                    append_text(out, *value);
                break;
            }
            case Part::Kind::date:
                if (const auto time = event.timestamp()) part.date.append_to(out, *time);
                break;
            case Part::Kind::epoch:
                if (const auto time = event.timestamp()) {
                    text::append_integer(out, civil_from_ns(*time).nanosecond == 0 || *time >= 0
                                                  ? *time / 1'000'000'000
                                                  : *time / 1'000'000'000 - 1);
                }
                break;
            case Part::Kind::now: append_iso(out, clock.wall_ns()); break;
        }
    }
}

std::string Format::fill(const Event& event, const Clock& clock) const {
    std::string out;
    append_to(out, event, clock);
    return out;
}

}  // namespace elkhorn::event
