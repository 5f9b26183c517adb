// store/schema/mapping.h -- what an index believes of its fields: the view that Elasticsearch calls
// mapping.
//
// Elkhorn accepts any document; the mapping decides into which column a value goes. A value that
// does not fit its field's type (text in a long) goes into the field's text column beside the typed
// one and is found there (design.md section 5, types live per segment). What a new field becomes is
// dynamic_mapping.h's.
//
// JSON forms are api/mapping_json; here are plain values. What a value, a query or an update needs
// has a member; what only matters when the mapping is shown is kept as JSON in `extra_json` and
// `parameters`, and what is rarely asked, too (`is_given`). A Mapping is immutable once shared. Its
// bytes: docs/formats/manifest.md.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

enum class FieldType : std::uint8_t {
    text,
    keyword,
    int64,
    int32,
    int16,
    int8,
    float64,
    float32,
    float16,
    scaled_float,
    boolean,
    date,
    ip,
    object,         // with explicit parameters; otherwise objects are implied by their fields
    nested,         // an object in columns; its objects are rows for who asks (search)
    unindexed,      // binary and whatever else is kept in _source only; es_name says which
    date_nanos,     // nanoseconds since 1970
    unsigned_long,  // up to 2^63 - 1 in the integer column, above that in the real one
    geo_point,      // latitude, longitude, latitude, ... in the real column
    alias,          // another field's second name
};

/// The kind of column a type's values live in. `spare` is for no type: the JSON of values that
/// their columns cannot give back to the letter (store/group/source_shapes.h).
enum class ColumnKind : std::uint8_t { integer, real, text, ip, spare };

enum class Dynamic : std::uint8_t { yes, no, strict };

struct FieldMapping {
    FieldType type = FieldType::object;
    std::string es_name;             // "long", "keyword", ... as the user wrote or would read it
    std::uint32_t ignore_above = 0;  // keyword: longer values are not indexed; 0: no limit
    double scaling_factor = 1;       // scaled_float
    std::string format;              // date: empty means strict_date_optional_time||epoch_millis
    bool indexed = true;             // "index": false
    bool doc_values = true;          // false: no sorting, no aggregations
    bool enabled = true;             // object: false keeps everything below out of the columns
    bool coerce = true;              // numbers: texts and fractions are taken, too
    // "ignore_malformed": false was given: then a document is refused
    bool refuse_malformed = false;
    bool explicit_type = false;             // given by a person, not found by dynamic mapping
    std::optional<Dynamic> dynamic;         // object: for what is new below it
    std::optional<std::string> null_value;  // stands for null; constant_keyword: for nothing at all
    std::string analyzer;         // text: text/analysis/stored/analyzer.h; empty: standard
    std::string search_analyzer;  // text: of queries; empty: as analyzer
    std::string normalizer;       // keyword: text/analysis/stored/analyzer.h; empty: none
    std::string target;           // alias: the path it stands for
    std::vector<std::string> copy_to;
    std::string extra_json;  // the rest, as members: "\"norms\":false,\"x\":1"
    std::map<std::string, FieldMapping, std::less<>> fields;  // multi-fields, by name

    /// Whether a parameter without a member is true, as nested's `include_in_parent`.
    bool is_given(std::string_view parameter) const;

    bool is_object() const { return type == FieldType::object || type == FieldType::nested; }

    /// Whether it has columns: objects, aliases and what only _source keeps have none.
    bool has_values() const {
        return !is_object() && type != FieldType::unindexed && type != FieldType::alias;
    }

    /// Its values are ranges ({"gte": ..., "lt": ...}), which are kept in _source only.
    bool is_range() const;
    /// Whatever stands below it is its own and no field: ranges, rank_features, join,
    /// percolator, completion.
    bool takes_all_below() const;
    /// Any key below it is a keyword of its own: flattened.
    bool is_flattened() const;
    /// Every row has its null_value that has no value: constant_keyword.
    bool is_constant() const;
};

/// What a new field becomes whose name and first value fit.
struct DynamicTemplate {
    std::string name;
    std::string mapping_type;  // "string", "long", ...; empty: any
    std::string match;         // of the last part of the name; empty: any, as for those below
    std::string unmatch;
    std::string path_match;  // of the whole path
    std::string path_unmatch;
    bool regex = false;  // match_pattern of all four
    /// Its texts may hold {name} and {dynamic_type}; no es_name: the template cannot be used.
    FieldMapping field;
};

ColumnKind column_kind(FieldType type);

/// "long" for int64 and so on; for `unindexed` and objects the mapping's own es_name counts.
std::string_view default_name(FieldType type);
/// The type of that name, `unindexed` for names known but not searchable yet; an error for others.
Result<FieldType> type_from_name(std::string_view es_name);

struct Mapping {
    // by dotted path, objects only if explicit
    std::map<std::string, FieldMapping, std::less<>> fields;
    Dynamic dynamic = Dynamic::yes;
    bool dynamic_given = false;  // in an update: false leaves what was
    bool date_detection = true;
    bool numeric_detection = false;
    std::vector<std::string> date_formats;  // dynamic_date_formats; empty: the usual two
    std::vector<DynamicTemplate> templates;
    /// What was given at the root (_meta, dynamic_templates, date_detection, ...) as JSON, by name.
    /// An update changes what it names here and leaves the rest.
    std::map<std::string, std::string, std::less<>> parameters;

    /// The field at the path; null when unknown.
    const FieldMapping* find(std::string_view path) const;

    /// Whether there is a field or an object of that path, explicit or implied.
    bool knows(std::string_view path) const;
    /// What holds for new fields below the object at `path` (empty: the root).
    Dynamic dynamic_below(std::string_view path) const;

    /// What a query means by `path`: the field itself, a multi-field such as message.keyword, what
    /// an alias stands for, or a key of a flattened field.
    struct Resolved {
        const FieldMapping* field = nullptr;  // null: unknown
        std::string column;                   // path of the columns that hold its values
        std::uint32_t longest = 0;  // keyword: the column holds longer values that do not count
    };

    Resolved resolve(std::string_view path) const;
};

/// Whether a multi-field's values are the very ones of its field's column.
bool shares_column(const FieldMapping& field, const FieldMapping& sub);
/// Whether the field's column has values longer than its ignore_above, for a multi-field's sake.
bool keeps_long_values(const FieldMapping& field);

/// Adds the fields of `update`; fails with ErrorCode::invalid, in Elasticsearch's words, where a
/// field has another type already or something about it that cannot change. Then nothing changed.
Result<> merge_mapping(Mapping& mapping, const Mapping& update);

/// What dynamic mapping makes of a text without templates: text with a keyword beside it.
FieldMapping dynamic_text();
FieldMapping dynamic_field(FieldType type);

void append_mapping(std::string& out, const Mapping& mapping);
Result<Mapping> read_mapping(std::string_view bytes);

}  // namespace elkhorn::store
