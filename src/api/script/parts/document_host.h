// api/script/parts/document_host.h -- a document that is not stored as scripts see it: its fields
// by the mapping of an index, values in the order of doc values. Without a document there are none.
#pragma once

#include "event/value.h"
#include "script/core/host.h"
#include "script/value/object.h"
#include "search/base/context.h"
#include "search/base/field.h"
#include "store/index/index_view.h"

#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

class DocumentHost final : public script::Host {
public:
    /// All outlive it; `index` and `document` are null where there is no document.
    DocumentHost(const store::IndexView* index, const event::Value* document,
                 const search::RequestContext& request)
        : index_(index), document_(document), request_(request) {}

    script::Value variable(script::Run& run, script::Role role) override;
    int field(script::Run& run, std::string_view name) override;
    bool has_field(std::string_view name) override;
    script::Class field_class(int slot) const override;
    std::size_t count(script::Run& run, int slot) override;
    script::Value value(script::Run& run, int slot, std::size_t i) override;

    bool go_on() override { return request_.go_on().has_value(); }

private:
    struct Slot {
        std::string name;
        script::Class of = script::Class::doc_longs;
        std::vector<std::int64_t> wholes;  // of dates: milliseconds
        std::vector<double> reals;         // of points: latitude, longitude
        std::vector<std::string> texts;
    };

    void gather(const event::Value& value, std::string_view path, const search::Field& field,
                Slot& slot) const;
    void add(const event::Value& value, const search::Field& field, Slot& slot) const;

    const store::IndexView* index_;
    const event::Value* document_;
    const search::RequestContext& request_;
    std::vector<Slot> slots_;
};

}  // namespace elkhorn::api
