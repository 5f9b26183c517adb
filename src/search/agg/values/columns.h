// search/agg/values/columns.h -- the values of a row group's rows as aggregations see them:
// numbers, or texts as ordinals.
#pragma once

#include "search/base/field.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace elkhorn::search::agg {

/// At most one of both is set; neither: no values.
struct NumberColumn {
    std::shared_ptr<const store::IntegerValues> integers;
    std::shared_ptr<const store::RealValues> reals;
    const store::Column* column = nullptr;  // with these very values; null: they were changed

    /// Calls visit with the ColumnValues, whichever they are.
    template <typename Visit>
    void visit(Visit&& visit_values) const {
        if (integers) visit_values(*integers);
        if (reals) visit_values(*reals);
    }
};

/// Texts or addresses of a row group as ordinals. The ordinal behind the dictionary is `extra`.
struct TermColumn {
    std::shared_ptr<const store::Dictionary> dictionary;
    std::shared_ptr<const store::OrdinalValues> ordinals;
    std::string extra;

    bool none() const { return ordinals == nullptr; }

    std::uint32_t ordinal_count() const { return (dictionary ? dictionary->size() : 0) + 1; }

    std::string_view text(std::uint32_t ordinal) const {
        return dictionary && ordinal < dictionary->size() ? (*dictionary)[ordinal]
                                                          : std::string_view(extra);
    }
};

}  // namespace elkhorn::search::agg
