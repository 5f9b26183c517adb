// text/analysis/filter/word_delimiter_graph.cc -- a term in its parts (core/word_parts.h) and in
// parts joined again, as a graph: what is joined spans the positions of what it is made of.

#include "text/analysis/core/simple_filters.h"
#include "text/analysis/core/word_parts.h"

#include <algorithm>

namespace elkhorn::text::token_filters::word_delimiter_graph {
namespace {

/// A part or a join: its place in positions of the term, and in its units.
struct Piece {
    Wide term;
    std::int32_t first = 0;
    std::int32_t last = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct Join {
    Wide term;
    std::uint8_t type = 0;
    std::int32_t first = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    int parts = 0;
};

class Term {
public:
    Term(WideView term, const WordRules& rules) : term_(term), rules_(rules), parts_(term, rules) {}

    WordParts& parts() { return parts_; }

    /// All pieces in the order that they are given out in.
    std::vector<Piece> pieces() {
        if (parts_.single()) {
            put(parts_.begin(), parts_.end());
        } else {
            for (; !parts_.done(); parts_.next())
                take();
            if (join_.parts > 0) flush();
            if (all_.parts > last_joined_) {
                if (position_ == all_.first) ++position_;
                write(all_);
            }
        }
        if (rules_.keep_original) {
            position_ = std::max(position_, 1);
            pieces_.push_back({Wide(term_), 0, position_, 0, term_.size()});
        }
        std::ranges::stable_sort(pieces_, [](const Piece& a, const Piece& b) {
            if (a.first != b.first) return a.first < b.first;
            if (a.last != b.last) return a.last > b.last;
            return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
        });
        return std::move(pieces_);
    }

private:
    void put(std::size_t begin, std::size_t end) {
        pieces_.push_back(
            {Wide(term_.substr(begin, end - begin)), position_, position_ + 1, begin, end});
        ++position_;
    }

    void take() {
        const std::uint8_t type = parts_.type();
        if (join_.parts > 0 && (join_.type & type) == 0) flush();
        if (rules_.catenates(type)) add(join_);
        if (rules_.catenate_all) add(all_);
        if (rules_.generates(type)) put(parts_.begin(), parts_.end());
    }

    void add(Join& join) {
        if (join.parts == 0) {
            join.type = parts_.type();
            join.begin = parts_.begin();
            join.first = position_;
        }
        join.term += term_.substr(parts_.begin(), parts_.end() - parts_.begin());
        join.end = parts_.end();
        ++join.parts;
    }

    void flush() {
        if (position_ == join_.first) ++position_;
        last_joined_ = join_.parts;
        if (join_.parts != 1 || !rules_.generates(join_.type)) write(join_);
        join_ = {};
    }

    void write(const Join& join) {
        pieces_.push_back({join.term, join.first, position_, join.begin, join.end});
    }

    WideView term_;  // the caller's
    const WordRules& rules_;
    WordParts parts_;
    std::vector<Piece> pieces_;
    std::int32_t position_ = 0;
    int last_joined_ = 0;
    Join join_;
    Join all_;
};

class Graph final : public TokenFilter {
public:
    explicit Graph(WordRules rules) : rules_(std::move(rules)) {}

    Made<> apply(Tokens& tokens, Budget& budget) const override {
        std::vector<Token> out;
        std::int32_t increment = 0;
        std::int32_t last_start = 0;
        for (Token& token : tokens.list) {
            if (rules_.ignore_keywords && token.keyword) {
                out.push_back(std::move(token));
                continue;
            }
            increment += token.increment;
            Term term(token.term, rules_);
            WordParts& parts = term.parts();
            const bool whole =
                !parts.done() && parts.begin() == 0 && parts.end() == token.term.size();
            if (whole || rules_.protected_words.has(token.term) ||
                (parts.done() && rules_.keep_original)) {
                token.increment = std::exchange(increment, 0);
                out.push_back(std::move(token));
                continue;
            }
            if (parts.done()) continue;
            MADE(add(out, token, term.pieces(), increment, last_start, budget));
        }
        tokens.list = std::move(out);
        tokens.trailing += increment;
        return {};
    }

private:
    Made<> add(std::vector<Token>& out, const Token& token, std::vector<Piece> pieces,
               std::int32_t& increment, std::int32_t& last_start, Budget& budget) const {
        const bool whole_offsets =
            !rules_.adjust_offsets ||
            static_cast<std::size_t>(token.end - token.start) != token.term.size();
        std::int32_t position = 0;
        for (Piece& piece : pieces) {
            MADE(budget.spend(1, piece.term.size()));
            Token made = token;
            made.term = std::move(piece.term);
            if (!whole_offsets) {
                made.start = token.start + static_cast<std::int32_t>(piece.begin);
                made.end = token.start + static_cast<std::int32_t>(piece.end);
            }
            made.start = std::max(made.start, last_start);
            made.end = std::max(made.end, last_start);
            last_start = made.start;
            made.increment = std::exchange(increment, 0) + piece.first - position;
            made.length = piece.last - piece.first;
            position = piece.first;
            out.push_back(std::move(made));
        }
        return {};
    }

    WordRules rules_;
};

Made<TokenFilterPtr> build(const Options& options, const Surroundings& /*around*/) {
    return std::make_shared<Graph>(MADE(word_rules(options)));
}

constexpr FilterKind kinds[] = {
    {.name = "word_delimiter_graph", .build = build, .before_synonyms = false},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::word_delimiter_graph
