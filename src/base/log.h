// base/log.h -- Elkhorn's own log: one line an event on standard error, the message first and the
// facts as fields. spdlog stands behind it (log.cc) and in no header.
//
//   log::warn("segment dropped", {{"id", id}, {"reason", why}});
//
// Text form on a terminal, one JSON object a line otherwise or with `--log-format json`.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace elkhorn::log {

enum class Level { debug, info, warn, error, off };
enum class Format { automatic, text, json };

/// A fact beside the message. Numbers are kept as numbers in the JSON form.
struct Field {
    Field(std::string_view field_name, std::string_view text)
        : name(field_name), value(text), quoted(true) {}

    Field(std::string_view field_name, const std::string& text)
        : Field(field_name, std::string_view(text)) {}

    Field(std::string_view field_name, const char* text)
        : Field(field_name, std::string_view(text)) {}

    Field(std::string_view field_name, std::integral auto number)
        : name(field_name), value(std::to_string(number)) {}

    Field(std::string_view field_name, double number)
        : name(field_name), value(std::to_string(number)) {}

    std::string_view name;
    std::string value;
    bool quoted = false;
};

using Fields = std::initializer_list<Field>;

void configure(Level level, Format format);
void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

}  // namespace elkhorn::log
