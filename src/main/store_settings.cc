#include "main/store_settings.h"

#include "base/log.h"
#include "base/nearest.h"
#include "base/strings.h"
#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace elkhorn {
namespace {

constexpr std::uint64_t memory_least = 32ULL << 20;
constexpr std::uint64_t memory_unknown = 1ULL << 30;  // of a machine that does not tell

/// "100m" and the like: thousands, millions, billions.
std::optional<std::uint64_t> parse_count(std::string_view text) {
    std::uint64_t factor = 1;
    const std::string lower = to_lower(trim(text));
    std::string_view digits = lower;
    for (const auto& [unit, size] :
         {std::pair('k', 1'000ULL), {'m', 1'000'000ULL}, {'b', 1'000'000'000ULL}}) {
        if (!digits.ends_with(unit)) continue;
        digits.remove_suffix(1);
        factor = size;
        break;
    }
    const auto number = to_double(digits);
    if (!number || *number < 0 || *number * static_cast<double>(factor) > 9e18) return std::nullopt;
    return static_cast<std::uint64_t>(*number * static_cast<double>(factor));
}

Result<> read_member(store::RetentionRule& rule, const std::string& name, const std::string& text) {
    constexpr std::array<std::string_view, 4> known = {"pattern", "max_age", "max_bytes",
                                                       "max_rows"};
    if (name == "pattern") {
        rule.pattern = text;
    } else if (name == "max_age") {
        rule.max_age_ms = TRY(parse_duration_ms(text));
    } else if (name == "max_bytes") {
        rule.max_bytes = static_cast<std::uint64_t>(TRY(parse_bytes(text)));
    } else if (name == "max_rows") {
        rule.max_rows = parse_count(text);
        if (!rule.max_rows)
            return fail(ErrorCode::invalid, fmt::format("\"{}\" is no number such as 100m", text));
    } else {
        const std::string near = nearest_word(name, known);
        return fail(ErrorCode::invalid,
                    fmt::format("there is no limit {}{}", name,
                                near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
    }
    return {};
}

Result<store::RetentionRule> read_rule(const config::SettingMap& map) {
    store::RetentionRule rule;
    for (const auto& [name, text] : map.members) {
        if (auto read = read_member(rule, name, text); !read)
            return within(fmt::format("{}: retention: {}", map.source, name), read.error());
    }
    if (!rule.pattern.empty()) return rule;
    return fail(ErrorCode::invalid,
                fmt::format("{}: retention: a rule needs the pattern of the indices it is for",
                            map.source));
}

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

Result<std::uint64_t> read_memory(const config::Settings& settings) {
    const std::string& text = settings.text("memory");
    const auto wrong = [&](std::string_view why) {
        return fail(ErrorCode::invalid,
                    fmt::format("{}: memory: \"{}\" {}", settings.source("memory"), text, why));
    };
    std::uint64_t bytes = 0;
    if (trim(text).ends_with('%')) {
        const std::string_view digits = trim(text).substr(0, trim(text).size() - 1);
        const auto percent = to_double(trim(digits));
        if (!percent || *percent <= 0 || *percent > 100)
            return wrong("is no share of the machine's memory such as 25%");
        std::uint64_t machine = store::machine_memory_bytes(read_file);
        if (machine == 0) machine = memory_unknown;
        bytes = static_cast<std::uint64_t>(static_cast<double>(machine) * *percent / 100);
        return std::max(bytes, memory_least);
    }
    const auto parsed = parse_bytes(text);
    if (!parsed) return wrong("is neither a size such as 4gb nor a share such as 25%");
    bytes = static_cast<std::uint64_t>(*parsed);
    if (bytes < memory_least) return wrong("is too little to work with: at least 32mb are needed");
    return bytes;
}

}  // namespace

Result<> read_store_settings(const config::Settings& settings, store::Options& options) {
    options.memory = store::MemoryShares::of(TRY(read_memory(settings)));
    // Encoding a row group of texts takes several times its documents, which no share counts.
    constexpr std::uint64_t groups_in_memory = 16;
    options.group_source_bytes =
        std::min(options.group_source_bytes, options.memory.total_bytes / groups_in_memory);
    // After a crash the log is read back into tails: it must not be more than they may hold.
    options.log_limit_bytes =
        std::min(static_cast<std::uint64_t>(settings.integer("store.log_limit")),
                 options.memory[store::MemoryUse::tails] / 2);
    options.log_file_bytes = std::min(options.log_file_bytes, options.log_limit_bytes / 2);
    for (const config::SettingMap& map : settings.maps("retention"))
        options.retention.rules.push_back(TRY(read_rule(map)));
    options.retention.free_disk_bytes =
        static_cast<std::uint64_t>(settings.integer("retention.free_disk"));
    options.retention.interval_ms = settings.integer("retention.interval");
    options.watermarks = TRY(store::DiskWatermarks::parse(
        settings.text("disk.watermark.low"), settings.text("disk.watermark.high"),
        settings.text("disk.watermark.flood_stage")));
    return {};
}

}  // namespace elkhorn
