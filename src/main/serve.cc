#include "main/serve.h"

#include "api/core/api.h"
#include "api/core/kept_searches.h"
#include "base/civil_time.h"
#include "base/log.h"
#include "base/random.h"
#include "config/grammar.h"
#include "config/pipeline_files.h"
#include "http/server.h"
#include "io/descriptors.h"
#include "main/allocator.h"
#include "main/lanes.h"
#include "main/memory_watch.h"
#include "main/open_store.h"
#include "main/print.h"
#include "main/request_budget.h"
#include "main/store_sink.h"
#include "net/address.h"
#include "net/connection_slot.h"
#include "pipeline/pipeline.h"
#include "ui/ui.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace elkhorn {
namespace {

// Below 2 GB; past that the queue is as large as it gets.
constexpr std::uint64_t pipeline_queues_in_memory = 32;
constexpr std::uint64_t pipeline_worker_bytes = 8 << 20;
constexpr std::size_t row_tasks_most = 1'024;
constexpr std::int64_t grace_least_ms = 1'000;  // for answers, when pipelines took all of it

/// SIGTERM and SIGINT are taken by sigwait in the main thread; every other thread blocks them.
sigset_t block_end_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

Result<> check_bind(const config::Settings& settings) {
    const std::string& bind = settings.text("bind");
    if (net::is_loopback(bind)) return {};
    if (!settings.boolean("insecure")) {
        return fail(
            ErrorCode::invalid,
            fmt::format(
                "{}: bind {} can be reached by others, and there is neither TLS nor a user yet to "
                "protect it: stay on 127.0.0.1 behind a proxy that has both, or accept the risk "
                "with --insecure",
                settings.source("bind"), bind));
    }
    log::warn("everybody who reaches this address can read and delete everything: no TLS, no users",
              {{"bind", bind}, {"because", "--insecure"}});
    return {};
}

/// A quarter of the descriptors is kept back from connections, for the store's files.
void raise_descriptors() {
    const io::DescriptorLimit limit = io::raise_descriptor_limit();
    const std::uint64_t connections = limit.now - limit.now / 4;
    net::set_connections_max(connections);
    log::info("descriptors",
              {{"limit", limit.now}, {"was", limit.before}, {"connections", connections}});
}

/// The inputs of a server that nobody configured.
std::string default_pipeline(const config::Settings& settings) {
    return fmt::format(
        "input {{\n"
        "  tcp {{ id => \"tcp\" host => \"{0}\" port => {1} codec => json_lines }}\n"
        "  udp {{ id => \"udp\" host => \"{0}\" port => {2} codec => json }}\n"
        "}}\n"
        "output {{ elkhorn {{ index => \"{3}\" }} }}\n",
        settings.text("bind"), settings.integer("tcp.port"), settings.integer("udp.port"),
        settings.text("index"));
}

class Server {
public:
    explicit Server(const config::Settings& settings) : settings_(settings) {}

    Result<> start() {
        TRY(check_bind(settings_));
        context_.kept_searches = std::make_shared<api::KeptSearches>();
        // A mistake in the pipeline is told before anything else happens.
        const bool usual = settings_.text("pipeline").empty();
        config::GrammarOptions grammar;
        grammar.file = "the default pipeline";
        auto tree = usual ? config::parse_pipeline(default_pipeline(settings_), grammar)
                          : config::load_pipeline(settings_.text("pipeline"));
        if (!tree) return std::unexpected(tree.error());
        const std::int64_t began = system_clock().steady_ns();
        open_ = TRY(open_store(settings_));
        pace_allocator(open_.store->memory().limit());
        watch_ = std::make_unique<MemoryWatch>(
            open_.store->memory(),
            [kept = context_.kept_searches] { kept->drop_old(system_clock()); });
        // As the searches that they help: health goes before both.
        row_finders_ = std::make_unique<io::Workers>("search-rows", io::cores(), row_tasks_most,
                                                     io::Priority::background);
        sink_ = make_store_sink(*open_.store);
        bodies_ =
            std::make_unique<RequestBudget>(open_.store->memory(), store::MemoryUse::requests);
        answers_ =
            std::make_unique<RequestBudget>(open_.store->memory(), store::MemoryUse::answers);
        pipeline::Options options;
        options.bodies = bodies_.get();
        options.workers = static_cast<std::size_t>(settings_.integer("pipeline.workers"));
        options.data_path = settings_.text("data");
        options.sink = sink_.get();
        options.queue_bytes =
            std::min<std::size_t>(options.queue_bytes + options.workers * pipeline_worker_bytes,
                                  open_.store->memory().limit() / pipeline_queues_in_memory);
        pipeline_ = TRY(pipeline::Pipeline::build(std::move(*tree), options, {}));
        TRY(start_http());
        TRY(pipeline_->start());
        TRY(write_port_file());
        log::info("ready",
                  {{"ms", (system_clock().steady_ns() - began) / 1'000'000},
                   {"data", settings_.text("data")},
                   {"indices", open_.store->index_names().size()},
                   {"api", fmt::format("http://{}:{}", settings_.text("bind"), api_->port())},
                   {"ui", fmt::format("http://{}:{}", settings_.text("bind"), ui_->port())}});
        return {};
    }

    Result<> stop() {
        log::info("stopping: no new connections, delivering what is here");
        const std::int64_t grace_ms = settings_.integer("shutdown.grace");
        const std::int64_t end_ms = system_clock().steady_ns() / 1'000'000 + grace_ms;
        pipeline_->stop(grace_ms);
        const auto left_ms = [end_ms] {
            return std::max(grace_least_ms, end_ms - system_clock().steady_ns() / 1'000'000);
        };
        ui_->stop(left_ms());
        api_->stop(left_ms());
        return open_.store->flush();
    }

private:
    /// Of a lane. What a request holds beside what is charged is little, but all of them at once
    /// have it.
    std::size_t workers() const {
        constexpr std::uint64_t bytes_each = 64ULL << 20;
        const auto wanted = static_cast<std::size_t>(settings_.integer("http.workers"));
        const std::uint64_t most = open_.store->memory().limit() / bytes_each;
        return std::clamp<std::size_t>(most, 1, wanted);
    }

    Result<> start_http() {
        context_.store = open_.store.get();
        context_.node_name = settings_.text("node.name");
        context_.cluster_name = settings_.text("cluster.name");
        context_.spawn = [this](std::function<void()> task) {
            row_finders_->submit(std::move(task));
        };
        context_.search_threads = io::cores();
        context_.query_timeout_ms = settings_.integer("search.timeout");
        context_.cluster_uuid = TRY(node_uuid());
        http::Server::Options options;
        options.address = settings_.text("bind");
        options.lanes = lanes(workers());
        options.budget = bodies_.get();
        options.answers = answers_.get();
        // More than all bodies together may hold would be told to try again for ever.
        options.body_limit_bytes = std::min(
            static_cast<std::uint64_t>(settings_.integer("http.body_limit")), bodies_->limit());
        options.refuse = api::refusal;
        options.sites.allowed_hosts = settings_.list("http.allowed_hosts");
        options.name = "api";
        options.lane_of = lane_of_api;
        options.port = static_cast<std::uint16_t>(settings_.integer("api.port"));
        api_ = TRY(http::Server::start(options, [this](const http::Request& request) {
            return api::handle(request, context_);
        }));
        context_.http_port = api_->port();
        options.name = "ui";
        options.lane_of = lane_of_ui;
        options.port = static_cast<std::uint16_t>(settings_.integer("ui.port"));
        ui_ = TRY(http::Server::start(options, [this](http::Request& request) {
            return ui::handle(
                request, [this](http::Request& inner) { return api::handle(inner, context_); });
        }));
        return {};
    }

    /// Made once and kept beside the data.
    Result<std::string> node_uuid() {
        const std::string path = settings_.text("data") + "/node.uuid";
        std::string uuid;
        std::ifstream(path) >> uuid;
        if (!uuid.empty()) return uuid;
        Random random(static_cast<std::uint64_t>(system_clock().wall_ns()));
        std::string made = random_id(random);
        std::ofstream out(path);
        out << made << "\n";
        if (!out.flush()) return fail(ErrorCode::io, fmt::format("cannot write {}", path));
        return made;
    }

    /// For whoever started us with ports of 0: written whole, then renamed.
    Result<> write_port_file() {
        const std::string& path = settings_.text("port_file");
        if (path.empty()) return {};
        std::string ports = fmt::format(R"({{"api":{},"ui":{})", api_->port(), ui_->port());
        const auto& inputs = pipeline_->inputs();
        if (settings_.text("pipeline").empty()) {
            ports += fmt::format(R"(,"tcp":{},"udp":{})", inputs[0]->port(), inputs[1]->port());
        }
        std::ofstream out(path + ".new");
        out << ports << "}\n";
        out.close();
        if (!out || std::rename((path + ".new").c_str(), path.c_str()) != 0) {
            return fail(ErrorCode::io, fmt::format("cannot write {}", path));
        }
        return {};
    }

    const config::Settings& settings_;
    OpenStore open_;
    std::unique_ptr<MemoryWatch> watch_;
    std::unique_ptr<io::Workers> row_finders_;  // of all searches; outlives them
    std::unique_ptr<output::Sink> sink_;
    std::unique_ptr<RequestBudget> bodies_;   // outlives whoever receives
    std::unique_ptr<RequestBudget> answers_;  // outlives whoever answers
    std::unique_ptr<pipeline::Pipeline> pipeline_;
    api::Context context_;
    std::unique_ptr<http::Server> api_;
    std::unique_ptr<http::Server> ui_;
};

}  // namespace

int serve(const config::Settings& settings) {
    const sigset_t signals = block_end_signals();
    raise_descriptors();
    Server server(settings);
    if (auto started = server.start(); !started) {
        complain("{}", started.error().message);
        return started.error().code == ErrorCode::invalid ? 2 : 1;
    }
    int signal = 0;
    sigwait(&signals, &signal);
    // A second signal ends the process at once: what is acknowledged is on disk anyway.
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    if (auto stopped = server.stop(); !stopped) return complain("{}", stopped.error().message);
    log::info("stopped");
    return 0;
}

}  // namespace elkhorn
