// output/elkhorn.cc -- the store inside this program. `store` is another name that may come later;
// the options are those of the elasticsearch output that make sense here.

#include "config/fields.h"
#include "event/format.h"
#include "output/output.h"

#include <fmt/format.h>

#include <deque>
#include <optional>

namespace elkhorn::output::elkhorn {
namespace {

using Action = Sink::Action;

struct Options {
    std::optional<event::Format> index;
    std::optional<event::Format> id;
    Action action = Action::index;
};

class Elkhorn final : public Output {
public:
    Elkhorn(Options options, Sink& sink, const Clock& clock)
        : options_(std::move(options)), sink_(sink), clock_(clock) {}

    Result<> write(Events events) override {
        std::vector<Sink::Item> items;
        items.reserve(events.size());
        std::deque<std::string> texts;  // the names that the items see
        std::string_view last_index;
        for (const event::Event* event : events) {
            texts.push_back(options_.index->fill(*event, clock_));
            if (texts.back() == last_index)
                texts.pop_back();
            else
                last_index = texts.back();
            Sink::Item item{last_index, {}, options_.action, event};
            if (options_.id) item.id = texts.emplace_back(options_.id->fill(*event, clock_));
            items.push_back(item);
        }
        return sink_.write(items);
    }

private:
    const Options options_;
    Sink& sink_;
    const Clock& clock_;
};

Result<std::unique_ptr<Output>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    std::string index = "logstash-%{+YYYY.MM.dd}";
    std::string id;
    std::string action = "index";
    fields.optional("index", index);
    fields.optional("document_id", id);
    fields.choice("action", action, {"index", "create", "update", "delete"});
    fields.accept({"id", "enable_metric", "workers"});
    if (context.sink == nullptr) {
        fields.mistake(plugin.place,
                       "there is no store in this process; use elasticsearch { hosts => ... }");
    }
    if (action == "create") options.action = Action::create;
    if (action == "update") options.action = Action::update;
    if (action == "delete") options.action = Action::remove;
    const auto read = [&](std::string_view name,
                          const std::string& text) -> std::optional<event::Format> {
        auto format = event::Format::parse(text);
        if (format) return std::move(*format);
        fields.mistake(name, format.error().message);
        return std::nullopt;
    };
    options.index = read("index", index);
    if (!id.empty()) options.id = read("document_id", id);
    TRY(fields.finish());
    return std::make_unique<Elkhorn>(std::move(options), *context.sink, context.clock);
}

}  // namespace

extern constinit const Spec spec{"elkhorn", "The store inside this program.", build};

}  // namespace elkhorn::output::elkhorn
