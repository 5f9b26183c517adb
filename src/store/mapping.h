// store/mapping.h -- what an index believes of its fields: the view that Elasticsearch calls
// mapping.
//
// Elkhorn accepts any document; the mapping decides into which column a value goes. A value that
// does
// not fit its field's type (text in a long) goes into the field's text column beside the typed one
// and
// is found there (design.md section 5, types live per segment). What dynamic mapping decides for a
// new
// field is what Elasticsearch 7.10 decides:
//
//   "2015-05-19T.."  date      text otherwise, with a `.keyword` field (ignore_above 256)
//   12               long      1.5   float      true   boolean
//
// JSON forms are api/mapping_json; here are plain values. A Mapping is immutable once shared.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <memory>
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
    object,     // with explicit parameters; otherwise objects are implied by their fields
    nested,     // flattened like an object until the nested query exists
    unindexed,  // binary, geo_point and whatever else is kept in _source only; es_name says which
};

/// The kind of column a type's values live in. `spare` is for no type: the JSON of values that
/// their columns cannot give back to the letter (store/source_shapes.h).
enum class ColumnKind : std::uint8_t { integer, real, text, ip, spare };

enum class Dynamic : std::uint8_t { yes, no, strict };

struct FieldMapping {
    FieldType type = FieldType::object;
    std::string es_name;             // "long", "keyword", ... as the user wrote or would read it
    std::uint32_t ignore_above = 0;  // keyword: longer values are not indexed; 0: no limit
    double scaling_factor = 1;       // scaled_float
    std::string format;              // date: empty means strict_date_optional_time||epoch_millis
    bool indexed = true;             // "index": false
    bool enabled = true;             // object: false keeps everything below out of the columns
    // "ignore_malformed": false was given: then a document is refused
    bool refuse_malformed = false;
    bool explicit_type = false;  // given by a person, not found by dynamic mapping
    std::string extra_json;      // further parameters as members: "\"norms\":false,\"x\":1"
    std::map<std::string, FieldMapping, std::less<>> fields;  // multi-fields, by name
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
    std::string extra_json;  // _meta, dynamic_templates, ... kept to be shown

    /// The field at the path; null when unknown.
    const FieldMapping* find(std::string_view path) const;

    /// What a query means by `path`: the field itself, or a multi-field such as message.keyword.
    struct Resolved {
        const FieldMapping* field = nullptr;  // null: unknown
        std::string column;                   // path of the columns that hold its values
    };

    Resolved resolve(std::string_view path) const;
};

/// Adds the fields of `update`; fails with ErrorCode::invalid, in Elasticsearch's words, where a
/// field
/// has another type already.
Result<> merge_mapping(Mapping& mapping, const Mapping& update);

/// The dynamic mapping for the first value of a new field.
FieldMapping dynamic_text();
FieldMapping dynamic_field(FieldType type);

void append_mapping(std::string& out, const Mapping& mapping);
Result<Mapping> read_mapping(std::string_view bytes);

}  // namespace elkhorn::store
