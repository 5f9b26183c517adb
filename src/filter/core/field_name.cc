#include "filter/core/field_name.h"

namespace elkhorn::filter {

Result<FieldName> FieldName::parse(std::string_view text) {
    FieldName name;
    name.format_ = TRY(event::Format::parse(text));
    name.constant_ = name.format_.constant();
    if (name.constant_) name.path_ = TRY(event::FieldPath::parse(text));
    return name;
}

const event::FieldPath* FieldName::resolve(const event::Event& event, const Clock& clock) {
    if (constant_) return &*path_;
    auto path = event::FieldPath::parse(format_.fill(event, clock));
    if (!path) return nullptr;
    path_ = std::move(*path);
    return &*path_;
}

void read_path(config::Fields& fields, std::string_view option,
               std::optional<event::FieldPath>& out) {
    std::string text;
    fields.optional(option, text);
    if (text.empty()) return;
    auto path = event::FieldPath::parse(text);
    if (path)
        out = std::move(*path);
    else
        fields.mistake(option, path.error().message);
}

void read_names(config::Fields& fields, std::string_view option, std::vector<FieldName>& out) {
    std::vector<std::string> texts;
    fields.optional(option, texts);
    for (const std::string& text : texts) {
        auto name = FieldName::parse(text);
        if (name)
            out.push_back(std::move(*name));
        else
            fields.mistake(option, name.error().message);
    }
}

std::optional<event::Format> read_format(config::Fields& fields, std::string_view option,
                                         std::string_view text) {
    auto format = event::Format::parse(text);
    if (format) return std::move(*format);
    fields.mistake(option, format.error().message);
    return std::nullopt;
}

}  // namespace elkhorn::filter
