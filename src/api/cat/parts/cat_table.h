// api/cat/parts/cat_table.h -- what all _cat endpoints share: columns chosen by `h`, sorted by `s`,
// as an aligned table (with a head by `v`), as JSON, or as the list of columns by `help`.
#pragma once

#include "api/core/api.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

struct CatColumn {
    std::string_view name;
    std::string_view short_names;  // "dc,docsCount"
    std::string_view help;
    bool shown = true;   // without `h`
    bool right = false;  // aligned to the right, as numbers are
    bool numeric = false;
};

struct CatCell {
    std::string text;
    double number = 0;  // to sort by, for numeric columns
};

class CatTable {
public:
    explicit CatTable(std::vector<CatColumn> columns) : columns_(std::move(columns)) {}

    void add(std::vector<CatCell> row) { rows_.push_back(std::move(row)); }

    Reply render(const Call& call);

private:
    /// A column and the name it was asked by, which is its head.
    struct Chosen {
        std::size_t column;
        std::string_view head;
    };

    std::vector<Chosen> chosen(const Call& call) const;
    std::size_t find(std::string_view name) const;
    search::Answer<> sort(const Call& call);
    std::string as_text(const std::vector<Chosen>& columns, bool head) const;
    std::string as_json(const std::vector<Chosen>& columns) const;

    std::vector<CatColumn> columns_;
    std::vector<std::vector<CatCell>> rows_;
};

inline constexpr Parameter cat_parameters[] = {
    {"format", Takes::one_of, Use::used, "", "text json"},
    {"h", Takes::list},
    {"s", Takes::list},
    {"v", Takes::flag},
    {"help", Takes::flag},
    {"bytes", Takes::one_of, Use::no_effect, "no column is a size", "b k kb m mb g gb t tb p pb"},
    {"time", Takes::one_of, Use::no_effect, "times are shown in the unit that fits them",
     "nanos micros ms s m h d"},
};

}  // namespace elkhorn::api
