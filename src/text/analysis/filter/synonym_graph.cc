// text/analysis/filter/synonym_graph.cc -- words for other words, as a graph: each synonym is a way
// of its own from where its input begins to where it ends.

#include "text/analysis/core/simple_filters.h"
#include "text/analysis/core/synonyms.h"

namespace elkhorn::text::token_filters::synonym_graph {
namespace {

class Graph {
public:
    Graph(const Tokens& tokens, const Synonyms& synonyms, Budget& budget)
        : tokens_(tokens.list), synonyms_(synonyms), budget_(budget) {}

    Made<std::vector<Token>> run() {
        for (std::size_t at = 0; at < tokens_.size();) {
            std::size_t taken = 1;
            const SynonymRule* rule = synonyms_.find(tokens_, at, taken);
            node_ += tokens_[at].increment - 1;
            if (rule == nullptr) {
                put(tokens_[at], node_, node_ + 1);
                ++node_;
                ++at;
                continue;
            }
            MADE(branch(*rule, at, taken));
            at += taken;
        }
        return std::move(out_);
    }

private:
    /// An edge of the graph.
    void put(Token token, std::int32_t from, std::int32_t to) {
        token.increment = from - last_;
        token.length = to - from;
        last_ = from;
        out_.push_back(std::move(token));
    }

    Token synonym(const Wide& term, std::size_t at, std::size_t taken) const {
        Token token;
        token.term = term;
        token.type = "SYNONYM";
        token.start = tokens_[at].start;
        token.end = tokens_[at + taken - 1].end;
        return token;
    }

    /// The first words of all ways, and then each way to its end.
    Made<> branch(const SynonymRule& rule, std::size_t at, std::size_t taken) {
        std::int32_t inner = rule.keep_original ? static_cast<std::int32_t>(taken) - 1 : 0;
        for (const Words& words : rule.outputs) {
            MADE(budget_.spend(words.size(), 8 * words.size()));
            inner += static_cast<std::int32_t>(words.size()) - 1;
        }
        const std::int32_t start = node_;
        const std::int32_t end = start + inner + 1;
        std::int32_t fresh = start + 1;
        std::vector<std::int32_t> seconds;
        for (const Words& words : rule.outputs) {
            const std::int32_t to = words.size() == 1 ? end : fresh;
            seconds.push_back(to);
            fresh += static_cast<std::int32_t>(words.size()) - 1;
            put(synonym(words[0], at, taken), start, to);
        }
        const std::int32_t kept = taken == 1 ? end : fresh;
        if (rule.keep_original) put(tokens_[at], start, kept);
        for (std::size_t i = 0; i < rule.outputs.size(); ++i) {
            const Words& words = rule.outputs[i];
            for (std::size_t w = 1; w < words.size(); ++w) {
                const auto from = seconds[i] + static_cast<std::int32_t>(w) - 1;
                put(synonym(words[w], at, taken), from, w + 1 == words.size() ? end : from + 1);
            }
        }
        for (std::size_t i = 1; rule.keep_original && i < taken; ++i) {
            const auto from = kept + static_cast<std::int32_t>(i) - 1;
            put(tokens_[at + i], from, i + 1 == taken ? end : from + 1);
        }
        node_ = end;
        return {};
    }

    const std::vector<Token>& tokens_;
    const Synonyms& synonyms_;
    Budget& budget_;
    std::vector<Token> out_;
    std::int32_t node_ = 0;
    std::int32_t last_ = -1;
};

Made<TokenFilterPtr> build(const Options& options, const Surroundings& around) {
    return whole_stream([synonyms = MADE(Synonyms::read(options, around))](
                            Tokens& tokens, Budget& budget) -> Made<> {
        tokens.list = MADE(Graph(tokens, synonyms, budget).run());
        return {};
    });
}

constexpr FilterKind kinds[] = {
    {.name = "synonym_graph", .build = build, .prebuilt = false},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::synonym_graph
