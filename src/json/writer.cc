#include "json/writer.h"

#include "event/format.h"

namespace elkhorn::json {

Writer& Writer::value(const event::Value& value) {
    separate();
    event::append_json(out_, value);
    return *this;
}

}  // namespace elkhorn::json
