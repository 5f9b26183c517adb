#include "search/base/field.h"

#include "base/wildcard.h"
#include "event/format.h"
#include "json/parse.h"
#include "store/limits/memory_hold.h"
#include "text/analysis/core/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <numeric>
#include <span>

namespace elkhorn::search {
namespace {

using store::FieldType;

constexpr std::int64_t nanoseconds_in_ms = 1'000'000;

std::shared_ptr<const text::Analyzer> analyzer_of(const std::string& specification) {
    return specification.empty() ? nullptr : text::Analyzer::shared(specification);
}

/// The same values as a sorted dictionary and ordinals. `texts` are in the order of their values.
Keywords sort_texts(store::RowValues rows, const std::vector<std::string>& texts) {
    std::vector<std::uint32_t> order(texts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return texts[a] < texts[b]; });
    std::string bytes;
    std::vector<std::uint32_t> ends;
    std::vector<std::uint32_t> ordinals(texts.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i == 0 || texts[order[i]] != texts[order[i - 1]]) {
            bytes += texts[order[i]];
            ends.push_back(static_cast<std::uint32_t>(bytes.size()));
        }
        ordinals[order[i]] = static_cast<std::uint32_t>(ends.size() - 1);
    }
    Keywords keywords;
    keywords.dictionary = std::make_shared<store::Dictionary>(std::move(bytes), std::move(ends));
    keywords.ordinals = std::make_shared<store::OrdinalValues>(
        store::OrdinalValues{std::move(rows), std::move(ordinals)});
    return keywords;
}

bool too_long(std::string_view text, std::uint32_t longest) {
    return text.size() > longest && length_of(text) > longest;
}

std::unexpected<Failure> too_many_texts(const store::Column& column,
                                        const store::MemoryHold& room) {
    auto failure = refuse_in_phase(
        "circuit_breaking_exception",
        fmt::format("[parent] Data too large, data for the values of [{}] would be more than is "
                    "left of the [{}] that all searches may take at once: ask about fewer "
                    "documents or a shorter field, try again, or raise `memory`",
                    column.path(), room.limit()));
    failure.error().status = 429;
    failure.error().over = true;
    return failure;
}

/// The keywords, which hold what `room` does for as long as anybody has their dictionary.
Keywords kept_with(std::shared_ptr<store::MemoryHold> room, Keywords keywords) {
    struct Kept {
        std::shared_ptr<store::MemoryHold> room;
        std::shared_ptr<const store::Dictionary> dictionary;
    };

    const auto kept = std::make_shared<Kept>(Kept{std::move(room), keywords.dictionary});
    keywords.dictionary = std::shared_ptr<const store::Dictionary>(kept, kept->dictionary.get());
    return keywords;
}

/// Without the values that are too long to count, if `longest` is not 0: they are not kept for a
/// moment, for they may be as large as all documents together. Charged as they come, twice: as they
/// are, and in the dictionary.
Answer<Keywords> read_texts(const GroupContext& context, const store::Column& column,
                            std::uint32_t longest) {
    constexpr std::uint64_t free_bytes = 1 << 20;
    constexpr std::uint64_t step_bytes = 64 << 10;  // the account is asked once for so many
    const auto rows = ASK(column.row_values());
    const auto reader = column.texts();
    const auto room = std::make_shared<store::MemoryHold>(
        context.request == nullptr ? nullptr : context.request->memory, store::MemoryUse::queries,
        free_bytes);
    std::vector<std::string> texts;
    std::vector<std::uint32_t> offsets{0};
    std::uint64_t bytes = 0;
    for (std::uint32_t row = 0; row < rows->rows(); ++row) {
        for (auto i = rows->first(row); i < rows->last(row); ++i) {
            const std::string_view text = ASK(reader->at(i));
            if (longest != 0 && too_long(text, longest)) continue;
            bytes += sizeof(std::string) + 2 * text.size();
            if (bytes > room->held() && !room->hold(bytes + step_bytes))
                return too_many_texts(column, *room);
            texts.emplace_back(text);
        }
        offsets.push_back(static_cast<std::uint32_t>(texts.size()));
    }
    return kept_with(room, sort_texts(store::RowValues(rows->rows(), std::move(offsets)), texts));
}

/// Without the values that are too long to count. The dictionary stays as it is.
Keywords without_long(const Keywords& all, std::uint32_t longest) {
    const store::Dictionary& dictionary = *all.dictionary;
    std::vector<bool> dropped(dictionary.size());
    bool any = false;
    for (std::uint32_t i = 0; i < dictionary.size(); ++i) {
        dropped[i] = too_long(dictionary[i], longest);
        any = any || dropped[i];
    }
    if (!any) return all;
    const store::OrdinalValues& from = *all.ordinals;
    std::vector<std::uint32_t> offsets{0};
    std::vector<std::uint32_t> values;
    for (std::uint32_t row = 0; row < from.rows.rows(); ++row) {
        for (auto i = from.rows.first(row); i < from.rows.last(row); ++i) {
            if (!dropped[from.values[i]]) values.push_back(from.values[i]);
        }
        offsets.push_back(static_cast<std::uint32_t>(values.size()));
    }
    Keywords kept;
    kept.dictionary = all.dictionary;
    kept.ordinals = std::make_shared<store::OrdinalValues>(store::OrdinalValues{
        store::RowValues(from.rows.rows(), std::move(offsets)), std::move(values)});
    return kept;
}

}  // namespace

bool Field::is_number() const {
    return has_values() && !is_boolean() && !is_date() && !is_point() &&
           (kind() == store::ColumnKind::integer || kind() == store::ColumnKind::real);
}

bool Field::is_whole() const {
    return is_number() && kind() == store::ColumnKind::integer && !is(FieldType::unsigned_long);
}

Field find_field(const store::IndexView& index, std::string_view name) {
    auto resolved = index.mapping->resolve(name);
    Field field;
    field.name = name;
    field.mapping = resolved.field;
    field.column = std::move(resolved.column);
    field.longest = resolved.longest;
    if (field.is_text()) field.analyzer = analyzer_of(field.mapping->analyzer);
    if (field.is_keyword()) field.normalizer = analyzer_of(field.mapping->normalizer);
    return field;
}

Answer<std::vector<QueryWord>> query_words(const Field& field, std::string_view text,
                                           const text::Analyzer* analyzer) {
    std::shared_ptr<const text::Analyzer> own = field.analyzer;
    if (field.is_text() && !field.mapping->search_analyzer.empty())
        own = analyzer_of(field.mapping->search_analyzer);
    std::vector<QueryWord> words;
    std::int32_t place = -1;
    text::TokenStream cut(analyzer != nullptr ? analyzer : own.get(), text);
    while (cut.next()) {
        place += cut.increment();
        words.push_back({std::string(cut.token()), place});
    }
    if (cut.failed()) {
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("the analysis of the text for [{}] makes more tokens "
                                           "than may be held at once",
                                           field.name));
    }
    return words;
}

Answer<std::shared_ptr<const text::Analyzer>> named_analyzer(const store::IndexView& index,
                                                             std::string_view query,
                                                             std::string_view name) {
    text::OptionMap settings;
    event::Arena arena;
    json::Parser parser;
    if (const auto parsed = parser.parse("{" + index.settings_json + "}", arena); parsed) {
        for (const event::Member& member : parsed->as_object().members()) {
            if (!member.name.starts_with("analysis.")) continue;
            event::append_text(settings[std::string(member.name.substr(9))], member.value);
        }
    }
    const text::Library library(settings, {INT_MAX, INT_MAX});
    auto specification =
        library.has_analyzer(name) ? library.specification(name, false) : text::refused("");
    auto analyzer = specification ? text::Analyzer::shared(*specification) : nullptr;
    if (analyzer != nullptr) return analyzer;
    return refuse_in_phase("query_shard_exception",
                           fmt::format("[{}] analyzer [{}] not found", query, name));
}

std::vector<std::string> query_tokens(const Field& field, std::string_view text) {
    auto analyzer = field.analyzer;
    if (field.is_text() && !field.mapping->search_analyzer.empty())
        analyzer = analyzer_of(field.mapping->search_analyzer);
    std::vector<std::string> tokens;
    for (text::TokenStream cut(analyzer.get(), text); cut.next();)
        tokens.emplace_back(cut.token());
    return tokens;
}

std::string pattern_text(const Field& field, std::string_view text) {
    if (field.is_keyword()) return field.normalized(text);
    if (!field.is_text()) return std::string(text);
    return field.analyzer ? field.analyzer->filtered(text) : text::to_lower_unicode(text);
}

std::unexpected<Failure> no_doc_values(const Field& field) {
    return refuse_in_phase(
        "illegal_argument_exception",
        fmt::format("Can't load fielddata on [{}] because fielddata is unsupported on fields of "
                    "type [{}]. Use doc values instead.",
                    field.name, field.mapping->es_name));
}

std::vector<std::string> expand_fields(const store::IndexView& index, std::string_view pattern) {
    std::vector<std::string> names;
    const auto add = [&](const std::string& name, const store::FieldMapping& field) {
        if (field.has_values() && matches_star(pattern, name)) names.push_back(name);
    };
    for (const auto& [path, field] : index.mapping->fields) {
        add(path, field);
        if (field.type == FieldType::alias && matches_star(pattern, path) &&
            find_field(index, path).has_values()) {
            names.push_back(path);
        }
        for (const auto& [sub, mapping] : field.fields)
            add(path + "." + sub, mapping);
    }
    std::ranges::sort(names);
    return names;
}

bool has_misfits(const store::IndexView& index, const Field& field) {
    if (!field.has_values() || field.kind() == store::ColumnKind::text) return false;
    return std::ranges::any_of(index.groups, [&](const store::GroupView& group) {
        return group.group->find(field.column, store::ColumnKind::text) != nullptr;
    });
}

const store::Column* column_of(const GroupContext& context, const Field& field) {
    return field.has_values() ? context.group->find(field.column, field.kind()) : nullptr;
}

const store::Column* misfit_column(const GroupContext& context, const Field& field) {
    if (!field.has_values() || field.kind() == store::ColumnKind::text) return nullptr;
    return context.group->find(field.column, store::ColumnKind::text);
}

Answer<Numbers> numbers_of(const GroupContext& context, const Field& field) {
    Numbers numbers = ASK(exact_numbers_of(context, field));
    if (!field.is_nanos() || numbers.integers == nullptr) return numbers;
    auto ms = std::make_shared<store::IntegerValues>(*numbers.integers);
    for (std::int64_t& value : ms->values)
        value /= nanoseconds_in_ms;  // none is before 1970
    numbers.integers = std::move(ms);
    return numbers;
}

Answer<Numbers> exact_numbers_of(const GroupContext& context, const Field& field) {
    Numbers numbers;
    if (!field.has_values()) return numbers;
    if (const auto* column = context.group->find(field.column, store::ColumnKind::integer)) {
        numbers.integers = ASK(column->integers());
    }
    if (const auto* column = context.group->find(field.column, store::ColumnKind::real)) {
        numbers.reals = ASK(column->reals());
    }
    return numbers;
}

std::uint32_t longest_in(const store::Column& column, std::uint32_t longest) {
    const auto most = column.longest_text();
    return most && *most <= longest ? 0 : longest;
}

Answer<Keywords> keywords_of(const GroupContext& context, const store::Column& column,
                             std::uint32_t longest) {
    longest = longest_in(column, longest);
    GroupCache* cache = context.request == nullptr ? nullptr : context.request->cache.get();
    if (column.has_dictionary() && longest == 0) {
        return Keywords{ASK(column.dictionary()), ASK(column.ordinals())};
    }
    if (cache != nullptr) {
        if (const Keywords* kept = cache->find(context.group, &column, longest)) return *kept;
    }
    Keywords keywords;
    if (column.has_dictionary()) {
        keywords = {ASK(column.dictionary()), ASK(column.ordinals())};
        if (longest != 0) keywords = without_long(keywords, longest);
    } else {
        keywords = ASK(read_texts(context, column, longest));
    }
    if (cache != nullptr) return cache->keep(context.group, &column, longest, std::move(keywords));
    return keywords;
}

Answer<Keywords> keywords_of(const GroupContext& context, const Field& field) {
    const store::Column* column = column_of(context, field);
    if (column == nullptr || column->kind() == store::ColumnKind::integer ||
        column->kind() == store::ColumnKind::real) {
        return Keywords{};
    }
    return keywords_of(context, *column, field.longest);
}

Answer<std::vector<std::string>> texts_of(const GroupContext& context, const Field& field,
                                          std::uint32_t row) {
    std::vector<std::string> texts;
    const store::Column* column = column_of(context, field);
    if (column == nullptr) return texts;
    const std::uint32_t longest = longest_in(*column, field.longest);
    const auto add = [&](std::string_view text) {
        if (longest == 0 || !too_long(text, longest)) texts.emplace_back(text);
    };
    if (column->has_dictionary()) {
        const Keywords words{ASK(column->dictionary()), ASK(column->ordinals())};
        words.for_each(row, [&](std::uint32_t ordinal) { add((*words.dictionary)[ordinal]); });
        return texts;
    }
    const auto rows = ASK(column->row_values());
    const auto reader = column->texts();
    for (auto i = rows->first(row); i < rows->last(row); ++i)
        add(ASK(reader->at(i)));
    return texts;
}

Answer<Keywords> misfits_of(const GroupContext& context, const Field& field) {
    const store::Column* column = misfit_column(context, field);
    if (column == nullptr) return Keywords{};
    return keywords_of(context, *column, 0);
}

Answer<store::Bitmap> rows_with_value(const GroupContext& context, const Field& field) {
    store::Bitmap rows(context.rows());
    if (const store::Column* column = column_of(context, field)) {
        if (longest_in(*column, field.longest) == 0) {
            rows = ASK(column->present());
        } else {
            const Keywords keywords = ASK(keywords_of(context, *column, field.longest));
            for (std::uint32_t row = 0; row < context.rows(); ++row) {
                if (keywords.ordinals->rows.has(row)) rows.set(row);
            }
        }
    }
    if (const store::Column* column = misfit_column(context, field)) {
        rows.or_with(ASK(column->present()));
    }
    return rows;
}

std::string_view nested_path_of(const store::IndexView& index, std::string_view name) {
    for (std::size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0;
         dot = name.rfind('.', dot - 1)) {
        const store::FieldMapping* above = index.mapping->find(name.substr(0, dot));
        if (above != nullptr && above->type == store::FieldType::nested) return name.substr(0, dot);
    }
    return {};
}

bool is_seen_at(const store::IndexView& index, std::string_view place, std::string_view name) {
    std::string_view of = nested_path_of(index, name);
    while (of != place && !of.empty()) {
        const store::FieldMapping& objects = *index.mapping->find(of);
        if (place.empty() && objects.is_given("include_in_root")) return true;
        if (!objects.is_given("include_in_parent")) return false;
        of = nested_path_of(index, of);
    }
    return of == place;
}

const Keywords* GroupCache::find(const store::RowGroup* group, const store::Column* column,
                                 std::uint32_t longest) const {
    if (group != group_) return nullptr;
    const auto it = kept_.find({column, longest});
    return it == kept_.end() ? nullptr : &it->second;
}

const Keywords& GroupCache::keep(const store::RowGroup* group, const store::Column* column,
                                 std::uint32_t longest, Keywords keywords) {
    if (group != group_) kept_.clear();
    group_ = group;
    return kept_.insert_or_assign({column, longest}, std::move(keywords)).first->second;
}

std::size_t length_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace elkhorn::search
