#include "search/match/bm25.h"

#include "search/source/nested_objects.h"
#include "text/analysis/tokenizer.h"
#include "text/json_text.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search {
namespace {

constexpr float k1 = 1.2F;
constexpr float b = 0.75F;
constexpr std::uint32_t exact_lengths = 24;  // shorter ones keep every digit

std::uint32_t keep_four_bits(std::uint32_t value) {
    const int bits = std::bit_width(value);
    if (bits < 4) return value;
    return value >> (bits - 4) << (bits - 4);
}

/// Rows that have a value without any token, which count as having none.
Answer<std::uint32_t> wordless_rows(const GroupContext& context, const store::Column& column) {
    if (!column.has_dictionary()) return 0U;
    const Keywords words = ASK(keywords_of(context, column, 0));
    std::vector<bool> wordless(words.dictionary->size());
    bool any = false;
    for (std::uint32_t i = 0; i < words.dictionary->size(); ++i) {
        const std::string_view text = (*words.dictionary)[i];
        if (text.size() > 16) continue;
        wordless[i] = !text::Tokenizer(text).next();
        any = any || wordless[i];
    }
    std::uint32_t rows = 0;
    for (std::uint32_t row = 0; any && row < context.rows(); ++row) {
        bool has = words.ordinals->rows.has(row);
        words.for_each(row, [&](std::uint32_t ordinal) { has = has && wordless[ordinal]; });
        rows += has ? 1 : 0;
    }
    return rows;
}

/// By cutting every value, for there is no index of the tokens that this analyzer makes.
Answer<FieldCounts> count_tokens(const GroupContext& context, const Field& field,
                                 const store::Column& column) {
    const Keywords words = ASK(keywords_of(context, column, 0));
    std::vector<std::uint32_t> lengths(words.dictionary->size());
    for (std::uint32_t i = 0; i < words.dictionary->size(); ++i) {
        text::TokenStream tokens(field.analyzer.get(), (*words.dictionary)[i]);
        while (tokens.next())
            ++lengths[i];
    }
    FieldCounts counts;
    for (std::uint32_t row = 0; row < context.rows(); ++row) {
        std::uint32_t length = 0;
        words.for_each(row, [&](std::uint32_t ordinal) { length += lengths[ordinal]; });
        counts.documents += length > 0 ? 1 : 0;
        counts.terms += length;
    }
    return counts;
}

/// How many different values the rows have, added up.
double distinct_values(const Keywords& words) {
    double total = 0;
    std::vector<std::uint32_t> seen;
    for (std::uint32_t row = 0; row < words.ordinals->rows.rows(); ++row) {
        seen.clear();
        words.for_each(row, [&](std::uint32_t ordinal) {
            if (std::ranges::find(seen, ordinal) == seen.end()) seen.push_back(ordinal);
        });
        total += static_cast<double>(seen.size());
    }
    return total;
}

std::string float_text(float value) {
    std::string out;
    text::append_json_real(out, value);
    return out;
}

}  // namespace

std::uint32_t rounded_length(std::uint32_t length) {
    return length < exact_lengths ? length : exact_lengths + keep_four_bits(length - exact_lengths);
}

float inverse_frequency(double documents, double document_frequency) {
    return static_cast<float>(
        std::log(1 + (documents - document_frequency + 0.5) / (document_frequency + 0.5)));
}

Bm25::Bm25(const FieldCounts& counts, double idf, float boost)
    : weight_(boost * (k1 + 1) * static_cast<float>(idf)),
      average_(counts.documents == 0 ? 1.0F : static_cast<float>(counts.terms / counts.documents)),
      boost_(boost * (k1 + 1)),
      idf_(static_cast<float>(idf)) {}

float Bm25::score(float frequency, std::uint32_t length) const {
    const float norm =
        1.0F / (k1 * ((1 - b) + b * static_cast<float>(rounded_length(length)) / average_));
    return weight_ - weight_ / (1.0F + frequency * norm);
}

namespace {

Explanation explain_rarity(const Rarity& term) {
    return {inverse_frequency(term.documents, term.frequency),
            "idf, computed as log(1 + (N - n + 0.5) / (n + 0.5)) from:",
            {{term.frequency, "n, number of documents containing term", {}, true},
             {term.documents, "N, total number of documents with field", {}, true}}};
}

}  // namespace

Explanation Bm25::explain(const std::string& what, const std::string& count,
                          std::span<const Rarity> terms, float frequency,
                          std::uint32_t length) const {
    const float dl = static_cast<float>(rounded_length(length));
    const float norm = k1 * ((1 - b) + b * dl / average_);
    Explanation tf{1.0F - 1.0F / (1.0F + frequency / norm),
                   "tf, computed as freq / (freq + k1 * (1 - b + b * dl / avgdl)) from:",
                   {{frequency, count},
                    {k1, "k1, term saturation parameter"},
                    {b, "b, length normalization parameter"},
                    {dl, length > 39 ? "dl, length of field (approximate)" : "dl, length of field"},
                    {average_, "avgdl, average length of field"}}};
    Explanation idf{idf_, "idf, sum of:"};
    for (const Rarity& term : terms)
        idf.details.push_back(explain_rarity(term));
    if (terms.size() == 1) idf = explain_rarity(terms[0]);
    Explanation score{this->score(frequency, length), "score(freq=" + float_text(frequency) +
                                                          "), computed as boost * idf * tf from:"};
    if (boost_ != 1) score.details.push_back({boost_, "boost"});
    score.details.push_back(std::move(idf));
    score.details.push_back(std::move(tf));
    return {score.value, "weight(" + what + ") [PerFieldSimilarity], result of:", {score}};
}

Answer<FieldCounts> Statistics::count(const GroupContext& context, const Field& field) {
    FieldCounts counts;
    const store::Column* column = column_of(context, field);
    if (column == nullptr) return counts;
    counts.documents = column->rows_with_value();
    if (field.is_text()) {
        if (field.analyzer != nullptr) return count_tokens(context, field, *column);
        counts.documents -= ASK(wordless_rows(context, *column));
        counts.terms = static_cast<double>(column->token_count());
        return counts;
    }
    counts.terms = column->value_count();
    if (field.is_boolean()) {
        const auto values = ASK(column->integers());
        counts.terms = 0;
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            int seen = 0;
            for (auto i = values->rows.first(row); i < values->rows.last(row); ++i) {
                seen |= values->values[i] != 0 ? 2 : 1;
            }
            counts.terms += std::popcount(static_cast<unsigned>(seen));
        }
        return counts;
    }
    if (column->kind() != store::ColumnKind::text) return counts;
    if (longest_in(*column, field.longest) != 0 ||
        column->value_count() != column->rows_with_value()) {
        const Keywords words = ASK(keywords_of(context, *column, field.longest));
        counts.documents = 0;
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            counts.documents += words.ordinals->rows.has(row) ? 1 : 0;
        }
        counts.terms = distinct_values(words);
    }
    return counts;
}

Answer<> Statistics::each_group(const std::function<Answer<>(const GroupContext&)>& visit) const {
    if (outer_ != nullptr) {
        return outer_->each_group([&](const GroupContext& context) -> Answer<> {
            for (const GroupContext& inside : ASK(objects_of(context, path_)))
                ASK(visit(inside));
            return {};
        });
    }
    for (const store::GroupView& view : index_.groups) {
        GroupContext context;
        context.request = &request_;
        context.index = &index_;
        context.group = view.group.get();
        context.live = store::Bitmap(view.group->rows(), true);
        ASK(visit(context));
    }
    return {};
}

Answer<FieldCounts> Statistics::of_field(const Field& field) {
    if (const auto it = fields_.find(field.name); it != fields_.end()) return it->second;
    FieldCounts total;
    ASK(each_group([&](const GroupContext& context) -> Answer<> {
        const FieldCounts counts = ASK(count(context, field));
        total.documents += counts.documents;
        total.terms += counts.terms;
        return {};
    }));
    return fields_.emplace(field.name, total).first->second;
}

Answer<double> Statistics::frequency(
    const std::string& key, const std::function<Answer<double>(const GroupContext&)>& count) {
    if (const auto it = frequencies_.find(key); it != frequencies_.end()) return it->second;
    double total = 0;
    ASK(each_group([&](const GroupContext& context) -> Answer<> {
        total += ASK(count(context));
        return {};
    }));
    return frequencies_.emplace(key, total).first->second;
}

}  // namespace elkhorn::search
