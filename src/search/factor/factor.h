// search/factor/factor.h -- functions of function_score: what a row's fields, a script or chance
// make of its score.
//
//   const MakeFactorKind make = ASK(read_function(member));    // {"gauss": {...}} of a body
//   auto kind = make();  ASK(kind->plan(scope));               // in one index
//   FactorPtr factor = ASK(kind->make(request));               // one thread's
//   ASK(factor->enter(context));  ASK(factor->of(row, score));
#pragma once

#include "event/value.h"
#include "search/match/plan.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace elkhorn::search {

/// A function in one index, and then in one row group after the other.
class Factor {
public:
    virtual ~Factor() = default;

    virtual Answer<> enter(const GroupContext& context) = 0;
    /// `score` is that of the query.
    virtual Answer<double> of(std::uint32_t row, float score) = 0;
};

using FactorPtr = std::unique_ptr<Factor>;

/// A function as the body says it, for one index.
class FactorKind {
public:
    virtual ~FactorKind() = default;
    /// What the index refuses.
    virtual Answer<> plan(const Scope& scope) = 0;
    virtual Answer<FactorPtr> make(const RequestContext& request) const = 0;
};

/// Read once; planned for each index anew.
using MakeFactorKind = std::function<std::unique_ptr<FactorKind>()>;

bool is_function(std::string_view name);
/// Of one that is_function knows.
Answer<MakeFactorKind> read_function(const event::Member& member);

// A file each.
Answer<MakeFactorKind> read_value_factor(const event::Value& body);
Answer<MakeFactorKind> read_decay(std::string_view name, const event::Value& body);
Answer<MakeFactorKind> read_random(const event::Value& body);
Answer<MakeFactorKind> read_script_factor(const event::Value& body);

/// What Lucene throws while it looks at documents: 500.
std::unexpected<Failure> broken_score(std::string reason);

}  // namespace elkhorn::search
