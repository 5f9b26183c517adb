#include "search/fetch/hit_row.h"

#include "search/fetch/hit_fields.h"
#include "search/source/nested_objects.h"
#include "text/json_text.h"

namespace elkhorn::search {
namespace {

struct DocumentRow {
    const GroupContext* context = nullptr;
    std::uint32_t row = 0;
};

/// The document that the row is, or belongs to.
DocumentRow document_of(const GroupContext& context, std::uint32_t row) {
    DocumentRow place{&context, row};
    while (place.context->objects != nullptr) {
        const ObjectsPlace& objects = *place.context->objects;
        place = {&objects.owner, objects.rows().owners[place.row]};
    }
    return place;
}

/// Where in its document an object is: {"field":"comments","offset":1}; empty for a document.
std::string nested_place(const GroupContext& context, std::uint32_t row) {
    std::string inner;
    const GroupContext* place = &context;
    while (place->objects != nullptr) {
        const ObjectsPlace& objects = *place->objects;
        const ObjectsPlace* around = objects.owner.objects.get();
        const std::string_view field =
            std::string_view(objects.path).substr(around == nullptr ? 0 : around->path.size() + 1);
        json::Writer out;
        out.begin_object().member("field", field).member("offset", objects.rows().numbers[row]);
        if (!inner.empty()) out.key("_nested").raw(inner);
        out.end_object();
        inner = out.take();
        row = objects.rows().owners[row];
        place = &objects.owner;
    }
    return inner;
}

/// Of an object, what its document has below the path.
Answer<std::string> shown_source(const GroupContext& context, std::uint32_t row,
                                 const SourceFilter& filter) {
    const auto sources = context.group->sources();
    std::string source = ASK(filter_source(ASK(sources->at(row)), filter));
    if (context.objects == nullptr) return source;
    std::string before;  // what stands around the object
    std::size_t depth = 0;
    for (std::string_view rest = context.objects->path;; ++depth) {
        const std::size_t dot = rest.find('.');
        before += '{';
        text::append_json_string(before, rest.substr(0, dot));
        before += ':';
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
    }
    if (!source.starts_with(before)) return std::string("{}");  // nothing of it is shown
    return source.substr(before.size(), source.size() - before.size() - depth - 1);
}

}  // namespace

Answer<> write_row(json::Writer& out, const GroupContext& context, std::uint32_t row,
                   const Page& page, std::optional<float> score) {
    AnswerRoom* const room = context.answer();
    const std::size_t before = out.size_bytes();
    if (room != nullptr) ASK(room->expect());
    const DocumentRow document = document_of(context, row);
    const store::RowGroup& group = *document.context->group;
    out.member("_index", context.index->name).member("_type", "_doc");
    out.member("_id", ASK(group.id(document.row)));
    if (const std::string nested = nested_place(context, row); !nested.empty())
        out.key("_nested").raw(nested);
    if (page.version) out.member("_version", ASK(group.version(document.row)));
    if (page.seq_no)
        out.member("_seq_no", ASK(group.seq_no(document.row))).member("_primary_term", 1);
    out.key("_score");
    if (score)
        out.value(*score);
    else
        out.null();
    if (page.source.enabled) out.key("_source").raw(ASK(shown_source(context, row, page.source)));
    if (!page.docvalue_fields.empty() || !page.fields.empty()) {
        const std::string fields = ASK(hit_fields(context, row, page.docvalue_fields, page.fields));
        if (!fields.empty()) out.key("fields").raw(fields);
    }
    if (room != nullptr) ASK(room->made(out.size_bytes() - before));
    return {};
}

}  // namespace elkhorn::search
