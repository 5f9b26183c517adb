// search/run/slice.h -- "slice": one of `max` shares of all documents, so that several can read
// them side by side.
//
//   {"id": 0, "max": 4}                      by place: whole stretches of rows
//   {"id": 0, "max": 4, "field": "bytes"}    by the hash of a number
//
// Shares are disjoint, and together they are everything.
#pragma once

#include "event/value.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "store/code/bitmap.h"

#include <cstdint>
#include <memory>
#include <string>

namespace elkhorn::search {

struct Slice {
    std::string field = "_id";  // that: by place
    std::int64_t id = 0;
    std::int64_t max = 2;

    bool by_place() const { return field == "_id" || field == "_doc"; }
};

Answer<Slice> parse_slice(const event::Value& body);

class SliceRows {
public:
    static Answer<std::unique_ptr<SliceRows>> plan(const Slice& slice,
                                                   const store::IndexView& index);

    /// Takes the rows of the other shares away. `first_row`: how many rows of the index are in
    /// the row groups before.
    Answer<> keep(const GroupContext& context, std::uint64_t first_row, store::Bitmap& rows) const;

private:
    SliceRows(Slice slice, Field field) : slice_(std::move(slice)), field_(std::move(field)) {}

    Slice slice_;
    Field field_;
};

}  // namespace elkhorn::search
