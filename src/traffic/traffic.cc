#include "traffic/traffic.h"

#include "base/civil_time.h"
#include "base/nearest.h"
#include "text/json_text.h"
#include "traffic/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace elkhorn::traffic {
namespace {

constexpr std::array<std::string_view, 4> kind_names = {"access-log", "json", "api-events", "big5"};

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& list, Random& random) {
    return list[random.below(N)];
}

/// A duration with a long tail: the logarithm is normal, by the sum of twelve draws.
double long_tailed(Random& random, double median, double spread) {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
        sum += random.unit();
    return median * std::exp(sum * spread);
}

// -- access-log -----------------------------------------------------------------------------------

constexpr std::array<std::string_view, 8> agents = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 "
    "Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) "
    "Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile "
    "Safari/537.36",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "curl/8.5.0"};
constexpr std::array<std::string_view, 6> referrers = {"-",
                                                       "-",
                                                       "https://www.google.com/",
                                                       "https://shop.example.com/",
                                                       "https://news.example.org/today",
                                                       "https://duckduckgo.com/"};
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

class AccessLog final : public Source {
public:
    explicit AccessLog(std::uint64_t seed) : random_(seed), clients_(5000, 1.1), paths_(800, 1.05) {
        Random names(seed ^ 0x70617468);
        for (int i = 0; i < 800; ++i) {
            constexpr std::array<std::string_view, 6> shapes = {
                "/products/{}/{}", "/articles/{}-{}.html", "/static/img/{}_{}.png",
                "/api/v1/{}/{}",   "/blog/{}/{}",          "/search?q={}+{}"};
            names_.push_back(
                fmt::format(fmt::runtime(pick(shapes, names)), make_word(names), make_word(names)));
        }
    }

    void append_line(std::string& out, std::int64_t time_ns) override {
        const std::size_t client = clients_.draw(random_);
        const CivilTime t = civil_from_ns(time_ns);
        const std::uint64_t address = client * 2654435761U;
        const int status = draw_status();
        const auto bytes =
            static_cast<std::int64_t>(long_tailed(random_, status == 200 ? 9000 : 400, 0.9));
        fmt::format_to(std::back_inserter(out),
                       "{}.{}.{}.{} - - [{:02}/{}/{}:{:02}:{:02}:{:02} +0000] \"{} {} HTTP/1.1\" "
                       "{} {} \"{}\" \"{}\"",
                       23 + (address >> 8) % 180, (address >> 16) % 256, (address >> 24) % 256,
                       1 + address % 254, t.day, month_names[static_cast<std::size_t>(t.month - 1)],
                       t.year, t.hour, t.minute, t.second, random_.chance(0.93) ? "GET" : "POST",
                       names_[paths_.draw(random_)], status,
                       status == 304 ? "-" : std::to_string(bytes), pick(referrers, random_),
                       agents[client % 8]);
    }

private:
    int draw_status() {
        const double p = random_.unit();
        if (p < 0.905) return 200;
        if (p < 0.950) return 304;
        if (p < 0.972) return 404;
        if (p < 0.988) return 301;
        if (p < 0.994) return 206;
        return p < 0.997 ? 500 : 403;
    }

    Random random_;
    Zipf clients_;
    Zipf paths_;
    std::vector<std::string> names_;
};

// -- json and api-events --------------------------------------------------------------------------

constexpr std::array<std::string_view, 6> services = {"billing",  "checkout", "catalog",
                                                      "identity", "search",   "shipping"};
constexpr std::array<std::string_view, 8> messages = {"request finished",
                                                      "cache miss for key",
                                                      "connection to the database was slow",
                                                      "user signed in",
                                                      "payment provider answered late",
                                                      "retrying after a time-out",
                                                      "job done",
                                                      "configuration reloaded"};

class JsonLines final : public Source {
public:
    explicit JsonLines(std::uint64_t seed) : random_(seed), users_(20'000, 1.1) {}

    void append_line(std::string& out, std::int64_t time_ns) override {
        const double p = random_.unit();
        const std::string_view level = p < 0.02   ? "ERROR"
                                       : p < 0.08 ? "WARN"
                                       : p < 0.85 ? "INFO"
                                                  : "DEBUG";
        const std::string_view service = pick(services, random_);
        out += "{\"@timestamp\":\"";
        append_iso(out, time_ns / 1'000'000 * 1'000'000);
        fmt::format_to(std::back_inserter(out),
                       R"(","level":"{}","service":"{}","host":"{}-{}","message":"{} {}",)"
                       R"("duration_ms":{:.2f},)"
                       R"("user":{{"id":{},"plan":"{}"}},"thread":"worker-{}"}})",
                       level, service, service, 1 + random_.below(8), pick(messages, random_),
                       random_.below(100'000), long_tailed(random_, 12, 0.8),
                       1000 + users_.draw(random_), random_.chance(0.2) ? "pro" : "free",
                       random_.below(16));
    }

private:
    Random random_;
    Zipf users_;
};

constexpr std::array<std::string_view, 7> resources = {"orders", "users",    "carts",  "payments",
                                                       "items",  "sessions", "reports"};

class ApiEvents final : public Source {
public:
    explicit ApiEvents(std::uint64_t seed) : random_(seed), ids_(50'000, 1.05) {}

    void append_line(std::string& out, std::int64_t time_ns) override {
        const std::string_view service = pick(services, random_);
        const double p = random_.unit();
        const int status = p < 0.93    ? 200
                           : p < 0.96  ? 201
                           : p < 0.985 ? 404
                           : p < 0.995 ? 400
                                       : 503;
        out += "{\"@timestamp\":\"";
        append_iso(out, time_ns / 1'000'000 * 1'000'000);
        fmt::format_to(
            std::back_inserter(out),
            R"(","service":"{}","host":"{}-{}","method":"{}","path":"/{}/{}","status":{},)"
            R"("duration_ms":{:.2f},"bytes":{},"client":{{"ip":"10.{}.{}.{}"}},)"
            R"("request_id":"{:016x}"}})",
            service, service, 1 + random_.below(8), random_.chance(0.7) ? "GET" : "POST",
            pick(resources, random_), ids_.draw(random_), status,
            long_tailed(random_, status == 503 ? 900 : 18, 0.9),
            static_cast<std::int64_t>(long_tailed(random_, 2400, 1.0)), random_.below(4),
            random_.below(256), random_.below(256), random_.next());
    }

private:
    Random random_;
    Zipf ids_;
};

}  // namespace

// -- Zipf -----------------------------------------------------------------------------------------

Zipf::Zipf(std::size_t size, double exponent) : shortcut_(1025, 0) {
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i)
        cumulative_.push_back(sum += std::pow(static_cast<double>(i + 1), -exponent));
    for (double& value : cumulative_)
        value /= sum;
    cumulative_.back() = 1;
    for (std::size_t i = 0; i < shortcut_.size(); ++i) {
        const auto at = std::ranges::lower_bound(cumulative_, static_cast<double>(i) / 1024);
        shortcut_[i] = static_cast<std::uint32_t>(at - cumulative_.begin());
    }
}

std::size_t Zipf::draw(Random& random) const {
    const double p = random.unit();
    const auto slot = static_cast<std::size_t>(p * 1024);
    const auto first = cumulative_.begin() + shortcut_[slot];
    const auto last = cumulative_.begin() +
                      std::min<std::ptrdiff_t>(shortcut_[slot + 1] + 1, std::ssize(cumulative_));
    return static_cast<std::size_t>(std::lower_bound(first, last, p) - cumulative_.begin());
}

std::span<const std::string_view> kinds() {
    return kind_names;
}

Result<std::unique_ptr<Source>> make_source(std::string_view kind, std::uint64_t seed) {
    if (kind == "access-log") return std::make_unique<AccessLog>(seed);
    if (kind == "json") return std::make_unique<JsonLines>(seed);
    if (kind == "api-events") return std::make_unique<ApiEvents>(seed);
    if (kind == "big5") return make_big5(seed);
    const std::string nearest = nearest_word(kind, kind_names);
    return fail(
        ErrorCode::invalid,
        fmt::format("there is no traffic \"{}\"{}; there are access-log, json, api-events and big5",
                    kind, nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

}  // namespace elkhorn::traffic
