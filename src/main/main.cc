// main/main.cc -- the command line. Exit codes: 0 done, 1 trouble while running, 2 wrong use or
// settings.

#include "api/own/parts/compatibility.h"
#include "base/kill_point.h"
#include "base/log.h"
#include "codec/core/codec.h"
#include "filter/core/filter.h"
#include "input/core/input.h"
#include "main/generate.h"
#include "main/inspect.h"
#include "main/print.h"
#include "main/repair.h"
#include "main/run_pipeline.h"
#include "main/serve.h"
#include "main/settings.h"
#include "main/verify.h"
#include "output/core/output.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <map>
#include <string>

/// jemalloc reads it before `main`: what was freed goes back to the system within ten seconds, by a
/// thread of its own, large pieces too; sooner where little may be held (allocator.h). MALLOC_CONF
/// in the environment wins. See docs/adr/0010-allocator.md.
extern "C" const char* malloc_conf;
const char* malloc_conf =
    "background_thread:true,oversize_threshold:0,dirty_decay_ms:10000,muzzy_decay_ms:0";

namespace elkhorn {
namespace {

/// Gives a subcommand one option per setting, so that `--help` lists them with their defaults.
class SettingFlags {
public:
    void add_to(CLI::App& command) {
        for (const config::Setting& setting : known_settings()) {
            std::string flag = std::string(setting.name);
            for (char& c : flag)
                c = c == '.' || c == '_' ? '-' : c;
            auto& value = values_[std::string(setting.name)];
            const std::string help = std::string(setting.help);
            CLI::Option* option = nullptr;
            if (setting.type == config::SettingType::boolean) {
                option = command.add_flag_callback("--" + flag, [&value] { value = "true"; }, help);
            } else {
                option = command.add_option("--" + flag, value, help);
                option->take_last();
                if (!setting.fallback.empty()) option->default_str(std::string(setting.fallback));
            }
        }
        command.add_option("--config", config_file_, "Settings file")
            ->default_str("elkhorn.yml, if it is there");
    }

    Result<config::Settings> load() const {
        config::Flags flags;
        for (const auto& [name, value] : values_) {
            if (!value.empty()) flags.emplace_back(name, value);
        }
        return load_settings(config_file_, flags);
    }

private:
    std::map<std::string, std::string> values_;
    std::string config_file_;
};

void configure_log(const config::Settings& settings) {
    const std::string& level = settings.text("log.level");
    const std::string& format = settings.text("log.format");
    log::configure(level == "debug"   ? log::Level::debug
                   : level == "warn"  ? log::Level::warn
                   : level == "error" ? log::Level::error
                                      : log::Level::info,
                   format == "json"   ? log::Format::json
                   : format == "text" ? log::Format::text
                                      : log::Format::automatic);
}

template <typename Run>
int with_settings(const SettingFlags& flags, Run&& run) {
    const auto settings = flags.load();
    if (!settings) {
        complain("{}", settings.error().message);
        return 2;
    }
    configure_log(*settings);
    return run(*settings);
}

template <typename Specs>
void print_plugins(std::string_view kind, const Specs& specs) {
    print("{}\n", kind);
    for (const auto* spec : specs)
        print("  {:<16} {}\n", spec->name, spec->summary);
}

int list_plugins() {
    print_plugins("inputs", input::all());
    print_plugins("codecs", codec::all());
    print_plugins("filters", filter::all());
    print_plugins("outputs", output::all());
    return 0;
}

int list_kill_points() {
    for (const std::string& name : kill_point_names())
        print("{}\n", name);
    return 0;
}

/// 2 where the tests that start us ask for one that is not there.
int arm_from_environment() {
    const char* spec = std::getenv("ELKHORN_KILL_POINT");
    if (spec == nullptr || *spec == 0) return 0;
    if (const auto armed = arm_kill_point(spec); !armed) {
        complain("{}", armed.error().message);
        return 2;
    }
    return 0;
}

int run(int argc, char** argv) {
    CLI::App app(
        "Log analytics in one program: takes logs in, shapes, stores, searches and shows them.");
    app.name("elkhorn");
    app.set_version_flag("--version", ELKHORN_VERSION);
    app.require_subcommand(1);

    SettingFlags serve_flags;
    CLI::App* serve_command =
        app.add_subcommand("serve", "Run the server: API on 9200, UI on 5601, JSON lines on 9601");
    serve_flags.add_to(*serve_command);
    serve_command->footer(
        "Examples:\n  elkhorn serve\n  elkhorn serve --data /var/lib/elkhorn --pipeline "
        "apache.conf");

    SettingFlags pipeline_flags;
    std::string file;
    std::string text;
    bool check_only = false;
    CLI::App* pipeline_command =
        app.add_subcommand("pipeline", "Run a Logstash file until its inputs have ended");
    pipeline_command->add_option("-f,--file", file, "The file, or a folder of files");
    pipeline_command->add_option("-e,--text", text, "The pipeline itself");
    pipeline_command->add_flag("-t,--check", check_only, "Tell the mistakes and stop");
    pipeline_flags.add_to(*pipeline_command);
    pipeline_command->footer(
        "Example:\n  elkhorn pipeline -e 'input { stdin {} } filter { grok { match => { message => "
        "\"%{COMBINEDAPACHELOG}\" } } } output { stdout {} }' < access.log");

    GenerateOptions generate_options;
    CLI::App* generate_command = app.add_subcommand("generate", "Write believable traffic");
    generate_command
        ->add_option("kind", generate_options.kind, "access-log, json, api-events or big5")
        ->required();
    generate_command->add_option(
        "--to", generate_options.to,
        "tcp://host:port or http://host:port/index; otherwise standard output");
    generate_command->add_option("--count", generate_options.count, "Lines; 0: until interrupted");
    generate_command->add_option("--rate", generate_options.rate,
                                 "Lines a second; 0: as fast as they are taken");
    generate_command->add_option("--seed", generate_options.seed,
                                 "The same seed gives the same lines");
    generate_command->add_option("--start", generate_options.start,
                                 "ISO time of the first line; otherwise now");
    generate_command->add_option("--step-ms", generate_options.step_ms,
                                 "Between lines, with --start");
    generate_command->add_option("--connections", generate_options.connections, "Senders at once")
        ->check(CLI::Range(1, 256));
    generate_command->footer(
        "Examples:\n  elkhorn generate access-log --count 1000\n  elkhorn generate api-events "
        "--rate 200 --to tcp://127.0.0.1:9601");

    InspectOptions inspect_options;
    CLI::App* inspect_command =
        app.add_subcommand("inspect", "Tell where the bytes of segments are, field by field");
    inspect_command
        ->add_option("path", inspect_options.path, "A segment, or a folder with segments in it")
        ->required();
    inspect_command->add_flag("--json", inspect_options.json, "For a script");
    inspect_command->footer(
        "Examples:\n  elkhorn inspect elkhorn-data/indices/7/3.seg\n  elkhorn inspect "
        "elkhorn-data");

    VerifyOptions verify_options;
    CLI::App* verify_command =
        app.add_subcommand("verify", "Check a data folder: every checksum, every reference");
    verify_command->add_option("data", verify_options.data, "The data folder")
        ->default_str("elkhorn-data");
    verify_command->add_flag("--values", verify_options.values,
                             "Also decode every value and document");
    verify_command->add_flag("--json", verify_options.json, "For a script");
    verify_command->footer(
        "Exit code 1 when something is damaged. Changes nothing.\nExample:\n  elkhorn verify "
        "/var/lib/elkhorn --values");

    RepairCommand repair_command_line;
    CLI::App* repair_command =
        app.add_subcommand("repair", "Make a damaged data folder sound; never deletes anything");
    repair_command->add_option("data", repair_command_line.data, "The data folder")
        ->default_str("elkhorn-data");
    repair_command->add_flag("--dry-run", repair_command_line.dry_run,
                             "Say what would be done, change nothing");
    repair_command->add_flag("--json", repair_command_line.json, "For a script");
    repair_command->footer(
        "Stop the server first. What is replaced is moved to damaged-TIME/ in the data "
        "folder.\nExample:\n  elkhorn repair /var/lib/elkhorn --dry-run");

    CLI::App* plugins_command =
        app.add_subcommand("plugins", "List inputs, codecs, filters and outputs");

    CLI::App* compatibility_command = app.add_subcommand(
        "compatibility", "Print what endpoints, queries and aggregations take (Markdown)");

    // For tests (docs/resilience.md), and so in no list that a user reads.
    CLI::App* kill_points_command =
        app.add_subcommand("kill-points", "List the places where ELKHORN_KILL_POINT may end us");
    kill_points_command->group("");

    if (const int refused = arm_from_environment(); refused != 0) return refused;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (*serve_command) return with_settings(serve_flags, serve);
    if (*generate_command) return generate(generate_options);
    if (*inspect_command) return inspect(inspect_options);
    if (*verify_command) return verify_data(verify_options);
    if (*repair_command) return repair_data(repair_command_line);
    if (*plugins_command) return list_plugins();
    if (*compatibility_command) {
        print("{}", api::compatibility_page());
        return 0;
    }
    if (*kill_points_command) return list_kill_points();
    if (file.empty() == text.empty()) return complain("give either -f FILE or -e 'text'"), 2;
    return with_settings(pipeline_flags, [&](const config::Settings& settings) {
        return run_pipeline(settings, file, text, check_only);
    });
}

}  // namespace
}  // namespace elkhorn

int main(int argc, char** argv) {
    return elkhorn::run(argc, argv);
}
