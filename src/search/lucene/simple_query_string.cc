// search/lucene/simple_query_string.cc -- the language that never complains: + and, | or, - not,
// "phrase"~2, word*, word~1, ( ). What makes no sense is left out.

#include "base/strings.h"
#include "search/lucene/query_string.h"
#include "search/match/patterns.h"
#include "search/match/text_match.h"
#include "search/match/word_expansion.h"

#include <algorithm>

namespace elkhorn::search {
namespace {

constexpr int most_nested = 100;

class SimpleReader {
public:
    SimpleReader(const Scope& scope, const LanguageOptions& options, std::string_view text)
        : scope_(scope), options_(options), text_(text) {
        const bool all = options.fields.empty() ||
                         std::ranges::find(options.fields, "*") != options.fields.end();
        fields_ = resolve_fields(scope, all ? std::vector<std::string>{"*"} : options.fields);
        lenient_ = options.lenient.value_or(all);
    }

    Answer<NodePtr> read(int depth, Clauses* top_clauses) {
        State state;
        for (; at_ < text_.size();) {
            const char c = text_[at_];
            if (c == '(' && on(SimpleFlags::precedence) && depth < most_nested) {
                ++at_;
                add(state, ASK(read(depth + 1, nullptr)));
            } else if (c == ')' && on(SimpleFlags::precedence)) {
                ++at_;
                if (depth > 0) break;
            } else if (c == '"' && on(SimpleFlags::phrase)) {
                add(state, ASK(read_phrase()));
            } else if ((c == '+' && on(SimpleFlags::conjunction)) ||
                       (c == '|' && on(SimpleFlags::disjunction))) {
                ++at_;
                if (state.top && !state.joint) state.joint = c == '+';
            } else if (c == '-' && on(SimpleFlags::negation)) {
                ++at_;
                ++state.negations;
                continue;
            } else if (is_blank(c) && on(SimpleFlags::whitespace)) {
                ++at_;
            } else {
                add(state, ASK(read_word()));
            }
            state.negations = 0;
        }
        if (top_clauses != nullptr && state.grown) *top_clauses = state.clauses;
        return state.top;
    }

private:
    /// Builds as it reads: an operator other than the one before makes what is there one clause.
    struct State {
        NodePtr top;
        Clauses clauses;  // of top, once grown
        bool grown = false;
        std::optional<bool> joint;  // + is true, | is false
        std::optional<bool> before;
        int negations = 0;
    };

    void add(State& state, NodePtr node) const {
        if (!node) return;
        if (state.negations % 2 == 1) {
            Clauses negated;
            negated.must_not.push_back(std::move(node));
            negated.should.push_back(all_rows());
            node = bool_node(std::move(negated));
        }
        if (!state.top) {
            state.top = std::move(node);
            state.joint.reset();
            return;
        }
        const bool all = state.joint.value_or(options_.all_words);
        if (state.before != all) {
            Clauses wrapped;
            (all ? wrapped.must : wrapped.should).push_back(state.top);
            state.clauses = std::move(wrapped);
            state.grown = true;
        }
        (all ? state.clauses.must : state.clauses.should).push_back(std::move(node));
        state.top = bool_node(state.clauses);
        state.before = all;
        state.joint.reset();
    }

    bool on(unsigned flag) const { return (options_.flags & flag) != 0; }

    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

    /// Whether a word ends before the character.
    bool ends_word(char c) const {
        switch (c) {
            case '"': return on(SimpleFlags::phrase);
            case '|': return on(SimpleFlags::disjunction);
            case '+': return on(SimpleFlags::conjunction);
            case '(':
            case ')': return on(SimpleFlags::precedence);
            default: return is_blank(c) && on(SimpleFlags::whitespace);
        }
    }

    Answer<NodePtr> over_fields(const Weights& fields, const std::string& text,
                                MatchOptions options, float tie_breaker) {
        options.lenient = lenient_;
        options.all_words = options_.all_words;
        options.analyzer = options_.analyzer;
        options.query = options_.query;
        std::vector<NodePtr> nodes;
        for (const auto& [field, boost] : fields) {
            const Words words =
                ASK(match_words(scope_, field, {event::Kind::string, text}, options));
            if (words.node) nodes.push_back(boosted(words.node, boost));
        }
        if (nodes.empty()) return NodePtr();
        return best_of(std::move(nodes), tie_breaker);
    }

    /// Behind a ~: nothing is 2, what is no number is 0.
    int read_edits() {
        const std::size_t from = ++at_;
        while (at_ < text_.size() && !ends_word(text_[at_]))
            ++at_;
        const std::string_view text = text_.substr(from, at_ - from);
        if (text.empty()) return 2;
        return static_cast<int>(std::clamp<std::int64_t>(to_integer(text).value_or(0), 0, 1000));
    }

    Answer<NodePtr> read_phrase() {
        std::string phrase;
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != '"') {
            if (text_[end] == '\\' && on(SimpleFlags::escape) && end + 1 < text_.size()) ++end;
            phrase.push_back(text_[end++]);
        }
        if (end >= text_.size()) {  // never closed: the quote says nothing
            ++at_;
            return NodePtr();
        }
        at_ = end + 1;
        if (phrase.empty()) return NodePtr();
        MatchOptions options;
        options.kind = MatchKind::phrase;
        if (at_ < text_.size() && text_[at_] == '~' && on(SimpleFlags::near))
            options.slop = read_edits();
        return over_fields(with_suffix(scope_, fields_, options_.quote_suffix), phrase, options,
                           0.0F);
    }

    Answer<NodePtr> read_word() {
        std::string word;
        bool prefix = false;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '\\' && on(SimpleFlags::escape)) {
                prefix = false;
                if (++at_ < text_.size()) word.push_back(text_[at_++]);
                continue;
            }
            if (ends_word(c)) break;
            if (c == '~' && !word.empty() && on(SimpleFlags::fuzzy)) {
                const int edits = std::min(2, read_edits());
                return edits == 0 ? over_fields(fields_, word, {}, 1.0F) : fuzzy(word, edits);
            }
            prefix = c == '*' && !word.empty() && on(SimpleFlags::prefix);
            word.push_back(c);
            ++at_;
        }
        if (word.empty()) return NodePtr();
        if (!prefix) return over_fields(fields_, word, {}, 1.0F);
        word.pop_back();
        return read_prefix(word);
    }

    /// One node a field; what does not fit a field finds nothing in it when lenient.
    template <typename Make>
    Answer<NodePtr> each_field(Make&& make) {
        std::vector<NodePtr> nodes;
        for (const auto& [name, boost] : fields_) {
            Answer<NodePtr> node = make(scoped_field(scope_, name));
            if (!node && (!lenient_ || node.error().over)) return node;
            if (node) nodes.push_back(boosted(*node, boost));
        }
        return best_of(std::move(nodes), 1.0F);
    }

    Answer<NodePtr> fuzzy(const std::string& word, int edits) {
        return each_field([&](const Field& field) -> Answer<NodePtr> {
            if (!field.has_values()) return no_rows();
            if (!field.is_text() && !field.is_keyword())
                return pattern_node(scope_, field.name, Pattern::fuzzy, prefix_test(word, false));
            return fuzzy_node(scope_, field,
                              {ASK(written_as(scope_, field, word, options_)), edits,
                               options_.fuzzy_prefix_length, options_.fuzzy_transpositions,
                               static_cast<std::size_t>(options_.fuzzy_max_expansions), ""});
        });
    }

    Answer<NodePtr> read_prefix(const std::string& word) {
        return each_field([&](const Field& field) -> Answer<NodePtr> {
            const std::string written = ASK(written_as(scope_, field, word, options_));
            return pattern_node(scope_, field.name, Pattern::prefix, prefix_test(written, false));
        });
    }

    const Scope& scope_;              // the caller's
    const LanguageOptions& options_;  // the caller's
    std::string_view text_;
    std::size_t at_ = 0;
    Weights fields_;
    bool lenient_ = false;
};

}  // namespace

Answer<NodePtr> plan_simple_query_string(const Scope& scope, std::string_view text,
                                         const LanguageOptions& options) {
    Clauses clauses;
    NodePtr node = ASK(SimpleReader(scope, options, text).read(0, &clauses));
    if (!node) return no_rows();
    const bool joined = !clauses.must.empty() || !clauses.should.empty();
    if (!joined || options.should_match.empty()) return node;
    clauses.should_match =
        ASK(should_match_count(static_cast<int>(clauses.should.size()), options.should_match));
    return bool_node(std::move(clauses));
}

}  // namespace elkhorn::search
