#include "search/match/text_words.h"

#include "search/match/bm25.h"
#include "text/analysis/stored/analyzer.h"

#include <fmt/format.h>

namespace elkhorn::search {
namespace {

/// A value of which the field's analyzer makes more than may be held.
std::unexpected<Failure> too_many_tokens(const store::Column& column) {
    return refuse_in_phase(
        "illegal_argument_exception",
        fmt::format("the analyzer of [{}] makes more tokens of one of its values than may be held "
                    "at once (256 MB): "
                    "ask about another field, or give this one an analyzer that makes fewer",
                    column.path()));
}

/// The test, until the time is up: then nothing passes, and `going` says so.
store::TokenTest passing(const GroupContext& context, const TextTest& test, Answer<>& going) {
    return {[&context, &test, &going, steps = std::uint32_t{0}](std::string_view token) mutable {
                if ((++steps & 0xfffU) == 0 && going) going = context.go_on();
                return going && test.passes(token);
            },
            test.may_be_number()};
}

/// The same where nobody has indexed them: every distinct value is cut once, and then every row
/// says which words it has.
Answer<> count_cut_tokens(const GroupContext& context, const store::Column& column,
                          const Field& field, const TextTest& test, std::size_t most,
                          std::map<std::string, double>& tokens) {
    const Keywords words = ASK(keywords_of(context, column, field.longest));
    std::map<std::string, std::uint32_t, std::less<>> numbers;
    std::vector<std::vector<std::uint32_t>> of_ordinal(words.dictionary->size());
    for (std::uint32_t i = 0; i < words.dictionary->size(); ++i) {
        if ((i & 0x3ffU) == 0x3ffU) ASK(context.go_on());
        const auto add = [&](std::string_view token) {
            if (!token.starts_with(test.prefix) || numbers.size() > most || !test.passes(token))
                return;
            const auto next = static_cast<std::uint32_t>(numbers.size());
            of_ordinal[i].push_back(numbers.try_emplace(std::string(token), next).first->second);
        };
        if (!field.is_text()) {
            add((*words.dictionary)[i]);
            continue;
        }
        text::TokenStream cut(field.analyzer.get(), (*words.dictionary)[i]);
        while (cut.next())
            add(cut.token());
        if (cut.failed()) return too_many_tokens(column);
    }
    std::vector<double> counts(numbers.size());
    std::vector<std::uint32_t> counted(numbers.size(), context.rows());  // the row it was last in
    for (std::uint32_t row = 0; row < context.rows(); ++row) {
        words.for_each(row, [&](std::uint32_t ordinal) {
            for (const std::uint32_t number : of_ordinal[ordinal]) {
                counts[number] += counted[number] == row ? 0 : 1;
                counted[number] = row;
            }
        });
    }
    for (const auto& [token, number] : numbers)
        tokens[token] += counts[number];
    return {};
}

}  // namespace

const store::Column* text_column(const GroupContext& context, const Field& field) {
    if (!field.has_values()) return nullptr;
    return field.kind() == store::ColumnKind::text ? column_of(context, field)
                                                   : misfit_column(context, field);
}

Bitmap rows_of_ordinals(const Keywords& words, const std::vector<char>& wanted,
                        std::uint32_t rows) {
    Bitmap result(rows);
    for (std::uint32_t row = 0; row < rows; ++row) {
        for (auto i = words.ordinals->rows.first(row); i < words.ordinals->rows.last(row); ++i) {
            if (wanted[words.ordinals->values[i]] != 0) {
                result.set(row);
                break;
            }
        }
    }
    return result;
}

Answer<Bitmap> rows_with_tokens(const GroupContext& context, const store::Column& column,
                                const text::Analyzer* analyzer, const TextTest& test) {
    Bitmap result(context.rows());
    if (column.has_token_index() && analyzer == nullptr) {
        Answer<> going;
        const auto add = [&](std::string_view, const Bitmap& rows) {
            result.or_with(rows);
            return true;
        };
        ASK(column.visit_tokens(test.prefix, passing(context, test, going), add));
        ASK(std::move(going));
        return result;
    }
    const Keywords words = ASK(keywords_of(context, column, 0));
    std::vector<char> wanted(words.dictionary->size());
    for (std::uint32_t i = 0; i < words.dictionary->size(); ++i) {
        if ((i & 0x3ffU) == 0x3ffU) ASK(context.go_on());
        text::TokenStream tokens(analyzer, (*words.dictionary)[i]);
        while (wanted[i] == 0 && tokens.next()) {
            wanted[i] =
                tokens.token().starts_with(test.prefix) && test.passes(tokens.token()) ? 1 : 0;
        }
        if (tokens.failed()) return too_many_tokens(column);
    }
    return rows_of_ordinals(words, wanted, context.rows());
}

Answer<Bitmap> rows_with_token(const GroupContext& context, const store::Column& column,
                               const text::Analyzer* analyzer, std::string_view token) {
    if (column.has_token_index() && analyzer == nullptr) return ASK(column.rows_with_token(token));
    return rows_with_tokens(context, column, analyzer,
                            {std::string(token), [&](std::string_view t) {
                                 return t == token;
                             }});
}

Answer<double> token_frequency(Statistics& statistics, const Field& field,
                               const std::string& token) {
    return statistics.frequency(
        field.name + '\0' + token, [&](const GroupContext& context) -> Answer<double> {
            const store::Column* column = text_column(context, field);
            if (column == nullptr) return 0.0;
            const Bitmap rows = ASK(rows_with_token(context, *column, field.analyzer.get(), token));
            return rows.count();
        });
}

Answer<std::map<std::string, double>> tokens_that_pass(const Statistics& statistics,
                                                       const Field& field, const TextTest& test,
                                                       std::size_t most) {
    std::map<std::string, double> tokens;
    ASK(statistics.each_group([&](const GroupContext& context) -> Answer<> {
        const store::Column* column = text_column(context, field);
        if (column == nullptr || tokens.size() > most) return {};
        if (column->has_token_index() && field.analyzer == nullptr) {
            const auto count = [&](std::string_view token, const Bitmap& rows) {
                tokens[std::string(token)] += rows.count();
                return tokens.size() <= most;
            };
            Answer<> going;
            ASK(column->visit_tokens(test.prefix, passing(context, test, going), count));
            return going;
        }
        ASK(count_cut_tokens(context, *column, field, test, most, tokens));
        return {};
    }));
    return tokens;
}

}  // namespace elkhorn::search
