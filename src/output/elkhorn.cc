// output/elkhorn.cc -- the store inside this program. `store` is another name that may come later;
// the options are those of the elasticsearch output that make sense here.

#include "config/fields.h"
#include "event/format.h"
#include "output/core/action.h"
#include "output/core/output.h"

#include <deque>
#include <optional>
#include <string_view>
#include <utility>

namespace elkhorn::output::elkhorn {
namespace {

using Action = Sink::Action;

struct Options {
    std::optional<event::Format> index;
    std::optional<event::Format> id;
    std::optional<event::Format> action;
    bool upsert = false;
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
            Sink::Item item{last_index, {}, action_of(*event), event};
            if (options_.id) item.id = texts.emplace_back(options_.id->fill(*event, clock_));
            items.push_back(item);
        }
        return sink_.write(items);
    }

private:
    /// A word that an event made up is taken for index, as the elasticsearch output does it.
    Action action_of(const event::Event& event) const {
        const auto action = options_.action->constant()
                                ? action_named(options_.action->text())
                                : action_named(options_.action->fill(event, clock_));
        if (action == Action::update && options_.upsert) return Action::upsert;
        return action.value_or(Action::index);
    }

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
    fields.optional("action", action);
    fields.optional("doc_as_upsert", options.upsert);
    fields.accept({"id", "enable_metric", "workers"});
    if (context.sink == nullptr) {
        fields.mistake(plugin.place,
                       "there is no store in this process; use elasticsearch { hosts => ... }");
    }
    check_action(fields, action);
    if (id.empty() && (action == "update" || action == "delete"))
        fields.mistake("action", "needs document_id, to know which document");
    const auto read = [&](std::string_view name,
                          const std::string& text) -> std::optional<event::Format> {
        auto format = event::Format::parse(text);
        if (format) return std::move(*format);
        fields.mistake(name, format.error().message);
        return std::nullopt;
    };
    options.index = read("index", index);
    options.action = read("action", action);
    if (!id.empty()) options.id = read("document_id", id);
    TRY(fields.finish());
    return std::make_unique<Elkhorn>(std::move(options), *context.sink, context.clock);
}

}  // namespace

extern constinit const Spec spec{"elkhorn", "The store inside this program.", build};

}  // namespace elkhorn::output::elkhorn
