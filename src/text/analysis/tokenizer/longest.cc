// text/analysis/tokenizer/longest.cc -- tokenizers that take the longest match at each place:
// simple_pattern (what matches is a token), simple_pattern_split (what matches stands between them)
// and classic, with the names that English texts of its time had: companies, hosts, acronyms.

#include "text/analysis/core/kinds.h"
#include "text/analysis/core/longest_match.h"

#include <utility>

namespace elkhorn::text::tokenizers::longest {
namespace {

constexpr std::size_t most_steps = 200'000'000;

std::unexpected<Refusal> too_many_steps() {
    return refused("a pattern took too many steps on this text: make it simpler");
}

Made<> add(Tokens& tokens, WideView text, std::size_t begin, std::size_t end, Budget& budget) {
    MADE(budget.spend(1, end - begin));
    Token token;
    token.term = text.substr(begin, end - begin);
    token.start = static_cast<std::int32_t>(begin);
    token.end = static_cast<std::int32_t>(end);
    tokens.list.push_back(std::move(token));
    return {};
}

class Simple final : public Cutter {
public:
    Simple(LongestMatch match, bool split) : match_(std::move(match)), split_(split) {}

    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        std::size_t steps = most_steps;
        std::size_t last = 0;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = match_.end_of(text, at, steps);
            if (steps == 0) return too_many_steps();
            if (!end || *end == at) {
                next_code_point(text, at);
                continue;
            }
            if (!split_) MADE(add(tokens, text, at, *end, budget));
            if (split_ && at > last) MADE(add(tokens, text, last, at, budget));
            at = last = *end;
        }
        if (split_ && last < text.size()) MADE(add(tokens, text, last, text.size(), budget));
        return tokens;
    }

private:
    LongestMatch match_;
    bool split_;
};

Made<CutterPtr> build_simple(const Options& options, bool split) {
    const Wide pattern = to_wide(options.text("pattern"));
    return std::make_shared<Simple>(MADE(LongestMatch::compile(pattern)), split);
}

Made<CutterPtr> build_pattern(const Options& options) {
    return build_simple(options, false);
}

Made<CutterPtr> build_split(const Options& options) {
    return build_simple(options, true);
}

struct Rule {
    std::string_view type;
    LongestMatch match;
};

class Classic final : public Cutter {
public:
    Classic(std::vector<Rule> rules, std::size_t longest)
        : rules_(std::move(rules)), longest_(longest) {}

    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        std::size_t steps = most_steps;
        std::int32_t increment = 1;
        for (std::size_t at = 0; at < text.size();) {
            std::size_t end = at;
            std::string_view type;
            for (const Rule& rule : rules_) {
                const auto found = rule.match.end_of(text, at, steps);
                if (found && *found > end) {
                    end = *found;
                    type = rule.type;
                }
            }
            if (steps == 0) return too_many_steps();
            if (end == at) {
                next_code_point(text, at);
                continue;
            }
            if (end - at > longest_) {
                ++increment;  // a token that is too long is left out
            } else {
                const bool dotted = type == "<ACRONYM_DEP>";
                MADE(add(tokens, text, at, dotted ? end - 1 : end, budget));
                tokens.list.back().type = dotted ? "<HOST>" : type;
                tokens.list.back().end = static_cast<std::int32_t>(end);
                tokens.list.back().increment = std::exchange(increment, 1);
            }
            at = end;
        }
        tokens.trailing = increment - 1;
        return tokens;
    }

private:
    std::vector<Rule> rules_;
    std::size_t longest_;
};

/// L is a letter, N a digit, W a word of both, H such a word with a digit, P what joins numbers.
Wide expanded(std::u16string_view pattern) {
    Wide out;
    for (const char16_t c : pattern) {
        switch (c) {
            case u'L': out += u"\ue000"; break;
            case u'N': out += u"\ue001"; break;
            case u'C': out += u"\ue002"; break;
            case u'W': out += u"(\ue000|\ue001)+"; break;
            case u'H': out += u"(\ue000|\ue001)*\ue001(\ue000|\ue001)*"; break;
            case u'P': out += u"[_\\-/.,]"; break;
            default: out.push_back(c);
        }
    }
    return out;
}

Made<CutterPtr> build_classic(const Options& options) {
    const std::int32_t longest = MADE(options.integer("max_token_length", 255));
    if (longest < 1) return refused("maxTokenLength must be greater than zero");
    static constexpr std::pair<std::string_view, std::u16string_view> patterns[] = {
        {"<ALPHANUM>", u"W"},
        {"<APOSTROPHE>", u"L+('L+)+"},
        {"<ACRONYM>", u"L\\.(L\\.)+"},
        {"<COMPANY>", u"L+(\\&|\\@)L+"},
        {"<EMAIL>", u"W([.\\-_]W)*\\@W([.\\-]W)+"},
        {"<HOST>", u"W(\\.W)+"},
        {"<NUM>", u"WPH|HPW|W(PHPW)+|H(PWPH)+|WPH(PWPH)+|HPW(PHPW)+"},
        {"<CJ>", u"C"},
        {"<ACRONYM_DEP>", u"W\\.(W\\.)+"},
    };
    std::vector<Rule> rules;
    for (const auto& [type, pattern] : patterns)
        rules.push_back({type, MADE(LongestMatch::compile(expanded(pattern), true))});
    return std::make_shared<Classic>(std::move(rules), static_cast<std::size_t>(longest));
}

constexpr TokenizerKind kinds[] = {
    {"simple_pattern", build_pattern, false},
    {"simple_pattern_split", build_split, false},
    {"classic", build_classic},
};

}  // namespace

extern constinit const TokenizerKinds spec{kinds};

}  // namespace elkhorn::text::tokenizers::longest
