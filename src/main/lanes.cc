#include "main/lanes.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace elkhorn {
namespace {

enum LaneNumber : std::size_t { info, writes, searches };

constexpr std::size_t info_workers = 2;
constexpr std::string_view ui_prefix = "/es/";

using Words = std::vector<std::string_view>;

/// As they are sent: a name that is escaped is a name of an index, not one of these words.
Words words_of(std::string_view target) {
    Words words;
    for (const std::string_view word : split(target.substr(0, target.find('?')), '/')) {
        if (!word.empty()) words.push_back(word);
    }
    return words;
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

bool asks_how_it_is(bool reads, const Words& words) {
    if (words.empty()) return true;
    if (words[0] == "_elkhorn") return true;
    // What repositories hold is read from wherever they are; documents are counted after a refresh.
    if (words[0] == "_cat" && words.size() > 1 && one_of(words[1], {"snapshots", "indices"}))
        return false;
    return reads &&
           one_of(words[0], {"_cluster", "_cat", "_nodes", "_license", "_xpack", "metrics"});
}

bool writes_documents_or_indices(std::string_view method, bool reads, const Words& words) {
    if (words[0] == "_snapshot" || one_of(words.back(), {"_search", "_msearch", "_count", "_mget"}))
        return false;
    const auto named = [&](std::initializer_list<std::string_view> list) {
        return std::ranges::any_of(words,
                                   [&](std::string_view word) { return one_of(word, list); });
    };
    if (named({"_refresh", "_flush"})) return true;
    if (method == "PUT" || method == "DELETE") return true;
    return !reads && named({"_bulk", "_doc", "_create", "_update"});
}

std::size_t lane_of(std::string_view method, std::string_view target) {
    const Words words = words_of(target);
    const bool reads = method == "GET" || method == "HEAD";
    if (asks_how_it_is(reads, words)) return info;
    return writes_documents_or_indices(method, reads, words) ? writes : searches;
}

}  // namespace

std::vector<http::Lane> lanes(std::size_t workers) {
    std::vector<http::Lane> lanes(3);
    lanes[info] = {.name = "info", .workers = info_workers, .priority = io::Priority::prompt};
    lanes[writes] = {.name = "writes", .workers = workers, .priority = io::Priority::background};
    lanes[searches] = {.name = "searches",
                       .workers = workers,
                       .begins_abandoned = false,
                       .priority = io::Priority::background};
    return lanes;
}

std::size_t lane_of_api(const http::Request& head) {
    return lane_of(head.method, head.target);
}

std::size_t lane_of_ui(const http::Request& head) {
    const std::string_view target = head.target;
    if (!target.starts_with(ui_prefix)) return info;
    return lane_of(head.method, target.substr(ui_prefix.size() - 1));
}

}  // namespace elkhorn
