// filter/json.cc -- a field that holds JSON becomes fields.
//
//   json { source => "message"  target => "doc" }
//
// Without a target only an object will do, and its members replace those of the same name. A
// missing source is no failure. What is not JSON is tagged _jsonparsefailure, unless
// skip_on_invalid_json; so is an event that has no place for the target (a field below a text).

#include "event/arrival.h"
#include "filter/core/decoration.h"
#include "filter/core/field_name.h"
#include "filter/core/filter.h"
#include "json/parse.h"

namespace elkhorn::filter::json {
namespace {

using event::Event;
using event::Kind;
using event::Value;

struct Options {
    std::optional<event::FieldPath> source;
    std::optional<event::FieldPath> target;
    std::vector<std::string> tags_on_failure = {"_jsonparsefailure"};
    bool skip_on_invalid_json = false;
};

class Json final : public Filter {
public:
    Json(Options options, Decoration decoration, const Clock& clock)
        : options_(std::move(options)), decoration_(std::move(decoration)), clock_(clock) {}

    void apply(event::Batch& /*batch*/, Events events) override {
        for (Event* event : events) {
            const Value* source = event->find(*options_.source);
            if (source == nullptr || source->is_null()) continue;
            switch (source->is(Kind::string) ? parse(*event, source->as_string())
                                             : Outcome::invalid) {
                case Outcome::done: decoration_.apply(*event); break;
                case Outcome::invalid:
                    if (!options_.skip_on_invalid_json) tag(*event);
                    break;
                case Outcome::no_place: tag(*event); break;
            }
        }
    }

private:
    enum class Outcome { done, invalid, no_place };

    void tag(Event& event) const {
        for (const std::string& tag : options_.tags_on_failure)
            event.add_tag(tag);
    }

    Outcome parse(Event& event, std::string_view text) {
        const auto parsed = parser_.parse(text, event.arena());
        if (!parsed) return Outcome::invalid;
        if (options_.target)
            return event.set(*options_.target, *parsed) ? Outcome::done : Outcome::no_place;
        if (!parsed->is(Kind::object)) return Outcome::invalid;
        for (const event::Member& member : parsed->as_object().members()) {
            event.root().set(event.arena(), member.name, member.value);
        }
        event::adopt_members(event, clock_.wall_ns());
        return Outcome::done;
    }

    Options options_;
    Decoration decoration_;
    const Clock& clock_;
    elkhorn::json::Parser parser_;
};

Result<std::unique_ptr<Filter>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    std::string required;
    std::string ecs = "disabled";
    fields.required("source", required);
    read_path(fields, "source", options.source);
    read_path(fields, "target", options.target);
    fields.optional("tag_on_failure", options.tags_on_failure);
    fields.optional("skip_on_invalid_json", options.skip_on_invalid_json);
    fields.choice("ecs_compatibility", ecs, {"disabled", "v1", "v8"});
    Decoration decoration(context.clock);
    decoration.read(fields);
    TRY(fields.finish());
    return std::make_unique<Json>(std::move(options), std::move(decoration), context.clock);
}

}  // namespace

extern constinit const Spec spec{"json", "Turn a field that holds JSON into fields.", build};

}  // namespace elkhorn::filter::json
