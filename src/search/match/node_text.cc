// search/match/node_text.cc -- nodes over words: one token, a phrase, and any
// test of distinct values or tokens (prefixes, patterns, ranges of texts).
//
// A phrase is the AND of its tokens, verified on the text; so are frequencies for scores.

#include "search/match/bm25.h"
#include "search/match/marks.h"
#include "search/match/plan.h"
#include "search/match/text_scan.h"
#include "search/match/text_words.h"
#include "search/words/phrase_match.h"
#include "text/analysis/stored/analyzer.h"
#include "text/json_text.h"

#include <algorithm>
#include <map>

namespace elkhorn::search {
namespace {

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
        return any ? rows_of_ordinals(words, wanted, context.rows()) : Bitmap(context.rows());
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
    Answer<> add_rarity(Statistics& statistics, const PhraseTerm& term, double documents,
                        std::vector<Rarity>& all) const;

    Field field_;
    Phrase phrase_;
    std::vector<PhraseTerm> terms_;
};

/// text:fox, or text:"red fox"
std::string shown(const PhraseNode& node) {
    std::string words;
    for (const PhraseTerm& term : node.terms()) {
        if (!words.empty()) words += ' ';
        words += term.token;
        if (term.prefix) words += '*';
    }
    const bool one = node.terms().size() == 1;
    std::string text = node.field().name + (one ? ":" + words : ":\"" + words + "\"");
    if (node.slop() > 0) text += "~" + std::to_string(node.slop());
    return text;
}

class PhraseScorer final : public RowScorer {
public:
    PhraseScorer(const PhraseNode& node, Bm25 similarity, std::vector<Rarity> rarities)
        : node_(node),
          similarity_(similarity),
          rarities_(std::move(rarities)),
          tokens_(node.terms()) {}

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

    Answer<Explanation> explain(std::uint32_t row) override {
        const TextTokens& tokens = *ASK(tokens_.of(row));
        const float times = phrase_frequency(tokens, node_.terms(), node_.slop());
        std::string count = "phraseFreq=";
        text::append_json_real(count, times);
        return similarity_.explain(shown(node_) + " in " + std::to_string(row), count, rarities_,
                                   times, tokens.length());
    }

private:
    const PhraseNode& node_;  // whoever asked for the scorer keeps the tree
    Bm25 similarity_;
    std::vector<Rarity> rarities_;
    RowTokens tokens_;
    Bitmap rows_;
};

/// One word: how often it is in its rows is known without their texts, where the column can tell.
class WordScorer final : public RowScorer {
public:
    WordScorer(const PhraseNode& node, Bm25 similarity, Rarity rarity)
        : node_(node), similarity_(similarity), rarity_(rarity), tokens_(node.terms()) {}

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
        const Counted counted = ASK(count(row));
        return similarity_.score(counted.times, counted.words);
    }

    Answer<Explanation> explain(std::uint32_t row) override {
        const Counted counted = ASK(count(row));
        return similarity_.explain(shown(node_) + " in " + std::to_string(row),
                                   "freq, occurrences of term within document", {&rarity_, 1},
                                   counted.times, counted.words);
    }

private:
    struct Counted {
        float times = 0;
        std::uint32_t words = 0;
    };

    Answer<Counted> count(std::uint32_t row) {
        if (counts_ == nullptr) {
            const TextTokens& tokens = *ASK(tokens_.of(row));
            return Counted{phrase_frequency(tokens, node_.terms(), 0), tokens.length()};
        }
        const store::WordCounts::Count count = ASK(counts_->of(values_->first(row)));
        return Counted{static_cast<float>(count.times), count.words};
    }

    const PhraseNode& node_;  // whoever asked for the scorer keeps the tree
    Bm25 similarity_;
    Rarity rarity_;
    RowTokens tokens_;
    std::unique_ptr<store::WordCounts> counts_;  // null: tokens_ are asked
    std::shared_ptr<const store::RowValues> values_;
    Bitmap rows_;
};

Answer<> PhraseNode::add_rarity(Statistics& statistics, const PhraseTerm& term, double documents,
                                std::vector<Rarity>& all) const {
    if (phrase_.frequency) {
        all.push_back({*phrase_.frequency, documents});
        return {};
    }
    if (!term.prefix) {
        all.push_back({ASK(token_frequency(statistics, field_, term.token)), documents});
        return {};
    }
    std::uint32_t taken = 0;
    for (const auto& [token, rows] :
         ASK(tokens_that_pass(statistics, field_, {term.token, any_text}))) {
        if (taken++ >= phrase_.max_expansions) break;
        all.push_back({rows, documents});
    }
    return {};
}

Answer<std::unique_ptr<RowScorer>> PhraseNode::scorer(Statistics& statistics, float boost) const {
    if (!field_.is_text()) return Node::scorer(statistics, boost);
    const FieldCounts counts = ASK(statistics.of_field(field_));
    std::vector<Rarity> rarities;
    for (const PhraseTerm& term : terms_)
        ASK(add_rarity(statistics, term, counts.documents, rarities));
    double idf = 0;
    for (const Rarity& rarity : rarities)
        idf += inverse_frequency(rarity.documents, rarity.frequency);
    const Bm25 similarity(counts, idf, boost);
    if (terms_.size() == 1 && !terms_[0].prefix)
        return std::make_unique<WordScorer>(*this, similarity, rarities[0]);
    return std::make_unique<PhraseScorer>(*this, similarity, std::move(rarities));
}

}  // namespace

bool TextTest::may_be_number() const {
    return std::ranges::all_of(pieces, [](const std::string& piece) {
        return piece.find_first_not_of("0123456789") == std::string::npos;
    });
}

NodePtr text_test(Field field, TextTest test) {
    return std::make_shared<TextTestNode>(std::move(field), std::move(test));
}

NodePtr token_term(Field field, std::string token, std::optional<double> frequency) {
    return phrase(std::move(field), Phrase{{std::move(token)}, 0, false, 50, {}, frequency});
}

NodePtr phrase(Field field, Phrase phrase) {
    if (phrase.tokens.empty()) return no_rows();
    return std::make_shared<PhraseNode>(std::move(field), std::move(phrase));
}

}  // namespace elkhorn::search
