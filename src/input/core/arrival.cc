#include "input/core/arrival.h"

#include "event/arrival.h"

#include <unistd.h>

#include <array>

namespace elkhorn::input {

using event::Event;
using event::Value;

const std::string& host_name() {
    static const std::string name = [] {
        std::array<char, 256> buffer{};
        if (gethostname(buffer.data(), buffer.size() - 1) != 0) return std::string("localhost");
        return std::string(buffer.data());
    }();
    return name;
}

void Arrival::read(config::Fields& fields, std::string_view fallback, codec::Framing framing) {
    fields.accept({"id", "enable_metric", "debug"});
    fields.optional("type", type_);
    fields.optional("tags", tags_);
    auto codec = codec::build(fields.codec("codec"), fallback, framing);
    if (codec)
        codec_ = std::move(*codec);
    else
        fields.mistake("codec", codec.error().message);
    config::Pairs pairs;
    fields.optional("add_field", pairs);
    for (const config::Pair& pair : pairs) {
        auto path = event::FieldPath::parse(pair.key);
        if (!path) {
            fields.mistake(pair.place, path.error().message);
            continue;
        }
        Addition addition{std::move(*path), {}};
        for (const std::string& text : pair.values) {
            auto format = event::Format::parse(text);
            if (format)
                addition.values.push_back(std::move(*format));
            else
                fields.mistake(pair.place, format.error().message);
        }
        additions_.push_back(std::move(addition));
    }
}

void Arrival::add_fields(Event& event) const {
    for (const Addition& addition : additions_) {
        for (const event::Format& format : addition.values) {
            const Value value = event.make_text(format.fill(event, *clock_));
            Value* old = event.find(addition.path);
            if (old == nullptr) {
                if (!event.set(addition.path, value)) event.add_tag(event::set_failure_tag);
                continue;
            }
            if (!old->is(event::Kind::array)) {
                event::Array* list = event::make_array(event.arena());
                list->push_back(event.arena(), *old);
                *old = Value::array(list);
            }
            old->as_array().push_back(event.arena(), value);
        }
    }
}

void Arrival::complete(event::Batch& batch, std::size_t first,
                       std::span<const std::pair<std::string_view, Value>> origin) const {
    const std::int64_t now = clock_->wall_ns();
    event::Arena& arena = batch.arena();
    const Value type = type_.empty() ? Value() : Value::string(arena.copy(type_));
    for (std::size_t i = first; i < batch.size(); ++i) {
        Event& event = batch[i];
        event::complete_arrival(event, now);
        for (const auto& [name, value] : origin) {
            if (event.root().find(name) == nullptr) event.root().add(arena, name, value);
        }
        if (!type_.empty() && event.root().find("type") == nullptr)
            event.root().add(arena, "type", type);
        for (const std::string& tag : tags_)
            event.add_tag(tag);
        if (!additions_.empty()) add_fields(event);
    }
}

}  // namespace elkhorn::input
