// api/document/parts/script_change.h -- a script that changes a document: `ctx` with `_source`,
// `op` and what identifies the document, before and after. Of updates, of bulk's and of
// _update_by_query's.
//
//   Lifetime   one thread's; kept for all the documents of a request.
//   Bounds     it runs while the index is locked for it: a script that does not end is given up
//              after ten million steps.
#pragma once

#include "event/value.h"
#include "script/run/run.h"
#include "search/script/script_call.h"
#include "store/log/write.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::api {

/// What a script is told of its document.
struct ScriptedDocument {
    std::string_view index;
    std::string_view id;
    std::string_view op = "index";  // or "create", where there is none yet
    std::int64_t version = 0;       // 0: not told
    std::int64_t seq_no = -1;       // below zero: not told
    std::int64_t now_ms = 0;
    event::Value source;
};

class ScriptChange {
public:
    enum class Kind { update, by_query };

    explicit ScriptChange(Kind kind) : kind_(kind) {}

    /// Reads it; what is wrong with the script itself is told by run().
    search::Answer<> parse(const event::Value& value, const search::RequestContext* request);

    struct Outcome {
        std::string op;       // what the script has left in ctx.op
        event::Value source;  // in the arena
    };

    search::Answer<Outcome> run(const ScriptedDocument& document, event::Arena& arena);

private:
    search::Failure wrapped(search::Failure cause) const;

    Kind kind_;
    search::ScriptCall call_;
    std::shared_ptr<const script::Program> program_;
    std::optional<search::Failure> trouble_;  // why there is no program
    search::RequestContext request_;          // whose end is the script's
};

}  // namespace elkhorn::api
