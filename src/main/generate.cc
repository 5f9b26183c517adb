#include "main/generate.h"

#include "base/civil_time.h"
#include "base/clock.h"
#include "http/client.h"
#include "json/writer.h"
#include "main/print.h"
#include "text/date/date_parse.h"
#include "traffic/traffic.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace elkhorn {
namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;
constexpr std::int64_t chunk_lines = 1000;

/// Where lines go, a chunk at a time: each line with its newline.
class Target {
public:
    virtual ~Target() = default;
    virtual Result<> send(const std::string& lines) = 0;
};

class Descriptor final : public Target {
public:
    Descriptor(int fd, bool owned) : fd_(fd), owned_(owned) {}

    ~Descriptor() override {
        if (owned_) ::close(fd_);
    }

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    Result<> send(const std::string& lines) override {
        std::string_view rest = lines;
        while (!rest.empty()) {
            const ssize_t n = ::write(fd_, rest.data(), rest.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0)
                return fail(ErrorCode::unavailable,
                            fmt::format("cannot write: {}", std::strerror(errno)));
            rest.remove_prefix(static_cast<std::size_t>(n));
        }
        return {};
    }

private:
    int fd_;
    bool owned_;
};

Result<std::unique_ptr<Target>> connect_tcp(std::string_view address) {
    const net::Endpoint endpoint = TRY(net::parse_endpoint(address, 9601));
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found) !=
        0) {
        return fail(ErrorCode::unavailable, fmt::format("cannot resolve {}", endpoint.host));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, freeaddrinfo);
    const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ::connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        if (fd >= 0) ::close(fd);
        return fail(ErrorCode::unavailable,
                    fmt::format("cannot connect to {}: {}", address, std::strerror(errno)));
    }
    return std::make_unique<Descriptor>(fd, true);
}

/// Lines as documents of a bulk request; lines that are no JSON become {"message": line}.
class Bulk final : public Target {
public:
    Bulk(http::Url url, bool wrap)
        : client_(url.endpoint), target_(url.path + "/_bulk?filter_path=errors"), wrap_(wrap) {}

    Result<> send(const std::string& lines) override {
        http::Request request;
        request.method = "POST";
        request.target = target_;
        request.headers.add("Content-Type", "application/x-ndjson");
        std::size_t from = 0;
        for (std::size_t end = lines.find('\n'); end != lines.npos; end = lines.find('\n', from)) {
            request.body += "{\"index\":{}}\n";
            append_document(request.body, std::string_view(lines).substr(from, end - from));
            request.body += '\n';
            from = end + 1;
        }
        const auto response = TRY(client_.send(request));
        if (response.status == 200 && response.body.find("\"errors\":false") != std::string::npos)
            return {};
        return fail(ErrorCode::unavailable,
                    fmt::format("the bulk was answered with {}: {}", response.status,
                                response.body.substr(0, 300)));
    }

private:
    void append_document(std::string& out, std::string_view line) const {
        if (!wrap_) {
            out += line;
            return;
        }
        json::Writer json;
        json.begin_object().member("message", line).end_object();
        out += json.take();
    }

    http::Client client_;
    std::string target_;
    bool wrap_;
};

Result<std::unique_ptr<Target>> open_target(const GenerateOptions& options) {
    if (options.to.empty()) return std::make_unique<Descriptor>(STDOUT_FILENO, false);
    if (options.to.starts_with("tcp://"))
        return connect_tcp(std::string_view(options.to).substr(6));
    http::Url url = TRY(http::parse_url(options.to, 9200));
    if (url.path.empty()) {
        return fail(ErrorCode::invalid,
                    fmt::format("{} names no index: write http://host:port/index", options.to));
    }
    return std::make_unique<Bulk>(std::move(url), options.kind == "access-log");
}

/// One sender's share of the lines.
Result<> send_lines(const GenerateOptions& options, int sender) {
    const auto source =
        TRY(traffic::make_source(options.kind, options.seed + static_cast<std::uint64_t>(sender)));
    const auto target = TRY(open_target(options));
    std::int64_t start_ns = 0;
    if (!options.start.empty()) {
        const auto parser = TRY(text::DateParser::elasticsearch("strict_date_optional_time"));
        const auto parsed = parser.parse(options.start, *text::TimeZone::utc(), 0);
        if (!parsed)
            return fail(ErrorCode::invalid,
                        fmt::format("--start \"{}\" is no ISO time", options.start));
        start_ns = parsed->first.ns();
    }
    const std::int64_t share = options.count / options.connections +
                               (sender < options.count % options.connections ? 1 : 0);
    const double rate = options.rate / options.connections;
    const Clock& clock = system_clock();
    const std::int64_t began = clock.steady_ns();
    std::string lines;
    std::int64_t in_chunk = 0;
    for (std::int64_t n = 0; options.count == 0 || n < share; ++n) {
        const std::int64_t time =
            options.start.empty() ? clock.wall_ns()
                                  : start_ns + static_cast<std::int64_t>(static_cast<double>(n) *
                                                                         options.step_ms * 1e6);
        source->append_line(lines, time);
        lines += '\n';
        ++in_chunk;
        const bool due = rate > 0 ? static_cast<double>(n + 1) >=
                                        rate * static_cast<double>(clock.steady_ns() - began) / 1e9
                                  : lines.size() >= chunk_bytes || in_chunk >= chunk_lines;
        if (!due) continue;
        TRY(target->send(lines));
        lines.clear();
        in_chunk = 0;
        // Ahead of the rate: wait until the next line is due.
        while (rate > 0 && static_cast<double>(n + 1) >
                               rate * static_cast<double>(clock.steady_ns() - began) / 1e9) {
            ::usleep(1000);
        }
    }
    return lines.empty() ? Result<>{} : target->send(lines);
}

}  // namespace

int generate(const GenerateOptions& options) {
    std::vector<Result<>> results(static_cast<std::size_t>(options.connections));
    std::vector<std::thread> senders;
    for (int i = 0; i < options.connections; ++i) {
        senders.emplace_back(
            [&, i] { results[static_cast<std::size_t>(i)] = send_lines(options, i); });
    }
    for (std::thread& sender : senders)
        sender.join();
    for (const Result<>& result : results) {
        if (!result) return complain("{}", result.error().message);
    }
    return 0;
}

}  // namespace elkhorn
