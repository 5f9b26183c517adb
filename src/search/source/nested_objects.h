// search/source/nested_objects.h -- the objects of a nested field as rows of their own, which is
// how Elasticsearch sees them: one object has to satisfy a whole nested query, and a nested
// aggregation counts objects.
//
//   row 0  {"comments":[{"by":"a","stars":5},{"by":"b","stars":1}]}      object 0 of row 0
//   row 1  {"comments":{"by":"c"}}                                -->    object 1 of row 0
//   row 2  {}                                                            object 0 of row 1
//
// The columns of a row group have no borders between a document's objects, so the objects are taken
// from `_source` when they are first asked for. What was made is kept beside the row group while
// the node's cache has room.
//
//   Cost      the first question: parsing every document of the row group, and a refresh of its
//             objects; later ones: nothing.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// Objects as a row group, whose fields have their whole paths. A source is the object below its
/// path: {"comments":{"by":"a"}}.
struct ObjectRows {
    std::shared_ptr<const store::RowGroup> group;
    std::vector<std::uint32_t> owners;   // the row that each belongs to; ascending
    std::vector<std::uint32_t> numbers;  // which of its owner's objects it is
};

/// In pieces of at most max_group_rows; the objects of a row are in one, unless they are more.
using Objects = std::vector<ObjectRows>;

struct ObjectsPlace {
    GroupContext owner;
    std::string path;
    std::shared_ptr<const Objects> objects;
    std::size_t piece = 0;

    const ObjectRows& rows() const { return (*objects)[piece]; }
};

/// The objects at `path` of the rows in `context`, which may be objects themselves, as one context
/// a piece. Without any where the index does not map the path as nested.
Answer<std::vector<GroupContext>> objects_of(const GroupContext& context, std::string_view path);

}  // namespace elkhorn::search
