// search/source/family.h -- a field of the type join: what a document is called in a family of
// documents, and whose child it is.
//
//   {"family": "question"}      {"family": {"name": "answer", "parent": "7"}}
//
// Names and parents lie in no column: they are read from the documents of a row group when they
// are first asked for (source_values.h).
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// The family as the mapping has it.
struct JoinField {
    std::string path;
    std::map<std::string, std::set<std::string>, std::less<>> children;  // by their parent's name

    bool is_parent(std::string_view name) const { return children.contains(name); }

    /// The name of the parent of those called so; nothing for who is no child.
    std::optional<std::string> parent_of(std::string_view name) const;
};

/// Nothing where the index has none.
std::optional<JoinField> find_join_field(const store::IndexView& index);

/// Of a row group.
struct Family {
    std::vector<std::string> names;      // each once
    std::vector<std::uint32_t> name_of;  // by row, in `names`; nobody: not in the family
    std::vector<std::string> parent_of;  // by row: an id; empty: no child

    static constexpr std::uint32_t nobody = ~std::uint32_t{0};

    bool is_called(std::uint32_t row, std::string_view name) const {
        return name_of[row] != nobody && names[name_of[row]] == name;
    }

    std::uint64_t size_bytes() const;
};

Answer<std::shared_ptr<const Family>> family_of(const GroupContext& context,
                                                const std::string& path);

}  // namespace elkhorn::search
