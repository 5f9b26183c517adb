// Runs every *.golden beside the filters: options and events in, events out. UPDATE_GOLDEN=1
// rewrites them; the difference is then read as code.

#include "base/strings.h"
#include "config/grammar.h"
#include "event/arrival.h"
#include "event/format.h"
#include "filter/core/filter.h"
#include "json/parse.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace elkhorn::filter {
namespace {

constexpr std::int64_t now_ns = 1'431'857'103'000'000'000;  // 2015-05-17T10:05:03Z

struct Case {
    std::string title;
    std::string options;
    std::string in;
    std::string out;
};

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<Case> cases_of(const std::string& text) {
    std::vector<Case> cases;
    std::string* part = nullptr;
    for (const std::string_view line : split(text, '\n')) {
        if (line.starts_with("== ")) {
            cases.emplace_back();
            cases.back().title = line.substr(3);
            part = &cases.back().options;
        } else if (line == "---- in") {
            part = &cases.back().in;
        } else if (line == "---- out") {
            part = &cases.back().out;
        } else if (part != nullptr && !line.empty()) {
            part->append(line).append("\n");
        }
    }
    return cases;
}

std::string run(const Case& one) {
    config::GrammarOptions options;
    options.file = "golden";
    const auto pipeline = config::parse_pipeline("filter { " + one.options + " }", options);
    if (!pipeline) return "error " + pipeline.error().message + "\n";
    const ManualClock clock(now_ns);
    event::Batch batch;
    json::Parser parser;
    for (const std::string_view line : split(one.in, '\n')) {
        if (line.empty()) continue;
        event::Event& event = batch.add();
        const auto parsed = parser.parse_into(line, event);
        if (!parsed) return "error " + parsed.error().message + "\n";
        event::adopt_members(event, now_ns);
    }
    for (const config::Statement& statement : pipeline->filters) {
        const auto& plugin = std::get<config::Plugin>(statement.what);
        const Spec* spec = find(plugin.name);
        if (spec == nullptr) return "error no filter " + plugin.name + "\n";
        auto filter = spec->build(plugin, {clock, 1});
        if (!filter) return "error " + filter.error().message + "\n";
        std::vector<event::Event*> events;
        for (event::Event& event : batch) {
            if (!event.cancelled()) events.push_back(&event);
        }
        (*filter)->apply(batch, events);
    }
    std::string out;
    for (event::Event& event : batch) {
        if (event.cancelled()) {
            out += "cancelled\n";
            continue;
        }
        if (event.metadata().size() > 0) {
            event.set("@metadata", event::Value::object(&event.metadata()));
        }
        event::append_json(out, event.root());
        out += "\n";
    }
    return out;
}

TEST(Golden, EveryFilterAnswersAsItsFileSays) {
    const char* root = std::getenv("ELKHORN_SOURCE_DIR");
    const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
    std::vector<std::filesystem::path> files;
    const auto folder = std::filesystem::path(root != nullptr ? root : ".") / "src" / "filter";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".golden") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    EXPECT_FALSE(files.empty());
    for (const auto& file : files) {
        std::string rewritten;
        for (const Case& one : cases_of(read(file))) {
            const std::string out = run(one);
            rewritten += "== " + one.title + "\n" + one.options + "---- in\n" + one.in +
                         "---- out\n" + out + "\n";
            if (!update) {
                EXPECT_EQ(out, one.out) << file.filename() << ": " << one.title;
            }
        }
        if (update) std::ofstream(file, std::ios::binary) << rewritten;
    }
}

}  // namespace
}  // namespace elkhorn::filter
