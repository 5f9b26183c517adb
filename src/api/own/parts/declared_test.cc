// Whatever an endpoint declares holds: what is used is read, what is refused is refused, nothing
// else is taken. The tests walk the table of all endpoints, so a new one is held to it as it comes.

#include "api/core/api.h"
#include "api/core/parameters.h"
#include "api/core/test_node.h"
#include "api/mapping/parts/mapping_parameters.h"
#include "api/own/parts/compatibility.h"
#include "api/snapshot/parts/repository_settings.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace elkhorn::api {
namespace {

std::string first_word(std::string_view text) {
    return std::string(text.substr(0, text.find(' ')));
}

/// The endpoint's routes with something for each place.
std::vector<std::string> paths_of(const Endpoint& endpoint) {
    const std::map<std::string, std::string> places = {
        {"{index}", "logs"}, {"{id}", "1"},         {"{type}", "_doc"},
        {"{fields}", "n"},   {"{repository}", "r"}, {"{snapshot}", "s"},
    };
    std::vector<std::string> paths;
    std::istringstream routes{std::string(endpoint.routes)};
    for (std::string path; routes >> path;) {
        for (const auto& [place, name] : places) {
            for (std::size_t at = 0; (at = path.find(place)) != std::string::npos;)
                path.replace(at, place.size(), name);
        }
        paths.push_back(path);
    }
    return paths;
}

/// Of the longest.
std::string path_of(const Endpoint& endpoint) {
    return std::ranges::max(paths_of(endpoint), {}, &std::string::size);
}

/// A body that the endpoint can read.
std::string body_of(const Endpoint& endpoint) {
    static const std::map<std::string_view, std::string> bodies = {
        {"indices:data/write/bulk", "{\"index\":{\"_index\":\"logs\"}}\n{\"n\":1}\n"},
        {"indices:data/write/update", R"({"doc":{"n":2}})"},
        {"indices:data/read/msearch", "{}\n{}\n"},
        {"indices:data/read/mget", R"({"docs":[{"_id":"1"}]})"},
        {"indices:data/write/delete/byquery", R"({"query":{"match_none":{}}})"},
        {"cluster:admin/repository/put", R"({"type":"fs"})"},
    };
    if (endpoint.body == Body::none) return "";
    const auto found = bodies.find(endpoint.action);
    return found == bodies.end() ? "{}" : found->second;
}

std::string good_value(const Parameter& parameter) {
    switch (parameter.takes) {
        case Takes::flag: return "true";
        case Takes::integer:
        case Takes::long_integer: return "1";
        case Takes::real: return "1.5";
        case Takes::time: return "1s";
        case Takes::size: return "1mb";
        case Takes::one_of: return first_word(parameter.words);
        default: break;
    }
    static const std::map<std::string_view, std::string> texts = {
        {"refresh", "true"},
        {"version_type", "external"},
        {"conflicts", "proceed"},
        {"default_operator", "and"},
        {"expand_wildcards", "open"},
        {"wait_for_status", "yellow"},
        {"requests_per_second", "5"},
        {"track_total_hits", "true"},
        {"sort", "n"},
        {"fields", "n"},
    };
    const auto found = texts.find(parameter.name);
    return found == texts.end() ? "n" : found->second;
}

std::string wrong_value(const Parameter& parameter) {
    switch (parameter.takes) {
        case Takes::flag:
        case Takes::integer:
        case Takes::long_integer:
        case Takes::real:
        case Takes::time:
        case Takes::size:
        case Takes::one_of: return "certainly-not";
        default: return "";
    }
}

struct Sample {
    std::string method;
    std::string path;
    std::string body;
    std::string needed;  // parameters without which it does nothing

    std::string with(std::string_view name, std::string_view value) const {
        return fmt::format("{}?{}={}{}", path, name, value, needed);
    }
};

Sample sample_of(const Endpoint& endpoint) {
    std::string needed;
    if (endpoint.action == "indices:admin/analyze_disk_usage") needed = "&run_expensive_tasks=true";
    if (endpoint.action == "indices:data/read/field_caps") needed = "&fields=n";
    return {first_word(endpoint.methods), path_of(endpoint), body_of(endpoint), needed};
}

template <typename Look>
void for_each_parameter(Look&& look) {
    for (const Endpoint* endpoint : all()) {
        for (const ParameterTable table : endpoint->parameters) {
            for (const Parameter& parameter : table)
                look(*endpoint, parameter);
        }
    }
}

/// All that is on the disk.
std::map<std::string, std::string> everything_on(const io::FakeDisk& disk) {
    std::map<std::string, std::string> files;
    for (const std::string& name : disk.names())
        files[name] = disk.get(name);
    return files;
}

/// Pages of other sites, previews and crawlers send GET without asking anybody. A flush by GET,
/// which Elasticsearch takes, moves what is there from one file to another.
TEST(Declared, GetChangesNothing) {
    for (const Endpoint* endpoint : all()) {
        if (endpoint->methods.find("GET") == std::string_view::npos) continue;
        for (const std::string& path : paths_of(*endpoint)) {
            if (path.ends_with("/_flush")) continue;
            Node node;
            node.ask("PUT", "/logs/_doc/2", R"({"n":2})");
            const auto before = everything_on(node.disk());
            node.clock().advance_ns(5'000'000'000);
            node.ask("GET", path + "?" + sample_of(*endpoint).needed, body_of(*endpoint));
            EXPECT_EQ(everything_on(node.disk()), before) << path;
        }
    }
}

TEST(Declared, WhatIsUsedIsRead) {
    for_each_parameter([](const Endpoint& endpoint, const Parameter& parameter) {
        if (parameter.use != Use::used) return;
        Node node;
        Sample sample = sample_of(endpoint);
        // Elsewhere than in the body, where the two exclude each other.
        if (endpoint.action == "indices:data/read/count") sample.body.clear();
        node.ask(sample.method, sample.with(parameter.name, good_value(parameter)), sample.body);
        EXPECT_TRUE(unread_names.empty()) << sample.method << " " << sample.path << " declares ["
                                          << parameter.name << "] as used, and nobody reads it";
    });
}

TEST(Declared, WhatIsRefusedSaysWhy) {
    for_each_parameter([](const Endpoint& endpoint, const Parameter& parameter) {
        if (parameter.use != Use::refused) return;
        Node node;
        const Sample sample = sample_of(endpoint);
        const auto answer =
            node.ask(sample.method, sample.with(parameter.name, "certainly-not"), sample.body);
        EXPECT_EQ(answer.status, 400) << sample.path << " " << parameter.name;
        EXPECT_NE(answer.body.find(parameter.note), std::string::npos) << answer.body;
        if (parameter.words.empty()) return;
        const auto taken = node.ask(
            sample.method, sample.with(parameter.name, first_word(parameter.words)), sample.body);
        EXPECT_EQ(taken.body.find(parameter.note), std::string::npos) << taken.body;
    });
}

TEST(Declared, WithoutEffectOrRefusedSaysTheReason) {
    for_each_parameter([](const Endpoint& endpoint, const Parameter& parameter) {
        if (parameter.use == Use::used) return;
        EXPECT_FALSE(parameter.note.empty()) << endpoint.routes << " " << parameter.name;
    });
}

TEST(Declared, AValueOfAnotherKindIsRefused) {
    for_each_parameter([](const Endpoint& endpoint, const Parameter& parameter) {
        const std::string wrong = wrong_value(parameter);
        if (wrong.empty() || parameter.use == Use::refused) return;
        Node node;
        const Sample sample = sample_of(endpoint);
        const auto answer =
            node.ask(sample.method, sample.with(parameter.name, wrong), sample.body);
        EXPECT_EQ(answer.status, 400) << sample.path << " " << parameter.name << answer.body;
    });
}

TEST(Declared, NoParameterIsTakenThatIsInNoTable) {
    for (const Endpoint* endpoint : all()) {
        Node node;
        const Sample sample = sample_of(*endpoint);
        const auto answer = node.ask(sample.method, sample.with("certainly_not", "1"), sample.body);
        EXPECT_EQ(answer.status, 400) << sample.path;
        EXPECT_NE(answer.body.find("unrecognized parameter"), std::string::npos) << answer.body;
    }
}

TEST(Declared, NoMemberIsTakenThatIsInNoTable) {
    for (const Endpoint* endpoint : all()) {
        if (endpoint->body != Body::members) continue;
        Node node;
        const Sample sample = sample_of(*endpoint);
        std::string body = sample.body;
        body.insert(1, body == "{}" ? R"("certainly_not":1)" : R"("certainly_not":1,)");
        const auto answer = node.ask(sample.method, sample.path, body);
        EXPECT_EQ(answer.status, 400) << sample.path << answer.body;
    }
}

TEST(Declared, MembersThatAreRefusedSayWhy) {
    for (const Endpoint* endpoint : all()) {
        for (const ParameterTable table : endpoint->members) {
            for (const Parameter& member : table) {
                if (member.use == Use::used) continue;
                EXPECT_FALSE(member.note.empty()) << endpoint->routes << " " << member.name;
                if (member.use != Use::refused) continue;
                Node node;
                const Sample sample = sample_of(*endpoint);
                const auto answer =
                    node.ask(sample.method, sample.path,
                             fmt::format(R"({{"{}":"certainly-not"}})", member.name));
                EXPECT_EQ(answer.status, 400) << sample.path << " " << member.name;
                EXPECT_NE(answer.body.find(member.note), std::string::npos) << answer.body;
            }
        }
    }
}

TEST(Declared, ABodyThatNobodyReadsIsRefused) {
    for (const Endpoint* endpoint : all()) {
        if (endpoint->body != Body::none) continue;
        Node node;
        const Sample sample = sample_of(*endpoint);
        const auto answer = node.ask(sample.method, sample.path, "{}");
        EXPECT_EQ(answer.status, 400) << sample.path;
    }
}

TEST(Declared, EveryEndpointNamesItsAction) {
    for (const Endpoint* endpoint : all())
        EXPECT_TRUE(endpoint->action.starts_with("indices:") ||
                    endpoint->action.starts_with("cluster:"))
            << endpoint->routes;
}

TEST(Declared, EveryParameterOfAFieldSaysWhatBecomesOfIt) {
    for (const std::string_view type :
         {"keyword", "text", "match_only_text", "long", "unsigned_long", "scaled_float", "date",
          "ip", "boolean", "binary", "geo_point", "wildcard", "constant_keyword", "flattened",
          "object", "nested", "alias"}) {
        for (const std::string_view name : parameters_of(type))
            EXPECT_NE(elkhorn::find_parameter(field_parameters, name), nullptr)
                << type << " " << name;
    }
}

TEST(Declared, EverySettingOfARepositoryIsTakenForWhatItIsAndNoOther) {
    Node node;
    const auto put = [&](std::string_view setting, std::string_view value) {
        const auto answer =
            node.ask("PUT", "/_snapshot/s",
                     fmt::format(R"({{"type":"fs","settings":{{"location":"s","{}":"{}"}}}})",
                                 setting, value));
        return fmt::format("{} {}", answer.status, answer.body);
    };
    for (const Parameter& setting : repository_settings) {
        if (setting.name == "location") continue;
        EXPECT_TRUE(put(setting.name, good_value(setting)).starts_with("200")) << setting.name;
        EXPECT_TRUE(put(setting.name, wrong_value(setting)).starts_with("500")) << setting.name;
    }
    for (const char* name : {"certainly-not", "locations", "a.b", ""}) {
        EXPECT_NE(put(name, "x").find(fmt::format("unknown setting [{}]", name)), std::string::npos)
            << put(name, "x");
    }
}

TEST(Compatibility, ThePageIsWhatTheTablesSay) {
    const std::string page = compatibility_page();
    const char* root = std::getenv("ELKHORN_SOURCE_DIR");
    const std::string path = std::string(root == nullptr ? "." : root) + "/docs/compatibility.md";
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << page;
    std::stringstream kept;
    kept << std::ifstream(path).rdbuf();
    EXPECT_EQ(kept.str(), page) << "UPDATE_GOLDEN=1 ./dev test unit.api writes " << path << " anew";
}

}  // namespace
}  // namespace elkhorn::api
