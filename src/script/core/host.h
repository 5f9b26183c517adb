// script/core/host.h -- the world as a running script sees it: the fields of the row it is at,
// what its names stand for, where what it emits goes. Whoever runs scripts writes one.
//
//   Threads   one: that of its Run.
#pragma once

#include "script/core/script.h"
#include "script/value/value.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace elkhorn::script {

class Run;

class Host {
public:
    virtual ~Host() = default;

    /// The value of a name of the Context; null where there is none.
    virtual Value variable(Run& run, Role role) = 0;

    /// doc['name']: a number that stands for the field from now on. Below zero: raised in the run.
    virtual int field(Run& run, std::string_view name);

    /// doc.containsKey('name').
    virtual bool has_field(std::string_view /*name*/) { return false; }

    /// Class::doc_longs and so on.
    virtual Class field_class(int /*slot*/) const { return Class::doc_longs; }

    /// Values of the field in this row, and one of them. Texts live until the row is left.
    virtual std::size_t count(Run& /*run*/, int /*slot*/) { return 0; }

    virtual Value value(Run& /*run*/, int /*slot*/, std::size_t /*i*/) { return {}; }

    /// emit(...); false: raised in the run.
    virtual bool emit(Run& run, std::span<const Value> values);

    /// The next of the numbers that random functions give, seeded by `seed` (below zero: by row).
    virtual double random(Run& /*run*/, std::int64_t /*seed*/, std::string_view /*field*/) {
        return 0;
    }

    /// The run is about to hold that many bytes in all, a megabyte more than it did. False ends the
    /// script, and the host knows why.
    virtual bool hold(std::size_t /*bytes*/) { return true; }

    /// Asked every few thousand steps; false ends the script, and the host knows why.
    virtual bool go_on() { return true; }

    /// The present, in milliseconds since 1970.
    virtual std::int64_t now_ms() const { return 0; }
};

}  // namespace elkhorn::script
