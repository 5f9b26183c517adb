// api/core/test_node.h -- for tests: all endpoints over a node with one index and one document,
// on a disk in memory and with a clock that stands until it is moved.
#pragma once

#include "api/core/api.h"
#include "api/core/kept_searches.h"
#include "base/log.h"
#include "io/fake_folder.h"
#include "json/flatten.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::api {

inline std::vector<std::string> unread_names;  // of the last call

/// A node with one index and one document, in memory.
class Node {
public:
    explicit Node(std::optional<store::MemoryShares> memory = std::nullopt) {
        log::configure(log::Level::off, log::Format::text);
        store::Options options;
        if (memory) options.memory = *memory;
        options.flatten = json::flatten_one(names_);
        options.field_names = &names_;
        options.clock = &clock_;
        options.random_seed = 7;
        options.background = false;
        options.snapshot_folders = {"/repo"};
        options.open_folder = [this](const std::string& path, bool) {
            return Result<std::unique_ptr<io::Folder>>(disk_.view(path.substr(1)));
        };
        store_ = std::move(*store::Store::open(disk_.view("data"), options));
        context_.store = store_.get();
        context_.clock = &clock_;
        context_.kept_searches = std::make_shared<KeptSearches>();
        context_.on_answered = [](const Call& call) {
            unread_names = call.unread();
        };
        ask("PUT", "/logs/_doc/1?refresh", R"({"n":1,"text":"a"})");
        ask("PUT", "/_snapshot/r", R"({"type":"fs","settings":{"location":"r"}})");
    }

    http::Response ask(std::string_view method, std::string_view target, std::string_view body) {
        http::Request request;
        request.method = method;
        request.target = target;
        request.body = body;
        if (!body.empty()) request.headers.add("Content-Type", "application/json");
        return ask(request);
    }

    http::Response ask(const http::Request& request) { return handle(request, context_); }

    ManualClock& clock() { return clock_; }

    io::FakeDisk& disk() { return disk_; }

    store::Store& store() { return *store_; }

private:
    io::FakeDisk disk_;
    event::FieldNames names_;
    ManualClock clock_{1'800'000'000'000'000'000};
    std::unique_ptr<store::Store> store_;
    Context context_;
};

}  // namespace elkhorn::api
