// store/field_router.h -- decides into which column each value of a document goes: by the mapping,
// which
// it extends for fields not seen before (dynamic mapping). What it decided for a field is
// remembered
// until the builder or the mapping changes.
//
// A value that does not fit its field's type goes, as text, into the field's text column.
#pragma once

#include "base/result.h"
#include "event/document.h"
#include "store/group_builder.h"
#include "store/mapping.h"
#include "text/date_parse.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class FieldRouter {
public:
    /// `names` outlives it.
    explicit FieldRouter(const event::FieldNames& names) : names_(names) {}

    /// Forgets everything: the builder is another one, or the mapping was changed from outside.
    void reset();

    /// What would refuse the document: `dynamic: strict`, or a malformed value where the mapping
    /// says
    /// "ignore_malformed": false. Touches nothing.
    Result<> check(const event::Document& document, const Mapping& mapping, std::string_view id);

    /// Adds the values of `document` as row `row`, whose source is already in the builder. True
    /// when the
    /// mapping grew.
    bool add(std::uint32_t row, const event::Document& document, std::string_view source,
             GroupBuilder& builder, Mapping& mapping);

private:
    /// One column that a field's values go to.
    struct Target {
        const FieldMapping* field = nullptr;  // the mapping's
        ColumnBuilder* column = nullptr;      // the builder's
        ColumnBuilder* twin = nullptr;        // for what does not fit; made when needed
        const text::DateParser* dates = nullptr;
        std::string path;
    };

    struct Plan {
        bool decided = false;
        std::vector<Target> targets;  // none: the field is not indexed
    };

    Plan& plan_for(const event::Leaf& leaf, GroupBuilder& builder, Mapping& mapping, bool& grew);
    void decide(Plan& plan, const event::Leaf& leaf, GroupBuilder& builder, Mapping& mapping,
                bool& grew);
    Target make_target(const FieldMapping& field, std::string path, GroupBuilder& builder);
    FieldMapping guess(const event::Leaf& leaf, const Mapping& mapping);
    const text::DateParser& parser_for(const std::string& format);
    static bool covered_by_disabled(std::string_view path, const Mapping& mapping);
    void add_value(Target& target, std::uint32_t row, const event::Leaf& leaf,
                   std::string_view source, GroupBuilder& builder);
    static bool add_typed(Target& target, std::uint32_t row, const event::Leaf& leaf,
                          std::string_view source, GroupBuilder& builder);

    const event::FieldNames& names_;
    std::vector<std::uint32_t> places_;  // by FieldId: index into plans_ + 1; 0: none yet
    std::vector<Plan> plans_;
    std::map<std::string, text::DateParser, std::less<>> parsers_;
};

/// Milliseconds since 1970, when the value is a date by this parser (numbers count as text to it).
std::optional<std::int64_t> to_date_ms(const event::Leaf& leaf, const text::DateParser& parser);

constexpr std::string_view default_date_format = "strict_date_optional_time||epoch_millis";

}  // namespace elkhorn::store
