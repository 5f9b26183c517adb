// store/group/compose.h -- texts that are put together from other columns' values: the message that
// grok took apart, event.original beside it, a URL and its parts. Such a column keeps shapes
// (store/group/source_shapes.h) in the place of texts, and its token index.
//
//   message   83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 2033
//   shape     {clientip} {ident} {auth} [{timestamp}] "{verb} {request} HTTP/{httpversion}" ...
//
// Shapes are guessed from a few rows: from left to right, the longest value of that row that stands
// there as a word. What counts is how many rows they give back to the letter; the others are kept
// as they are.
#pragma once

#include "store/group/group_builder.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace elkhorn::store {

struct ComposedColumn {
    const ColumnBuilder* column = nullptr;
    std::string shapes;  // parts 1 and 2, as of `_source`
    std::string whole;
};

/// The columns worth it, each after those it is made of.
std::vector<ComposedColumn> compose_columns(std::span<const std::unique_ptr<ColumnBuilder>> columns,
                                            std::uint32_t rows);

}  // namespace elkhorn::store
