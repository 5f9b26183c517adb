// output/core/bulk_writer.cc -- sends events by the bulk API and minds every answer.
//
//   2xx of an item          delivered
//   409                     someone else's version won: counted and dropped
//   429, 5xx of an item     sent again, with growing pauses; so is the whole request on 429, 5xx
//                           and a broken connection, at the next host
//   400, 404, ... of an item  counted and logged as a dead letter with the reason
//   413 of the request      split in two; an event that is too large alone is a dead letter
//   anything else           an error: the pipeline says so and tries again later
//
// `write` returns when nothing is left to send. A connection that broke may have been carried out:
// with document_id the second attempt replaces, without it an event may be there twice.

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "http/gzip.h"
#include "json/parse.h"
#include "output/core/bulk_options.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

namespace elkhorn::output {
namespace {

using event::Kind;
using event::Value;

constexpr std::size_t request_bytes_max = 8 << 20;
constexpr std::size_t clients_kept = 64;

struct Item {
    std::string text;  // action line and document line
};

using Items = std::vector<const Item*>;

metrics::Counter& conflicts() {
    static metrics::Counter counter{"elkhorn_output_conflicts_total",
                                    "Items dropped for a newer version (409)."};
    return counter;
}

metrics::Counter& dead_letters() {
    static metrics::Counter counter{"elkhorn_output_dead_letters_total",
                                    "Items refused for good, logged."};
    return counter;
}

bool worth_retrying(std::int64_t status) {
    return status == 429 || status >= 500;
}

std::int64_t integer_of(const Value* value) {
    return value != nullptr && value->is(Kind::integer) ? value->as_integer() : 0;
}

class BulkWriter final : public Output {
public:
    BulkWriter(BulkOptions options, const Context& context)
        : options_(std::move(options)), context_(context) {}

    Result<> write(Events events) override {
        std::vector<Item> items;
        items.reserve(events.size());
        for (const event::Event* event : events)
            items.push_back(make_item(*event));
        for (std::size_t from = 0; from < items.size();) {
            Items request;
            std::size_t bytes = 0;
            while (from < items.size() &&
                   (request.empty() || bytes + items[from].text.size() <= request_bytes_max)) {
                bytes += items[from].text.size();
                request.push_back(&items[from++]);
            }
            TRY(deliver(std::move(request)));
        }
        return {};
    }

private:
    static void append_member(std::string& out, std::string_view name, std::string_view text) {
        if (out.back() != '{') out += ',';
        text::append_json_string(out, name);
        out += ':';
        text::append_json_string(out, text);
    }

    Item make_item(const event::Event& event) const {
        std::string action = options_.action->fill(event, context_.clock);
        if (action != "create" && action != "update" && action != "delete") action = "index";
        Item item;
        item.text = "{\"" + action + "\":{";
        append_member(item.text, "_index", options_.index->fill(event, context_.clock));
        if (options_.id) append_member(item.text, "_id", options_.id->fill(event, context_.clock));
        if (options_.routing)
            append_member(item.text, "routing", options_.routing->fill(event, context_.clock));
        if (options_.pipeline && action != "update") {
            append_member(item.text, "pipeline", options_.pipeline->fill(event, context_.clock));
        }
        if (action == "update")
            item.text += fmt::format(",\"retry_on_conflict\":{}", options_.retry_on_conflict);
        item.text += "}}\n";
        if (action == "delete") return item;
        if (action == "update") item.text += "{\"doc\":";
        event::append_json(item.text, event.root());
        if (action == "update") item.text += options_.upsert ? ",\"doc_as_upsert\":true}" : "}";
        item.text += '\n';
        return item;
    }

    /// Until nothing is left, or somebody has to act.
    Result<> deliver(Items items) {
        std::int64_t wait_ms = options_.retry_ms_min;
        while (!items.empty()) {
            const std::size_t before = items.size();
            auto left = send(items);
            if (!left && left.error().code == ErrorCode::too_large) {
                if (items.size() == 1) {
                    refuse("the event is larger than the server takes (413)", *items[0]);
                    return {};
                }
                const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
                TRY(deliver(Items(items.begin(), middle)));
                return deliver(Items(middle, items.end()));
            }
            if (!left && left.error().code != ErrorCode::unavailable &&
                left.error().code != ErrorCode::overloaded) {
                return std::unexpected(std::move(left).error());
            }
            if (!left)
                log::warn("a bulk request failed and is sent again",
                          {{"reason", left.error().message}});
            if (left) items = std::move(*left);
            if (items.empty()) return {};
            if (items.size() < before) wait_ms = options_.retry_ms_min;
            if (context_.give_up != nullptr && context_.give_up->wait_ms(wait_ms)) {
                return fail(ErrorCode::cancelled, "stopped before everything was delivered");
            }
            wait_ms = std::min(wait_ms * 2, options_.retry_ms_max);
        }
        return {};
    }

    /// What has to be sent again.
    Result<Items> send(const Items& items) {
        const std::size_t host = next_host_.fetch_add(1) % options_.hosts.size();
        const http::Url& url = options_.hosts[host];
        http::Request request;
        request.method = "POST";
        request.target = url.path + "/_bulk";
        request.headers.add("Content-Type", "application/x-ndjson");
        request.headers.add("Accept", "application/json");
        if (!options_.authorization.empty())
            request.headers.add("Authorization", options_.authorization);
        for (const Item* item : items)
            request.body += item->text;
        if (options_.compress) {
            request.headers.add("Content-Encoding", "gzip");
            request.body = http::gzip(request.body);
        }
        auto client = take_client(host);
        auto response = client->send(request);
        if (!response) return std::unexpected(std::move(response).error());
        give_client(host, std::move(client));
        const std::string place = fmt::format("{}:{} answered {}", url.endpoint.host,
                                              url.endpoint.port, response->status);
        if (response->status == 413) return fail(ErrorCode::too_large, place);
        if (response->status == 429) return fail(ErrorCode::overloaded, place);
        if (response->status >= 500) return fail(ErrorCode::unavailable, place);
        if (response->status / 100 != 2) {
            return fail(ErrorCode::invalid, place + ": " + response->body.substr(0, 300));
        }
        return judge(items, response->body);
    }

    Result<Items> judge(const Items& items, std::string_view body) {
        event::Arena arena;
        json::Parser parser;
        const auto answer = parser.parse(body, arena);
        const auto strange = [&] {
            return fail(ErrorCode::unavailable,
                        fmt::format("an odd answer to a bulk request: {}", body.substr(0, 200)));
        };
        if (!answer || !answer->is(Kind::object)) return strange();
        const Value* errors = answer->as_object().find("errors");
        if (errors == nullptr || !errors->is(Kind::boolean)) return strange();
        if (!errors->as_boolean()) return Items{};
        const Value* results = answer->as_object().find("items");
        if (results == nullptr || !results->is(Kind::array) ||
            results->as_array().size() != items.size()) {
            return strange();
        }
        Items again;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Value& outer = results->as_array()[i];
            if (!outer.is(Kind::object) || outer.as_object().size() != 1) return strange();
            const Value& result = outer.as_object().members()[0].value;
            if (!result.is(Kind::object)) return strange();
            const std::int64_t status = integer_of(result.as_object().find("status"));
            if (status / 100 == 2) continue;
            if (worth_retrying(status)) {
                again.push_back(items[i]);
            } else if (status == 409) {
                conflicts().add();
            } else {
                std::string reason = fmt::format("{} ", status);
                if (const Value* error = result.as_object().find("error"))
                    event::append_text(reason, *error);
                refuse(reason, *items[i]);
            }
        }
        return again;
    }

    static void refuse(std::string_view reason, const Item& item) {
        dead_letters().add();
        log::error("an event was refused for good",
                   {{"reason", reason}, {"event", std::string_view(item.text).substr(0, 1000)}});
    }

    struct Idle {
        std::size_t host;
        std::unique_ptr<http::Client> client;
    };

    std::unique_ptr<http::Client> take_client(std::size_t host) {
        {
            const Lock lock(mutex_);
            const auto idle = std::ranges::find(idle_, host, &Idle::host);
            if (idle != idle_.end()) {
                auto client = std::move(idle->client);
                idle_.erase(idle);
                return client;
            }
        }
        http::Client::Options how;
        how.answer_seconds = static_cast<int>(options_.timeout_s);
        return std::make_unique<http::Client>(options_.hosts[host].endpoint, how);
    }

    void give_client(std::size_t host, std::unique_ptr<http::Client> client) {
        const Lock lock(mutex_);
        if (idle_.size() < clients_kept) idle_.push_back({host, std::move(client)});
    }

    const BulkOptions options_;
    const Context context_;
    std::atomic<std::size_t> next_host_ = 0;
    Mutex mutex_;
    std::vector<Idle> idle_ GUARDED_BY(mutex_);
};

}  // namespace

Result<std::unique_ptr<Output>> build_bulk_output(const config::Plugin& plugin,
                                                  const Context& context, BulkFlavour flavour) {
    return std::make_unique<BulkWriter>(TRY(read_bulk_options(plugin, flavour)), context);
}

}  // namespace elkhorn::output
