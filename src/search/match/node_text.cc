// search/match/node_text.cc -- nodes over words: one token, a phrase, tokens near a word, and any
// test of distinct values or tokens (prefixes, patterns, ranges of texts).
//
// A token index answers where there is one; elsewhere the distinct values of the dictionary are cut
// into tokens. A phrase is the AND of its tokens, verified on the text; so are frequencies for
// scores.

#include "search/match/bm25.h"
#include "search/match/marks.h"
#include "search/match/phrase_match.h"
#include "search/match/plan.h"
#include "search/match/text_scan.h"
#include "text/analysis/stored/analyzer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace elkhorn::search {
namespace {

/// The column of texts to look at: the field's own, or its misfits.
const store::Column* text_column(const GroupContext& context, const Field& field) {
    if (!field.has_values()) return nullptr;
    return field.kind() == store::ColumnKind::text ? column_of(context, field)
                                                   : misfit_column(context, field);
}

Bitmap rows_of(const Keywords& words, const std::vector<char>& wanted, std::uint32_t rows) {
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

/// A value of which the field's analyzer makes more than may be held.
std::unexpected<Failure> too_many_tokens(const store::Column& column) {
    return refuse_in_phase(
        "illegal_argument_exception",
        fmt::format("the analyzer of [{}] makes more tokens of one of its values than may be held "
                    "at once (256 MB): "
                    "ask about another field, or give this one an analyzer that makes fewer",
                    column.path()));
}

/// The rows with a token that passes.
Answer<Bitmap> rows_with_tokens(const GroupContext& context, const store::Column& column,
                                const text::Analyzer* analyzer, const TextTest& test) {
    Bitmap result(context.rows());
    if (column.has_token_index() && analyzer == nullptr) {
        std::uint32_t steps = 0;
        Answer<> going;
        const store::TokenTest wanted(
            [&](std::string_view token) {
                if ((++steps & 0xfffU) == 0 && going) going = context.go_on();
                return going && test.passes(token);
            },
            test.may_be_number());
        ASK(column.visit_tokens(test.prefix, wanted, [&](std::string_view, const Bitmap& rows) {
            result.or_with(rows);
            return true;
        }));
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
    return rows_of(words, wanted, context.rows());
}

Answer<Bitmap> rows_with_token(const GroupContext& context, const store::Column& column,
                               const text::Analyzer* analyzer, std::string_view token) {
    if (column.has_token_index() && analyzer == nullptr) return ASK(column.rows_with_token(token));
    return rows_with_tokens(context, column, analyzer,
                            {std::string(token), [&](std::string_view t) {
                                 return t == token;
                             }});
}

class TextTestNode final : public Node {
public:
    TextTestNode(Field field, TextTest test) : field_(std::move(field)), test_(std::move(test)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const store::Column* column = text_column(context, field_);
        if (column == nullptr) return Bitmap(context.rows());
        if (field_.is_text())
            return rows_with_tokens(context, *column, field_.analyzer.get(), test_);
        if (!column->has_dictionary())
            return rows_with_passing_text(context, *column, field_.longest, test_);
        const Keywords words = ASK(keywords_of(context, *column, field_.longest));
        const auto [first, last] = words.dictionary->prefix_range(test_.prefix);
        std::vector<char> wanted(words.dictionary->size());
        bool any = false;
        for (std::uint32_t i = first; i < last; ++i) {
            wanted[i] = test_.passes((*words.dictionary)[i]) ? 1 : 0;
            any = any || wanted[i] != 0;
            if ((i & 0xfffU) == 0xfffU) ASK(context.go_on());
        }
        return any ? rows_of(words, wanted, context.rows()) : Bitmap(context.rows());
    }

    int cost() const override { return 6; }

    void mark(Marks& marks) const override { marks.fields[field_.name].tests.push_back(test_); }

private:
    Field field_;
    TextTest test_;
};

/// The tokens of a row's values that a query asks about.
class RowTokens {
public:
    explicit RowTokens(const std::vector<PhraseTerm>& terms) : terms_(terms) {}

    Answer<> enter(const GroupContext& context, const Field& field) {
        column_ = text_column(context, field);
        analyzer_ = field.analyzer;
        known_.clear();
        words_ = {};
        texts_ = nullptr;
        places_ = nullptr;
        if (column_ == nullptr) return {};
        if (column_->has_dictionary()) {
            words_ = ASK(keywords_of(context, *column_, 0));
            return {};
        }
        rows_ = ASK(column_->row_values());
        if (analyzer_ == nullptr) {
            std::vector<store::WantedWord> wanted;
            for (const PhraseTerm& term : terms_)
                wanted.push_back({term.token, term.prefix});
            places_ = ASK(column_->word_places(std::move(wanted)));
        }
        if (places_ == nullptr) texts_ = column_->texts();
        return {};
    }

    Answer<const TextTokens*> of(std::uint32_t row) {
        tokens_.clear();
        if (column_ == nullptr) return &tokens_;
        if (!words_.none()) {
            const auto first = words_.ordinals->rows.first(row);
            const auto last = words_.ordinals->rows.last(row);
            if (last - first == 1) return of_value(words_.ordinals->values[first]);
            for (auto i = first; i < last; ++i) {
                tokens_.add((*words_.dictionary)[words_.ordinals->values[i]], terms_,
                            analyzer_.get());
            }
            return &tokens_;
        }
        for (auto i = rows_->first(row); i < rows_->last(row); ++i) {
            if (places_ == nullptr) {
                tokens_.add(ASK(texts_->at(i)), terms_, analyzer_.get());
                continue;
            }
            found_.clear();
            const std::uint32_t words = ASK(places_->of(i, found_));
            tokens_.add(words, found_, terms_.size());
        }
        return &tokens_;
    }

private:
    const TextTokens* of_value(std::uint32_t ordinal) {
        const auto [it, fresh] = known_.try_emplace(ordinal);
        if (fresh) it->second.add((*words_.dictionary)[ordinal], terms_, analyzer_.get());
        return &it->second;
    }

    const std::vector<PhraseTerm>& terms_;  // the node's
    const store::Column* column_ = nullptr;
    std::shared_ptr<const text::Analyzer> analyzer_;
    Keywords words_;
    std::map<std::uint32_t, TextTokens> known_;  // by ordinal
    std::shared_ptr<const store::RowValues> rows_;
    std::unique_ptr<store::Texts> texts_;        // null: there is a better way
    std::unique_ptr<store::WordPlaces> places_;  // null: texts must be cut
    std::vector<store::WordPlaces::Found> found_;
    TextTokens tokens_;
};

class PhraseNode final : public Node {
public:
    PhraseNode(Field field, Phrase phrase) : field_(std::move(field)), phrase_(std::move(phrase)) {
        for (std::size_t i = 0; i < phrase_.tokens.size(); ++i) {
            terms_.push_back(
                {phrase_.tokens[i], false,
                 phrase_.places.empty() ? static_cast<std::int32_t>(i) : phrase_.places[i]});
        }
        terms_.back().prefix = phrase_.prefix;
    }

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const store::Column* column = text_column(context, field_);
        if (column == nullptr) return Bitmap(context.rows());
        Bitmap result(context.rows(), true);
        for (const PhraseTerm& term : terms_) {
            const Bitmap rows =
                term.prefix
                    ? ASK(rows_with_tokens(context, *column, field_.analyzer.get(),
                                           {term.token, any_text}))
                    : ASK(rows_with_token(context, *column, field_.analyzer.get(), term.token));
            result.and_with(rows);
            if (!result.any()) return result;
        }
        if (terms_.size() == 1) return result;
        RowTokens tokens(terms_);
        ASK(tokens.enter(context, field_));
        Bitmap verified(context.rows());
        std::optional<Failure> failure;
        std::uint32_t steps = 0;
        result.for_each([&](std::uint32_t row) {
            if (failure) return;
            if (++steps % 1024 == 0) {
                if (auto going = context.go_on(); !going) failure = going.error();
            }
            const auto found = tokens.of(row);
            if (!found)
                failure = found.error();
            else if (phrase_frequency(**found, terms_, phrase_.slop) > 0)
                verified.set(row);
        });
        if (failure) return std::unexpected(*failure);
        return verified;
    }

    int cost() const override { return terms_.size() == 1 ? 3 : 9; }

    void mark(Marks& marks) const override {
        FieldMarks& field = marks.fields[field_.name];
        if (terms_.size() > 1)
            field.phrases.push_back({terms_, phrase_.slop});
        else if (terms_[0].prefix)
            field.tests.push_back({terms_[0].token, any_text});
        else
            field.words.insert(terms_[0].token);
    }

    std::optional<float> constant() const override {
        return field_.is_text() ? std::nullopt : std::optional(1.0F);
    }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override;

    const Field& field() const { return field_; }

    const std::vector<PhraseTerm>& terms() const { return terms_; }

    int slop() const { return phrase_.slop; }

private:
    static bool any_text(std::string_view /*text*/) { return true; }

    /// Adds up how rare the terms are; a prefix counts as all the tokens it may mean.
    Answer<double> rarity(Statistics& statistics, const PhraseTerm& term, double documents) const;

    Field field_;
    Phrase phrase_;
    std::vector<PhraseTerm> terms_;
};

class PhraseScorer final : public RowScorer {
public:
    PhraseScorer(const PhraseNode& node, Bm25 similarity)
        : node_(node), similarity_(similarity), tokens_(node.terms()) {}

    Answer<> enter(const GroupContext& context) override {
        rows_ = ASK(node_.rows(context));
        return tokens_.enter(context, node_.field());
    }

    bool has(std::uint32_t row) const override { return rows_.test(row); }

    Answer<float> score(std::uint32_t row) override {
        const TextTokens& tokens = *ASK(tokens_.of(row));
        return similarity_.score(phrase_frequency(tokens, node_.terms(), node_.slop()),
                                 tokens.length());
    }

private:
    const PhraseNode& node_;  // whoever asked for the scorer keeps the tree
    Bm25 similarity_;
    RowTokens tokens_;
    Bitmap rows_;
};

/// One word: how often it is in its rows is known without their texts, where the column can tell.
class WordScorer final : public RowScorer {
public:
    WordScorer(const PhraseNode& node, Bm25 similarity)
        : node_(node), similarity_(similarity), tokens_(node.terms()) {}

    Answer<> enter(const GroupContext& context) override {
        rows_ = ASK(node_.rows(context));
        counts_ = nullptr;
        const store::Column* column = text_column(context, node_.field());
        if (column != nullptr && !column->has_dictionary() && node_.field().analyzer == nullptr &&
            column->value_count() == column->rows_with_value())
            counts_ = ASK(column->word_counts(node_.terms()[0].token));
        if (counts_ == nullptr) return tokens_.enter(context, node_.field());
        values_ = ASK(column->row_values());
        return {};
    }

    bool has(std::uint32_t row) const override { return rows_.test(row); }

    Answer<float> score(std::uint32_t row) override {
        if (counts_ == nullptr) {
            const TextTokens& tokens = *ASK(tokens_.of(row));
            return similarity_.score(phrase_frequency(tokens, node_.terms(), 0), tokens.length());
        }
        const store::WordCounts::Count count = ASK(counts_->of(values_->first(row)));
        return similarity_.score(static_cast<float>(count.times), count.words);
    }

private:
    const PhraseNode& node_;  // whoever asked for the scorer keeps the tree
    Bm25 similarity_;
    RowTokens tokens_;
    std::unique_ptr<store::WordCounts> counts_;  // null: tokens_ are asked
    std::shared_ptr<const store::RowValues> values_;
    Bitmap rows_;
};

/// How many rows of the index have the token.
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

/// The tokens of the index that pass, each with its rows, at most `most` of them, in order.
Answer<std::map<std::string, double>> tokens_that_pass(const Statistics& statistics,
                                                       const Field& field, const TextTest& test) {
    std::map<std::string, double> tokens;
    ASK(statistics.each_group([&](const GroupContext& context) -> Answer<> {
        const store::Column* column = text_column(context, field);
        if (column == nullptr) return {};
        if (column->has_token_index() && field.analyzer == nullptr) {
            const auto count = [&](std::string_view token, const Bitmap& rows) {
                tokens[std::string(token)] += rows.count();
                return true;
            };
            ASK(column->visit_tokens(test.prefix, {test.passes, test.may_be_number()}, count));
            return {};
        }
        const Keywords words = ASK(keywords_of(context, *column, field.longest));
        std::map<std::string, std::vector<char>> wanted;
        for (std::uint32_t i = 0; i < words.dictionary->size(); ++i) {
            const auto mark = [&](std::string_view token) {
                if (!token.starts_with(test.prefix) || !test.passes(token)) return;
                auto& ordinals = wanted[std::string(token)];
                ordinals.resize(words.dictionary->size());
                ordinals[i] = 1;
            };
            if (!field.is_text()) {
                mark((*words.dictionary)[i]);
                continue;
            }
            text::TokenStream cut(field.analyzer.get(), (*words.dictionary)[i]);
            while (cut.next())
                mark(cut.token());
        }
        for (const auto& [token, ordinals] : wanted) {
            tokens[token] += rows_of(words, ordinals, context.rows()).count();
        }
        return {};
    }));
    return tokens;
}

Answer<double> PhraseNode::rarity(Statistics& statistics, const PhraseTerm& term,
                                  double documents) const {
    if (!term.prefix) {
        return inverse_frequency(documents, ASK(token_frequency(statistics, field_, term.token)));
    }
    const auto tokens = ASK(tokens_that_pass(statistics, field_, {term.token, any_text}));
    double sum = 0;
    std::uint32_t taken = 0;
    for (const auto& [token, rows] : tokens) {
        if (taken++ >= phrase_.max_expansions) break;
        sum += inverse_frequency(documents, rows);
    }
    return sum;
}

Answer<std::unique_ptr<RowScorer>> PhraseNode::scorer(Statistics& statistics, float boost) const {
    if (!field_.is_text()) return Node::scorer(statistics, boost);
    const FieldCounts counts = ASK(statistics.of_field(field_));
    double idf = 0;
    for (const PhraseTerm& term : terms_)
        idf += ASK(rarity(statistics, term, counts.documents));
    const Bm25 similarity(counts, idf, boost);
    if (terms_.size() == 1 && !terms_[0].prefix)
        return std::make_unique<WordScorer>(*this, similarity);
    return std::make_unique<PhraseScorer>(*this, similarity);
}

class FuzzyNode final : public Node {
public:
    FuzzyNode(Field field, std::string word, int edits, int prefix_length, bool transpositions)
        : field_(std::move(field)),
          word_(std::move(word)),
          edits_(edits),
          transpositions_(transpositions) {
        std::size_t bytes = 0;
        for (int i = 0; i < prefix_length && bytes < word_.size(); ++i) {
            do
                ++bytes;
            while (bytes < word_.size() &&
                   (static_cast<unsigned char>(word_[bytes]) & 0xc0U) == 0x80U);
        }
        test_.prefix = word_.substr(0, bytes);
        test_.passes = [this](std::string_view text) {
            return distance(text) <= edits_;
        };
        node_ = text_test(field_, test_);
    }

    Answer<Bitmap> rows(const GroupContext& context) const override { return node_->rows(context); }

    int cost() const override { return 7; }

    void mark(Marks& marks) const override { node_->mark(marks); }

    std::optional<float> constant() const override { return std::nullopt; }

    /// The nearest tokens, each scored with the commonest one's frequency and less the further it
    /// is.
    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        constexpr std::size_t most_tokens = 50;
        const auto tokens = ASK(tokens_that_pass(statistics, field_, test_));
        std::vector<std::pair<float, std::string>> nearest;
        for (const auto& [token, rows] : tokens) {
            const auto shorter = static_cast<float>(std::min(length_of(token), length_of(word_)));
            nearest.emplace_back(
                1.0F - static_cast<float>(distance(token)) / std::max(1.0F, shorter), token);
        }
        std::ranges::sort(nearest, [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        if (nearest.size() > most_tokens) nearest.resize(most_tokens);
        std::vector<NodePtr> terms;
        for (const auto& [weight, token] : nearest) {
            NodePtr term =
                field_.is_text() ? token_term(field_, token) : keyword_term(field_, token);
            terms.push_back(boosted(std::move(term), weight));
        }
        joined_ = any_of(std::move(terms));
        return joined_->scorer(statistics, boost);
    }

private:
    int distance(std::string_view text) const {
        if (text.size() > word_.size() + 4 * static_cast<std::size_t>(edits_) ||
            word_.size() > text.size() + 4 * static_cast<std::size_t>(edits_)) {
            return edits_ + 1;
        }
        return static_cast<int>(fuzzy_distance(word_, text, transpositions_));
    }

    Field field_;
    std::string word_;
    int edits_;
    bool transpositions_;
    TextTest test_;
    NodePtr node_;
    mutable NodePtr joined_;  // keeps what the scorer looks at
};

}  // namespace

bool TextTest::may_be_number() const {
    return std::ranges::all_of(pieces, [](const std::string& piece) {
        return piece.find_first_not_of("0123456789") == std::string::npos;
    });
}

NodePtr text_test(Field field, TextTest test) {
    return std::make_shared<TextTestNode>(std::move(field), std::move(test));
}

NodePtr token_term(Field field, std::string token) {
    return phrase(std::move(field), Phrase{{std::move(token)}, 0, false, 50});
}

NodePtr phrase(Field field, Phrase phrase) {
    if (phrase.tokens.empty()) return no_rows();
    return std::make_shared<PhraseNode>(std::move(field), std::move(phrase));
}

NodePtr fuzzy_term(Field field, std::string word, int edits, int prefix_length,
                   bool transpositions) {
    return std::make_shared<FuzzyNode>(std::move(field), std::move(word), edits, prefix_length,
                                       transpositions);
}

}  // namespace elkhorn::search
