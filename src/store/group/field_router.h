// store/group/field_router.h -- decides into which column each value of a document goes: by the
// mapping, which it extends for fields not seen before (dynamic_mapping.h). What it decided for a
// field is remembered until the builder or the mapping changes.
//
// A value that does not fit its field's type goes, as text, into the field's text column. A field's
// values also go to its multi-fields and to where `copy_to` says; null becomes the null_value; what
// lies below a flattened field or a geo_point belongs to that field.
#pragma once

#include "base/result.h"
#include "event/document.h"
#include "store/group/group_builder.h"
#include "store/schema/field_value.h"
#include "store/schema/geo_point.h"
#include "store/schema/mapping.h"
#include "text/analysis/stored/analyzer.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class FieldRouter {
public:
    /// `names` outlives it. A mapping grows to at most `fields_limit` fields: those that come after
    /// are kept in their documents alone.
    explicit FieldRouter(const event::FieldNames& names, std::size_t fields_limit = ~std::size_t{0})
        : names_(names), fields_limit_(fields_limit) {}

    /// Forgets everything: the builder is another one, or the mapping was changed from outside.
    void reset();

    /// What would refuse the document: `dynamic: strict`, or a malformed value where the mapping
    /// says "ignore_malformed": false; then the message ends with caused_by() and the reason.
    /// Touches nothing.
    Result<> check(const event::Document& document, const Mapping& mapping, std::string_view id);

    /// Stands between an error's message and what caused it: "illegal_argument_exception: why".
    static constexpr std::string_view caused_by() { return "; caused by "; }

    /// Adds the values of `document` as row `row`, whose source is already in the builder. True
    /// when the mapping grew.
    bool add(std::uint32_t row, const event::Document& document, std::string_view source,
             GroupBuilder& builder, Mapping& mapping);

    /// Of what it remembers of fields, about.
    std::uint64_t memory_bytes() const { return memory_bytes_ + places_.capacity() * 4; }

    /// Whether a field has met the limit.
    bool full() const { return full_; }

private:
    /// One column that a field's values go to.
    struct Target {
        const FieldMapping* field = nullptr;  // the mapping's
        ColumnBuilder* column = nullptr;      // the builder's
        ColumnBuilder* twin = nullptr;        // for what does not fit; made when needed
        const text::DateParser* dates = nullptr;
        std::optional<text::Analyzer> normalizer;
        std::uint32_t longest = 0;    // longer values are left out; 0: none are
        bool takes_any_text = false;  // as it comes
        std::string path;
    };

    struct Plan {
        bool refuses = false;         // a value may be refused
        std::vector<Target> targets;  // none: the field is not indexed
        std::string point;            // the geo_point that the field is or belongs to
        std::string part;             // which part of it
    };

    /// A geo_point of the document at hand.
    struct Draft {
        ColumnBuilder* column = nullptr;
        GeoPoints points;
    };

    /// A constant_keyword with its value.
    struct Constant {
        Target target;
        bool given = false;  // by the document at hand
    };

    /// What adding a document needs to pass around.
    struct Adding {
        std::uint32_t row;
        const event::Document& document;
        std::string_view source;
        GroupBuilder& builder;
        Mapping& mapping;
        bool grew = false;
    };

    Plan* plan_for(const event::Leaf& leaf, Adding& adding);
    void decide(Plan& plan, const event::Leaf& leaf, Adding& adding);
    /// True when something above the path has taken the decision.
    bool decide_above(Plan& plan, std::string_view path, Adding& adding);
    const FieldMapping* find_or_make(std::string_view path, const event::Leaf& leaf,
                                     Adding& adding);
    void add_targets(Plan& plan, const FieldMapping& field, const std::string& path,
                     Adding& adding);
    Target make_target(const FieldMapping& field, std::string path, GroupBuilder& builder);
    void look_for_defaults(Adding& adding);

    void add_value(Target& target, const event::Leaf& leaf, Adding& adding);
    static bool add_typed(Target& target, const event::Leaf& leaf, Adding& adding);
    static void add_text(Target& target, const event::Leaf& leaf, Adding& adding);
    void add_null(Plan& plan, Adding& adding);
    void add_constants(Adding& adding);
    void add_points(std::uint32_t row);

    const event::FieldNames& names_;
    const std::size_t fields_limit_;
    bool full_ = false;
    Plan passing_plan_;                  // of a leaf that has no lasting number
    std::vector<std::uint32_t> places_;  // by FieldId: index into plans_ + 1; 0: none yet
    std::vector<Plan> plans_;
    std::uint64_t memory_bytes_ = 0;  // of plans_
    bool defaults_known_ = false;     // whether the two below are of this mapping
    bool null_values_ = false;
    std::vector<Constant> constants_;
    std::map<std::string, Draft, std::less<>> drafts_;  // of the document at hand, by path
    DateParsers parsers_;
};

}  // namespace elkhorn::store
