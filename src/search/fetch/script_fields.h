// search/fetch/script_fields.h -- script_fields of a search: for each hit what scripts give, beside
// the other fields, always as arrays.
#pragma once

#include "event/value.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/script/script_call.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search {

struct ScriptField {
    std::string name;
    ScriptCall script;
    bool ignore_failure = false;
};

using ScriptFieldList = std::vector<ScriptField>;

Answer<ScriptFieldList> parse_script_fields(const event::Value& body);

class RowScript;

/// Those of a search, compiled; one thread's.
class ScriptFields {
public:
    static Answer<std::unique_ptr<ScriptFields>> plan(const ScriptFieldList& fields,
                                                      const RequestContext& request);
    ~ScriptFields();

    Answer<> enter(const GroupContext& context);
    /// `fields` (an object as JSON, or empty) with those of the row added.
    Answer<std::string> add_to(std::string fields, std::uint32_t row);

private:
    struct One {
        std::string name;
        bool ignore_failure = false;
        std::unique_ptr<RowScript> script;
    };

    std::vector<One> all_;
};

}  // namespace elkhorn::search
