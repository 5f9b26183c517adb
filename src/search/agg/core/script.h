// search/agg/core/script.h -- the small part of Painless that bucket_script and bucket_selector
// live on: numbers, params.x, + - * / %, comparisons, && || !, a ? b : c, parentheses and a few
// functions of Math. No loops, no assignments, nothing that could run away.
#pragma once

#include "base/parameter.h"
#include "search/base/failure.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

/// Of a script in a request, whoever runs it.
inline constexpr Parameter script_members[] = {
    {"source", Takes::text},
    {"inline", Takes::text},
    {"params", Takes::object},
    {"lang", Takes::text, Use::refused, "scripts are in painless", "painless"},
    {"id", Takes::text, Use::refused, "scripts are not stored yet: say its source"},
    {"options", Takes::object, Use::refused, "scripts have no options", "{}"},
};

class Script {
public:
    using Variables = std::map<std::string, double, std::less<>>;

    /// `constants` are the script's own params. Refuses what it cannot do with script_exception.
    static Answer<std::shared_ptr<const Script>> parse(std::string_view source,
                                                       Variables constants);

    /// Booleans are 0 and 1. A name that is nowhere gives NaN.
    double run(const Variables& variables) const;
    /// Names of params that neither the request's paths nor its constants give.
    std::vector<std::string> unknown_names(const std::vector<std::string>& known) const;

    const std::string& source() const { return source_; }

private:
    enum class Op : std::uint8_t {
        number,
        variable,
        add,
        subtract,
        multiply,
        divide,
        modulo,
        negate,
        not_,
        and_,
        or_,
        less,
        less_equal,
        greater,
        greater_equal,
        equal,
        not_equal,
        choose,
        math
    };

    struct Step {
        Op op = Op::number;
        double number = 0;
        std::string name;
        int a = -1;  // places of operands among the steps
        int b = -1;
        int c = -1;
    };
    class Parser;

    double value(int step, const Variables& variables) const;

    std::string source_;
    std::vector<Step> steps_;
    int root_ = -1;
    Variables constants_;
};

}  // namespace elkhorn::search::agg
