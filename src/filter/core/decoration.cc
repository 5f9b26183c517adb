#include "filter/core/decoration.h"

namespace elkhorn::filter {

bool add_value(event::Event& event, const event::FieldPath& path, event::Value value) {
    event::Value* old = event.find(path);
    if (old == nullptr) return event.set(path, value);
    if (!old->is(event::Kind::array)) {
        event::Array* list = event::make_array(event.arena());
        list->push_back(event.arena(), *old);
        *old = event::Value::array(list);
    }
    old->as_array().push_back(event.arena(), value);
    return true;
}

void Decoration::read(config::Fields& fields) {
    fields.accept({"id", "enable_metric", "periodic_flush"});
    config::Pairs pairs;
    fields.optional("add_field", pairs);
    for (const config::Pair& pair : pairs) {
        auto name = FieldName::parse(pair.key);
        if (!name) {
            fields.mistake(pair.place, name.error().message);
            continue;
        }
        Addition addition{std::move(*name), {}};
        for (const std::string& value : pair.values) {
            if (auto format = read_format(fields, "add_field", value)) {
                addition.values.push_back(std::move(*format));
            }
        }
        additions_.push_back(std::move(addition));
    }
    read_names(fields, "remove_field", removals_);
    const auto tags = [&](std::string_view option, std::vector<event::Format>& out) {
        std::vector<std::string> texts;
        fields.optional(option, texts);
        for (const std::string& text : texts) {
            if (auto format = read_format(fields, option, text)) out.push_back(std::move(*format));
        }
    };
    tags("add_tag", tags_added_);
    tags("remove_tag", tags_removed_);
    empty_ =
        additions_.empty() && removals_.empty() && tags_added_.empty() && tags_removed_.empty();
}

void Decoration::add_fields(event::Event& event) {
    for (Addition& addition : additions_) {
        const event::FieldPath* path = addition.name.resolve(event, *clock_);
        if (path == nullptr) continue;
        for (const event::Format& value : addition.values) {
            text_.clear();
            value.append_to(text_, event, *clock_);
            if (!add_value(event, *path, event.make_text(text_)))
                event.add_tag(event::set_failure_tag);
        }
    }
}

void Decoration::apply(event::Event& event) {
    if (empty_) return;
    add_fields(event);
    for (FieldName& name : removals_) {
        if (const event::FieldPath* path = name.resolve(event, *clock_)) event.remove(*path);
    }
    for (const event::Format& tag : tags_added_)
        event.add_tag(tag.fill(event, *clock_));
    for (const event::Format& tag : tags_removed_)
        event.remove_tag(tag.fill(event, *clock_));
}

}  // namespace elkhorn::filter
