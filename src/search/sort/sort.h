// search/sort/sort.h -- the order of hits: keys as a request gives them, and their values row by
// row.
//
//   Sort        one key: a field, _score or _doc; parsed, independent of any index
//   SortColumn  that key in one index: reads values of a row group after the other
//
// A missing value is the greatest or the least of its type, as Elasticsearch's answers show it, and
// null for texts.
#pragma once

#include "event/value.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/query.h"
#include "store/schema/geo_point.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

struct ScriptCall;  // script/script_call.h

enum class SortMode { none, min, max, sum, avg, median };

/// A step to the objects that a key's values are of: those at `path` that `filter` finds.
struct SortObjects {
    std::string path;
    QueryPtr filter;  // null: all
};

/// "_geo_distance": how far the points of a document are from these.
struct SortDistance {
    std::vector<store::GeoPoint> points;
    double unit_metres = 1;
    bool plane = false;
    bool ignore_unmapped = false;
};

struct Sort {
    enum class Kind { score, row, field, distance, script };

    Kind kind = Kind::field;
    std::string field;
    bool descending = false;
    SortMode mode = SortMode::none;
    std::optional<std::string> missing;  // _first, _last or a value; nothing: _last
    std::string unmapped_type;
    std::string numeric_type;
    SortDistance distance;            // of that kind
    std::vector<SortObjects> nested;  // from the outside in; empty: values of the rows themselves
    std::shared_ptr<const ScriptCall> script;  // of Kind::script
    bool script_gives_text = false;

    bool missing_first() const { return missing == "_first"; }
};

using SortList = std::vector<std::shared_ptr<const Sort>>;

/// The "sort" of a body. Empty when it is the order of scores, which is the usual one.
Answer<SortList> parse_sort(const event::Value& sort);
/// "status:desc,host", as in the address.
Answer<SortList> parse_sort_parameter(std::string_view text);

struct SortValue {
    enum class Kind : std::uint8_t { integer, real, text, none };

    Kind kind = Kind::none;  // none: a text that is missing
    std::int64_t integer = 0;
    double real = 0;
    std::string text;

    static SortValue of(std::int64_t value) {
        SortValue v;
        v.kind = Kind::integer;
        v.integer = value;
        return v;
    }

    static SortValue of(double value) {
        SortValue v;
        v.kind = Kind::real;
        v.real = value;
        return v;
    }

    static SortValue of(std::string value) {
        SortValue v;
        v.kind = Kind::text;
        v.text = std::move(value);
        return v;
    }
};

/// What the keys of a hit take.
inline std::uint64_t bytes_of(const std::vector<SortValue>& keys) {
    std::uint64_t bytes = keys.size() * sizeof(SortValue);
    for (const SortValue& key : keys)
        bytes += key.text.size();
    return bytes;
}

/// Below zero: a comes before b by this key.
int compare_keys(const Sort& sort, const SortValue& a, const SortValue& b);

/// The score of a row of the group that was entered.
using ScoreOf = std::function<Answer<float>(std::uint32_t row)>;

class SortColumn {
public:
    virtual ~SortColumn() = default;

    /// Whether its values are made of scores: whoever has them tells it once, before it is entered.
    virtual bool wants_scores() const { return false; }

    virtual void set_scores(ScoreOf /*score*/) {}

    virtual Answer<> enter(const GroupContext& context) = 0;
    virtual Answer<SortValue> value(std::uint32_t row) = 0;
    /// Below zero: the row comes before `value`. Cheaper than value() for texts.
    virtual Answer<int> compare(std::uint32_t row, const SortValue& value) = 0;
    /// Whether no row of the group can come before `value`, nor be equal to it. Free; of a group
    /// not entered.
    virtual bool all_behind(const GroupContext& context, const SortValue& value) const = 0;

    /// Whether all rows of the group come before `value`. As free.
    virtual bool all_before(const GroupContext& /*context*/, const SortValue& /*value*/) const {
        return false;
    }

    /// Whether its values never get smaller from row to row. As free.
    virtual bool ascending(const GroupContext& /*context*/) const { return false; }

    /// The value as a hit shows it.
    virtual std::string json(const SortValue& value) const = 0;
    /// What search_after gives for this key.
    virtual Answer<SortValue> parse_after(const event::Value& value) const = 0;
};

/// Not for _score. Refused in the search phase: unknown fields, texts, a script that looks at
/// scores where nobody tells them. `place` is the path of the
/// objects that are sorted; empty: documents.
Answer<std::unique_ptr<SortColumn>> make_sort_column(const std::shared_ptr<const Sort>& sort,
                                                     const RequestContext& request,
                                                     const store::IndexView& index,
                                                     std::string_view place = {},
                                                     bool scores_are_told = false);

/// The refusal of texts wherever values of rows are needed.
std::unexpected<Failure> not_for_texts(std::string_view field);

/// A 32-bit number as Java prints it.
std::string float_json(float value);

}  // namespace elkhorn::search
