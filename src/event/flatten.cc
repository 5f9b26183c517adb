#include "event/flatten.h"

namespace elkhorn::event {
namespace {

void add(const Value& value, std::uint32_t node, FieldCache& fields, Document& document) {
    if (value.is(Kind::object)) {
        for (const Member& member : value.as_object().members()) {
            add(member.value, fields.child(node, member.name), fields, document);
        }
        return;
    }
    if (value.is(Kind::array)) {
        for (const Value& item : value.as_array().values())
            add(item, node, fields, document);
        return;
    }
    const auto field = fields.field(node);
    if (!field) return;
    switch (value.kind()) {
        case Kind::string: document.add_text(*field, value.as_string()); break;
        case Kind::real: document.add_real(*field, value.as_real()); break;
        case Kind::boolean:
        case Kind::integer:
        case Kind::timestamp: document.add_integer(*field, value.kind(), value.as_integer()); break;
        case Kind::null: document.add_integer(*field, Kind::null, 0); break;
        default: break;
    }
}

}  // namespace

void flatten(const Event& event, FieldCache& fields, Document& document) {
    document.clear();
    for (const Member& member : event.root().members()) {
        add(member.value, fields.child(FieldCache::root, member.name), fields, document);
    }
}

}  // namespace elkhorn::event
