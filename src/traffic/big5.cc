// The hard documents: what a column store cannot win by easy data. Per document two ids are
// random, 24 words are drawn from 20,000, two numbers vary; all the rest is bound to one of 400
// hosts.

#include "base/civil_time.h"
#include "traffic/words.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <set>

namespace elkhorn::traffic {
namespace {

constexpr std::size_t host_count = 400;
constexpr std::size_t word_count = 20'000;
constexpr int words_in_message = 24;
constexpr double word_exponent = 1.0;

constexpr std::array<std::string_view, 6> regions = {"us-east-1",    "us-west-2",      "eu-west-1",
                                                     "eu-central-1", "ap-southeast-2", "sa-east-1"};
constexpr std::array<std::string_view, 10> processes = {"systemd", "kernel", "sshd",    "dhclient",
                                                        "cron",    "nginx",  "dockerd", "ntpd",
                                                        "postfix", "auditd"};
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_hex(std::string& out, Random& random, int digits) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::uint64_t bits = 0;
    for (int i = 0; i < digits; ++i) {
        if (i % 16 == 0) bits = random.next();
        out.push_back(hex[bits & 15]);
        bits >>= 4;
    }
}

std::string make_uuid(Random& random) {
    std::string uuid;
    constexpr std::array<int, 5> groups = {8, 4, 4, 4, 12};
    for (const int digits : groups) {
        if (!uuid.empty()) uuid.push_back('-');
        append_hex(uuid, random, digits);
    }
    return uuid;
}

/// What is bound to a host, rendered once: the pieces between what varies.
struct Host {
    std::string name;
    std::string agent;  // the "agent" object
    std::string cloud;  // "cloud", "aws.cloudwatch" and "host"
    std::string region;
};

class Big5 final : public Source {
public:
    explicit Big5(std::uint64_t seed)
        : random_(seed), hosts_zipf_(host_count, 0.5), words_zipf_(word_count, word_exponent) {
        Random made(seed ^ 0x62696735);
        std::set<std::string> distinct;
        while (words_.size() < word_count) {
            std::string word = make_word(made);
            if (distinct.insert(word).second) words_.push_back(std::move(word));
        }
        for (std::size_t i = 0; i < host_count; ++i)
            hosts_.push_back(make_host(made, i));
    }

    void append_line(std::string& out, std::int64_t time_ns) override {
        const Host& host = hosts_[hosts_zipf_.draw(random_)];
        const std::string_view process = processes[random_.below(processes.size())];
        const std::int64_t time = time_ns / 1'000'000 * 1'000'000;
        out += "{\"@timestamp\":\"";
        append_iso(out, time);
        out += R"(","message":")";
        append_message(out, time, host, process);
        out += "\",";
        out += host.agent;
        out += R"(,"event":{"id":")";
        append_hex(out, random_, 20);
        out += R"(","dataset":"generic","ingested":")";
        append_iso(out, time + 900'000'000);
        fmt::format_to(std::back_inserter(out), R"("}},"trace":{{"id":")");
        append_hex(out, random_, 32);
        fmt::format_to(std::back_inserter(out),
                       R"("}},"process":{{"name":"{}"}},)"
                       R"("log":{{"file":{{"path":"/var/log/messages/{}/{}"}}}},)"
                       R"("metrics":{{"size":{},"tmin":{}}},)",
                       process, host.name, random_.below(60'000), random_.below(5000),
                       random_.below(2'000'000));
        out += host.cloud;
        out += "}";
    }

private:
    static Host make_host(Random& random, std::size_t number) {
        Host host;
        host.region = regions[random.below(regions.size())];
        host.name = fmt::format("ip-10-{}-{}-{}", random.below(32), random.below(256), number);
        host.agent =
            fmt::format(R"("agent":{{"id":"{}","name":"{}","type":"filebeat","version":"8.8.0",)"
                        R"("ephemeral_id":"{}"}},"ecs":{{"version":"8.0.0"}},)"
                        R"("input":{{"type":"aws-cloudwatch"}},"tags":["forwarded","preserve"])",
                        make_uuid(random), host.name, make_uuid(random));
        std::string instance = "i-";
        append_hex(instance, random, 17);
        host.cloud = fmt::format(
            R"("aws":{{"cloudwatch":{{"log_stream":"{}",)"
            R"("log_group":"/var/log/messages","region":"{}"}}}},)"
            R"("cloud":{{"region":"{}","instance":{{"id":"{}"}}}},"host":{{"name":"{}"}})",
            make_word(random) + make_word(random), host.region, host.region, instance, host.name);
        return host;
    }

    void append_message(std::string& out, std::int64_t time_ns, const Host& host,
                        std::string_view process) {
        const CivilTime t = civil_from_ns(time_ns);
        fmt::format_to(std::back_inserter(out), "{} {:02} {:02}:{:02}:{:02} {} {}[{}]:",
                       month_names[static_cast<std::size_t>(t.month - 1)], t.day, t.hour, t.minute,
                       t.second, host.name, process, 1000 + random_.below(64'000));
        for (int i = 0; i < words_in_message; ++i) {
            out.push_back(' ');
            out += words_[words_zipf_.draw(random_)];
        }
    }

    Random random_;
    Zipf hosts_zipf_;
    Zipf words_zipf_;
    std::vector<std::string> words_;
    std::vector<Host> hosts_;
};

}  // namespace

std::string make_word(Random& random) {
    constexpr std::array<std::string_view, 18> starts = {"b", "d",  "f",  "g",  "k",  "l",
                                                         "m", "n",  "p",  "r",  "s",  "t",
                                                         "v", "st", "tr", "pl", "ch", "sh"};
    constexpr std::array<std::string_view, 7> middles = {"a", "e", "i", "o", "u", "ea", "oo"};
    constexpr std::array<std::string_view, 8> ends = {"", "n", "r", "s", "l", "", "t", "m"};
    std::string word;
    const std::uint64_t syllables = 2 + random.below(2);
    for (std::uint64_t i = 0; i < syllables; ++i) {
        word += starts[random.below(starts.size())];
        word += middles[random.below(middles.size())];
        word += ends[random.below(ends.size())];
    }
    return word;
}

std::unique_ptr<Source> make_big5(std::uint64_t seed) {
    return std::make_unique<Big5>(seed);
}

}  // namespace elkhorn::traffic
