#include "search/fetch/highlight.h"

#include "base/wildcard.h"
#include "json/writer.h"
#include "search/fetch/highlight_text.h"
#include "search/source/nested_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace elkhorn::search {
namespace {

bool is_pattern(std::string_view name) {
    return name.contains('*');
}

/// The fields that a name with * in it means: texts and keywords alone.
std::vector<std::string> fields_of(const store::IndexView& index, const std::string& name,
                                   const Marks& marks, const HighlightOptions& options) {
    if (!is_pattern(name)) return {name};
    std::vector<std::string> names;
    if (options.require_field_match && options.no_match_size <= 0) {
        for (const auto& [field, found] : marks.fields) {
            if (matches_star(name, field)) names.push_back(field);
        }
    } else {
        names = expand_fields(index, name);
    }
    std::erase_if(names, [&](const std::string& field) {
        const Field known = find_field(index, field);
        return !known.is_text() && !known.is_keyword();
    });
    return names;
}

/// What the row has in the field; of a nested one, what its objects have.
Answer<std::vector<std::string>> values_of(const GroupContext& context, const Field& field,
                                           std::uint32_t row) {
    const std::string_view path = nested_path_of(*context.index, field.name);
    if (path.empty() || context.objects != nullptr) return texts_of(context, field, row);
    std::vector<std::string> values;
    for (const GroupContext& inside : ASK(objects_of(context, path))) {
        const auto& owners = inside.objects->rows().owners;
        const auto [first, last] = std::ranges::equal_range(owners, row);
        for (auto at = first; at != last; ++at) {
            const auto object = static_cast<std::uint32_t>(at - owners.begin());
            std::ranges::move(ASK(texts_of(inside, field, object)), std::back_inserter(values));
        }
    }
    return values;
}

}  // namespace

Answer<std::unique_ptr<Highlighter>> Highlighter::plan(const HighlightRequest& request,
                                                       const Scope& scope, const NodePtr& node) {
    auto made = std::make_unique<Highlighter>();
    Marks usual;
    node->mark(usual);
    made->nodes_.push_back(node);
    Scope quiet;  // names and inner hits are the search's query's alone
    quiet.index = scope.index;
    quiet.request = scope.request;
    for (const auto& [name, options] : request.fields) {
        Marks own;
        if (options.query) {
            made->nodes_.push_back(ASK(plan_query(*options.query, quiet)));
            made->nodes_.back()->mark(own);
        }
        const Marks& marks = options.query ? own : usual;
        for (const std::string& shown : fields_of(*scope.index, name, marks, options)) {
            Shown field{find_field(*scope.index, shown), &options, {}};
            if (!field.field.has_values()) continue;
            for (const auto& [marked, found] : marks.fields) {
                if (!options.require_field_match || marked == shown) field.marks.add(found);
            }
            made->shown_.push_back(std::move(field));
        }
    }
    return made;
}

Answer<std::vector<std::string>> Highlighter::fragments(const GroupContext& context,
                                                        std::uint32_t row,
                                                        const Shown& shown) const {
    ASK(context.go_on());
    constexpr std::array types = {"unified", "plain", "fvh"};
    if (std::ranges::find(types, shown.options->type) == types.end()) {
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("unknown highlighter type [{}] for the field [{}]",
                                           shown.options->type, shown.field.name));
    }
    const FieldMarks& marks = shown.marks;
    const bool any = !marks.words.empty() || !marks.tests.empty() || !marks.phrases.empty();
    if (shown.field.kind() != store::ColumnKind::text || shown.field.is_ip()) return {};
    if (!any && shown.options->no_match_size <= 0) return {};
    const auto values = ASK(values_of(context, shown.field, row));
    if (values.empty()) return {};
    return highlight_texts(context, shown.field, values, marks, *shown.options);
}

Answer<std::string> Highlighter::of(const GroupContext& context, std::uint32_t row) const {
    std::map<std::string_view, std::vector<std::string>> found;
    for (const Shown& shown : shown_) {
        auto texts = ASK(fragments(context, row, shown));
        if (!texts.empty()) found[shown.field.name] = std::move(texts);
    }
    if (found.empty()) return std::string();
    json::Writer out;
    out.begin_object();
    for (const auto& [name, texts] : found) {
        out.key(name).begin_array();
        for (const std::string& text : texts)
            out.value(text);
        out.end_array();
    }
    out.end_object();
    return out.take();
}

}  // namespace elkhorn::search
