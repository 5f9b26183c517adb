#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>

namespace elkhorn::log {
namespace {

bool as_json = false;

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            out.append(escape);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

std::string render(std::string_view message, Fields fields) {
    std::string line;
    if (as_json) {
        append_quoted(line, message);
        for (const Field& field : fields) {
            line += ',';
            append_quoted(line, field.name);
            line += ':';
            if (field.quoted) append_quoted(line, field.value);
            if (!field.quoted) line += field.value;
        }
        return line;
    }
    line = message;
    for (const Field& field : fields) {
        line += "  ";
        line += field.name;
        line += '=';
        if (field.value.find_first_of(" \"\n") != std::string::npos)
            append_quoted(line, field.value);
        else
            line += field.value;
    }
    return line;
}

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = spdlog::stderr_color_mt("elkhorn");
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v", spdlog::pattern_time_type::utc);
        return made;
    }();
    return *instance;
}

}  // namespace

void configure(Level level, Format format) {
    as_json = format == Format::json || (format == Format::automatic && isatty(STDERR_FILENO) == 0);
    if (as_json) {
        logger().set_pattern(
            R"({"@timestamp":"%Y-%m-%dT%H:%M:%S.%eZ","log.level":"%l","message":%v})",
            spdlog::pattern_time_type::utc);
    }
    constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info,
                                                    spdlog::level::warn, spdlog::level::err,
                                                    spdlog::level::off};
    logger().set_level(levels[static_cast<int>(level)]);
    logger().flush_on(spdlog::level::info);
}

void debug(std::string_view message, Fields fields) {
    if (!logger().should_log(spdlog::level::debug)) return;
    logger().debug(render(message, fields));
}

void info(std::string_view message, Fields fields) {
    logger().info(render(message, fields));
}

void warn(std::string_view message, Fields fields) {
    logger().warn(render(message, fields));
}

void error(std::string_view message, Fields fields) {
    logger().error(render(message, fields));
}

}  // namespace elkhorn::log
