// search/lucene/simple_query_string.cc -- the language that never complains: + and, | or, - not,
// "phrase"~2, word*, word~1, ( ). What makes no sense is left out.

#include "base/strings.h"
#include "search/lucene/query_string.h"
#include "search/match/patterns.h"
#include "search/match/text_match.h"

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
            if (c == '(' && depth < most_nested) {
                ++at_;
                add(state, ASK(read(depth + 1, nullptr)));
            } else if (c == ')') {
                ++at_;
                if (depth > 0) break;
            } else if (c == '"') {
                add(state, ASK(read_phrase()));
            } else if (c == '+' || c == '|') {
                ++at_;
                if (state.top && !state.joint) state.joint = c == '+';
            } else if (c == '-') {
                ++at_;
                ++state.negations;
                continue;
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
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

    Answer<NodePtr> over_fields(const std::string& text, MatchOptions options) {
        options.lenient = lenient_;
        options.all_words = options_.all_words;
        std::vector<NodePtr> nodes;
        for (const auto& [field, boost] : fields_) {
            const Words words =
                ASK(match_words(scope_, field, {event::Kind::string, text}, options));
            if (words.node) nodes.push_back(boosted(words.node, boost));
        }
        if (nodes.empty()) return NodePtr();
        return best_of(std::move(nodes), 1.0F);
    }

    int read_number() {
        int number = 0;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            number = std::min(1000, number * 10 + (text_[at_++] - '0'));
        }
        return number;
    }

    Answer<NodePtr> read_phrase() {
        std::string phrase;
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != '"') {
            if (text_[end] == '\\' && end + 1 < text_.size()) ++end;
            phrase.push_back(text_[end++]);
        }
        if (end >= text_.size()) {  // never closed: the quote says nothing
            ++at_;
            return NodePtr();
        }
        at_ = end + 1;
        MatchOptions options;
        options.kind = MatchKind::phrase;
        if (at_ < text_.size() && text_[at_] == '~') {
            ++at_;
            options.slop = read_number();
        }
        return over_fields(phrase, options);
    }

    Answer<NodePtr> read_word() {
        constexpr std::string_view ends = " \t\n\r()\"+|";
        std::string word;
        bool prefix = false;
        while (at_ < text_.size() && ends.find(text_[at_]) == std::string_view::npos) {
            const char c = text_[at_];
            const bool last =
                at_ + 1 >= text_.size() || ends.find(text_[at_ + 1]) != std::string_view::npos;
            if (c == '\\' && at_ + 1 < text_.size()) {
                word.push_back(text_[++at_]);
                ++at_;
            } else if (c == '*' && last && !word.empty()) {
                prefix = true;
                ++at_;
            } else if (c == '~' && !word.empty()) {
                ++at_;
                return read_fuzzy(word);
            } else {
                word.push_back(c);
                ++at_;
            }
        }
        return prefix ? read_prefix(word) : over_fields(word, {});
    }

    Answer<NodePtr> read_fuzzy(const std::string& word) {
        MatchOptions options;
        const bool given = at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9';
        options.fuzziness = given ? std::to_string(std::min(2, read_number())) : "2";
        options.prefix_length = options_.fuzzy_prefix_length;
        return over_fields(word, options);
    }

    Answer<NodePtr> read_prefix(const std::string& word) {
        std::vector<NodePtr> nodes;
        for (const auto& [field, boost] : fields_) {
            auto node =
                pattern_node(scope_, field, Pattern::prefix,
                             prefix_test(pattern_text(scoped_field(scope_, field), word), false));
            if (!node && (!lenient_ || node.error().over)) return node;
            if (node) nodes.push_back(boosted(*node, boost));
        }
        return best_of(std::move(nodes), 1.0F);
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
