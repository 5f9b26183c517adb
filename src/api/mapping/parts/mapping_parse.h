// api/mapping/parts/mapping_parse.h -- the fields, objects and dynamic templates of a "mappings"
// object, refused where Elasticsearch refuses them and in its words.
#pragma once

#include "api/mapping/parts/analysis_settings.h"
#include "event/arena.h"
#include "event/value.h"
#include "search/base/failure.h"
#include "store/schema/mapping.h"

#include <string>
#include <string_view>

namespace elkhorn::api {

class MappingParser {
public:
    /// All three are the caller's. With a prefix ("Failed to parse mapping [_doc]: ") a refusal is
    /// a mapper_parsing_exception that names the true one as its cause.
    MappingParser(std::string_view prefix, const Analysis& analysis, store::Mapping& out)
        : prefix_(prefix), analysis_(analysis), out_(out) {}

    search::Answer<> root(const event::Value& mappings);

private:
    std::unexpected<search::Failure> refuse(std::string reason,
                                            std::string type = "mapper_parsing_exception") const;
    std::unexpected<search::Failure> refuse_argument(std::string reason) const;

    search::Answer<> root_member(const event::Member& member, std::string& unsupported);
    search::Answer<bool> detection(const event::Member& member) const;
    search::Answer<store::Dynamic> dynamic(const event::Value& value, std::string_view of) const;
    search::Answer<> properties(const event::Value& object, const std::string& path, int depth);
    search::Answer<> field(const event::Value& object, std::string_view name,
                           const std::string& full, int depth, store::FieldMapping& out);
    search::Answer<> type(const event::Value& object, std::string_view name, int depth,
                          store::FieldMapping& out) const;
    search::Answer<> parameters(const event::Value& object, std::string_view name,
                                const std::string& full, int depth, store::FieldMapping& out);
    search::Answer<> parameter(const event::Member& member, std::string_view name,
                               const std::string& full, int depth, store::FieldMapping& out);
    search::Answer<> flag(const event::Member& member, store::FieldMapping& out) const;
    search::Answer<> number(const event::Member& member, store::FieldMapping& out) const;
    search::Answer<> null_value(const event::Value& value, store::FieldMapping& out) const;
    search::Answer<> default_analyzers(const event::Value& object, store::FieldMapping& out) const;
    search::Answer<> analyzer(const event::Member& member, std::string_view name,
                              store::FieldMapping& out) const;
    search::Answer<> multi_fields(const event::Value& object, const std::string& full, int depth,
                                  store::FieldMapping& out);
    search::Answer<> copy_to(const event::Value& value, store::FieldMapping& out);
    search::Answer<> templates(const event::Value& list);
    search::Answer<> dynamic_template(std::string_view name, const event::Value& object,
                                      std::string& shown);
    store::FieldMapping template_field(const event::Value& mapping);
    search::Answer<bool> boolean(const event::Value& value) const;

    std::string_view prefix_;
    const Analysis& analysis_;
    store::Mapping& out_;
    bool in_template_ = false;
    event::Arena arena_;
};

}  // namespace elkhorn::api
