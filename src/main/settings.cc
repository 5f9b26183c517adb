#include "main/settings.h"

#include <array>
#include <filesystem>

namespace elkhorn {
namespace {

using config::Setting;
using config::SettingType;

constexpr std::array known = {
    Setting{"data", SettingType::text, "elkhorn-data", "Folder of everything that is kept."},
    Setting{"path.repo", SettingType::list, "",
            "Folders below which snapshot repositories may be; none: nowhere."},
    Setting{"bind", SettingType::text, "127.0.0.1",
            "Address to listen on; more than loopback needs --insecure."},
    Setting{"insecure", SettingType::boolean, "false",
            "Allow a bind address that others can reach, without TLS and users."},
    Setting{"api.port", SettingType::integer, "9200",
            "Port of the Elasticsearch API; 0 is any free one."},
    Setting{"ui.port", SettingType::integer, "5601", "Port of the web UI; 0 is any free one."},
    Setting{"tcp.port", SettingType::integer, "9601",
            "Port for JSON lines over TCP, without --pipeline."},
    Setting{"udp.port", SettingType::integer, "9602",
            "Port for JSON over UDP, without --pipeline."},
    Setting{"index", SettingType::text, "logs-%{+YYYY.MM.dd}",
            "Index of what comes in by TCP and UDP."},
    Setting{"pipeline", SettingType::text, "",
            "Logstash file to run in place of the TCP and UDP inputs."},
    Setting{"pipeline.workers", SettingType::integer, "2", "Threads that run filters and outputs."},
    Setting{"memory", SettingType::text, "25%",
            "All that documents on their way to disk, caches and searches may hold: a size, or a "
            "share of the machine's memory."},
    Setting{"store.log_limit", SettingType::bytes, "128mb",
            "Write-ahead log on disk; past it documents are moved into segments."},
    Setting{"retention", SettingType::maps, "",
            "What is dropped when: [{pattern: \"logs-*\", max_age: 30d, max_bytes: 50gb, max_rows: "
            "100m}], the first pattern that fits an index wins."},
    Setting{"retention.free_disk", SettingType::bytes, "0",
            "Drop the oldest data while less is free on the disk; 0: never."},
    Setting{"retention.interval", SettingType::duration_ms, "1m", "How often retention looks."},
    Setting{"disk.watermark.low", SettingType::text, "90%,8gb",
            "Warn; used share or free bytes, with commas: when all are reached."},
    Setting{"disk.watermark.high", SettingType::text, "95%,4gb", "Stop merging."},
    Setting{"disk.watermark.flood_stage", SettingType::text, "97%,2gb",
            "Refuse writes (429) until there is room again."},
    Setting{"http.body_limit", SettingType::bytes, "100mb", "Largest request body."},
    Setting{"http.allowed_hosts", SettingType::list, "",
            "Further names to answer to, and sites whose pages may send requests; '*' stands for "
            "anything."},
    Setting{"http.workers", SettingType::integer, "16",
            "Threads that answer searches, and as many for writes; at most one for each 64 MB of "
            "`memory`."},
    Setting{"search.timeout", SettingType::duration_ms, "60s",
            "A search that takes longer is ended."},
    Setting{"shutdown.grace", SettingType::duration_ms, "30s", "Time to drain on SIGTERM."},
    Setting{"cluster.name", SettingType::text, "elkhorn", "Name shown to clients."},
    Setting{"node.name", SettingType::text, "elkhorn", "Name shown to clients."},
    Setting{"log.level", SettingType::text, "info", "debug, info, warn or error."},
    Setting{"log.format", SettingType::text, "automatic",
            "text, json, or automatic: text on a terminal."},
    Setting{"port_file", SettingType::text, "",
            "File that gets the ports as JSON once all listen."},
};

}  // namespace

std::span<const Setting> known_settings() {
    return known;
}

Result<config::Settings> load_settings(const std::string& config_file, const config::Flags& flags) {
    constexpr const char* usual = "elkhorn.yml";
    if (!config_file.empty()) return config::Settings::load(known, config_file, flags);
    return config::Settings::load(known, std::filesystem::exists(usual) ? usual : "", flags);
}

}  // namespace elkhorn
