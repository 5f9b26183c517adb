#include "event/flatten.h"

#include "event/format.h"
#include "text/json_text.h"

namespace elkhorn::event {

/// Texts are noted by their place while the JSON still grows.
class Flattener::Walk {
public:
    Walk(FieldCache& fields, std::string& json, Document& document, std::vector<Placed>& placed)
        : fields_(fields), json_(json), document_(document), placed_(placed) {}

    void members(const Object& object, std::uint32_t node) {
        json_.push_back('{');
        bool first = true;
        for (const Member& member : object.members()) {
            if (!first) json_.push_back(',');
            first = false;
            const std::uint32_t below = fields_.child(node, member.name);
            json_ += fields_.json_key(below);
            add(member.value, below);
        }
        json_.push_back('}');
    }

private:
    void add(const Value& value, std::uint32_t node) {
        switch (value.kind()) {
            case Kind::object: return members(value.as_object(), node);
            case Kind::array: return items(value.as_array(), node);
            case Kind::string: return text(value.as_string(), node);
            default: break;
        }
        append_json(json_, value);
        const auto field = fields_.field(node);
        if (!field) return;
        switch (value.kind()) {
            case Kind::real: document_.add_real(*field, value.as_real()); break;
            case Kind::null: document_.add_integer(*field, Kind::null, 0); break;
            default: document_.add_integer(*field, value.kind(), value.as_integer()); break;
        }
    }

    void items(const Array& array, std::uint32_t node) {
        json_.push_back('[');
        bool first = true;
        for (const Value& item : array.values()) {
            if (!first) json_.push_back(',');
            first = false;
            add(item, node);
        }
        json_.push_back(']');
    }

    void text(std::string_view text, std::uint32_t node) {
        const std::size_t at = json_.size() + 1;
        const bool as_it_is = text::append_json_string(json_, text);
        const auto field = fields_.field(node);
        if (!field) return;
        if (as_it_is) placed_.push_back({document_.leaves().size(), at});
        document_.add_text(*field, text);
    }

    FieldCache& fields_;
    std::string& json_;
    Document& document_;
    std::vector<Placed>& placed_;
};

void Flattener::flatten(const Event& event, std::string& json, Document& document) {
    json.clear();
    document.clear();
    placed_.clear();
    Walk(fields_, json, document, placed_).members(event.root(), FieldCache::root);
    for (const Placed& placed : placed_)
        document.leaves()[placed.leaf].text = json.data() + placed.at;
}

}  // namespace elkhorn::event
