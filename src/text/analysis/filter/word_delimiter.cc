// text/analysis/filter/word_delimiter.cc -- a term in its parts (core/word_parts.h) and in parts
// joined again, in a row: what is joined stands where its first part does.

#include "text/analysis/core/simple_filters.h"
#include "text/analysis/core/word_parts.h"

#include <algorithm>

namespace elkhorn::text::token_filters::word_delimiter {
namespace {

struct Join {
    Wide term;
    std::uint8_t type = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    int parts = 0;
};

class Delimiter {
public:
    Delimiter(const WordRules& rules, Budget& budget) : rules_(rules), budget_(budget) {}

    Made<> add(Token token) {
        if (rules_.ignore_keywords && token.keyword) {
            out_.push_back(std::move(token));
            return {};
        }
        increment_ += token.increment;
        token_ = std::move(token);
        WordParts parts(token_.term, rules_);
        const bool whole = !parts.done() && parts.begin() == 0 && parts.end() == token_.term.size();
        if (whole || rules_.protected_words.has(token_.term)) {
            keep(token_);
            return {};
        }
        if (parts.done() && !rules_.keep_original) {
            if (token_.increment == 1 && !first_) --increment_;
            return {};
        }
        given_ = false;
        after_original_ = !rules_.keep_original;
        last_joined_ = 0;
        join_ = {};
        all_ = {};
        if (rules_.keep_original) keep(token_);
        return take_apart(parts);
    }

    std::vector<Token> take() { return std::move(out_); }

private:
    void keep(Token token) {
        token.increment = std::exchange(increment_, 0);
        first_ = false;
        out_.push_back(std::move(token));
    }

    Made<> take_apart(WordParts& parts) {
        std::vector<Token> held;
        for (; !parts.done(); parts.next()) {
            if (parts.single()) {
                out_.push_back(part(parts, true));
                first_ = false;
                continue;
            }
            const std::uint8_t type = parts.type();
            if (join_.parts > 0 && (join_.type & type) == 0) {
                flush(held);
                given_ = false;
            }
            if (rules_.catenates(type)) extend(join_, parts);
            if (rules_.catenate_all) extend(all_, parts);
            if (rules_.generates(type)) held.push_back(part(parts, false));
        }
        if (join_.parts > 0) flush(held);
        if (all_.parts > last_joined_) held.push_back(joined(all_));
        std::ranges::stable_sort(held, [](const Token& a, const Token& b) {
            return a.start != b.start ? a.start < b.start : a.increment > b.increment;
        });
        for (Token& token : held) {
            MADE(budget_.spend(1, token.term.size()));
            if (first_ && token.increment == 0) token.increment = 1;
            first_ = false;
            out_.push_back(std::move(token));
        }
        return {};
    }

    void extend(Join& join, const WordParts& parts) {
        if (join.parts == 0) {
            join.type = parts.type();
            join.begin = parts.begin();
        }
        join.term += token_.term.substr(parts.begin(), parts.end() - parts.begin());
        join.end = parts.end();
        ++join.parts;
    }

    void flush(std::vector<Token>& held) {
        last_joined_ = join_.parts;
        if (join_.parts != 1 || !rules_.generates(join_.type)) held.push_back(joined(join_));
        join_ = {};
    }

    bool illegal_offsets() const {
        return static_cast<std::size_t>(token_.end - token_.start) != token_.term.size();
    }

    Token part(const WordParts& parts, bool single) {
        Token made = token_;
        made.term = token_.term.substr(parts.begin(), parts.end() - parts.begin());
        made.length = 1;
        const std::int32_t start = token_.start + static_cast<std::int32_t>(parts.begin());
        if (!illegal_offsets()) {
            made.start = start;
            made.end = token_.start + static_cast<std::int32_t>(parts.end());
        } else if (single && start <= token_.end) {
            made.start = start;
        }
        made.increment = position(false);
        return made;
    }

    Token joined(const Join& join) {
        Token made = token_;
        made.term = join.term;
        made.length = 1;
        if (!illegal_offsets()) {
            made.start = token_.start + static_cast<std::int32_t>(join.begin);
            made.end = token_.start + static_cast<std::int32_t>(join.end);
        }
        made.increment = position(true);
        increment_ = 0;
        return made;
    }

    std::int32_t position(bool inject) {
        const std::int32_t increment = increment_;
        if (given_) {
            increment_ = 0;
            return inject ? 0 : std::max(1, increment);
        }
        given_ = true;
        if (!after_original_) {
            after_original_ = true;
            return 0;
        }
        increment_ = 0;
        return std::max(1, increment);
    }

    const WordRules& rules_;
    Budget& budget_;
    std::vector<Token> out_;
    Token token_;
    Join join_;
    Join all_;
    std::int32_t increment_ = 0;
    int last_joined_ = 0;
    bool first_ = true;
    bool given_ = false;
    bool after_original_ = false;
};

Made<TokenFilterPtr> build(const Options& options, const Surroundings& /*around*/) {
    return whole_stream(
        [rules = MADE(word_rules(options))](Tokens& tokens, Budget& budget) -> Made<> {
            Delimiter delimiter(rules, budget);
            for (Token& token : tokens.list)
                MADE(delimiter.add(std::move(token)));
            tokens.list = delimiter.take();
            return {};
        });
}

constexpr FilterKind kinds[] = {
    {.name = "word_delimiter", .build = build, .before_synonyms = false},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::word_delimiter
